import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aFact, aSummary, READY } from "../support/fixtures";
import { facts, inMemory, summaries, unfold } from "../support/memory";
import { article, chooseOfConversation, textIn, write } from "../support/messages";
import { press, withServer } from "../support/tutors";
import { all, find, get, open, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
	user = userEvent.setup();
	browser.happyDOM.setViewport({ width: 1400 });
});

afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const focused = () => document.activeElement as HTMLElement;
const panel = () => get("memoryPanel").textContent ?? "";

/** With something that was guessed, something sure from the second message, and something of the learner's own. */
async function withFacts() {
	const given = withServer();
	const { app, talk } = given;
	app.learn(talk.id, "Thích phở");
	const sourceMessageId = app.messages[1]?.id ?? "";
	app.learn(talk.id, "Mixes up tenses", { factType: "weakness", confidence: 0.9, sourceMessageId });
	app.learn(talk.id, "想去北京", { factType: "learning_goal", isUserEdited: true });
	return inMemory(given);
}

describe("the panel", () => {
	it("stands beside the chat, has the focus, and gives it back", async () => {
		await inMemory();
		expect(screen.getByRole("complementary", { name: "What your tutor remembers" })).toBeTruthy();
		expect(focused()).toBe(get("memoryPanel"));
		expect(panel()).toContain("Nothing is remembered about you here yet.");
		expect(panel()).toContain("Nothing was summed up yet.");
		expect(find("factsForget")).toBeNull();
		await user.keyboard("{Escape}");
		await painted();
		expect(find("memoryPanel")).toBeNull();
		expect(focused()).toBe(get("topBarMenu"));
	});

	it("and the notes are never open together", async () => {
		await inMemory();
		await chooseOfConversation("notes");
		expect([find("memoryPanel"), find("notesPanel") !== null]).toEqual([null, true]);
		await chooseOfConversation("memory");
		expect([find("memoryPanel") !== null, find("notesPanel")]).toEqual([true, null]);
		expect(all("noteNew")).toEqual([]);
		// Dialogs tell that they close when they are gone already.
		browser.happyDOM.setViewport({ width: 800 });
		for (const [choice, name] of [
			["notes", "notesPanel"],
			["memory", "memoryPanel"],
		] as const) {
			await chooseOfConversation(choice);
			expect(get(name).closest("dialog")).not.toBeNull();
			expect(all("notesPanel").length + all("memoryPanel").length).toBe(1);
		}
	});

	it("is opened from the palette too", async () => {
		await inMemory();
		await press("memoryClose");
		await user.keyboard("{Control>}k{/Control}");
		await user.type(get("searchBox"), "tutor remembers");
		await new Promise((resolve) => setTimeout(resolve, 160));
		await painted();
		await user.keyboard("{Enter}");
		await painted();
		expect(find("memoryPanel")).not.toBeNull();
	});

	it("is a dialog where there is no room, with its own way back", async () => {
		browser.happyDOM.setViewport({ width: 800 });
		const { app } = await withFacts();
		expect(get("memoryPanel").closest("dialog")).not.toBeNull();
		await press("factDelete");
		expect(find("undoToast")).toBeNull();
		expect(panel()).toContain("Deleted: Thích phở");
		await press("memoryUndo");
		expect(app.facts).toHaveLength(3);
		expect(facts()).toHaveLength(3);
		await press("factSource");
		expect(find("memoryPanel")).toBeNull();
		expect(focused().dataset.id).toBe(article(1).dataset.id);
	});

	it("keeps what is typed when it becomes a dialog, and when it is closed", async () => {
		await withFacts();
		await write("factNew", "Đừng mất");
		await press("factEdit");
		await write("factText", "Half");
		browser.happyDOM.setViewport({ width: 800 });
		await painted();
		expect([textIn("factNew"), textIn("factText")]).toEqual(["Đừng mất", "Half"]);
		browser.happyDOM.setViewport({ width: 1400 });
		await press("memoryClose");
		await chooseOfConversation("memory");
		expect([textIn("factNew"), textIn("factText")]).toEqual(["Đừng mất", "Half"]);
	});

	it("keeps what is typed for its conversation while another one is open, closed in between or not", async () => {
		const given = withServer();
		const { app, talk } = given;
		app.learn(talk.id, "Thích phở");
		app.sumUp(talk.id, "They ordered tea.");
		await inMemory(given);
		const other = app.conversations[0]?.id ?? "";
		await write("factNew", "Đừng mất");
		await press("factEdit");
		await write("factText", "Half");
		await press("summaryEdit");
		await write("summaryText", "半");
		const typed = () => [textIn("factNew"), textIn("factText"), textIn("summaryText")];
		await open(other);
		expect(textIn("factNew")).toBe("");
		await write("factNew", "海");
		await open(talk.id);
		expect(typed()).toEqual(["Đừng mất", "Half", "半"]);
		await press("memoryClose");
		await open(other);
		await chooseOfConversation("memory");
		expect(textIn("factNew")).toBe("海");
		await open(talk.id);
		expect(typed()).toEqual(["Đừng mất", "Half", "半"]);
	});

	it("follows the conversation that is open", async () => {
		const { app } = await withFacts();
		await write("factNew", "Only there");
		await open(app.conversations[0]?.id ?? "");
		expect(facts()).toEqual([]);
		expect(textIn("factNew")).toBe("");
		expect(focused()).not.toBe(get("memoryPanel"));
	});

	it("says why it cannot be read, and can be tried again", async () => {
		const given = withServer();
		given.app.failNext("memoryGet", "corrupt");
		await inMemory(given);
		expect(panel()).toContain("What is remembered could not be read.");
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(panel()).toContain("Nothing is remembered about you here yet.");
	});
});

