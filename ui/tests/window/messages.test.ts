import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { READY, WRITINGS } from "../support/fixtures";
import { act, article, choose, offered, openMenu, textIn, write } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const mine = 1;
const reply = 0;
const focused = () => document.activeElement as HTMLElement;

describe("the menu of a message", () => {
	it("offers what can be done with one's own words, with a reply, and with the first message", async () => {
		await inTalk();
		await openMenu(mine);
		expect(offered()).toEqual([
			"copy",
			"quote",
			"edit",
			"details",
			"bookmark",
			"bookmarkNote",
			"note",
			"branch",
			"split",
			"select",
			"delete",
		]);
		await user.keyboard("{Escape}");
		await painted();
		await openMenu(reply);
		expect(offered()).toEqual([
			"copy",
			"quote",
			"details",
			"react",
			"bookmark",
			"bookmarkNote",
			"note",
			"branch",
			"select",
			"delete",
		]);
	});

	it.each([
		["the menu key", "{ContextMenu}"],
		["Shift+F10", "{Shift>}{F10}{/Shift}"],
	])("opens with %s, is walked with arrows and gives the focus back", async (_, keys) => {
		await inTalk();
		const more = all("messageMore")[mine] as HTMLElement;
		more.focus();
		await user.keyboard(keys);
		await painted();
		expect(focused().dataset.action).toBe("copy");
		await user.keyboard("{ArrowDown}{ArrowDown}");
		expect(focused().dataset.action).toBe("edit");
		await user.keyboard("{End}");
		expect(focused().dataset.action).toBe("delete");
		await user.keyboard("{Escape}");
		await painted();
		expect(find("messageMenu")).toBeNull();
		expect(focused()).toBe(more);
	});

	it("opens where the mouse asks for it", async () => {
		await inTalk();
		const press = new MouseEvent("contextmenu", {
			bubbles: true,
			cancelable: true,
			clientX: 40,
			clientY: 60,
		});
		article(mine).dispatchEvent(press);
		await painted();
		expect(press.defaultPrevented).toBe(true);
		expect(offered()).toContain("edit");
	});

	it("offers nothing that changes anything while nothing can be changed", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		app.messages = app.messages.map((message) => ({ ...message, editCount: 1, isBookmarked: true }));
		await openWindow(app);
		await open(talk.id);
		await openMenu(mine);
		expect(offered()).toEqual(["copy", "history", "details"]);
	});

	it("deletes, and the focus goes on to the next message", async () => {
		const { app } = await inTalk();
		const { id } = article(mine).dataset;
		await act(mine, "delete");
		expect(app.callsOf("messageDelete")).toEqual([[id]]);
		expect(focused().closest("article")).toBe(article(mine));
	});
});

describe("copying", () => {
	it("puts the words into the clipboard and says so", async () => {
		await inTalk();
		const written = vi.spyOn(navigator.clipboard, "writeText");
		await act(mine, "copy");
		expect(written.mock.lastCall).toEqual([WRITINGS.join("\n")]);
		expect(get("chatSaid").textContent).toBe("Copied.");
		expect(get("chatSaid").closest("[role=status]")).not.toBeNull();
	});

	it("says what to do where programs may not reach the clipboard", async () => {
		await inTalk();
		vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
		document.execCommand = () => false;
		await act(mine, "copy");
		expect(get("chatSaid").textContent).toContain("could not be copied");
	});
});

it("quoting puts the words behind what is in the box, and the cursor behind both", async () => {
	await inTalk();
	await user.type(get("composer"), "Wait:");
	await act(reply, "quote");
	expect(textIn("composer")).toBe("Wait:\n\n> Hello! What can I get you?\n\n");
	expect(focused()).toBe(get("composer"));
});

