import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aSummary, READY } from "../support/fixtures";
import { facts, inMemory, quiet, summaries, withModel } from "../support/memory";
import { write } from "../support/messages";
import { press, textOf, withServer } from "../support/tutors";
import { all, find, get, open, openWindow, painted } from "../support/window";

const browser = globalThis as unknown as { happyDOM: { setViewport(size: { width: number }): void } };

beforeEach(() => browser.happyDOM.setViewport({ width: 1400 }));
afterEach(() => browser.happyDOM.setViewport({ width: 1024 }));

const focused = () => document.activeElement as HTMLElement;
const isBusy = (name: Parameters<typeof get>[0]) => get(name).getAttribute("aria-disabled") === "true";

describe("who sums up", () => {
	it("is the model that answers here, by its short name", async () => {
		const given = withModel();
		const { id } = given.talk;
		const [server] = given.app.modelServers;
		given.app.tutors.set(id, { kind: "model", serverId: server?.id ?? "", model: "/models/Qwen3-4B.gguf" });
		await inMemory(given);
		expect(textOf("summaryWriter")).toBe("Written by Qwen3-4B");
	});

	it("is nobody where no model answers: rules do", async () => {
		await inMemory();
		expect(textOf("summaryWriter")).toBe("Made by rules, since no model answers here.");
	});
});

describe("summing up", () => {
	/** The panel while a model sums up. */
	async function whileSummingUp() {
		const given = await inMemory(withModel());
		const held = given.app.hold("memorySummarize");
		await press("sumUp");
		return { ...given, held };
	}

	it("tells how far it has come, and everything else can be done meanwhile", async () => {
		const { app, talk, held } = await whileSummingUp();
		expect(textOf("summedUp")).toBe("Summing up…");
		expect(isBusy("sumUp")).toBe(true);
		await app.remembering(talk.id, { done: 1 });
		await painted();
		expect(textOf("summedUp")).toBe("Summing up… 1 summary so far");
		await app.remembering(talk.id, { done: 3 });
		await painted();
		expect(textOf("summedUp")).toBe("Summing up… 3 summaries so far");
		await write("factNew", "Thích phở");
		await press("factAdd");
		expect(facts()).toEqual(["Thích phở"]);
		await press("factDelete");
		expect(facts()).toEqual([]);
		await press("sumUp");
		expect(app.callsOf("memorySummarize")).toHaveLength(1);
		await held.release();
		await painted();
		expect(isBusy("sumUp")).toBe(false);
		expect(find("sumUpStop")).toBeNull();
	});

	it.each([
		[{}, "5 summaries were made."],
		[
			{ byRules: 2, failure: "model_not_reachable" },
			"5 summaries were made, 2 of them by rules. The model server cannot be reached. Is it running?",
		],
		[
			{ byRules: 5, failure: "model_timed_out" },
			"5 summaries were made, all of them by rules. The model server took too long to answer.",
		],
		[
			{ made: 1, byRules: 1, failure: "model_timed_out" },
			"1 summary was made, by rules. The model server took too long to answer.",
		],
		[{ byRules: 5 }, "5 summaries were made."],
		[{ made: 2, wasStopped: true }, "Stopped. 2 summaries were made."],
		[{ made: 0, wasStopped: true }, "Stopped. No summary was made."],
		[{ made: 0 }, "There is nothing to sum up yet."],
	])("that ends with %j is told in one sentence", async (over, sentence) => {
		const { app, held } = await whileSummingUp();
		app.toSumUp = Array.from({ length: 5 }, () => aSummary());
		app.summedUp = over;
		await held.release();
		await painted();
		expect(textOf("summedUp")).toBe(sentence);
		expect(summaries()).toHaveLength(5);
	});

	it("can be stopped, and the focus goes back to where it was begun", async () => {
		const { app, talk, held } = await whileSummingUp();
		await app.remembering(talk.id, { done: 2 });
		await painted();
		get("sumUpStop").focus();
		await press("sumUpStop");
		expect(app.callsOf("memoryStop")).toEqual([[talk.id]]);
		expect(textOf("sumUpStop")).toBe("Stopping…");
		await press("sumUpStop");
		expect(app.callsOf("memoryStop")).toHaveLength(1);
		app.summedUp = { made: 2, wasStopped: true };
		await held.release();
		await painted();
		expect(textOf("summedUp")).toBe("Stopped. 2 summaries were made.");
		expect(focused()).toBe(get("sumUp"));
	});

	it("that cannot be stopped says so and goes on", async () => {
		const { app, talk, held } = await whileSummingUp();
		await app.remembering(talk.id, { done: 2 });
		app.failNext("memoryStop", "closed");
		await press("sumUpStop");
		expect(get("errorCode").textContent).toContain("closed");
		expect(textOf("sumUpStop")).toBe("Stop");
		expect(textOf("summedUp")).toBe("Summing up… 2 summaries so far");
		await held.release();
	});

	it("that fails says why, until something else is done", async () => {
		const { app, held } = await whileSummingUp();
		await held.fail("conflict", "Something is being remembered already.");
		await painted();
		expect(get("memoryPanel").textContent).toContain("Something else is under way.");
		expect(textOf("summedUp")).toBe("");
		app.toSumUp = [aSummary()];
		app.summedUp = {};
		await press("sumUp");
		expect(find("errorCode")).toBeNull();
		expect(textOf("summedUp")).toBe("1 summary was made.");
		await press("summaryDelete");
		await press("summaryDeleteSure");
		expect(textOf("summedUp")).toBe("");
	});

	it("goes on while another conversation is open, in which it can be done as well", async () => {
		const { app, talk, held } = await whileSummingUp();
		const other = app.conversations.find(({ id }) => id !== talk.id);
		await open(other?.id ?? "");
		expect(textOf("summedUp")).toBe("");
		expect(isBusy("sumUp")).toBe(false);
		await open(talk.id);
		expect(textOf("summedUp")).toBe("Summing up…");
		await open(other?.id ?? "");
		app.toSumUp = [aSummary()];
		await held.release();
		await open(talk.id);
		expect(textOf("summedUp")).toBe("1 summary was made.");
	});

	it("that was under way before the window was loaded is shown, can be stopped, and is told at its end", async () => {
		const given = withModel();
		const { app, talk } = given;
		await app.remembering(talk.id, { done: 2 });
		await inMemory(given);
		expect(textOf("summedUp")).toBe("Summing up… 2 summaries so far");
		expect(isBusy("sumUp")).toBe(true);
		await press("sumUpStop");
		expect(app.callsOf("memoryStop")).toEqual([[talk.id]]);
		app.sumUp(talk.id, "They talked.");
		await app.remembering(talk.id, { done: 3, isOver: true });
		await painted();
		expect(textOf("summedUp")).toBe("3 summaries were made.");
		expect(summaries()).toEqual(["They talked."]);
		expect(isBusy("sumUp")).toBe(false);
	});

	it("whose end was missed is over as soon as it is to be stopped", async () => {
		const given = withModel();
		const { app, talk } = given;
		await app.remembering(talk.id, { done: 2 });
		await inMemory(given);
		app.atWork.clear();
		await press("sumUpStop");
		expect(find("sumUpStop")).toBeNull();
		expect(textOf("summedUp")).toBe("");
	});
});