describe("what is remembered of the learner", () => {
	it("says of what kind it is and how sure, but not of what the learner says", async () => {
		await withFacts();
		const about = all("factItem").map((item) =>
			[...item.querySelectorAll(".about > span")].map((one) => one.textContent?.trim()),
		);
		expect(about).toEqual([["Interest", "guessed"], ["Still hard", "sure"], ["Goal"]]);
	});

	it("leads to the message from which it was learnt", async () => {
		await withFacts();
		expect(all("factSource")).toHaveLength(1);
		await press("factSource");
		expect(focused().dataset.id).toBe(article(1).dataset.id);
		expect(find("memoryPanel")).not.toBeNull();
	});

	it("is added by hand with the keyboard only, of any kind", async () => {
		const { app, talk } = await withFacts();
		await user.selectOptions(get("factKind"), "Going well");
		get("factNew").focus();
		await user.keyboard("Nghe tốt{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("keyFactCreate")).toEqual([[talk.id, "strength", "Nghe tốt"]]);
		expect(facts().at(-1)).toBe("Nghe tốt");
		expect(textIn("factNew")).toBe("");
	});

	it("that is in the list already is refused in words, and stays in the box", async () => {
		await withFacts();
		await write("factNew", "Thích phở");
		await press("factAdd");
		expect(get("factRefusal").textContent).toContain("This is remembered already.");
		expect(textIn("factNew")).toBe("Thích phở");
		const described = get("factNew").getAttribute("aria-describedby") ?? "";
		expect(document.getElementById(described)?.textContent).toContain("remembered already");
		await user.type(get("factNew"), "!");
		await press("factAdd");
		expect(find("factRefusal")).toBeNull();
		expect(facts()).toHaveLength(4);
	});

	it("is not blank, and not too long", async () => {
		const { app } = await withFacts();
		expect((get("factAdd") as HTMLButtonElement).disabled).toBe(true);
		get("factNew").focus();
		await user.keyboard("  {Control>}{Enter}{/Control}");
		expect(app.callsOf("keyFactCreate")).toEqual([]);
		await user.clear(get("factNew"));
		await user.click(get("factNew"));
		await user.paste("长".repeat(501));
		await press("factAdd");
		expect(get("factRefusal").textContent).toContain("This is too long.");
		expect(textIn("factNew")).toHaveLength(501);
	});

	it("is put right with the keyboard, and the focus stays", async () => {
		const { app } = await withFacts();
		const { id } = app.facts[0] ?? {};
		all("factEdit")[0]?.focus();
		await user.keyboard("{Enter}");
		expect(focused()).toBe(get("factText"));
		await user.keyboard(" bò{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("keyFactUpdate")).toEqual([[id, { factType: "interest", text: "Thích phở bò" }]]);
		expect(facts()[0]).toBe("Thích phở bò");
		expect(focused()).toBe(all("factEdit")[0]);
		expect(all("factItem")[0]?.textContent).not.toContain("guessed");
	});

	it("stays as it was when the change is thought better of, or is none", async () => {
		const { app } = await withFacts();
		await press("factEdit");
		await user.keyboard("…{Escape}");
		await painted();
		expect(find("factText")).toBeNull();
		expect(find("memoryPanel")).not.toBeNull();
		expect(focused()).toBe(all("factEdit")[0]);
		await press("factEdit");
		await press("factSave");
		expect(find("factText")).toBeNull();
		expect(app.callsOf("keyFactUpdate")).toEqual([]);
	});

	it("that cannot be changed says why, and keeps what was typed", async () => {
		await withFacts();
		await press("factEdit");
		await write("factText", "想去北京");
		await press("factSave");
		expect(get("factRefusal").textContent).toContain("This is remembered already.");
		expect(textIn("factText")).toBe("想去北京");
		await press("factCancel");
		expect(facts()[0]).toBe("Thích phở");
	});

	it("is pinned to the top and unpinned, and the button keeps the focus", async () => {
		const { app } = await withFacts();
		const { id } = app.facts[2] ?? {};
		all("factPin")[2]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(facts()[0]).toBe("想去北京");
		expect(all("factItem")[0]?.textContent).toContain("pinned");
		expect(focused()).toBe(all("factPin")[0]);
		expect(focused().getAttribute("aria-label")).toBe("Unpin “想去北京”");
		await user.keyboard("{Enter}");
		await painted();
		expect(app.callsOf("keyFactPin")).toEqual([
			[id, true],
			[id, false],
		]);
		expect(facts()[2]).toBe("想去北京");
	});

	it("is deleted, with a way back", async () => {
		await withFacts();
		all("factDelete")[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(facts()).toEqual(["Mixes up tenses", "想去北京"]);
		expect(focused()).toBe(all("factDelete")[0]);
		expect(get("undoToast").textContent).toContain("A fact deleted: “Thích phở”");
		await press("undo");
		expect(facts()[0]).toBe("Thích phở");
	});

	it("is forgotten altogether, with a way back", async () => {
		const { app, talk } = await withFacts();
		await press("factsForget");
		expect(app.callsOf("keyFactClear")).toEqual([[talk.id]]);
		expect(facts()).toEqual([]);
		expect(get("undoToast").textContent).toContain("Forgot everything remembered in “At the café”");
		expect(get("memoryPanel").contains(focused())).toBe(true);
		await press("undo");
		expect(facts()).toHaveLength(3);
	});

	it("that cannot be deleted is still there, which is said", async () => {
		const { app } = await withFacts();
		app.failNext("keyFactDelete", "disk_full");
		await press("factDelete");
		expect(panel()).toContain("The disk is full.");
		expect(facts()).toHaveLength(3);
		expect(find("undoToast")).toBeNull();
	});

	it("comes when it was learnt elsewhere", async () => {
		const { app, talk } = await withFacts();
		app.learn(talk.id, "Học buổi tối");
		await app.emit({ entity: "key_fact", kind: "inserted", conversationId: talk.id });
		await painted();
		expect(facts()).toContain("Học buổi tối");
	});
});

describe("what was summed up", () => {
	async function withSummaries() {
		const given = withServer();
		const { app, talk } = given;
		app.sumUp(talk.id, "Họ nói về chợ.");
		app.sumUp(talk.id, "They ordered tea.", { fromSequence: 41, toSequence: 80, model: "<b>‮gemma</b>" });
		return inMemory(given);
	}

	it("says of which stretch, and who made it", async () => {
		await withSummaries();
		const about = all("summaryItem").map((item) => item.querySelector(".about")?.textContent);
		expect(about[0]).toMatch(/Messages 1–40\s*made by rules, without a model/);
		expect(about[1]).toMatch(/Messages 41–80\s*written by <b>‮gemma<\/b>/);
		expect(all("summaryItem")[1]?.querySelector("bdi")?.textContent).toBe("<b>‮gemma</b>");
	});

	it("is put right with the keyboard", async () => {
		const { app } = await withSummaries();
		const { id } = app.summaries[0] ?? {};
		all("summaryEdit")[0]?.focus();
		await user.keyboard("{Enter}");
		await user.keyboard(" Cá.{Control>}{Enter}{/Control}");
		await painted();
		expect(app.callsOf("summaryUpdate")).toEqual([[id, "Họ nói về chợ. Cá."]]);
		expect(summaries()[0]).toBe("Họ nói về chợ. Cá.");
		expect(focused()).toBe(all("summaryEdit")[0]);
	});

	it("that cannot be changed says why, and keeps what was typed", async () => {
		const { app } = await withSummaries();
		app.failNext("summaryUpdate", "busy");
		await press("summaryEdit");
		await write("summaryText", "Khác");
		await press("summarySave");
		expect(panel()).toContain("The database is busy.");
		expect(textIn("summaryText")).toBe("Khác");
	});

	it("goes for good only when that was asked, one or all", async () => {
		const { app, talk } = await withSummaries();
		await press("summaryDelete");
		expect(focused()).toBe(get("summaryKeep"));
		await user.keyboard("{Escape}");
		await painted();
		expect(find("memoryPanel")).not.toBeNull();
		expect(focused()).toBe(all("summaryDelete")[0]);
		expect(app.callsOf("summaryDelete")).toEqual([]);
		await press("summaryDeleteAll");
		await press("summaryKeep");
		expect(focused()).toBe(get("summaryDeleteAll"));
		await press("summaryDelete");
		await press("summaryDeleteSure");
		expect(summaries()).toEqual(["They ordered tea."]);
		app.sumUp(talk.id, "One more.");
		await app.emit({ entity: "summary", kind: "inserted", conversationId: talk.id });
		await painted();
		await press("summaryDeleteAll");
		await press("summaryDeleteSure");
		expect(app.callsOf("summaryClear")).toEqual([[talk.id]]);
		expect(summaries()).toEqual([]);
		expect(get("memoryPanel").contains(focused())).toBe(true);
	});

	it("is made at once, or there is nothing for it, which is said", async () => {
		const { app } = await withSummaries();
		await press("sumUp");
		expect(get("summedUp").textContent).toContain("There is nothing to sum up yet.");
		app.toSumUp = [aSummary({ text: "Mới" })];
		await press("sumUp");
		expect(get("summedUp").textContent).toContain("1 summary was made.");
		expect(summaries()).toHaveLength(3);
		app.failNext("memorySummarize", "busy");
		await press("sumUp");
		expect(get("summedUp").textContent?.trim()).toBe("");
		expect(panel()).toContain("The database is busy.");
	});
});

describe("hostile words", () => {
	const TEXTS = [
		"<script>alert(1)</script><b>x</b>",
		"‮ngược‬ ذهبت إلى البحر",
		"{name} {count, plural, other {#}}",
		"x".repeat(500),
		"one\n\n  two",
	];

	it.each(TEXTS)("are words and nothing else in a fact and a summary: %s", async (text) => {
		const given = withServer();
		const { app, talk } = given;
		app.facts = [aFact({ conversationId: talk.id, text })];
		app.summaries = [aSummary({ conversationId: talk.id, text })];
		await inMemory(given);
		for (const item of [...all("factItem"), ...all("summaryItem")]) {
			const words = item.querySelector<HTMLElement>(".words");
			expect(words?.textContent).toBe(text);
			expect(words?.children).toHaveLength(0);
			expect(words?.dir).toBe("auto");
		}
		expect(get("factDelete").getAttribute("aria-label")?.length).toBeLessThan(100);
		await press("factEdit");
		expect(textIn("factText")).toBe(text);
	});
});

it("while nothing can be changed all of it can be read", async () => {
	const given = withServer();
	const { app, talk } = given;
	app.status = { ...READY, readOnly: "its file is write-protected" };
	app.learn(talk.id, "Thích phở", { sourceMessageId: app.messages[1]?.id ?? "", pinnedAt: 1 });
	app.sumUp(talk.id, "Họ nói về chợ.");
	await inMemory(given);
	expect(facts()).toEqual(["Thích phở"]);
	expect(summaries()).toEqual(["Họ nói về chợ."]);
	expect(get("memoryStrategy").textContent).toContain("Messages, summaries and what is known of you");
	await unfold("memoryAdvanced");
	expect(get("memoryAdvanced").textContent).toContain("4096");
	await unfold("seenExact");
	expect(get("seenSystem").textContent).toContain("Thích phở");
	const changing = [
		...(["factNew", "factAdd", "factEdit", "factPin", "factDelete", "factsForget"] as const),
		...(["summaryEdit", "summaryDelete", "summaryDeleteAll", "sumUp"] as const),
		...(["memoryAuto", "memoryMaxMessages", "memorySettings"] as const),
	];
	expect(changing.filter((name) => find(name))).toEqual([]);
	expect(get("memoryPanel").querySelectorAll("input, select, textarea")).toHaveLength(0);
	await press("factSource");
	expect(focused().dataset.id).toBe(article(1).dataset.id);
});
