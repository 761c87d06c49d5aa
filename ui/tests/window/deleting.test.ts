import { within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteMessage, fillTrash, messages, opener, titles } from "../support/deleting";
import { aConversation } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("deleting a conversation", () => {
	it("with the Delete key moves on to its neighbour and offers to undo", async () => {
		const { app, talk } = await inTalk();
		opener(talk.id)?.focus();
		await user.keyboard("{Delete}");
		await painted();
		expect(app.callsOf("conversationDelete")).toEqual([[talk.id]]);
		expect(titles()).not.toContain("At the café");
		expect(get("conversationTitle").textContent).toBe("Untitled conversation");
		expect((document.activeElement as HTMLElement).textContent).toContain("Untitled conversation");
		expect(get("undoToast").textContent).toContain("At the café");
		expect(get("undoToast").closest("[role=status]")).not.toBeNull();

		await user.click(get("undo"));
		await painted();
		expect(titles()).toContain("At the café");
		expect(get("conversationTitle").textContent).toBe("At the café");
		expect(messages()).toHaveLength(4);
		expect(get("undoToast").textContent).toContain("Taken back: At the café");
		expect(find("undo")).toBeNull();
	});

	it("with its button, the last one too, ends at the welcome", async () => {
		const { app } = livedIn();
		app.conversations = [aConversation({ title: "Only one" })];
		await openWindow(app);
		await user.click(get("deleteConversation"));
		await painted();
		expect(all("conversationItem")).toHaveLength(0);
		expect(find("composer")).toBeNull();
		expect(all("templateOption").length).toBeGreaterThan(0);
		await user.click(get("undo"));
		await painted();
		expect(get("conversationTitle").textContent).toBe("Only one");
	});

	it("that fails says so and leaves it", async () => {
		const { app, talk } = await inTalk();
		app.failNext("conversationDelete", "disk_full");
		opener(talk.id)?.focus();
		await user.keyboard("{Delete}");
		await painted();
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(titles()).toContain("At the café");
		expect(find("undoToast")).toBeNull();
	});
});

describe("deleting a message", () => {
	it("offers to undo, which puts it back in its place", async () => {
		const { app } = await inTalk();
		const before = messages();
		await deleteMessage(1);
		expect(app.callsOf("messageDelete")).toEqual([[before[1]]]);
		expect(messages()).toEqual(before.filter((id) => id !== before[1]));
		await user.click(get("undo"));
		await painted();
		expect(messages()).toEqual(before);
	});
});

describe("one wish to delete or to undo is one, although", () => {
	it("the Delete key is held down", async () => {
		const { app, talk } = await inTalk();
		opener(talk.id)?.focus();
		await user.keyboard("{Delete>5/}");
		await painted();
		await user.keyboard("{Delete>5/}");
		await painted();
		expect(app.callsOf("conversationDelete")).toHaveLength(2);
	});

	it("the Delete key repeats when the focus is on the next one already", async () => {
		const { app, talk } = await inTalk();
		opener(talk.id)?.focus();
		await user.keyboard("{Delete}");
		await painted();
		document.activeElement?.dispatchEvent(
			new KeyboardEvent("keydown", { key: "Delete", repeat: true, bubbles: true }),
		);
		await painted();
		expect(app.callsOf("conversationDelete")).toEqual([[talk.id]]);
	});

	it.each(["deleteConversation", "deleteMessage"] as const)("%s is double-clicked", async (name) => {
		const { app } = await inTalk();
		const [first, second] = all(name);
		await user.click(first as Element);
		await painted();
		// What was below has moved up, under the mouse.
		second?.dispatchEvent(new MouseEvent("click", { detail: 2, bubbles: true }));
		await painted();
		expect(app.trash).toHaveLength(1);
	});

	it("the key is pressed again before the answer is there", async () => {
		const { app, talk } = await inTalk();
		const slow = app.hold("conversationDelete");
		opener(talk.id)?.focus();
		await user.keyboard("{Delete}{Delete}");
		await slow.release();
		await painted();
		expect(app.callsOf("conversationDelete")).toEqual([[talk.id]]);
		expect(find("errorBanner")).toBeNull();
		expect(get("undoToast").textContent).toContain("At the café");
	});

	it("the button of a message is pressed again before the answer is there", async () => {
		const { app } = await inTalk();
		const slow = app.hold("messageDelete");
		const [button] = all("deleteMessage");
		button?.focus();
		await user.keyboard("{Enter}{Enter}");
		await slow.release();
		await painted();
		expect(app.callsOf("messageDelete")).toHaveLength(1);
		expect(find("errorBanner")).toBeNull();
	});

	it.each(["deleteMessage", "trashRestore"] as const)("Enter is held down on %s", async (name) => {
		const { app } = await inTalk();
		if (name === "trashRestore") await fillTrash(app, 0);
		all(name)[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(all(name)).toContain(document.activeElement);
		const press = new KeyboardEvent("keydown", {
			key: "Enter",
			repeat: true,
			bubbles: true,
			cancelable: true,
		});
		document.activeElement?.dispatchEvent(press);
		// A key that was prevented clicks nothing.
		expect(press.defaultPrevented).toBe(true);
	});

	it("Ctrl+Z is held down", async () => {
		const { app, talk } = await inTalk();
		for (let times = 0; times < 3; times += 1) await deleteMessage(0);
		opener(talk.id)?.focus();
		for (const repeat of [false, true, true]) {
			const press = new KeyboardEvent("keydown", { key: "z", ctrlKey: true, repeat, bubbles: true });
			document.activeElement?.dispatchEvent(press);
			await painted();
		}
		expect(app.callsOf("operationUndo")).toHaveLength(1);
		expect(messages()).toHaveLength(2);
	});
});

describe("the focus", () => {
	it("goes to the message beside the one that was deleted, and to the list when it was the last", async () => {
		const { app, talk } = await inTalk();
		const [, second] = messages();
		all("deleteMessage")[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect((document.activeElement as HTMLElement).closest("article")?.dataset.id).toBe(second);
		while (all("deleteMessage").length > 0) {
			all("deleteMessage")[0]?.focus();
			await user.keyboard("{Enter}");
			await painted();
		}
		expect(app.messages.filter(({ conversationId }) => conversationId === talk.id)).toHaveLength(0);
		expect(document.activeElement?.getAttribute("aria-label")).toBe("Messages");
	});

	it("goes back to where it was after an undo, and after its offer was dismissed", async () => {
		const { talk } = await inTalk();
		for (const button of [() => get("undo"), () => within(get("undoToast")).getAllByRole("button")[1]]) {
			await deleteMessage(1);
			opener(talk.id)?.focus();
			button()?.focus();
			await user.keyboard("{Enter}");
			await painted();
			expect(document.activeElement).toBe(opener(talk.id));
		}
	});
});
