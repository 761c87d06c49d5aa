import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeApp } from "../support/fake-app";
import { aConversation, aTemplate, NOON, TEMPLATES } from "../support/fixtures";
import { all, find, get, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const slugs = () => all("templateOption").map(({ dataset }) => dataset.slug);
const option = (slug: string) =>
	all("templateOption").find(({ dataset }) => dataset.slug === slug) as HTMLElement;
const level = (slug: string) =>
	all("templateLevel").find(({ dataset }) => dataset.value === slug) as HTMLElement;
const filter = (value: string) =>
	all("levelFilter").find(({ dataset }) => dataset.value === value) as HTMLElement;
const button = (name: string) => screen.getByRole("button", { name });

/** Where the learner has talked at these levels, the last one at the end. */
async function inCards(app: FakeApp, ...levels: ("A1" | "B2" | "C2")[]) {
	app.conversations = levels.map((level, index) => aConversation({ level, createdAt: NOON + index }));
	await openWindow(app);
	if (levels.length > 0) await user.click(get("newConversation"));
	return app;
}

const market = () =>
	aTemplate({ name: "Ở chợ Bến Thành", level: "B1", openingMessage: "Xin chào! 你想买什么?" });

/** An app with two templates of the learner's own beside the built-in ones. */
function withOwn(): FakeApp {
	const app = new FakeApp();
	app.templates = [...TEMPLATES, market(), aTemplate({ name: "السوق", slug: "own-2" })];
	return app;
}

describe("a situation", () => {
	it("is one card with its levels from the easiest, and is begun at the chosen one", async () => {
		const app = await inCards(new FakeApp());
		expect(slugs()).toEqual(["at-the-cafe", "job-interview-b1", "lost-luggage", "free-talk"]);
		const levels = screen.getByRole("radiogroup", { name: "Level of “A job interview”" });
		expect([...levels.querySelectorAll("label")].map(({ textContent }) => textContent.trim())).toEqual([
			"B1",
			"B2",
			"C1",
		]);
		await user.click(level("job-interview-c1"));
		expect(option("job-interview-c1").textContent).toContain("Level C1");
		await user.click(option("job-interview-c1"));
		await painted();
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: "0000000000T04", level: "C1" }]]);
	});

	it("is walked through its levels with the arrow keys", async () => {
		await inCards(new FakeApp());
		within(level("job-interview-b1")).getByRole("radio").focus();
		await user.keyboard("{ArrowRight}");
		expect(option("job-interview")).toBeTruthy();
		await user.keyboard("{ArrowLeft}{ArrowLeft}");
		expect(option("job-interview-c1")).toBeTruthy();
		expect(document.activeElement).toBe(within(level("job-interview-c1")).getByRole("radio"));
	});

	it.each([
		[["B2", "A1"], "job-interview-b1"],
		[["A1", "B2"], "job-interview"],
		[["C2"], "job-interview-c1"],
	] as const)("is offered at the level used last, or the nearest below: %j", async (levels, expected) => {
		await inCards(new FakeApp(), ...levels);
		expect(slugs()).toContain(expected);
	});

	it("with one level only shows it, and has nothing to choose", async () => {
		await inCards(new FakeApp());
		expect(option("at-the-cafe").textContent).toContain("Level A1");
		expect(level("at-the-cafe")).toBeUndefined();
	});

	it("to talk freely is the last one, at its levels if the app brings them", async () => {
		const app = new FakeApp();
		const free = { name: "Free talk", situation: "free-talk", isBuiltIn: true };
		app.templates = [
			aTemplate({ ...free, slug: "free-talk", level: "A2" }),
			aTemplate({ ...free, slug: "free-talk-a1", level: "A1" }),
			...TEMPLATES,
		];
		await inCards(app);
		expect(slugs().at(-1)).toBe("free-talk-a1");
		expect(screen.getAllByText("Free talk")).toHaveLength(1);
	});

	it("that an older app has left without a name for it is a card of its own", async () => {
		const app = new FakeApp();
		app.templates = [aTemplate({ name: "Old", slug: "old", level: "B1", isBuiltIn: true }), ...TEMPLATES];
		await inCards(app);
		expect(slugs()).toContain("old");
	});
});

describe("the filter", () => {
	it("leaves what there is at the level, and that at no other", async () => {
		await inCards(withOwn());
		await user.click(filter("B1"));
		expect(slugs()).toEqual(["own-0000000000t01", "own-2", "lost-luggage", "job-interview-b1", "free-talk"]);
		expect(level("job-interview")).toBeUndefined();
		await user.click(filter("C1"));
		expect(slugs()).toEqual(["own-2", "job-interview-c1", "free-talk"]);
		await user.click(filter(""));
		expect(slugs()).toHaveLength(6);
	});
});

