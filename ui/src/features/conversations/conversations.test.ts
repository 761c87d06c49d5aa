import { describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { aConversation, NOON } from "../../../tests/support/fixtures";
import type { ConversationSummary } from "../../ipc";
import { Conversations } from "./conversations.svelte";

async function opened(app: FakeApp, failed = vi.fn()): Promise<Conversations> {
	const conversations = new Conversations(app, failed);
	await conversations.open();
	return conversations;
}

/** Newest first, an hour apart. */
function several(count: number): ConversationSummary[] {
	return Array.from({ length: count }, (_, index) =>
		aConversation({ title: `No. ${index + 1}`, lastMessageAt: NOON - index * 3_600_000 }),
	);
}

const titles = (conversations: Conversations) => conversations.items.map(({ title }) => title);

describe("the list", () => {
	it("goes on by cursor until the end", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.conversations = several(5);
		const conversations = await opened(app);
		expect(titles(conversations)).toEqual(["No. 1", "No. 2"]);
		await conversations.loadMore();
		await conversations.loadMore();
		await conversations.loadMore();
		expect(titles(conversations)).toEqual(["No. 1", "No. 2", "No. 3", "No. 4", "No. 5"]);
		expect(app.callsOf("conversationList")).toEqual([
			[null, 50, null],
			["2", 50, null],
			["4", 50, null],
		]);
	});

	it("asks for the next page once however often the end comes into sight", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.conversations = several(6);
		const conversations = await opened(app);
		await Promise.all([conversations.loadMore(), conversations.loadMore()]);
		expect(conversations.items).toHaveLength(4);
	});

	it("says what failed and can be tried again", async () => {
		const app = new FakeApp();
		app.conversations = several(1);
		app.failNext("conversationList", "io");
		const conversations = await opened(app);
		expect(conversations.loadFailure?.code).toBe("io");
		await conversations.open();
		expect(conversations.loadFailure).toBeNull();
		expect(conversations.items).toHaveLength(1);
	});

	it("stops listening when it is closed", async () => {
		const app = new FakeApp();
		(await opened(app)).close();
		expect(app.listeners).toBe(0);
	});
});

