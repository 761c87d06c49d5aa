import { describe, expect, it, vi } from "vitest";
import { FakeApp } from "../../../tests/support/fake-app";
import { aConversation, aFolder, NOON } from "../../../tests/support/fixtures";
import type { ConversationSummary } from "../../ipc";
import { Conversations } from "./conversations.svelte";

const titles = (conversations: Conversations) => conversations.items.map(({ title }) => title);

/** A library with something in every place, and its list. */
async function opened(failed = vi.fn()) {
	const app = new FakeApp();
	const folder = aFolder({ name: "Việt Nam" });
	app.folders = [folder];
	app.conversations = [
		aConversation({ title: "Pinned", pinnedAt: NOON, lastMessageAt: NOON - 9e6 }),
		aConversation({ title: "Unread", isUnread: true, lastMessageAt: NOON }),
		aConversation({ title: "Filed", folderId: folder.id, lastMessageAt: NOON - 1e6 }),
		aConversation({ title: "Tagged", tags: ["Épicerie"], lastMessageAt: NOON - 2e6 }),
		aConversation({ title: "Archived", status: "archived", folderId: folder.id, lastMessageAt: NOON - 3e6 }),
	];
	const conversations = new Conversations(app, failed);
	await conversations.open();
	const of = (title: string) => app.conversations.find((item) => item.title === title) as ConversationSummary;
	return { app, conversations, folder, of, failed };
}

describe("a place", () => {
	it("holds what belongs there and nothing else", async () => {
		const { conversations, folder } = await opened();
		expect(titles(conversations)).toEqual(["Pinned", "Unread", "Filed", "Tagged"]);
		await conversations.go({ what: "unread" });
		expect(titles(conversations)).toEqual(["Unread"]);
		await conversations.go({ what: "archived" });
		expect(titles(conversations)).toEqual(["Archived"]);
		await conversations.go({ what: "folder", id: folder.id });
		expect(titles(conversations)).toEqual(["Filed"]);
		await conversations.go({ what: "tag", name: "éPICERIE" });
		expect(titles(conversations)).toEqual(["Tagged"]);
	});

	it("is kept when the list is read again", async () => {
		const { app, conversations } = await opened();
		await conversations.go({ what: "archived" });
		await app.resync();
		expect(titles(conversations)).toEqual(["Archived"]);
		expect(app.callsOf("conversationList").at(-1)?.[2]).toEqual({ status: { only: "archived" } });
	});

	it("shows what was there until the rest has come, and the answer for another place counts no more", async () => {
		const { app, conversations } = await opened();
		const slow = app.hold("conversationList");
		const going = conversations.go({ what: "archived" });
		expect(titles(conversations)).toHaveLength(4);
		await conversations.go({ what: "unread" });
		expect(titles(conversations)).toEqual(["Unread"]);
		await slow.release();
		await going;
		expect(titles(conversations)).toEqual(["Unread"]);
		expect(conversations.loading).toBe(false);
	});

	it("that cannot be read says so, and can be tried again", async () => {
		const { app, conversations } = await opened();
		app.failNext("conversationList", "io");
		await conversations.go({ what: "archived" });
		expect(conversations.loadFailure?.code).toBe("io");
		expect(titles(conversations)).toEqual([]);
		await conversations.open();
		expect(titles(conversations)).toEqual(["Archived"]);
		expect(app.callsOf("conversationGet")).toHaveLength(0);
	});

	it("loses what is taken elsewhere and gains what comes", async () => {
		const { app, conversations, folder, of } = await opened();
		await conversations.go({ what: "folder", id: folder.id });
		await app.conversationMove([of("Unread").id], folder.id);
		await app.conversationMove([of("Filed").id], null);
		await app.emit();
		expect(titles(conversations)).toEqual(["Unread"]);
	});

	it("keeps an unread one in sight while it is being read", async () => {
		const { app, conversations, of } = await opened();
		await conversations.go({ what: "unread" });
		const { id } = of("Unread");
		await conversations.keepOpen(id);
		await app.conversationMarkRead([id]);
		await app.emit();
		expect(titles(conversations)).toEqual(["Unread"]);
		expect(conversations.items[0]?.isUnread).toBe(false);
		expect(conversations.unreadCount).toBe(0);
		await conversations.keepOpen(of("Filed").id);
		expect(titles(conversations)).toEqual([]);
	});

	it("shows the pinned ones in the order that the app gives them, also when only that has changed", async () => {
		const { app, conversations, of } = await opened();
		await app.conversationPin([of("Tagged").id, of("Filed").id], true);
		await app.emit();
		expect(titles(conversations)).toEqual(["Pinned", "Filed", "Tagged", "Unread"]);
		const moved = await app.conversationMovePin(of("Tagged").id, of("Pinned").id);
		await app.emit();
		expect(titles(conversations)).toEqual(["Tagged", "Pinned", "Filed", "Unread"]);
		await app.operationUndo(moved.id);
		await app.emit();
		expect(titles(conversations)).toEqual(["Pinned", "Filed", "Tagged", "Unread"]);
	});

	it("asks once for the list when there is news of many, and not for each of them", async () => {
		const { app, conversations } = await opened();
		const more = Array.from({ length: 60 }, (_, index) => aConversation({ title: `No. ${index}` }));
		app.conversations = [...app.conversations, ...more];
		await app.emit(
			...more.map(({ id }) => ({ entity: "conversation" as const, kind: "inserted" as const, id })),
		);
		expect(app.callsOf("conversationGet")).toHaveLength(0);
		expect(conversations.items.length).toBe(50);
		expect(conversations.hasMore).toBe(true);
	});
});

describe("the conversation that is open", () => {
	it("is known by its title also where the list does not show it", async () => {
		const { app, conversations, of } = await opened();
		const { id } = of("Archived");
		await conversations.keepOpen(id);
		expect(conversations.find(id)?.title).toBe("Archived");
		await conversations.rename(id, "Ngày xưa");
		expect(conversations.find(id)?.title).toBe("Ngày xưa");
		app.conversations = app.conversations.map((item) => (item.id === id ? { ...item, title: "茶" } : item));
		await app.emit({ entity: "conversation", id });
		expect(conversations.find(id)?.title).toBe("茶");
		expect(titles(conversations)).not.toContain("茶");
	});

	it("stays known when the list goes elsewhere, and is gone when it was deleted", async () => {
		const { conversations, of } = await opened();
		const { id } = of("Unread");
		await conversations.keepOpen(id);
		await conversations.go({ what: "archived" });
		expect(conversations.find(id)?.title).toBe("Unread");
		await conversations.delete(id);
		expect(conversations.find(id)).toBeUndefined();
		expect(conversations.isGone(id)).toBe(true);
	});

	it("that is not there any more is gone without a word", async () => {
		const { conversations, failed } = await opened();
		await conversations.keepOpen("0000000000XYZ");
		expect(conversations.isGone("0000000000XYZ")).toBe(true);
		expect(failed).not.toHaveBeenCalled();
	});
});

it("deleting several is one operation, and deletes none when it fails", async () => {
	const { app, conversations, of, failed } = await opened();
	const ids = [of("Unread").id, of("Filed").id];
	app.failNext("conversationDeleteMany", "disk_full");
	expect(await conversations.deleteMany(ids)).toBeNull();
	expect(failed.mock.lastCall?.[0].code).toBe("disk_full");
	expect(titles(conversations)).toHaveLength(4);
	expect((await conversations.deleteMany(ids))?.count).toBe(2);
	expect(titles(conversations)).toEqual(["Pinned", "Tagged"]);
});
