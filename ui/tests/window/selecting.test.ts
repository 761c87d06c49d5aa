import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { messages } from "../support/deleting";
import { aReply, READY, WRITINGS } from "../support/fixtures";
import { act, article, offered, openMenu, textIn } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const [reply, mine, broken, note] = [0, 1, 2, 3];
const box = (index: number) => all("messageBox")[index] as HTMLElement;
const boxes = () => all("messageBox").map((one) => one.getAttribute("aria-checked") === "true");
const focused = () => document.activeElement as HTMLElement;
const counted = () => get("selectionCount").textContent;
const button = (action: string) =>
	all("selectionAction").find(({ dataset }) => dataset.action === action) as HTMLButtonElement;

async function press(action: string) {
	await user.click(button(action));
	await painted();
}

async function keys(text: string) {
	await user.keyboard(text);
	await painted();
}

/** The talk, with one of its messages selected from its menu. */
async function selecting(index = mine) {
	const opened = await inTalk();
	const ids = messages();
	await act(index, "select");
	return { ...opened, ids };
}

describe("selecting messages", () => {
	it("begins at a message, which is selected and has the focus, with a bar in place of the box", async () => {
		await selecting();
		expect(boxes()).toEqual([false, true, false, false]);
		expect(focused()).toBe(box(mine));
		expect(box(mine).getAttribute("aria-label")).toContain(WRITINGS[0]);
		expect(box(mine).getAttribute("aria-label")).toMatch(/^You, /);
		expect(get("selectionBar").textContent).toContain("1 selected");
		expect(find("composer")).toBeNull();
	});

	it("takes a click anywhere on a message, and what is in it is out of reach", async () => {
		await selecting();
		await user.click(article(note));
		await user.click(article(mine));
		await painted();
		expect(boxes()).toEqual([false, false, false, true]);
		expect(all("message").every((one) => one.closest("[inert]"))).toBe(true);
	});

	it("with Shift takes everything from the last one, besides what is selected", async () => {
		await selecting(note);
		await user.click(box(reply));
		await user.keyboard("{Shift>}");
		await user.click(box(broken));
		await user.keyboard("{/Shift}");
		expect(boxes()).toEqual([true, true, true, true]);
		expect(counted()).toBe("4 selected");
	});

	it("is done by keys alone: arrows, Space, a range with Shift, and all", async () => {
		await selecting();
		await keys("{ArrowDown}");
		expect(focused()).toBe(box(broken));
		await keys(" ");
		expect(boxes()).toEqual([false, true, true, false]);
		await keys(" {Home} {End}");
		expect(boxes()).toEqual([true, true, false, false]);
		expect(focused()).toBe(box(note));
		await keys("{ArrowDown}");
		expect(focused()).toBe(box(note));
		await keys("{Shift>} {/Shift}");
		expect(boxes()).toEqual([true, true, true, true]);
		await keys("{Home}   {Control>}a{/Control}");
		expect(boxes()).toEqual([true, true, true, true]);
	});

	it("is one stop of Tab, at the message where the keyboard was", async () => {
		await selecting();
		await keys("{ArrowUp}");
		expect(all("messageBox").map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1]);
	});

	it("is heard: the count is in a region that was there before", async () => {
		await inTalk();
		const region = get("selectionCount");
		expect(region.getAttribute("role")).toBe("status");
		expect(region.textContent).toBe("");
		await act(mine, "select");
		expect(region.textContent).toBe("1 selected");
		await user.click(box(reply));
		expect(region.textContent).toBe("2 selected");
		await press("clear");
		expect(region.textContent).toBe("");
	});

	it("is not offered while nothing can be changed, nor for a reply that is being written", async () => {
		const { app, talk } = livedIn();
		app.messages.push(
			aReply([], { conversationId: talk.id, sequenceNumber: 5, status: "streaming", rest: "Well" }),
		);
		const { unmount } = await openWindow(app);
		await open(talk.id);
		await openMenu(4);
		expect(offered()).not.toContain("select");
		unmount();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await openWindow(app);
		await open(talk.id);
		await openMenu(mine);
		expect(offered()).not.toContain("select");
	});
});

describe("a message that is selected", () => {
	it("cannot be one that is being written, until it is finished", async () => {
		const { app, talk } = livedIn();
		const coming = aReply([], {
			conversationId: talk.id,
			sequenceNumber: 5,
			status: "streaming",
			rest: "Well",
		});
		app.messages.push(coming);
		await openWindow(app);
		await open(talk.id);
		await act(mine, "select");
		await user.click(box(4));
		await keys("{Control>}a{/Control}");
		expect(boxes()).toEqual([true, true, true, true, false]);
		expect(box(4).getAttribute("aria-disabled")).toBe("true");
		await app.put({ ...coming, status: "complete" });
		await painted();
		await user.click(box(4));
		expect(boxes()[4]).toBe(true);
	});

	it("is dropped when it is deleted elsewhere, and the focus goes to the one beside it", async () => {
		const { app, ids } = await selecting();
		await user.click(box(broken));
		await app.messageDelete(ids[broken] ?? "");
		await painted();
		expect(counted()).toBe("1 selected");
		expect(focused()).toBe(box(2));
		expect(focused().dataset.row).toBe(ids[note]);
		await press("delete");
		expect(app.callsOf("messageDelete").at(-1)).toEqual([ids[mine]]);
	});

	it("is dropped when it is being written anew", async () => {
		const { app } = await selecting(broken);
		await user.click(box(mine));
		const [, , written] = app.messages;
		if (written) await app.put({ ...written, status: "streaming" });
		await painted();
		expect(boxes()).toEqual([false, true, false, false]);
		expect(counted()).toBe("1 selected");
	});

	it("that comes back after an undo is not selected", async () => {
		const { app, ids } = await selecting();
		const operation = await app.messageDelete(ids[mine] ?? "");
		await app.operationUndo(operation.id);
		await painted();
		expect(boxes()).toEqual([false, false, false, false]);
	});
});

