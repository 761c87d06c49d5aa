import { screen, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { MessageDetails } from "../../src/ipc";
import { aReply, TOO_HARD, theDetails } from "../support/fixtures";
import { act, offered, openMenu } from "../support/messages";
import { press } from "../support/tutors";
import { find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

const mine = 1;
const reply = 0;

/** The details of a message in the talk. */
async function inDetails(index: number, details?: MessageDetails) {
	const given = await inTalk();
	if (details) given.app.details.set(given.app.messages[index]?.id ?? "", details);
	await act(index, "details");
	return given;
}

/** What is told under this term. */
function fact(term: string): string | undefined {
	const terms = [...get("detailsFacts").querySelectorAll("dt")];
	const told = terms.find(({ textContent }) => textContent === term)?.nextElementSibling;
	return told?.textContent?.replace(/\s+/g, " ").trim();
}

describe("the details of a message", () => {
	it("tell who wrote it, when, what it costs and how hard it is", async () => {
		const { app } = await inDetails(reply);
		expect(app.callsOf("messageDetails")).toEqual([[app.messages[0]?.id]]);
		expect(fact("Written by")).toBe("Built-in partner");
		expect(fact("When")).toContain("2026");
		expect(fact("Tokens")).toBe("About 12");
		expect(fact("Level")).toBe("For level A2");
		expect(fact("Sentences")).toBe("2 sentences, the longest has 5 words (at most 16 at A2). Kept");
		expect(fact("Words")).toBe(
			"100% of 6 words are A2 or easier; 95% are wanted. Kept The words are those of level A2.",
		);
		expect(get("detailsFacts").querySelector("blockquote")).toBeNull();
		expect(find("detailsAbove")).toBeNull();
	});

	it("name a model without the way to it", async () => {
		const { app, talk } = livedIn();
		app.messages = app.messages.map((one) =>
			one.role === "assistant" ? { ...one, model: "org/small" } : one,
		);
		await openWindow(app);
		await open(talk.id);
		await act(reply, "details");
		expect(fact("Written by")).toBe("small");
	});

	it("of one's own words are the same, but for who wrote them", async () => {
		await inDetails(mine);
		expect(fact("Written by")).toBeUndefined();
		expect(fact("Tokens")).toBe("About 12");
	});

	it("say what is too hard: the longest sentence, and the words above the level", async () => {
		await inDetails(reply, TOO_HARD);
		expect(fact("Sentences")).toContain(
			"3 sentences, the longest has 19 words (at most 16 at A2). Too long Notwithstanding the inevitable",
		);
		expect(fact("Words")).toBe(
			"93% of 45 words are A2 or easier; 95% are wanted. Too hard The words are those of level B1. 2 more words have no level, as names and numbers have none.",
		);
		expect(screen.getByRole("heading", { name: "Words above A2" })).toBeTruthy();
		expect([...get("detailsAbove").children].map(({ textContent }) => textContent)).toEqual([
			"inevitable C2",
			"repercussions C2",
			"persist B1",
		]);
	});

	it("count the words of each level in a table", async () => {
		await inDetails(reply, TOO_HARD);
		const table = within(get("detailsDialog")).getByRole("table", { name: "Words by level" });
		const rows = within(table).getAllByRole("row").slice(1);
		expect(rows.map((row) => [...row.children].slice(0, 3).map(({ textContent }) => textContent))).toEqual([
			["A1", "30", "67%"],
			["A2", "12", "27%"],
			["B1", "1", "2%"],
			["B2", "0", "0%"],
			["C1", "0", "0%"],
			["C2", "2", "4%"],
		]);
	});

	it("never round up to what is wanted, and are lenient where there are few words", async () => {
		const few = { wordCount: 19, wordsWithinCount: 18, wordsByLevel: [10, 8, 1, 0, 0, 0] };
		await inDetails(reply, theDetails(few));
		expect(fact("Words")).toContain(
			"94% of 19 words are A2 or easier; 95% are wanted. Kept That is near enough in so few words.",
		);
	});

	it("do not show more words above the level than are told", async () => {
		const wordsAbove = Array.from({ length: 20 }, (_, index) => ({
			word: `w${index}`,
			level: "C1" as const,
		}));
		await inDetails(reply, theDetails({ wordsAbove }));
		expect(get("detailsDialog").textContent).toContain("Only the first 20 are shown.");
	});

	it.each([
		[{ wordCount: 1, wordsWithoutLevelCount: 6 }, "The words cannot be judged: this is not English."],
		[{ wordCount: 0, wordsWithoutLevelCount: 0 }, "There are no words in it."],
	])("say of words that cannot be judged why: %j", async (counts, sentence) => {
		await inDetails(mine, theDetails({ ...counts, isVocabularyKept: null, vocabularyLevel: null }));
		expect(fact("Words")).toBe(sentence);
		expect(find("detailsLevels")).toBeNull();
	});

	it("say so where there is no sentence", async () => {
		await inDetails(mine, theDetails({ sentenceCount: 0, longestSentence: "", longestSentenceWords: 0 }));
		expect(fact("Sentences")).toBe("There are no sentences in it.");
	});

	it("that cannot be read are said to be so, and can be asked for again", async () => {
		const { app } = await inTalk();
		app.failNext("messageDetails", "io");
		await act(reply, "details");
		const dialog = within(get("detailsDialog"));
		expect(dialog.getByRole("alert").textContent).toContain("The details could not be read.");
		dialog.getByRole("button", { name: "Try again" }).click();
		await painted();
		expect(fact("Tokens")).toBe("About 12");
		expect(document.activeElement).toBe(get("detailsDialog"));
		await press("detailsClose");
		expect(find("detailsDialog")).toBeNull();
	});

	it("are on their way while they are", async () => {
		const { app } = await inTalk();
		const held = app.hold("messageDetails");
		await act(reply, "details");
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(get("detailsDialog").textContent).toContain("Looking at the message…");
		await held.release();
		await painted();
		expect(find("detailsFacts")).not.toBeNull();
	});

	it("are not offered of a reply that is being written, or that has no words", async () => {
		const { app, talk } = livedIn();
		const place = { conversationId: talk.id };
		app.messages = [
			aReply([], { ...place, sequenceNumber: 1, status: "failed", failureCode: "model_timed_out" }),
			aReply([], { ...place, sequenceNumber: 2, status: "streaming", rest: "Well" }),
		];
		await openWindow(app);
		await open(talk.id);
		for (const index of [0, 1]) {
			await openMenu(index);
			expect(offered()).not.toContain("details");
			expect(offered()).toContain("copy");
			document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
			await painted();
		}
	});
});
