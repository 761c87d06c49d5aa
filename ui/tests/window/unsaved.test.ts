import { within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testids } from "../../src/testids";
import { violations } from "../support/axe";
import type { FakeApp } from "../support/fake-app";
import { aBackup, WRITINGS } from "../support/fixtures";
import { act, article, chooseOfConversation, textIn, write } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
const mine = 1;
const SAID = WRITINGS.join("\n");
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
	user = userEvent.setup();
	browser.happyDOM.setViewport({ width: 1400 });
});

afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const focused = () => document.activeElement as HTMLElement;

async function hidden() {
	window.dispatchEvent(new Event("pagehide"));
	await painted();
}

/** The next start after a kill. */
async function startAgain(app: FakeApp, talkId: string) {
	document.body.replaceChildren();
	const opened = await openWindow(app);
	await open(talkId);
	return opened;
}

/** Restores the one backup there is. */
async function restore() {
	await user.click(get("settingsOpen"));
	await painted();
	await user.click(get("backupRestore"));
	await user.click(get("backupConfirm"));
	await painted();
	await painted();
}

/** A talk whose second message is being changed. */
async function changing(text = "Tôi đi chợ.") {
	const opened = await inTalk();
	await act(mine, "edit");
	await write("messageEditText", text);
	return { ...opened, place: `edit ${article(mine).dataset.id}` };
}

/** The same, with words that the disk did not take. */
async function unstored() {
	const opened = await inTalk();
	const place = `edit ${article(mine).dataset.id}`;
	await act(mine, "edit");
	await user.clear(get("messageEditText"));
	opened.app.failNext("draftSave", "disk_full");
	await user.paste("Tôi đi chợ.");
	await hidden();
	expect(opened.app.drafts.has(place)).toBe(false);
	return { ...opened, place };
}

