import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enter, inMemory, unfold } from "../support/memory";
import { textIn } from "../support/messages";
import { errorAt, press, withServer } from "../support/tutors";
import { all, find, get, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
	user = userEvent.setup();
	browser.happyDOM.setViewport({ width: 1400 });
});

afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const panel = () => get("memoryPanel").textContent ?? "";

describe("how it is remembered", () => {
	const strategies = () => all("memoryStrategy") as HTMLInputElement[];
	const chosen = () => strategies().find(({ checked }) => checked)?.dataset.strategy;

	it("is one of four ways, each with a sentence, and is stored", async () => {
		const { app, talk } = await inMemory();
		expect(strategies().map(({ dataset }) => dataset.strategy)).toEqual([
			...["sliding", "summarization", "hierarchical", "semantic"],
		]);
		for (const radio of strategies()) {
			const hint = document.getElementById(radio.getAttribute("aria-describedby") ?? "");
			expect(hint?.textContent?.length).toBeGreaterThan(20);
		}
		expect(chosen()).toBe("hierarchical");
		for (const [index, strategy] of ["sliding", "summarization"].entries()) {
			await press("memoryStrategy", index);
			expect(app.memorySettings.get(talk.id)?.strategy).toBe(strategy);
			expect(chosen()).toBe(strategy);
		}
	});

	it("is as it was when that cannot be stored, which is said", async () => {
		const { app } = await inMemory();
		app.failNext("memoryUpdateSettings", "disk_full");
		await press("memoryStrategy", 3);
		expect(panel()).toContain("The change was not saved.");
		expect(chosen()).toBe("hierarchical");
	});

	it("has numbers, which are stored when they may be, and refused with their bounds", async () => {
		const { app, talk } = await inMemory();
		await unfold("memoryAdvanced");
		expect(textIn("memoryMaxMessages")).toBe("20");
		await enter("memoryMaxMessages", "1");
		expect(errorAt("memoryMaxMessages")).toBe("Please give a whole number from 2 to 500.");
		expect(textIn("memoryMaxMessages")).toBe("1");
		await enter("memoryMaxTokens", "lots");
		expect(errorAt("memoryMaxTokens")).toBe("Please give a whole number from 256 to 200,000.");
		await enter("memoryThreshold", "");
		expect(errorAt("memoryThreshold")).toBe("Please give a whole number from 10 to 500.");
		expect(app.callsOf("memoryUpdateSettings")).toEqual([]);
		await enter("memoryMaxMessages", "12");
		await enter("memoryMaxTokens", "200,000");
		await enter("memoryThreshold", "10");
		expect(app.callsOf("memoryUpdateSettings")).toEqual([
			[talk.id, { maxContextMessages: 12 }],
			[talk.id, { maxContextTokens: 200_000 }],
			[talk.id, { summarizeThreshold: 10 }],
		]);
		expect(errorAt("memoryMaxMessages")).toBeUndefined();
		expect(textIn("memoryMaxTokens")).toBe("200000");
	});

	it("stores a number that the learner goes away from, too, and keeps one that the app refuses", async () => {
		const { app, talk } = await inMemory();
		await unfold("memoryAdvanced");
		await user.clear(get("memoryMaxMessages"));
		await user.type(get("memoryMaxMessages"), "30");
		await user.tab();
		await painted();
		expect(app.callsOf("memoryUpdateSettings")).toHaveLength(1);
		const slow = app.hold("memoryUpdateSettings");
		await enter("memoryMaxMessages", "31");
		await user.tab();
		await slow.release();
		await painted();
		expect(app.callsOf("memoryUpdateSettings")).toHaveLength(2);
		app.failNext("memoryUpdateSettings", "invalid");
		await enter("memoryMaxMessages", "40");
		expect(errorAt("memoryMaxMessages")).toContain("from 2 to 500");
		expect(textIn("memoryMaxMessages")).toBe("40");
		app.failNext("memoryUpdateSettings", "busy");
		await enter("memoryThreshold", "50");
		expect(panel()).toContain("The change was not saved.");
		expect(textIn("memoryThreshold")).toBe("50");
		expect(errorAt("memoryThreshold")).toBeUndefined();
		await user.keyboard("{Enter}");
		await painted();
		expect(app.callsOf("memoryUpdateSettings").at(-1)).toEqual([talk.id, { summarizeThreshold: 50 }]);
		expect(panel()).not.toContain("The change was not saved.");
	});

	it("sums up by itself, or does not", async () => {
		const { app, talk } = await inMemory();
		await unfold("memoryAdvanced");
		await press("memoryAuto");
		expect(app.callsOf("memoryUpdateSettings")).toEqual([[talk.id, { autoSummarize: false }]]);
		expect((get("memoryAuto") as HTMLInputElement).checked).toBe(false);
	});
});

describe("what the tutor sees", () => {
	it("is told in numbers and in a picture that has words", async () => {
		const given = withServer();
		given.app.seenOver = { usedTokens: 1234, budget: 4096, facts: 2, summaries: 1, recalled: 3 };
		await inMemory(given);
		expect(get("seenMeter").getAttribute("aria-valuetext")).toBe("About 1,234 of 4,096 tokens");
		expect(get("seenMeter").getAttribute("aria-label")).toBe("Room that is used");
		expect(panel()).toContain("About 1,234 of 4,096 tokens");
		expect([...get("seenCounts").querySelectorAll("li")].map(({ textContent }) => textContent)).toEqual([
			"3 messages word for word",
			"2 things about you",
			"1 summary",
			"3 earlier messages that fit",
		]);
		expect(panel()).not.toContain("only a part of them");
		expect(panel()).toContain("The built-in partner reads the conversation itself");
	});

	it("says that the last words were cut, and a meter has an end", async () => {
		const given = withServer();
		given.app.seenOver = { usedTokens: 9000, budget: 4096, isLastTurnCut: true };
		await inMemory(given);
		expect(panel()).toContain("only a part of them is seen");
		expect((get("seenMeter") as HTMLMeterElement).getAttribute("value")).toBe("4096");
	});

	it("is shown word for word, whatever the words are, and only when asked for", async () => {
		const given = withServer();
		const hostile = `<img src=x onerror="alert(1)">\n**not** [markdown](javascript:x) ${"‮رحلة ".repeat(2000)}`;
		given.app.seenOver = {
			system: hostile,
			turns: [
				{ role: "user", content: "Xin chào" },
				{ role: "assistant", content: "a".repeat(60_000) },
				{ role: "system", content: "" },
			],
		};
		await inMemory(given);
		expect(find("seenSystem")).toBeNull();
		await unfold("seenExact");
		expect(get("seenSystem").textContent).toBe(hostile);
		expect(get("seenSystem").children).toHaveLength(0);
		expect(all("seenTurn").map(({ dataset, textContent }) => [dataset.role, textContent?.length])).toEqual([
			["user", 8],
			["assistant", 60_000],
			["system", 0],
		]);
		expect([get("seenSystem"), ...all("seenTurn")].every(({ dir }) => dir === "auto")).toBe(true);
	});
});
