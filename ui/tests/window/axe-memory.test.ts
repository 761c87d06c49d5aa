import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { READY, SETTINGS } from "../support/fixtures";
import { enter, inMemory, unfold, withModel } from "../support/memory";
import { write } from "../support/messages";
import { press } from "../support/tutors";
import { get, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };

beforeEach(() => browser.happyDOM.setViewport({ width: 1400 }));
afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	/** With something of everything, and a model that sees a part of it. */
	function themed() {
		const given = withModel();
		const { app, talk } = given;
		app.settings = { ...SETTINGS, theme };
		app.learn(talk.id, "Thích phở", { pinnedAt: 1, sourceMessageId: app.messages[1]?.id ?? "" });
		app.learn(talk.id, "رحلة", { factType: "weakness", confidence: 1 });
		app.sumUp(talk.id, "Họ nói về chợ.");
		app.sumUp(talk.id, "They ordered tea.", { model: "gemma" });
		app.seenOver = { firstFullSequence: 2, hasEarlier: true, isLastTurnCut: true };
		return given;
	}

	it("with the panel, all of it unfolded, and the line in the chat", async () => {
		await inMemory(themed());
		expect(document.documentElement.dataset.theme).toBe(theme);
		expect(get("seenLine")).toBeTruthy();
		await unfold("memoryAdvanced");
		await unfold("seenExact");
		expect(await violations()).toEqual([]);
	});

	it("with forms, questions and refusals in it", async () => {
		await inMemory(themed());
		await press("factEdit");
		await write("factText", "رحلة");
		await press("factSave");
		expect(get("factRefusal")).toBeTruthy();
		await press("summaryEdit");
		await press("summaryDelete");
		await press("summaryDeleteAll");
		await unfold("memoryAdvanced");
		await enter("memoryMaxMessages", "0");
		expect(await violations()).toEqual([]);
	});

	it("while messages are read for what they mean, and after that failed", async () => {
		const given = themed();
		const { app, talk } = given;
		app.modelServers = app.modelServers.map((server) => ({ ...server, embeddingModel: "nomic-embed-text" }));
		await inMemory(given);
		await press("memoryStrategy", 3);
		const held = app.hold("memoryLearnMeanings");
		await press("meaningLearn");
		await app.remembering(talk.id, { work: "meanings", done: 32, total: 64 });
		await painted();
		expect(get("meaningProgress")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await app.remembering(talk.id, { work: "meanings", done: 32, total: 64, isOver: true });
		await held.fail("tutor", "", { failure: "model_not_reachable" });
		await painted();
		await press("sumUp");
		expect(get("summedUp").textContent).toContain("nothing to sum up");
		expect(await violations()).toEqual([]);
	});

	it("as a dialog, after something was forgotten", async () => {
		browser.happyDOM.setViewport({ width: 800 });
		await inMemory(themed());
		await press("factDelete");
		expect(get("memoryUndo")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("empty, and while nothing can be changed", async () => {
		const given = themed();
		given.app.status = { ...READY, readOnly: "its file is write-protected" };
		await inMemory(given);
		await unfold("memoryAdvanced");
		expect(await violations()).toEqual([]);
	});
});
