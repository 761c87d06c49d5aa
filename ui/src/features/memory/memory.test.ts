import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { aConversation, aFact, aMessage, aReply } from "../../../tests/support/fixtures";
import { Memory } from "./memory.svelte";
import { certainty, numberOf, stretchOf } from "./words";

/** Two conversations, the first one open and wanted. */
async function inConversation() {
	const app = new FakeApp();
	const [one, two] = [aConversation({ title: "Airport" }), aConversation({ title: "周末" })];
	app.conversations = [one, two];
	app.messages = [1, 2, 3, 4].map((sequenceNumber) =>
		aMessage({ conversationId: one.id, sequenceNumber, content: `${sequenceNumber}` }),
	);
	const memory = new Memory(app);
	await memory.look(one.id);
	await memory.want(true);
	return { app, memory, one, two };
}

const seenFrom = (memory: Memory, id: string) => memory.of(id)?.seen.firstFullSequence;

describe("what is remembered", () => {
	it("is not asked for while nobody wants to know", async () => {
		const { app, memory, one } = await inConversation();
		expect(app.callsOf("memoryGet")).toEqual([[one.id]]);
		await memory.want(false);
		app.learn(one.id, "Thích phở");
		await app.emit({ entity: "key_fact", kind: "inserted", conversationId: one.id });
		expect(app.callsOf("memoryGet")).toHaveLength(1);
		await memory.want(true);
		expect(memory.of(one.id)?.facts).toHaveLength(1);
	});

	it("is that of the conversation that is open, also when an older answer comes late", async () => {
		const { app, memory, one, two } = await inConversation();
		app.learn(two.id, "Likes trains");
		const slow = app.hold("memoryGet");
		void memory.read();
		const looked = memory.look(two.id);
		expect(memory.of(one.id)).toBeNull();
		await slow.release();
		await looked;
		expect(memory.of(one.id)).toBeNull();
		expect(memory.of(two.id)?.facts.map(({ text }) => text)).toEqual(["Likes trains"]);
	});

	it("is read again when facts or summaries change, and not for those of other conversations", async () => {
		const { app, memory, one, two } = await inConversation();
		app.sumUp(one.id, "They talked.");
		await app.emit({ entity: "summary", kind: "inserted", conversationId: one.id });
		expect(memory.of(one.id)?.summaries).toHaveLength(1);
		await app.emit({ entity: "key_fact", kind: "inserted", conversationId: two.id });
		await app.emit({ entity: "note", kind: "inserted", conversationId: one.id });
		expect(app.callsOf("memoryGet")).toHaveLength(2);
		await app.resync();
		expect(app.callsOf("memoryGet")).toHaveLength(3);
	});

	it("says why it cannot be read, and can be tried again", async () => {
		const { app, memory, one } = await inConversation();
		app.failNext("memoryGet", "corrupt");
		await memory.read();
		expect(memory.loadFailure?.code).toBe("corrupt");
		await memory.read();
		expect(memory.loadFailure).toBeNull();
		expect(memory.of(one.id)).not.toBeNull();
	});

	it("is heard of no more after it was closed", async () => {
		const { app, memory, one } = await inConversation();
		memory.close();
		expect(app.listeners).toBe(0);
		await app.emit({ entity: "key_fact", conversationId: one.id });
		expect(app.callsOf("memoryGet")).toHaveLength(1);
	});
});