describe("a message that is being changed", () => {
	it("is so again at the next start, without the focus", async () => {
		const { app, talk, place } = await changing();
		await hidden();
		expect(app.drafts.get(place)).toBe("Tôi đi chợ.");
		await startAgain(app, talk.id);
		expect(textIn("messageEditText")).toBe("Tôi đi chợ.");
		expect(focused()).toBe(get("composer"));
		expect(app.callsOf("draftListEdits").filter(([id]) => id === talk.id)).toHaveLength(2);
	});

	it("does not take the focus when its conversation is opened again", async () => {
		const { app, talk } = await changing();
		await open(app.conversations[0]?.id ?? "");
		await open(talk.id);
		expect(textIn("messageEditText")).toBe("Tôi đi chợ.");
		expect(focused()).toBe(get("composer"));
	});

	it("leaves nothing on the disk by Cancel", async () => {
		const { app, talk, place } = await changing();
		await hidden();
		await user.click(get("messageCancel"));
		await painted();
		expect(app.drafts.get(place)).toBe("");
		await startAgain(app, talk.id);
		expect(find("messageEditor")).toBeNull();
		await act(mine, "edit");
		expect(textIn("messageEditText")).toBe(SAID);
	});

	it("leaves nothing on the disk by Save, also with words on their way there", async () => {
		const { app, place } = await changing();
		const slow = app.hold("draftSave");
		await hidden();
		await user.click(get("messageSave"));
		await painted();
		expect(app.callsOf("messageEdit")).toHaveLength(0);
		await slow.release();
		await painted();
		expect(find("messageEditor")).toBeNull();
		expect(app.callsOf("messageEdit")).toHaveLength(1);
		await hidden();
		expect(app.drafts.has(place)).toBe(false);
	});

	it("and could not be saved is kept in the box and on the disk", async () => {
		const { app, talk, place } = await changing();
		app.failNext("messageEdit", "conflict");
		await user.click(get("messageSave"));
		await painted();
		await hidden();
		expect(app.drafts.get(place)).toBe("Tôi đi chợ.");
		await startAgain(app, talk.id);
		expect(textIn("messageEditText")).toBe("Tôi đi chợ.");
	});

	it("is saved once, also when one looks into another conversation meanwhile", async () => {
		const { app, talk } = await changing();
		const slow = app.hold("messageEdit");
		await user.click(get("messageSave"));
		await open(app.conversations[0]?.id ?? "");
		await open(talk.id);
		await user.click(get("messageSave"));
		await slow.release();
		await painted();
		expect(app.callsOf("messageEdit")).toHaveLength(1);
		expect(find("messageEditor")).toBeNull();
	});

	it("says quietly that it is not kept", async () => {
		await unstored();
		const said = within(get("messageEditor")).getByTestId(testids.draftNotKept);
		expect(said.textContent).toContain("The disk is full.");
		expect(await violations()).toEqual([]);
	});

	it("and is being saved is not given up by Escape: if that fails the words are still there", async () => {
		const { app, place } = await changing("Tôi đã đi chợ.");
		const saving = app.hold("messageEdit");
		await user.keyboard("{Control>}{Enter}{/Control}");
		await painted();
		await user.keyboard("{Escape}");
		await saving.fail("disk_full");
		await painted();
		expect(textIn("messageEditText")).toBe("Tôi đã đi chợ.");
		await hidden();
		expect(app.drafts.get(place)).toBe("Tôi đã đi chợ.");
	});

	it("and goes meanwhile is so again when it is put back", async () => {
		const { app } = await changing();
		const id = article(mine).dataset.id ?? "";
		await app.messageDelete(id);
		await app.emit({ kind: "deleted", id, conversationId: app.conversations[1]?.id ?? "" });
		await hidden();
		expect(find("messageEditor")).toBeNull();
		expect(find("errorCode")).toBeNull();
		await app.trashRestore("message", id);
		await painted();
		expect(textIn("messageEditText")).toBe("Tôi đi chợ.");
	});

	it("cannot be while the words of before cannot be read, which is said", async () => {
		const { app, talk } = livedIn();
		const message = app.messages.find(({ content }) => content === SAID);
		app.drafts.set(`edit ${message?.id}`, "Of before");
		app.failNext("draftListEdits", "io");
		await openWindow(app);
		app.failNext("draftListEdits", "io");
		await open(talk.id);
		expect(get("errorCode").textContent).toContain("io");
		app.failNext("draftGet", "busy");
		await act(mine, "edit");
		expect(find("messageEditor")).toBeNull();
		await act(mine, "edit");
		expect(textIn("messageEditText")).toBe("Of before");
	});

	it("is on the disk before a backup takes the place of the data, and not afterwards", async () => {
		const { app, place } = await unstored();
		app.backups = [aBackup()];
		await restore();
		const order = app.calls.map(([name]) => name);
		expect(order.lastIndexOf("draftSave")).toBeLessThan(order.indexOf("backupRestore"));
		expect(app.drafts.get(place)).toBe("Tôi đi chợ.");
	});
});

it("words of before a restore are read anew from what was restored", async () => {
	const { app, talk, place } = await changing();
	app.backups = [aBackup()];
	const slow = app.hold("backupRestore");
	await restore();
	app.drafts.set(place, "Of the backup");
	await slow.release();
	await painted();
	await open(talk.id);
	expect(textIn("messageEditText")).toBe("Of the backup");
});

describe("words of before a repair", () => {
	/** A message that is being changed, its words on no disk, and damage that can be repaired. */
	async function damaged() {
		const { app, talk, place } = await unstored();
		app.doctor = { ok: false, text: "2 pages are damaged.", canRepair: true };
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("doctorCheck"));
		await painted();
		return { app, talk, place };
	}

	it("are on the disk before that begins", async () => {
		const { app, place } = await damaged();
		app.failNext("doctorRepair", "io");
		await user.click(get("doctorRepair"));
		await painted();
		const order = app.calls.map(([name]) => name);
		expect(order.indexOf("draftSave")).toBeLessThan(order.indexOf("doctorRepair"));
		expect(app.drafts.get(place)).toBe("Tôi đi chợ.");
	});

	it("are read anew from what it made, also when the settings are closed meanwhile", async () => {
		const { app, talk, place } = await damaged();
		const slow = app.hold("doctorRepair");
		await user.click(get("doctorRepair"));
		await painted();
		await user.click(get("settingsClose"));
		await painted();
		app.drafts.set(place, "Of the repair");
		await slow.release();
		await painted();
		await user.click(get("doctorGoOn"));
		await painted();
		await open(talk.id);
		expect(textIn("messageEditText")).toBe("Of the repair");
	});
});