describe("copying what is selected", () => {
	it("takes the words in order with who said them, whatever was selected first", async () => {
		const { app } = await selecting(note);
		await user.click(box(reply));
		await user.click(box(mine));
		const written = vi.spyOn(navigator.clipboard, "writeText");
		await press("copy");
		expect(written.mock.lastCall).toEqual([
			`Partner: Hello! What can I get you?\n\nYou: ${WRITINGS.join("\n")}\n\nNote: The level was changed to A1.`,
		]);
		expect(get("chatSaid").textContent).toBe("Copied.");
		expect(counted()).toBe("3 selected");
		expect(app.callsOf("messageDelete")).toEqual([]);
	});

	it("takes the words as they are now", async () => {
		const { app, ids } = await selecting();
		await app.messageEdit(ids[mine] ?? "", "Tôi đi chợ.", false);
		await painted();
		const written = vi.spyOn(navigator.clipboard, "writeText");
		await press("copy");
		expect(written.mock.lastCall).toEqual(["You: Tôi đi chợ."]);
	});

	it("says so where programs may not reach the clipboard", async () => {
		await selecting();
		vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
		document.execCommand = () => false;
		await press("copy");
		expect(get("chatSaid").textContent).toBe("The messages could not be copied.");
		expect(counted()).toBe("1 selected");
	});
});

describe("deleting what is selected", () => {
	it.each([
		["the button", () => press("delete")],
		["the key", () => keys("{Delete}")],
	])("(%s) is one operation, and one undo brings all of it back", async (_, remove) => {
		const { app, ids } = await selecting(note);
		await user.click(box(mine));
		await remove();
		expect(app.callsOf("messageDeleteMany")).toEqual([[[ids[mine], ids[note]]]]);
		expect(messages()).toEqual([ids[reply], ids[broken]]);
		expect(find("selectionBar")).toBeNull();
		expect(get("undoToast").textContent).toContain("Deleted several messages: “At the café”");
		await user.click(get("undo"));
		await painted();
		expect(messages()).toEqual(ids);
	});

	it("of one message is like deleting it alone", async () => {
		const { app, ids } = await selecting(note);
		await press("delete");
		expect(app.callsOf("messageDelete")).toEqual([[ids[note]]]);
		expect(app.callsOf("messageDeleteMany")).toEqual([]);
		expect(get("undoToast").textContent).toContain("Deleted: The level was changed");
	});

	it("that fails says why, and everything is still there and selected", async () => {
		const { app, ids } = await selecting();
		await user.click(box(reply));
		app.failNext("messageDeleteMany", "disk_full");
		await press("delete");
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(messages()).toEqual(ids);
		expect(boxes()).toEqual([true, true, false, false]);
	});

	it("finds out which one is gone already, and can then be done with the rest", async () => {
		const { app, ids } = await selecting();
		await user.click(box(reply));
		app.messages = app.messages.filter(({ id }) => id !== ids[reply]);
		await press("delete");
		expect(counted()).toBe("1 selected");
		await press("delete");
		expect(messages()).toEqual([ids[broken], ids[note]]);
	});

	it("is done once, however often it is asked for", async () => {
		const { app } = await selecting();
		await user.click(box(reply));
		const slow = app.hold("messageDeleteMany");
		await keys("{Delete}{Delete}");
		await press("delete");
		await slow.release();
		await painted();
		expect(app.callsOf("messageDeleteMany")).toHaveLength(1);
	});

	it("is not done while nothing is selected", async () => {
		const { app } = await selecting();
		await keys(" {Delete}");
		expect([button("copy").disabled, button("delete").disabled]).toEqual([true, true]);
		expect(app.callsOf("messageDelete").concat(app.callsOf("messageDeleteMany"))).toEqual([]);
		expect(messages()).toHaveLength(4);
	});
});

describe("selecting ends", () => {
	it.each([
		["Escape", () => keys("{Escape}")],
		["Cancel", () => press("clear")],
	])("with %s: nothing is selected any more, and the focus is where it began", async (_, end) => {
		const { ids } = await selecting();
		await keys("{End} ");
		await end();
		expect(find("selectionBar")).toBeNull();
		expect(all("messageBox")).toEqual([]);
		expect(focused().closest("article")?.dataset.id).toBe(ids[mine]);
		expect(focused().closest("[inert]")).toBeNull();
		await act(reply, "select");
		expect(boxes()).toEqual([true, false, false, false]);
	});

	it("with Escape on the bar too", async () => {
		await selecting();
		button("copy").focus();
		await keys("{Escape}");
		expect(find("selectionBar")).toBeNull();
	});

	it.each([1024, 600])("in the box when the message where it began is gone, in %i pixels", async (width) => {
		browser.happyDOM.setViewport({ width });
		await selecting();
		await keys("{Delete}");
		expect(focused()).toBe(get("composer"));
	});

	it("and what was typed and not sent is in the box again", async () => {
		await inTalk();
		await user.type(get("composer"), "Nửa câu 🙂");
		await act(mine, "select");
		await keys("{Escape}");
		expect(textIn("composer")).toBe("Nửa câu 🙂");
	});

	it("when another conversation is opened", async () => {
		const { app, talk } = await selecting();
		await open(app.conversations[3]?.id ?? "");
		expect(find("selectionBar")).toBeNull();
		expect(get("composer")).toBeTruthy();
		await open(talk.id);
		expect(all("messageBox")).toEqual([]);
		expect(counted()).toBe("");
	});
});