describe("a conversation that changes", () => {
	it("moves to the top when something is said in it, below the pinned ones", async () => {
		const app = new FakeApp();
		app.conversations = [
			aConversation({ title: "Pinned", pinnedAt: NOON, lastMessageAt: NOON - 1e9 }),
			...several(3),
		];
		const conversations = await opened(app);
		const third = app.conversations[3];
		if (!third) throw new Error("no third");
		app.conversations[3] = { ...third, lastMessageAt: NOON + 1, lastMessagePreview: "Xin chào!" };
		await app.emit({ entity: "conversation", id: third.id, conversationId: third.id });
		expect(titles(conversations)).toEqual(["Pinned", "No. 3", "No. 1", "No. 2"]);
		expect(conversations.items[1]?.lastMessagePreview).toBe("Xin chào!");
	});

	it("keeps its place among the pinned ones, whatever is said in it", async () => {
		const app = new FakeApp();
		const pinned = ["P1", "P2", "P3"].map((title) =>
			aConversation({ title, pinnedAt: NOON, lastMessageAt: NOON - 1e9 }),
		);
		app.conversations = [...pinned, ...several(1)];
		const conversations = await opened(app);
		const [first] = app.conversations as [ConversationSummary];
		app.conversations[0] = { ...first, lastMessageAt: NOON + 1, lastMessagePreview: "Xin chào!" };
		await app.emit({ entity: "conversation", id: first.id, conversationId: first.id });
		expect(titles(conversations)).toEqual(["P1", "P2", "P3", "No. 1"]);
		expect(conversations.items[0]?.lastMessagePreview).toBe("Xin chào!");
		expect(app.callsOf("conversationList")).toHaveLength(1);
	});

	it("goes to its place among the pinned ones also when the whole list was being read meanwhile", async () => {
		const app = new FakeApp();
		const pinned = ["P1", "P2", "P3"].map((title) =>
			aConversation({ title, pinnedAt: NOON, lastMessageAt: NOON - 1e9 }),
		);
		app.conversations = [...pinned, ...several(1)];
		const conversations = await opened(app);
		const slow = app.hold("conversationList");
		await app.resync();
		const [first] = app.conversations as [ConversationSummary];
		app.conversations[0] = { ...first, lastMessageAt: NOON + 1 };
		await app.emit({ entity: "conversation", id: first.id, conversationId: first.id });
		await slow.release();
		await settled();
		expect(titles(conversations)).toEqual(["P1", "P2", "P3", "No. 1"]);
	});

	it("stays at its place when only its title is new", async () => {
		const app = new FakeApp();
		app.conversations = several(3);
		const conversations = await opened(app);
		await conversations.rename(app.conversations[1]?.id ?? "", "Chuyện cuối tuần");
		expect(titles(conversations)).toEqual(["No. 1", "Chuyện cuối tuần", "No. 3"]);
	});

	it("is shown as the newest answer says, also when an older one comes last", async () => {
		const app = new FakeApp();
		app.conversations = several(1);
		const conversations = await opened(app);
		const id = app.conversations[0]?.id ?? "";
		const slow = app.hold("conversationGet");
		await app.emit({ entity: "conversation", id });
		await conversations.rename(id, "Newer");
		await slow.release();
		expect(titles(conversations)).toEqual(["Newer"]);
	});

	it("is taken out when it is deleted or not found any more", async () => {
		const app = new FakeApp();
		app.conversations = several(3);
		const conversations = await opened(app);
		const [first, second] = app.conversations;
		app.conversations = app.conversations.slice(2);
		await app.emit({ entity: "conversation", kind: "deleted", id: first?.id ?? "" });
		await app.emit({ entity: "conversation", id: second?.id ?? "" });
		expect(titles(conversations)).toEqual(["No. 3"]);
	});

	it("waits for its page when it belongs further down than what is loaded", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.conversations = several(4);
		const conversations = await opened(app);
		await app.emit({ entity: "conversation", id: app.conversations[3]?.id ?? "" });
		expect(titles(conversations)).toEqual(["No. 1", "No. 2"]);
	});

	it("is not asked for when only a message or chunk changes", async () => {
		const app = new FakeApp();
		app.conversations = several(1);
		await opened(app);
		await app.emit({ entity: "message", conversationId: app.conversations[0]?.id ?? "" });
		expect(app.callsOf("conversationGet")).toHaveLength(0);
	});
});

describe("after news was lost, the list", () => {
	it("has no more what was deleted, again what was put back, and all in its order", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.conversations = several(6);
		const conversations = await opened(app);
		await conversations.loadMore();
		const [first, second, third, fourth] = app.conversations as [
			ConversationSummary,
			...ConversationSummary[],
		];
		await conversations.delete(first.id);
		expect(titles(conversations)).toEqual(["No. 2", "No. 3", "No. 4"]);

		const moved = { ...fourth, lastMessageAt: NOON + 2 } as ConversationSummary;
		const fresh = aConversation({ title: "Chuyện mới", lastMessageAt: NOON + 3 });
		app.conversations = [fresh, moved, first, second as ConversationSummary, ...app.conversations.slice(3)];
		await app.resync();
		expect(titles(conversations)).toEqual(["Chuyện mới", "No. 4", "No. 1", "No. 2"]);
		expect(conversations.isGone(third?.id ?? "")).toBe(true);
		await conversations.loadMore();
		expect(titles(conversations)).toEqual(["Chuyện mới", "No. 4", "No. 1", "No. 2", "No. 5", "No. 6"]);
	});

	it("is not taken back by the reading to what was heard since", async () => {
		const app = new FakeApp();
		app.conversations = several(3);
		const conversations = await opened(app);
		const slow = app.hold("conversationList");
		await app.resync();
		const third = app.conversations[2] as ConversationSummary;
		app.conversations = [{ ...third, lastMessageAt: NOON + 1 }, ...app.conversations.slice(0, 2)];
		await app.emit({ entity: "conversation", id: third.id });
		await conversations.delete(app.conversations[1]?.id ?? "");
		const created = await conversations.create({ title: "Newest" });
		await slow.release();
		expect(titles(conversations)).toEqual(["Newest", "No. 3", "No. 2"]);
		expect(conversations.isGone(created?.id ?? "")).toBe(false);
	});
});