describe("a new note", () => {
	/** A talk with the box of a new note, and these words in it. */
	async function writing(text: string) {
		const opened = await inTalk();
		await chooseOfConversation("notes");
		await user.type(get("noteNew"), text);
		return { ...opened, place: `note ${opened.talk.id}` };
	}

	it("is in the box at the next start", async () => {
		const { app, talk, place } = await writing("Mua ra");
		await hidden();
		expect(app.drafts.get(place)).toBe("Mua ra");
		await startAgain(app, talk.id);
		await chooseOfConversation("notes");
		expect(textIn("noteNew")).toBe("Mua ra");
	});

	it("is stored when the notes are closed", async () => {
		const { app, place } = await writing("Mua ra");
		await user.click(get("notesClose"));
		await painted();
		expect(app.drafts.get(place)).toBe("Mua ra");
	});

	it("leaves nothing on the disk when it is added, also with words on their way there", async () => {
		const { app, place } = await writing("Mua rau");
		const slow = app.hold("draftSave");
		await hidden();
		await user.click(get("noteAdd"));
		await painted();
		expect(app.callsOf("noteCreate")).toHaveLength(0);
		await slow.release();
		await painted();
		expect(all("noteItem")).toHaveLength(1);
		expect(textIn("noteNew")).toBe("");
		await hidden();
		expect(app.drafts.has(place)).toBe(false);
	});

	it("is added once, also when the notes are closed and opened meanwhile", async () => {
		const { app } = await writing("Mua rau");
		const slow = app.hold("noteCreate");
		await user.click(get("noteAdd"));
		await user.click(get("notesClose"));
		await painted();
		await chooseOfConversation("notes");
		await user.click(get("noteAdd"));
		await user.type(get("noteNew"), "{Control>}{Enter}{/Control}");
		await slow.release();
		await painted();
		expect(app.callsOf("noteCreate")).toHaveLength(1);
		expect(textIn("noteNew")).toBe("");
	});

	it("says when it could not be read, and when it is not kept", async () => {
		const { app, talk } = await inTalk();
		app.drafts.set(`note ${talk.id}`, "Of before,");
		app.failNext("draftGet", "io");
		await chooseOfConversation("notes");
		expect(get("noteDraftUnread").textContent).toContain("could not be read");
		app.failNext("draftGet", "disk_full");
		await user.type(get("noteNew"), "new");
		await hidden();
		const said = within(get("notesPanel")).getByTestId(testids.draftNotKept);
		expect(said.textContent).toContain("The disk is full.");
		expect(await violations()).toEqual([]);
		await hidden();
		expect(textIn("noteNew")).toBe("Of before, new");
	});

	it("is read anew when two conversations become one", async () => {
		const { app, talk, place } = await writing("Half a note");
		await chooseOfConversation("merge");
		await user.click(all("mergeChoice")[0] as Element);
		const merging = app.hold("conversationMerge");
		await user.click(get("mergeConfirm"));
		await painted();
		expect(app.drafts.get(place)).toBe("Half a note");
		app.drafts.set(place, "Half a note\nand another one");
		await merging.release();
		await painted();
		expect(textIn("noteNew")).toBe("Half a note\nand another one");
		await user.type(get("noteNew"), "!");
		await hidden();
		expect(app.drafts.get(`note ${talk.id}`)).toBe("Half a note\nand another one!");
	});
});