describe("a template of the learner's own", () => {
	it("stands first, under a heading, with what the partner says", async () => {
		const app = await inCards(withOwn());
		const list = screen.getByRole("list", { name: "Your templates" });
		expect(within(list).getAllByRole("listitem")).toHaveLength(2);
		expect(slugs().slice(0, 2)).toEqual(["own-0000000000t01", "own-2"]);
		expect(list.textContent).toContain("Xin chào! 你想买什么?");
		await user.click(option("own-0000000000t01"));
		await painted();
		const own = app.templates.find(({ name }) => name === "Ở chợ Bến Thành");
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: own?.id, level: "B1" }]]);
	});

	it("is written, and is there", async () => {
		const app = await inCards(new FakeApp());
		expect(screen.queryByText("Your templates")).toBeNull();
		await user.click(get("templateNew"));
		expect((get("templateSave") as HTMLButtonElement).disabled).toBe(true);
		await user.type(screen.getByLabelText("Name"), "Chợ đêm 🥭");
		await user.selectOptions(screen.getByLabelText("Level"), "B2");
		await user.type(screen.getByLabelText("What your partner says first"), "Mangoes?");
		await user.type(screen.getByLabelText("How your partner should behave"), "Never give in.");
		await user.click(get("templateSave"));
		await painted();
		const written = { openingMessage: "Mangoes?", systemPrompt: "Never give in." };
		expect(app.callsOf("templateCreate")).toEqual([[{ name: "Chợ đêm 🥭", level: "B2", ...written }]]);
		expect(find("templateForm")).toBeNull();
		expect(get("ownTemplate").textContent).toContain("Chợ đêm 🥭");
		await user.click(get("templateNew"));
		expect((get("templateName") as HTMLInputElement).value).toBe("");
	});

	it("is changed", async () => {
		const app = await inCards(withOwn());
		await user.click(button("Change “Ở chợ Bến Thành”"));
		expect((get("templateOpening") as HTMLTextAreaElement).value).toBe("Xin chào! 你想买什么?");
		await user.clear(get("templateName"));
		await user.type(get("templateName"), "The market");
		await user.selectOptions(get("templateLevelSelect"), "Any level");
		await user.click(get("templateSave"));
		await painted();
		const [, patch] = app.callsOf("templateUpdate")[0] as [string, unknown];
		expect(patch).toMatchObject({ name: "The market", level: null });
		expect(button("Change “The market”")).toBeTruthy();
	});

	it.each([
		["name", "templateName", "is too long: 300 characters, where 200 are the most", "This is too long."],
		["opening message", "templateOpening", "must not contain a NUL character", "There is a character in it"],
	] as const)(
		"whose %s is refused says so there, and nothing is lost",
		async (field, testid, reason, why) => {
			const app = await inCards(new FakeApp());
			app.failNext("templateCreate", "invalid", "", { field, reason });
			await user.click(get("templateNew"));
			await user.type(get("templateName"), "Market");
			await user.click(get("templateSave"));
			await painted();
			const refused = get(testid);
			expect(refused.getAttribute("aria-invalid")).toBe("true");
			const described = refused.getAttribute("aria-describedby")?.split(" ") ?? [];
			expect(described.map((id) => document.getElementById(id)?.textContent).join()).toContain(why);
			expect(screen.getByRole("alert").textContent).toContain("was not saved");
			expect((get("templateName") as HTMLInputElement).value).toBe("Market");
			await user.click(get("templateSave"));
			await painted();
			expect(get("ownTemplate").textContent).toContain("Market");
		},
	);

	it("that is one too many is refused in words", async () => {
		const app = await inCards(new FakeApp());
		app.failNext("templateCreate", "conflict");
		await user.click(get("templateNew"));
		await user.type(get("templateName"), "Market");
		await user.click(get("templateSave"));
		await painted();
		expect(screen.getByRole("alert").textContent).toContain("500 templates");
	});

	it("is still there half written when the form was closed, unless it was given up", async () => {
		await inCards(new FakeApp());
		await user.click(get("templateNew"));
		await user.type(get("templateName"), "Half");
		await user.click(button("Close"));
		await user.click(get("templateNew"));
		expect((get("templateName") as HTMLInputElement).value).toBe("Half");
		await user.click(get("templateCancel"));
		await user.click(get("templateNew"));
		expect((get("templateName") as HTMLInputElement).value).toBe("");
	});

	it("is deleted, which moves the focus on, and taken back over the open cards", async () => {
		const app = withOwn();
		await inCards(app, "A1");
		await user.click(button("Delete “Ở chợ Bến Thành”"));
		await painted();
		expect(all("ownTemplate")).toHaveLength(1);
		expect(document.activeElement).toBe(button("Delete “السوق”"));
		expect(get("undoToast").textContent).toContain("Deleted the template “Ở chợ Bến Thành”");
		expect(get("undoToast").closest("dialog")).not.toBeNull();
		await user.click(get("undo"));
		await painted();
		expect(all("ownTemplate")).toHaveLength(2);
		expect(app.callsOf("operationUndo")).toHaveLength(1);
	});

	it("the last one too, and the focus stays in the cards", async () => {
		const app = new FakeApp();
		app.templates = [...TEMPLATES, market()];
		await inCards(app);
		await user.click(get("templateDelete"));
		await painted();
		expect(find("ownTemplate")).toBeNull();
		expect(document.activeElement?.contains(get("templateNew"))).toBe(true);
		expect(document.activeElement).not.toBe(document.body);
		await user.click(get("undo"));
		await painted();
		expect(get("ownTemplate").textContent).toContain("Ở chợ Bến Thành");
	});

	it("that cannot be deleted stays, and it is said why", async () => {
		const app = withOwn();
		app.failNext("templateDelete", "disk_full");
		await inCards(app);
		await user.click(button("Delete “السوق”"));
		await painted();
		expect(screen.getByText(/The template was not deleted\. The disk is full\./)).toBeTruthy();
		expect(all("ownTemplate")).toHaveLength(2);
	});

	it("that was deleted is named among the recent changes", async () => {
		const app = withOwn();
		await inCards(app, "A1");
		await user.click(button("Delete “السوق”"));
		await painted();
		await user.click(button("Close"));
		await user.click(get("trashOpen"));
		await painted();
		expect(get("recentChange").textContent).toContain("Deleted the template “السوق”");
	});
});

it("the toast of a deleted conversation is there when no cards are open", async () => {
	await openWindow(livedIn().app);
	await user.click(all("deleteConversation")[0] as Element);
	await painted();
	expect(get("undoToast").closest("dialog")).toBeNull();
});