describe("news of many at once", () => {
	/** A list of which so many are loaded. */
	async function scrolled(loaded: number) {
		const app = new FakeApp();
		app.conversations = several(1000);
		const conversations = await opened(app);
		while (conversations.items.length < loaded) await conversations.loadMore();
		app.calls.length = 0;
		return { app, conversations };
	}
	const changed = (items: readonly ConversationSummary[]) =>
		items.map(({ id }) => ({ entity: "conversation" as const, id, conversationId: id }));

	it("reads again what is needed, and the rest as one goes there", async () => {
		const { app, conversations } = await scrolled(800);
		conversations.needed = 30;
		app.conversations = app.conversations.map((item) => ({ ...item, level: "C1" }));
		await app.emit(...changed(app.conversations.slice(0, 100)));
		await settled();
		expect(app.callsOf("conversationList")).toHaveLength(1);
		expect(app.callsOf("conversationGet")).toHaveLength(0);
		expect(conversations.items).toHaveLength(50);
		await conversations.loadMore();
		expect(titles(conversations).at(-1)).toBe("No. 100");
		expect(conversations.items.every(({ level }) => level === "C1")).toBe(true);
	});

	it("keeps all of them that are needed", async () => {
		const { app, conversations } = await scrolled(800);
		conversations.needed = 420;
		await app.emit(...changed(app.conversations.slice(0, 100)));
		await settled();
		expect(conversations.items.length).toBeGreaterThanOrEqual(420);
		expect(app.callsOf("conversationList")).toHaveLength(5);
	});

	it("asks of those that are gone for the open one alone", async () => {
		const { app, conversations } = await scrolled(800);
		const [first] = app.conversations as [ConversationSummary];
		await conversations.keepOpen(first.id);
		conversations.needed = 800;
		const gone = app.conversations.slice(0, 700);
		app.conversations = app.conversations.map((item) =>
			gone.includes(item) ? { ...item, status: "archived" } : item,
		);
		await app.emit(...changed(gone));
		await settled();
		expect(titles(conversations)[0]).toBe("No. 701");
		expect(app.callsOf("conversationGet").flat()).toEqual(expect.arrayContaining([first.id]));
		expect(app.callsOf("conversationGet").length).toBeLessThan(4);
		expect(conversations.find(first.id)?.status).toBe("archived");
	});
});

describe("starting one", () => {
	it("puts it on top and gives it back, once", async () => {
		const app = new FakeApp();
		app.conversations = several(2);
		const conversations = await opened(app);
		const slow = app.hold("conversationCreate");
		const both = Promise.all([
			conversations.create({ templateId: app.templates[0]?.id ?? null, level: "A1" }),
			conversations.create({}),
		]);
		await slow.release();
		const [created, refused] = await both;
		expect(created?.title).toBe("At the café");
		expect(refused).toBeNull();
		expect(titles(conversations)[0]).toBe("At the café");
	});

	it("says what failed and leaves the list as it was", async () => {
		const app = new FakeApp();
		app.conversations = several(1);
		const failed = vi.fn();
		const conversations = await opened(app, failed);
		app.failNext("conversationCreate", "disk_full");
		expect(await conversations.create({})).toBeNull();
		expect(failed.mock.lastCall?.[0].code).toBe("disk_full");
		expect(conversations.items).toHaveLength(1);
		expect(await conversations.create({})).not.toBeNull();
	});

	it("offers new scenarios as they come", async () => {
		const app = new FakeApp();
		const conversations = await opened(app);
		app.templates = app.templates.slice(0, 1);
		await app.emit({ entity: "template", kind: "deleted", id: "x" });
		await settled();
		expect(conversations.templates).toHaveLength(1);
	});
});

it("a rename that fails is told and the old title stays", async () => {
	const app = new FakeApp();
	app.conversations = several(1);
	const failed = vi.fn();
	const conversations = await opened(app, failed);
	app.failNext("conversationRename", "invalid");
	await conversations.rename(app.conversations[0]?.id ?? "", "x".repeat(10_000));
	expect(failed.mock.lastCall?.[0].code).toBe("invalid");
	expect(titles(conversations)).toEqual(["No. 1"]);
});
