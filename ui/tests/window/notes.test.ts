import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SearchHit } from "../../src/ipc";
import { violations } from "../support/axe";
import { openTrash } from "../support/deleting";
import type { FakeApp } from "../support/fake-app";
import { aHit, READY } from "../support/fixtures";
import { act, article, textIn, write } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
	user = userEvent.setup();
	browser.happyDOM.setViewport({ width: 1400 });
});

afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const focused = () => document.activeElement as HTMLElement;
const contents = () => all("noteItem").map((item) => item.querySelector(".words")?.textContent);

async function chooseOfConversation(action: string) {
	await userEvent.click(get("topBarMenu"));
	await painted();
	const item = all("topBarMenuItem").find(({ dataset }) => dataset.action === action);
	await userEvent.click(item as Element);
	await painted();
}

/** A talk with a note on it and one on its second message, and the notes open. */
async function withNotes() {
	const opened = await inTalk();
	await opened.app.noteCreate(opened.talk.id, null, "Ôn lại thì quá khứ");
	await opened.app.noteCreate(opened.talk.id, article(1).dataset.id ?? "", "海边 🌊\n<b>water</b>");
	await painted();
	await chooseOfConversation("notes");
	return opened;
}

describe("the notes of a conversation", () => {
	it("stand beside it, the focus in a new one, and give the focus back", async () => {
		await withNotes();
		expect(screen.getByRole("complementary", { name: "Notes" })).toBeTruthy();
		expect(contents()).toEqual(["Ôn lại thì quá khứ", "海边 🌊\n<b>water</b>"]);
		expect(focused()).toBe(get("noteNew"));
		await user.keyboard("{Escape}");
		await painted();
		expect(find("notesPanel")).toBeNull();
		expect(focused()).toBe(get("topBarMenu"));
	});

	it("are a dialog where there is no room beside it", async () => {
		browser.happyDOM.setViewport({ width: 800 });
		const { app } = await withNotes();
		expect(get("notesPanel").closest("dialog")).not.toBeNull();
		await user.click(all("noteDelete")[0] as Element);
		await painted();
		expect(find("undoToast")).toBeNull();
		await user.click(screen.getByRole("button", { name: "Undo" }));
		await painted();
		expect(app.notes).toHaveLength(2);
	});

	it("are written with the keyboard only, and changed, and deleted with a way back", async () => {
		const { app, talk } = await withNotes();
		await user.keyboard("Mua rau{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("noteCreate").at(-1)).toEqual([talk.id, null, "Mua rau"]);
		expect(contents()).toHaveLength(3);
		expect(textIn("noteNew")).toBe("");
		all("noteEdit")[0]?.focus();
		await user.keyboard("{Enter}");
		await user.keyboard("!{Control>}{Enter}{/Control}");
		await painted();
		expect(contents()[0]).toBe("Ôn lại thì quá khứ!");
		expect(focused()).toBe(all("noteEdit")[0]);
		all("noteDelete")[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(contents()).toHaveLength(2);
		expect(focused()).toBe(all("noteDelete")[0]);
		expect(get("undoToast").textContent).toContain("Deleted: Ôn lại thì quá khứ!");
		await user.click(get("undo"));
		await painted();
		expect(contents()[0]).toBe("Ôn lại thì quá khứ!");
	});

	it("that cannot be saved stay in the box, also when the notes are closed meanwhile", async () => {
		const { app } = await withNotes();
		app.failNext("noteCreate", "disk_full");
		await user.type(get("noteNew"), "Đừng mất");
		await user.click(get("noteAdd"));
		await painted();
		expect(get("notesPanel").textContent).toContain("The disk is full.");
		await user.click(get("notesClose"));
		await painted();
		await chooseOfConversation("notes");
		expect(textIn("noteNew")).toBe("Đừng mất");
		app.failNext("noteUpdate", "busy");
		await user.click(all("noteEdit")[0] as Element);
		await write("noteText", "Changed");
		await user.click(get("noteSave"));
		await painted();
		expect(textIn("noteText")).toBe("Changed");
	});

	it("say why they cannot be read, and can be tried again", async () => {
		const { app } = await inTalk();
		app.failNext("noteList", "corrupt");
		await chooseOfConversation("notes");
		expect(get("notesPanel").textContent).toContain("The notes could not be read.");
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(get("notesPanel").textContent).toContain("There are no notes");
	});

	it("keep the focus when they become a dialog or a panel", async () => {
		await withNotes();
		for (const width of [1000, 1400]) {
			browser.happyDOM.setViewport({ width });
			await painted();
			expect(get("notesPanel").closest("dialog") !== null).toBe(width === 1000);
			expect(focused()).toBe(get("noteNew"));
		}
	});

	it("are those of the conversation that is open", async () => {
		const { app } = await withNotes();
		await open(app.conversations[0]?.id ?? "");
		expect(contents()).toEqual([]);
	});

	it("come a page at a time", async () => {
		const { app } = await inTalk();
		app.pageSize = 4;
		const { id } = app.conversations[1] ?? { id: "" };
		for (let number = 0; number < 6; number += 1) await app.noteCreate(id, null, `Note ${number}`);
		await chooseOfConversation("notes");
		expect(contents()).toHaveLength(4);
		await user.click(screen.getByText("Show more"));
		await painted();
		expect(contents()).toHaveLength(6);
	});

	it("can be read while nothing can be changed", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await app.noteCreate(talk.id, null, "Chỉ đọc");
		await openWindow(app);
		await open(talk.id);
		await chooseOfConversation("notes");
		expect(contents()).toEqual(["Chỉ đọc"]);
		expect([find("noteNew"), find("noteEdit"), find("noteDelete")]).toEqual([null, null, null]);
	});
});

describe("a note on a message", () => {
	it("is written from its menu, counted at it, and leads to it", async () => {
		const { app, talk } = await inTalk();
		const id = article(1).dataset.id ?? "";
		await act(1, "note");
		expect(focused()).toBe(get("noteNew"));
		expect(focused().getAttribute("aria-label")).toBe("New note on the message");
		await user.keyboard("Câu hay{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("noteCreate")).toEqual([[talk.id, id, "Câu hay"]]);
		expect(get("messageNotes").textContent).toContain("1 note");
		await user.click(get("noteOpen"));
		await painted();
		expect(focused().dataset.id).toBe(id);
	});

	it("can be one on the whole conversation after all", async () => {
		const { app } = await inTalk();
		await act(1, "note");
		await user.click(get("noteGeneral"));
		await user.type(get("noteNew"), "General");
		await user.click(get("noteAdd"));
		await painted();
		expect(app.notes[0]?.messageId).toBeNull();
	});

	it("is asked for in its conversation only", async () => {
		const { app, talk } = await inTalk();
		const other = app.conversations[0]?.id ?? "";
		await act(1, "note");
		await open(other);
		expect(find("noteGeneral")).toBeNull();
		expect(get("noteNew").getAttribute("aria-label")).toBe("New note on this conversation");
		await write("noteNew", "Elsewhere");
		await user.click(get("noteAdd"));
		await painted();
		expect(app.callsOf("noteCreate")).toEqual([[other, null, "Elsewhere"]]);
		await open(talk.id);
		expect(get("noteNew").getAttribute("aria-label")).toBe("New note on the message");
	});

	describe("that is found", () => {
		async function findNote(app: FakeApp, over: Partial<SearchHit>) {
			app.found = [aHit({ kind: "note", role: null, ...over })];
			await user.keyboard("{Control>}k{/Control}");
			await user.type(get("searchBox"), "chợ");
			await new Promise((resolve) => setTimeout(resolve, 160));
			await painted();
			await user.keyboard("{Enter}");
			await painted();
		}

		/** Two conversations, the second one with so many notes. */
		async function withMany(count: number) {
			const { app, talk } = livedIn();
			app.pageSize = 4;
			for (let number = 0; number < count; number += 1) await app.noteCreate(talk.id, null, `Note ${number}`);
			await openWindow(app);
			return { app, talk, conversationId: talk.id };
		}

		it.each([1400, 800])("is shown, stands out and has the focus, in %i pixels", async (width) => {
			browser.happyDOM.setViewport({ width });
			const { app, conversationId } = await withMany(11);
			const { id = "" } = app.notes[9] ?? {};
			await findNote(app, { id, conversationId, messageId: app.messages[1]?.id ?? null });
			expect(get("conversationTitle").textContent).toBe("At the café");
			expect(contents()).toHaveLength(11);
			expect(focused().dataset.id).toBe(id);
			expect(focused().classList).toContain("standsOut");
			expect(await violations()).toEqual([]);
		});

		it("is gone to also when the notes are open already, twice too", async () => {
			const { app, talk, conversationId } = await withMany(6);
			await open(talk.id);
			await chooseOfConversation("notes");
			expect(contents()).toHaveLength(4);
			const { id = "" } = app.notes[5] ?? {};
			for (let times = 0; times < 2; times += 1) {
				await findNote(app, { id, conversationId });
				expect(focused().dataset.id).toBe(id);
			}
			expect(contents()).toHaveLength(6);
		});

		it("is not looked for in the conversation that is opened next, whose own box has the focus", async () => {
			const { app, conversationId } = await withMany(6);
			const other = app.conversations[0]?.id ?? "";
			for (let number = 0; number < 9; number += 1) await app.noteCreate(other, null, `Other ${number}`);
			await findNote(app, { id: app.notes[5]?.id ?? "", conversationId });
			await open(other);
			expect(contents()).toEqual(["Other 0", "Other 1", "Other 2", "Other 3"]);
			expect(get("notesPanel").textContent).not.toContain("not here any more");
			expect(focused()).toBe(get("composer"));
		});

		it("is gone to once, also when the notes change between a panel and a dialog", async () => {
			const { app, conversationId } = await withMany(6);
			const { id = "" } = app.notes[5] ?? {};
			await findNote(app, { id, conversationId });
			expect(focused().dataset.id).toBe(id);
			get("composer").focus();
			for (const width of [1000, 1400]) {
				browser.happyDOM.setViewport({ width });
				await painted();
				expect(get("notesPanel").closest("dialog") !== null).toBe(width === 1000);
				expect(document.querySelector(".standsOut")).toBeNull();
			}
			expect(get("notesPanel").contains(focused())).toBe(false);
		});

		it("is gone to once, also when its conversation is merged with another one, and parted from it", async () => {
			const { app, conversationId } = await withMany(6);
			await findNote(app, { id: app.notes[5]?.id ?? "", conversationId });
			await chooseOfConversation("merge");
			await user.click(all("mergeChoice")[0] as Element);
			await user.click(get("mergeConfirm"));
			await painted();
			expect(app.callsOf("conversationMerge")).toHaveLength(1);
			expect(document.querySelector(".standsOut")).toBeNull();
			expect(get("notesPanel").contains(focused())).toBe(false);
			await user.click(get("undo"));
			await painted();
			expect(app.callsOf("operationUndo")).toHaveLength(1);
			expect(document.querySelector(".standsOut")).toBeNull();
			expect(get("notesPanel").contains(focused())).toBe(false);
		});

		it("says so when it is not there any more", async () => {
			const { app, conversationId } = await withMany(6);
			await findNote(app, { id: "0000000000000", conversationId });
			expect(get("notesPanel").textContent).toContain("The note that was found is not here any more.");
			expect(contents()).toHaveLength(6);
		});
	});
});

it("a deleted note lies in the trash by its words, and is put back", async () => {
	const { app } = await withNotes();
	await user.click(all("noteDelete")[0] as Element);
	await painted();
	await openTrash();
	const item = get("trashItem");
	expect(item.dataset.kind).toBe("note");
	expect(item.textContent).toContain("Ôn lại thì quá khứ");
	expect(item.textContent).toContain("A note in “At the café”");
	await user.click(get("trashRestore"));
	await painted();
	expect(app.notes).toHaveLength(2);
	expect(all("recentChange")[0]?.textContent).toContain("Put back the note");
});