describe("what is seen", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	/** The news of the last moment count. */
	async function quiet() {
		await vi.advanceTimersByTimeAsync(400);
		await settled();
	}

	it("follows what is said, once for a burst of news", async () => {
		const { app, memory, one } = await inConversation();
		await memory.remember(one.id, { maxContextMessages: 2 });
		await quiet();
		const before = app.callsOf("memoryGet").length;
		expect(seenFrom(memory, one.id)).toBe(3);
		for (const sequenceNumber of [5, 6, 7]) {
			await app.put(aMessage({ conversationId: one.id, sequenceNumber }));
			await vi.advanceTimersByTimeAsync(100);
		}
		expect(app.callsOf("memoryGet")).toHaveLength(before);
		await quiet();
		expect(app.callsOf("memoryGet")).toHaveLength(before + 1);
		expect(seenFrom(memory, one.id)).toBe(6);
	});

	it("waits for the end of a reply, however slowly its words come", async () => {
		const { app, one } = await inConversation();
		const reply = aReply(["Xin "], { conversationId: one.id, sequenceNumber: 5, status: "streaming" });
		for (const content of ["Xin", "Xin chào", "Xin chào bạn"]) {
			await app.put({ ...reply, content });
			await quiet();
		}
		expect(app.callsOf("memoryGet")).toHaveLength(1);
		await app.put({ ...reply, status: "complete" });
		await quiet();
		expect(app.callsOf("memoryGet")).toHaveLength(2);
	});

	it("follows what goes, and what is changed of the conversation elsewhere", async () => {
		const { app, memory, one } = await inConversation();
		await app.messageDelete(app.messages[0]?.id ?? "");
		await quiet();
		expect(seenFrom(memory, one.id)).toBe(2);
		await app.memoryUpdateSettings(one.id, { maxContextMessages: 2 });
		await quiet();
		expect(memory.settingsOf(one.id)?.maxContextMessages).toBe(2);
	});

	it("is not looked for in a conversation that was left meanwhile", async () => {
		const { app, memory, one, two } = await inConversation();
		await app.put(aMessage({ conversationId: one.id, sequenceNumber: 5 }));
		await memory.look(two.id);
		await quiet();
		expect(app.callsOf("memoryGet")).toEqual([[one.id], [two.id]]);
	});
});

describe("how it is remembered", () => {
	it("is shown as it was wished last, and stored in that order", async () => {
		const { app, memory, one } = await inConversation();
		const slow = app.hold("memoryUpdateSettings");
		const slower = app.hold("memoryUpdateSettings");
		const first = memory.remember(one.id, { strategy: "sliding" });
		const second = memory.remember(one.id, { strategy: "semantic" });
		await settled();
		expect(memory.settingsOf(one.id)?.strategy).toBe("semantic");
		expect(app.callsOf("memoryUpdateSettings")).toHaveLength(1);
		await slow.release();
		expect(await first).toBeNull();
		expect(memory.settingsOf(one.id)?.strategy).toBe("semantic");
		await slower.release();
		expect(await second).toBeNull();
		expect(app.memorySettings.get(one.id)?.strategy).toBe("semantic");
		expect(memory.settingsOf(one.id)?.strategy).toBe("semantic");
	});

	it("is taken back when it cannot be stored", async () => {
		const { app, memory, one } = await inConversation();
		app.failNext("memoryUpdateSettings", "disk_full");
		const failure = await memory.remember(one.id, { strategy: "sliding", autoSummarize: false });
		expect(failure?.code).toBe("disk_full");
		expect(memory.settingsOf(one.id)).toMatchObject({ strategy: "hierarchical", autoSummarize: true });
	});
});

it("one thing is done at a time", async () => {
	const { app, memory, one } = await inConversation();
	const slow = app.hold("keyFactCreate");
	const fact = { factType: "interest", text: "Thích phở" } as const;
	const first = memory.add(one.id, fact);
	expect(await memory.add(one.id, fact)).toBeNull();
	await slow.release();
	expect(await first).toMatchObject({ done: { text: "Thích phở" } });
	expect(await memory.add(one.id, fact)).toMatchObject({ failure: { code: "conflict" } });
});

describe("the words for it", () => {
	it("weigh what was learnt, and not what the learner says", () => {
		expect(certainty(aFact({ confidence: 0.3 }))).toBe("guessed");
		expect(certainty(aFact({ confidence: 0.9 }))).toBe("sure");
		expect(certainty(aFact({ confidence: 0.3, isUserEdited: true }))).toBeNull();
	});

	it("name a stretch", () => {
		const of = (fromSequence: number, toSequence: number) =>
			stretchOf({ fromSequence, toSequence } as Parameters<typeof stretchOf>[0]);
		expect([of(1, 40), of(7, 7)]).toEqual(["Messages 1–40", "Message 7"]);
	});

	it.each([
		["20", 20],
		[" 500 ", 500],
		["2", 2],
		["1", null],
		["501", null],
		["", null],
		["-5", null],
		["2.5", null],
		["12e1", null],
		["x", null],
	])("take %j as %j messages", (text, expected) => {
		expect(numberOf("maxContextMessages", text)).toBe(expected);
	});

	it.each(["200,000", "200.000", "200 000", "200000"])("take %j as the number that it is", (text) => {
		expect(numberOf("maxContextTokens", text)).toBe(200_000);
	});
});