describe("editing", () => {
	it("changes the words in their place, and can be taken back", async () => {
		const { app } = await inTalk();
		const { id } = article(mine).dataset;
		await act(mine, "edit");
		expect(focused()).toBe(get("messageEditText"));
		expect(textIn("messageEditText")).toBe(WRITINGS.join("\n"));
		await write("messageEditText", "Tôi đi chợ.");
		await user.click(get("messageSave"));
		await painted();
		expect(app.callsOf("messageEdit")).toEqual([[id, "Tôi đi chợ.", false]]);
		expect(within(article(mine)).getByText("Tôi đi chợ.")).toBeTruthy();
		expect(find("messageEditor")).toBeNull();
		expect(focused().dataset.action).toBe("more");
		expect(get("undoToast").textContent).toContain("Edited the message “Tôi đi chợ.”");
		await user.click(get("undo"));
		await painted();
		expect(article(mine).textContent).toContain(WRITINGS[0]);
	});

	it("with the keyboard only: Ctrl+Enter saves, Escape leaves everything as it was", async () => {
		const { app } = await inTalk();
		(all("messageMore")[mine] as HTMLElement).focus();
		await user.keyboard("{Enter}");
		await painted();
		await user.keyboard("e{Enter}");
		await painted();
		await user.keyboard(" Và rau.{Escape}");
		await painted();
		expect(find("messageEditor")).toBeNull();
		expect(app.callsOf("messageEdit")).toHaveLength(0);
		expect(focused().dataset.action).toBe("more");
		await act(mine, "edit");
		await user.keyboard(" Và rau.{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("messageEdit")[0]?.[1]).toBe(`${WRITINGS.join("\n")} Và rau.`);
	});

	it("to answer anew lets go of what came after it", async () => {
		const { app } = await inTalk();
		await act(mine, "edit");
		await write("messageEditText", "A pot of tea.");
		await user.click(get("messageSaveAnew"));
		await painted();
		expect(app.callsOf("messageEdit")[0]?.[2]).toBe(true);
		expect(all("message")).toHaveLength(2);
		await user.click(get("undo"));
		await painted();
		expect(all("message")).toHaveLength(4);
	});

	it("that fails says why and loses nothing, also while another conversation is shown", async () => {
		const { app, talk } = await inTalk();
		await act(mine, "edit");
		await write("messageEditText", "Nothing may be lost.");
		app.failNext("messageEdit", "conflict");
		await user.click(get("messageSave"));
		await painted();
		expect(get("messageEditor").textContent).toContain("Not saved. Your words are still here.");
		expect(get("errorCode").textContent).toContain("conflict");
		await open(app.conversations[0]?.id ?? "");
		await open(talk.id);
		expect(textIn("messageEditText")).toBe("Nothing may be lost.");
		await user.click(get("messageSave"));
		await painted();
		expect(article(mine).textContent).toContain("Nothing may be lost.");
	});

	it("to nothing, or to the same, is no edit", async () => {
		const { app } = await inTalk();
		await act(mine, "edit");
		expect((get("messageSaveAnew") as HTMLButtonElement).disabled).toBe(true);
		await user.clear(get("messageEditText"));
		await painted();
		expect((get("messageSave") as HTMLButtonElement).disabled).toBe(true);
		await write("messageEditText", "x");
		await user.clear(get("messageEditText"));
		get("messageEditText").focus();
		await user.paste(WRITINGS.join("\n"));
		await user.click(get("messageSave"));
		await painted();
		expect(app.callsOf("messageEdit")).toHaveLength(0);
		expect(find("messageEditor")).toBeNull();
	});
});

describe("the versions of a message", () => {
	async function edited() {
		const opened = await inTalk();
		const id = article(mine).dataset.id ?? "";
		await opened.app.messageEdit(id, "I go to the beach.", false);
		await opened.app.messageEdit(id, "I went to the beach.", false);
		await painted();
		return { ...opened, id };
	}

	it("are opened by the word that tells of the edit, and show what changed", async () => {
		await edited();
		await user.click(get("messageEdited"));
		await painted();
		const [newest] = all("historyItem");
		expect(all("historyItem")).toHaveLength(2);
		expect(newest?.querySelector("del")?.textContent).toBe("go");
		expect(newest?.querySelector("ins")?.textContent).toBe("went");
		expect(newest?.querySelector(".text")?.textContent?.trim()).toBe("I gowent to the beach.");
	});

	it("can be brought back, which is an edit like any other", async () => {
		const { app, id } = await edited();
		await act(mine, "history");
		await user.click(all("historyRestore")[1] as Element);
		await painted();
		expect(app.callsOf("messageEdit").at(-1)).toEqual([id, WRITINGS.join("\n"), false]);
		expect(find("historyDialog")).toBeNull();
		expect(get("undoToast").textContent).toContain("Edited the message");
	});

	it("say why they cannot be read or brought back, and can be tried again", async () => {
		const { app } = await edited();
		app.failNext("messageHistory", "io");
		await act(mine, "history");
		expect(get("historyDialog").textContent).toContain("could not be read");
		await user.click(screen.getByText("Try again"));
		await painted();
		app.failNext("messageEdit", "disk_full");
		await user.click(all("historyRestore")[0] as Element);
		await painted();
		expect(get("historyDialog").textContent).toContain("The disk is full.");
		expect(all("historyItem")).toHaveLength(2);
	});
});

describe("a bookmark", () => {
	it("is set at once, shown at the message, and removed with a way back", async () => {
		const { app } = await inTalk();
		await act(mine, "bookmark");
		expect(app.bookmarks.map(({ note }) => note)).toEqual([null]);
		expect(get("messageBookmarked").textContent).toContain("Bookmarked");
		await act(mine, "removeBookmark");
		expect(find("messageBookmarked")).toBeNull();
		await user.click(get("undo"));
		await painted();
		expect(get("messageBookmarked")).toBeTruthy();
	});

	it("takes a note, which is there when it is opened again", async () => {
		const { app } = await inTalk();
		await act(mine, "bookmarkNote");
		await write("bookmarkNote", "Thì quá khứ 👍");
		await user.keyboard("{Control>}{Enter}{/Control}");
		await painted();
		expect(find("bookmarkDialog")).toBeNull();
		await user.click(get("messageBookmarked"));
		await painted();
		expect(textIn("bookmarkNote")).toBe("Thì quá khứ 👍");
		app.failNext("bookmarkSet", "disk_full");
		await write("bookmarkNote", "More");
		await user.click(get("bookmarkSave"));
		await painted();
		expect(get("bookmarkDialog").textContent).toContain("The disk is full.");
		expect(textIn("bookmarkNote")).toBe("More");
	});

	it("whose note cannot be read is not written over", async () => {
		const { app } = await inTalk();
		await act(mine, "bookmark");
		app.failNext("bookmarkGet", "io");
		await act(mine, "bookmarkNote");
		expect(find("bookmarkNote")).toBeNull();
		expect((get("bookmarkSave") as HTMLButtonElement).disabled).toBe(true);
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(textIn("bookmarkNote")).toBe("");
	});
});

describe("a reaction", () => {
	it("says what a reply is like, with more about it, and is taken back", async () => {
		const { app } = await inTalk();
		const { id } = article(reply).dataset;
		await act(reply, "react");
		expect((get("reactSave") as HTMLButtonElement).disabled).toBe(true);
		await user.click(screen.getByLabelText("Too hard"));
		await user.type(get("reactFeedback"), "Từ mới quá nhiều");
		await user.click(get("reactSave"));
		await painted();
		expect(app.callsOf("reactionSet")).toEqual([[id, "too_hard", "Từ mới quá nhiều"]]);
		expect(get("messageReaction").textContent).toContain("Too hard");
		await user.click(get("messageReaction"));
		await painted();
		expect((screen.getByLabelText("Too hard") as HTMLInputElement).checked).toBe(true);
		expect(textIn("reactFeedback")).toBe("Từ mới quá nhiều");
		await user.click(get("reactClear"));
		await painted();
		expect(find("messageReaction")).toBeNull();
	});

	it("whose words cannot be read is not written over", async () => {
		const { app } = await inTalk();
		const { id = "" } = article(reply).dataset;
		await app.reactionSet(id, "too_hard", "Từ mới quá nhiều");
		await painted();
		app.failNext("reactionGet", "io");
		await act(reply, "react");
		expect(get("reactDialog").textContent).toContain("What you wrote about it could not be read.");
		expect(find("reactFeedback")).toBeNull();
		expect((get("reactSave") as HTMLButtonElement).disabled).toBe(true);
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(textIn("reactFeedback")).toBe("Từ mới quá nhiều");
		expect((get("reactSave") as HTMLButtonElement).disabled).toBe(false);
	});

	it("that fails says why and keeps what was written", async () => {
		const { app } = await inTalk();
		await act(reply, "react");
		await user.click(screen.getByLabelText("Perfect"));
		await user.type(get("reactFeedback"), "Great");
		app.failNext("reactionSet", "busy");
		await user.click(get("reactSave"));
		await painted();
		expect(get("reactDialog").textContent).toContain("The database is busy.");
		expect(textIn("reactFeedback")).toBe("Great");
	});
});

describe("another conversation", () => {
	it.each(["branch", "split"] as const)(
		"is made of one by a %s, opens, and can be taken back",
		async (action) => {
			const { app, talk } = await inTalk();
			await act(mine, action);
			expect(all("conversationItem")).toHaveLength(5);
			const made = app.conversations.find(({ id, title }) => title === "At the café" && id !== talk.id);
			expect(document.querySelector(`[data-id="${made?.id}"] [aria-current]`)).not.toBeNull();
			expect(all("message")).toHaveLength(action === "branch" ? 2 : 3);
			await user.click(get("undo"));
			await painted();
			expect(all("conversationItem")).toHaveLength(4);
			expect(get("conversationTitle").textContent).toBe("At the café");
		},
	);

	it("that cannot be made is said in a sentence", async () => {
		const { app } = await inTalk();
		app.failNext("conversationSplit", "conflict");
		await openMenu(mine);
		await choose("split");
		expect(get("errorCode").textContent).toContain("conflict");
		expect(all("conversationItem")).toHaveLength(4);
	});
});
