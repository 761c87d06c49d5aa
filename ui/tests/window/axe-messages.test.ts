import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { aReply, SETTINGS, TOO_HARD } from "../support/fixtures";
import { act, article, chooseOfConversation, openMenu, write } from "../support/messages";
import { all, get, livedIn, open, openWindow, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

/** A note with everything that Markdown has. */
const NOTE = `### Ôn lại

> *Trích* **dẫn** ~~cũ~~

# Từ mới
- một \`x\`
  1. hai

| từ | nghĩa |
|---|---|
| chợ | [market](https://example.com) |

\`\`\`
code
\`\`\`
---
![hình](https://example.com/a.png)`;

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	/** A talk in which messages are marked in every way. */
	async function inMarkedTalk() {
		const { app, talk } = livedIn();
		app.settings = { ...SETTINGS, theme };
		const [reply, mine] = app.messages;
		await app.messageEdit(mine?.id ?? "", "I go to the beach.", false);
		await app.messageEdit(mine?.id ?? "", "I went to the beach.", false);
		await app.bookmarkSet(mine?.id ?? "", "Thì quá khứ");
		await app.reactionSet(reply?.id ?? "", "too_hard", null);
		await app.noteCreate(talk.id, mine?.id ?? "", "海边 🌊");
		await app.noteCreate(talk.id, null, NOTE);
		await openWindow(app);
		await open(talk.id);
		return { app, talk };
	}

	it("with the menu of a message, and that of the conversation", async () => {
		await inMarkedTalk();
		await openMenu(1);
		expect(get("messageMenu")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await userEvent.keyboard("{Escape}");
		await userEvent.click(get("topBarMenu"));
		await painted();
		expect(all("topBarMenuItem").length).toBeGreaterThan(3);
		expect(await violations()).toEqual([]);
	});

	it("with a message being edited, also when that failed", async () => {
		const { app } = await inMarkedTalk();
		await act(1, "edit");
		expect(await violations()).toEqual([]);
		app.failNext("messageEdit", "conflict");
		await write("messageEditText", "x");
		await userEvent.click(get("messageSave"));
		await painted();
		expect(get("errorCode")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it.each([
		["history", 1, "historyDialog"],
		["details", 0, "detailsDialog"],
		["bookmarkNote", 1, "bookmarkDialog"],
		["react", 0, "reactDialog"],
	] as const)("with the dialog behind %s", async (action, index, dialog) => {
		await inMarkedTalk();
		await act(index, action);
		expect(get(dialog)).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with the details of a message that is too hard", async () => {
		const { app } = await inMarkedTalk();
		app.details.set(app.messages[1]?.id ?? "", TOO_HARD);
		await act(1, "details");
		expect(get("detailsAbove")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it.each([1400, 800])("with the notes, in %i pixels", async (width) => {
		browser.happyDOM.setViewport({ width });
		await inMarkedTalk();
		await act(1, "note");
		expect(all("noteItem")).toHaveLength(2);
		await userEvent.click(all("noteEdit")[0] as Element);
		await painted();
		expect(await violations()).toEqual([]);
	});

	it("with the bookmarks, and one that is being changed", async () => {
		await inMarkedTalk();
		await chooseOfConversation("bookmarks");
		await userEvent.click(get("bookmarkEdit"));
		await painted();
		expect(get("bookmarkNote")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with the choice of what to merge", async () => {
		await inMarkedTalk();
		await chooseOfConversation("merge");
		expect(all("mergeChoice")).toHaveLength(3);
		expect(await violations()).toEqual([]);
	});

	it("with messages being selected, also while one is being written and while none is selected", async () => {
		const { app, talk } = await inMarkedTalk();
		await app.put(
			aReply([], { conversationId: talk.id, sequenceNumber: 5, status: "streaming", rest: "Well" }),
		);
		await act(1, "select");
		expect(all("messageBox")).toHaveLength(5);
		expect(await violations()).toEqual([]);
		await userEvent.keyboard(" ");
		await painted();
		expect(get("selectionCount").textContent).toBe("0 selected");
		expect(await violations()).toEqual([]);
	});

	it("with the name of a template that is made of the conversation, also when it was refused", async () => {
		const { app } = await inMarkedTalk();
		await chooseOfConversation("saveTemplate");
		expect(await violations()).toEqual([]);
		app.failNext("templateFromConversation", "invalid", "", { field: "name", reason: "must not be empty" });
		await userEvent.click(get("templateSave"));
		await painted();
		expect(get("templateName").getAttribute("aria-invalid")).toBe("true");
		expect(await violations()).toEqual([]);
	});

	it("with a message on which somebody has landed", async () => {
		await inMarkedTalk();
		await chooseOfConversation("bookmarks");
		await userEvent.click(get("bookmarkOpen"));
		await painted();
		expect(article(1).classList).toContain("standsOut");
		expect(await violations()).toEqual([]);
	});
});
