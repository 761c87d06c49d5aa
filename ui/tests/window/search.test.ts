import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { violations } from "../support/axe";
import { FakeApp } from "../support/fake-app";
import { aHit, READY } from "../support/fixtures";
import { all, find, get, livedIn, openWindow, painted } from "../support/window";

/** Longer than the typing has to rest. */
const rested = () => new Promise((resolve) => setTimeout(resolve, 160));

async function openSearch(app: FakeApp = livedIn().app) {
	const opened = await openWindow(app);
	await userEvent.keyboard("{Control>}k{/Control}");
	await painted();
	return opened;
}

async function type(text: string) {
	await userEvent.type(get("searchBox"), text);
	await rested();
	await painted();
}

const lines = () => all("searchOption").map((line) => line.textContent?.trim().replace(/\s+/g, " "));
const chosen = () => screen.getByRole("option", { selected: true });

describe("the search", () => {
	let app: FakeApp;
	let talk: { id: string };

	beforeEach(() => {
		const world = livedIn();
		app = world.app;
		talk = world.talk;
	});

	it("says when not everything can be found", async () => {
		const { app } = livedIn();
		app.isSearchIncomplete = true;
		await openSearch(app);
		expect(find("searchIncomplete")).toBeNull();
		await type("天气");
		expect(get("searchIncomplete").textContent).toContain("being rebuilt");
		await app.searchRebuild();
		await type("很好");
		expect(find("searchIncomplete")).toBeNull();
	});

	it("opens by the key and by the button, with the focus in its box, and closes with Escape", async () => {
		await openWindow(app);
		await userEvent.keyboard("{Meta>}k{/Meta}");
		await painted();
		expect(document.activeElement).toBe(get("searchBox"));
		await userEvent.click(get("searchClose"));
		await painted();
		expect(find("searchDialog")).toBeNull();
		await userEvent.click(get("searchOpen"));
		await painted();
		expect(get("searchDialog")).toBeTruthy();
	});

	it("shows what is found by kind, with what was looked for marked, and opens it", async () => {
		const hit = aHit({ conversationId: talk.id });
		app.found = [hit, aHit({ kind: "title", conversationId: talk.id, role: null })];
		await openSearch(app);
		await type("天气");
		expect(app.callsOf("searchRun")).toEqual([["天气", null, null, 20]]);
		expect([...get("searchDialog").querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual([
			"天气",
			"天气",
		]);
		expect(all("searchOption").map(({ dataset }) => dataset.kind)).toEqual(["title", "message"]);
		expect(lines()[1]).toContain("You · At the café");
		await userEvent.keyboard("{ArrowDown}{Enter}");
		await painted();
		expect(find("searchDialog")).toBeNull();
		expect(app.callsOf("searchRemember")).toEqual([["天气"]]);
		expect(get("conversationTitle").textContent).toBe("At the café");
	});

	it("asks once for what was typed in one go, and an old answer never covers a newer one", async () => {
		await openSearch(app);
		const slow = app.hold("searchRun");
		app.found = [aHit({ title: "old" })];
		await type("we");
		app.found = [aHit({ title: "new" })];
		await type("ather");
		await slow.release();
		await painted();
		expect(app.callsOf("searchRun").map(([text]) => text)).toEqual(["we", "weather"]);
		expect(lines()).toHaveLength(1);
		expect(lines()[0]).toContain("new");
	});

	it("opens the first result when Enter is pressed before it is there", async () => {
		app.found = [aHit({ conversationId: talk.id })];
		await openSearch(app);
		await type("天气{Enter}");
		expect(find("searchDialog")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("At the café");
		expect(app.callsOf("searchRun")).toHaveLength(1);
	});

	it.each([
		["something else is typed", "天气{Enter}!"],
		["another line is gone to", "天气{Enter}{ArrowDown}"],
	])("forgets that Enter was pressed when %s", async (_, keys) => {
		app.found = [aHit({ conversationId: talk.id })];
		await openSearch(app);
		await type(keys);
		expect(all("searchOption")).toHaveLength(1);
	});

	it("opens nothing for a hurried Enter when the search fails or finds nothing", async () => {
		app.found = [aHit({ conversationId: talk.id })];
		await openSearch(app);
		await type("weather");
		app.failNext("searchRun", "busy");
		await type("s{Enter}");
		expect(get("errorCode").textContent).toContain("busy");
		app.found = [];
		await type("!{Enter}");
		expect(find("searchNothing")).not.toBeNull();
		app.found = [aHit({ conversationId: talk.id })];
		await type("?");
		expect(find("searchDialog")).not.toBeNull();
	});

	it("goes through the lines with the arrow keys, around both ends", async () => {
		app.found = [aHit({ title: "first" }), aHit({ title: "second" })];
		await openSearch(app);
		await type("x");
		expect(chosen().textContent).toContain("first");
		await userEvent.keyboard("{ArrowDown}");
		expect(chosen().textContent).toContain("second");
		expect(get("searchBox").getAttribute("aria-activedescendant")).toBe(chosen().id);
		await userEvent.keyboard("{ArrowDown}");
		expect(chosen().textContent).toContain("first");
		await userEvent.keyboard("{ArrowUp}");
		expect(chosen().textContent).toContain("second");
	});

	it("says that nothing was found, and how to find more", async () => {
		await openSearch(app);
		await type("zzz");
		expect(get("searchNothing").textContent).toContain("Nothing was found.");
		expect(screen.getByText("Nothing was found.", { selector: "[role=status]" })).toBeTruthy();
	});

	it("goes on further back while pages come back empty, and then lets the learner decide", async () => {
		const pages = vi.spyOn(app, "searchRun");
		pages.mockImplementation(async (_text, _kind, cursor) => ({
			hits: [],
			more: [],
			next: String(Number(cursor ?? 0) + 1),
			isIncomplete: false,
		}));
		await openSearch(app);
		await type("rare");
		expect(pages).toHaveBeenCalledTimes(5);
		expect(get("searchNothing").textContent).toContain("newer messages");
		pages.mockImplementation(async () => ({
			hits: [aHit({ title: "found at last" })],
			more: [],
			next: null,
			isIncomplete: false,
		}));
		await userEvent.click(get("searchMore"));
		await painted();
		expect(pages).toHaveBeenLastCalledWith("rare", null, "5", 20);
		expect(lines()[0]).toContain("found at last");
		expect(find("searchMore")).toBeNull();
	});

	it("shows all of one kind and goes back to everything", async () => {
		app.found = Array.from({ length: 7 }, (_, number) =>
			aHit({ kind: "title", role: null, snippet: [{ text: `Title ${number}`, isMatch: false }] }),
		);
		await openSearch(app);
		await type("title");
		expect(all("searchOption")).toHaveLength(6);
		await userEvent.click(screen.getByText("Conversations: show all"));
		await painted();
		expect(all("searchOption")).toHaveLength(7);
		await userEvent.click(get("searchAll"));
		await painted();
		expect(all("searchOption")).toHaveLength(6);
	});

	it("offers the last searches and forgets them on wish", async () => {
		app.recentSearches = ["crème brûlée", "天气"];
		app.found = [aHit()];
		await openSearch(app);
		expect(lines().slice(0, 2)).toEqual(["crème brûlée", "天气"]);
		await userEvent.click(screen.getByText("天气"));
		await painted();
		expect((get("searchBox") as HTMLInputElement).value).toBe("天气");
		expect(all("searchOption")).toHaveLength(1);
		await userEvent.clear(get("searchBox"));
		await painted();
		await userEvent.click(get("searchForget"));
		await painted();
		expect(app.callsOf("searchForget")).toEqual([[null]]);
		expect(find("searchForget")).toBeNull();
	});

	it("carries commands out, also by a part of their name", async () => {
		await openSearch(app);
		await type("tras");
		expect(lines()).toEqual(["Trash"]);
		await userEvent.keyboard("{Enter}");
		await painted();
		expect(get("trashDialog")).toBeTruthy();
	});

	it.each([
		["who ans", "Who answers here?", "tutorDialog"],
		["remembers", "What your tutor remembers", "memoryPanel"],
		["happened", "What happened here", "eventsDialog"],
	] as const)("opens for “%s” what “%s” names, for the open conversation", async (text, name, opened) => {
		await openSearch(app);
		await type(text);
		expect(lines()).toEqual([name]);
		await userEvent.keyboard("{Enter}");
		await painted();
		expect(find("searchDialog")).toBeNull();
		expect(get(opened)).toBeTruthy();
	});

	it("offers nothing of a conversation while none is open", async () => {
		await openSearch(new FakeApp());
		expect(lines()).toEqual(["Bookmarks", "Trash", "Settings", "Your data"]);
	});

	it("does not ask who is to answer where that cannot be changed", async () => {
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await openSearch(app);
		expect(lines()).not.toContain("Who answers here?");
		expect(lines()).toContain("What your tutor remembers");
	});

	it.each([
		["no", "before a command, of whose name two letters tell little", ["note", "message", undefined]],
		["note", "after a command whose name begins with it", [undefined, "note", "message"]],
		["otes", "before a command in whose name it merely stands", ["note", "message", undefined]],
	])("lists for “%s” what was found %s", async (text, _, kinds) => {
		app.found = [aHit({ conversationId: talk.id }), aHit({ kind: "note", conversationId: talk.id })];
		await openSearch(app);
		await type(text);
		expect(all("searchOption").map(({ dataset }) => dataset.kind)).toEqual(kinds);
		expect(chosen()).toBe(all("searchOption")[0]);
	});

	it("puts an operator behind what is typed already", async () => {
		await openSearch(app);
		await type("weather");
		const button = all("searchOperator").find(({ dataset }) => dataset.operator === "from:me");
		await userEvent.click(button as HTMLElement);
		await rested();
		await painted();
		expect((get("searchBox") as HTMLInputElement).value).toBe("weather from:me ");
		expect(document.activeElement).toBe(get("searchBox"));
		expect(app.callsOf("searchRun").at(-1)?.[0]).toBe("weather from:me ");
	});

	it("shows once what the app finds twice, of each kind", async () => {
		const hit = aHit({ title: "twice" });
		app.found = [hit, hit, { ...hit, kind: "note", title: "a note of the same id" }];
		await openSearch(app);
		await type("天气");
		expect(all("searchOption").map(({ dataset }) => dataset.kind)).toEqual(["note", "message"]);
		app.found = [aHit({ title: "another" })];
		await type("!");
		expect(lines()).toHaveLength(1);
		expect(lines()[0]).toContain("another");
	});

	it("has a button for everything by which a search can be narrowed", async () => {
		await openSearch(app);
		expect(all("searchOperator").map(({ dataset }) => dataset.operator)).toEqual([
			...["from:me", "from:tutor", "is:unread", "is:pinned", "is:bookmarked", "is:archived"],
			...["in:", "tag:", "folder:", "level:", "after:", "before:"],
		]);
		const button = all("searchOperator").find(({ dataset }) => dataset.operator === "before:");
		await userEvent.click(button as HTMLElement);
		await type("2026");
		expect(app.callsOf("searchRun").at(-1)?.[0]).toBe("before:2026");
	});

	it("shows a word whose conversation is gone, which leads nowhere, and stays open", async () => {
		const words = [{ text: "bargain: to talk about a price", isMatch: false }];
		app.found = [aHit({ kind: "word", role: null, title: "bargain", snippet: words })];
		await openSearch(app);
		await type("bargain{Enter}");
		expect(screen.queryByRole("option", { selected: true })).toBeNull();
		await userEvent.keyboard("{ArrowDown}{Enter}");
		await userEvent.click(get("searchOption"));
		await painted();
		expect(get("searchOption").getAttribute("aria-disabled")).toBe("true");
		expect(lines()[0]).toContain("to talk about a price bargain · The conversation is no longer there");
		expect(await violations()).toEqual([]);
		app.found = [...app.found, aHit({ conversationId: talk.id, title: "At the café" })];
		await type("{Backspace}{Enter}");
		expect(find("searchDialog")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("At the café");
	});

	it("says what went wrong and searches again", async () => {
		app.failNext("searchRun", "busy");
		await openSearch(app);
		await type("weather");
		expect(get("errorCode").textContent).toContain("busy");
		app.found = [aHit()];
		await type("s");
		expect(find("errorCode")).toBeNull();
		expect(all("searchOption")).toHaveLength(1);
	});

	it("does not open over another dialog", async () => {
		await openWindow(app);
		await userEvent.click(get("trashOpen"));
		await painted();
		await userEvent.keyboard("{Control>}k{/Control}");
		await painted();
		expect(find("searchDialog")).toBeNull();
	});
});