describe("undoing a merge", () => {
	async function merged() {
		const opened = await inTalk();
		await chooseOfConversation("merge");
		await user.click(all("mergeChoice")[0] as Element);
		await user.click(get("mergeConfirm"));
		await painted();
		return opened;
	}

	it("has what is typed on the disk before, and read anew afterwards", async () => {
		const { app, talk } = await merged();
		await user.type(get("composer"), "Half a thought");
		const undoing = app.hold("operationUndo");
		await user.click(get("undo"));
		await painted();
		expect(app.drafts.get(talk.id)).toBe("Half a thought");
		app.drafts.set(talk.id, "Half");
		await undoing.release();
		await painted();
		expect(textIn("composer")).toBe("Half");
	});

	it("is not done while what is typed cannot be stored, and says why", async () => {
		const { app } = await merged();
		app.failNext("draftSave", "disk_full");
		app.failNext("draftSave", "disk_full");
		await user.type(get("composer"), "Keep me");
		await user.click(get("undo"));
		await painted();
		expect(app.callsOf("operationUndo")).toHaveLength(0);
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(textIn("composer")).toBe("Keep me");
	});
});

describe("a note that is being changed", () => {
	async function changingNote() {
		const opened = await inTalk();
		const { id } = await opened.app.noteCreate(opened.talk.id, null, "Mua rau");
		await chooseOfConversation("notes");
		await user.click(get("noteEdit"));
		await painted();
		expect(focused()).toBe(get("noteText"));
		await write("noteText", "Mua rau và cá");
		return { ...opened, id, place: `note_edit ${id}` };
	}

	it("has its words again at the next start, when it is changed", async () => {
		const { app, talk, place } = await changingNote();
		await hidden();
		expect(app.drafts.get(place)).toBe("Mua rau và cá");
		await startAgain(app, talk.id);
		await chooseOfConversation("notes");
		app.failNext("draftGet", "io");
		await user.click(get("noteEdit"));
		await painted();
		expect(find("noteText")).toBeNull();
		expect(get("noteDraftUnread").textContent).toContain("could not be read");
		await user.click(get("noteEdit"));
		await painted();
		expect(find("noteDraftUnread")).toBeNull();
		expect(textIn("noteText")).toBe("Mua rau và cá");
	});

	it("is so still when the notes are opened again, and does not take the focus", async () => {
		const { app, place } = await changingNote();
		await user.click(get("notesClose"));
		await painted();
		expect(app.drafts.get(place)).toBe("Mua rau và cá");
		await chooseOfConversation("notes");
		expect(textIn("noteText")).toBe("Mua rau và cá");
		expect(focused()).toBe(get("noteNew"));
	});

	it("leaves nothing on the disk by Cancel", async () => {
		const { app, place } = await changingNote();
		await hidden();
		await user.click(get("noteCancel"));
		await painted();
		expect(app.drafts.get(place)).toBe("");
		expect(focused()).toBe(get("noteEdit"));
		await user.click(get("noteEdit"));
		await painted();
		expect(textIn("noteText")).toBe("Mua rau");
	});

	it("leaves nothing on the disk by Save, and all of it when that fails", async () => {
		const { app, place } = await changingNote();
		app.failNext("noteUpdate", "busy");
		await user.click(get("noteSave"));
		await painted();
		await hidden();
		expect(app.drafts.get(place)).toBe("Mua rau và cá");
		await user.click(get("noteSave"));
		await painted();
		expect(find("noteText")).toBeNull();
		await hidden();
		expect(app.drafts.has(place)).toBe(false);
	});

	it("says quietly that it is not kept", async () => {
		const { app } = await changingNote();
		app.failNext("draftSave", "disk_full");
		await hidden();
		expect(within(get("notesPanel")).getByTestId(testids.draftNotKept).textContent).toContain("full");
		expect(await violations()).toEqual([]);
	});
});