describe("what messages mean", () => {
	/** A talk in which a model answers, remembered by meaning, if its server has a model for that. */
	function byMeaning(embeddingModel: string | null = "org/nomic-embed-text") {
		const given = withModel();
		const { app, talk } = given;
		app.modelServers = app.modelServers.map((server) => ({ ...server, embeddingModel }));
		const usual = { maxContextMessages: 20, maxContextTokens: 4096, autoSummarize: true };
		app.memorySettings.set(talk.id, { strategy: "semantic", summarizeThreshold: 40, ...usual });
		return given;
	}

	const told = () => get("meaning").querySelector("p")?.textContent;

	it("is of interest only where the conversation is remembered by it", async () => {
		await inMemory(withModel());
		expect(find("meaning")).toBeNull();
		await press("memoryStrategy", 3);
		expect(told()).toBe(
			"Earlier messages are found by their words. Choose a model for meaning in the settings, at the model server.",
		);
	});

	it("is found by words, with nothing to be chosen, where no model answers", async () => {
		const given = byMeaning();
		given.app.tutors.clear();
		await inMemory(given);
		expect(told()).toBe("Earlier messages are found by their words.");
		expect(find("meaningLearn")).toBeNull();
	});

	it("is asked for as soon as a model for it was chosen at the server", async () => {
		const given = byMeaning(null);
		await inMemory(given);
		expect(find("meaningLearn")).toBeNull();
		const [server] = given.app.modelServers;
		await given.app.modelServerSetEmbeddingModel(server?.id ?? "", "gemma3:4b");
		await quiet();
		expect(told()).toBe("gemma3:4b knows what 0 of 4 messages mean.");
	});

	it("is known of some messages, and the rest can be read", async () => {
		const given = byMeaning();
		const { app, talk } = given;
		app.meanings.set(talk.id, 1);
		await inMemory(given);
		expect(told()).toBe("nomic-embed-text knows what 1 of 4 messages mean.");
		const held = app.hold("memoryLearnMeanings");
		get("meaningLearn").focus();
		await press("meaningLearn");
		await app.remembering(talk.id, { work: "meanings", done: 1500, total: 2000 });
		await painted();
		const bar = get("meaningProgress").querySelector("progress");
		expect(bar?.value).toBe(750);
		expect(bar?.getAttribute("aria-valuetext")).toBe("1,500 of 2,000 messages");
		expect([isBusy("meaningLearn"), isBusy("sumUp")]).toEqual([true, true]);
		expect(textOf("summedUp")).toBe("");
		await write("factNew", "Thích phở");
		await press("factAdd");
		expect(facts()).toEqual(["Thích phở"]);
		get("meaningLearn").focus();
		await held.release();
		await painted();
		expect(told()).toBe("nomic-embed-text knows what every message here means.");
		expect(textOf("meaningTold")).toBe("All messages are read now.");
		expect([find("meaningLearn"), find("meaningProgress")]).toEqual([null, null]);
		expect(focused()).toBe(get("meaning"));
	});

	it("can be left for later", async () => {
		const given = byMeaning();
		const { app, talk } = given;
		await app.remembering(talk.id, { work: "meanings", done: 32, total: 64 });
		await inMemory(given);
		expect(get("meaningProgress").textContent).toContain("32 of 64 messages");
		get("meaningStop").focus();
		await press("meaningStop");
		expect(app.callsOf("memoryStop")).toEqual([[talk.id]]);
		app.meanings.set(talk.id, 2);
		await app.remembering(talk.id, { work: "meanings", done: 40, total: 64, isOver: true });
		await painted();
		expect(find("meaningStop")).toBeNull();
		expect(told()).toBe("nomic-embed-text knows what 2 of 4 messages mean.");
		expect(focused()).toBe(get("meaningLearn"));
	});

	it.each([
		["tutor", { failure: "model_not_reachable" }, "The model server cannot be reached."],
		["conflict", null, "Something else is under way."],
	])("that cannot be asked for is said to be so: %s", async (code, details, sentence) => {
		const given = byMeaning();
		await inMemory(given);
		given.app.failNext("memoryLearnMeanings", code, code, details);
		await press("meaningLearn");
		expect(get("meaning").textContent).toContain("Not all messages were read.");
		expect(get("meaning").textContent).toContain(sentence);
		await press("meaningLearn");
		expect(get("meaning").textContent).not.toContain("Not all");
	});

	it("whose model was taken away meanwhile is said to be so", async () => {
		const given = byMeaning();
		await inMemory(given);
		given.app.modelServers = given.app.modelServers.map((one) => ({ ...one, embeddingModel: null }));
		await press("meaningLearn");
		expect(get("meaning").textContent).toContain(
			"No model for meaning is chosen at the model server any more.",
		);
		expect(told()).toContain("Earlier messages are found by their words.");
	});

	it("is shown and cannot be asked for while nothing can be changed", async () => {
		const given = byMeaning();
		given.app.status = { ...READY, readOnly: "its file is write-protected" };
		await inMemory(given);
		expect(told()).toBe("nomic-embed-text knows what 0 of 4 messages mean.");
		expect(all("meaningLearn")).toEqual([]);
	});
});

it("nothing is listened to any more when the window has gone", async () => {
	const { app, talk } = withServer();
	const { unmount } = await openWindow(app);
	await open(talk.id);
	await userEvent.click(get("topBarMenu"));
	await painted();
	await userEvent.click(all("topBarMenuItem").find(({ dataset }) => dataset.action === "memory") as Element);
	await painted();
	expect(app.rememberingListeners.size).toBe(1);
	unmount();
	expect(app.rememberingListeners.size).toBe(0);
});
