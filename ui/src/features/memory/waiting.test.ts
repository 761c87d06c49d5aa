import { expect, it } from "vitest";
import { FakeApp } from "../../../tests/support/fake-app";
import { aConversation } from "../../../tests/support/fixtures";
import { Memory } from "./memory.svelte";

/** A conversation whose memory is in view. */
async function inConversation() {
	const app = new FakeApp();
	const one = aConversation();
	app.conversations = [one];
	const memory = new Memory(app);
	await memory.look(one.id);
	await memory.want(true);
	return { app, memory, one, waiting: memory.waiting };
}

it("an old answer does not end what has begun since it was asked for", async () => {
	const { app, memory, one, waiting } = await inConversation();
	const slow = app.hold("memoryGet");
	const reading = memory.read();
	await app.remembering(one.id, { done: 1 });
	await slow.release();
	await reading;
	expect(waiting.progress(one.id)?.done).toBe(1);
});

it("nor does it bring back what has ended since", async () => {
	const { app, memory, one, waiting } = await inConversation();
	await app.remembering(one.id, { done: 1 });
	const slow = app.hold("memoryGet");
	const reading = memory.read();
	await app.remembering(one.id, { done: 1, isOver: true });
	await slow.release();
	await reading;
	expect(waiting.progress(one.id)).toBeNull();
});

it("what is read anew is the truth about what is under way", async () => {
	const { app, memory, one, waiting } = await inConversation();
	await app.remembering(one.id, { work: "meanings", done: 1, total: 2 });
	expect([waiting.progress(one.id, "meanings")?.done, waiting.progress(one.id, "summaries")]).toEqual([
		1,
		null,
	]);
	app.atWork.clear();
	await memory.read();
	expect(waiting.progress(one.id)).toBeNull();
});

it("the end of what was asked for is its answer, and the memory is read again then", async () => {
	const { app, one, waiting } = await inConversation();
	const held = app.hold("memorySummarize");
	const summing = waiting.sumUp(one.id);
	await app.remembering(one.id, { done: 4 });
	await app.remembering(one.id, { done: 4, isOver: true });
	expect(waiting.progress(one.id)?.done).toBe(4);
	const before = app.callsOf("memoryGet").length;
	app.summedUp = { made: 4 };
	await held.release();
	await summing;
	expect(waiting.progress(one.id)).toBeNull();
	expect(waiting.summedUp(one.id)).toMatchObject({ done: { made: 4, wasStopped: false } });
	expect(app.callsOf("memoryGet")).toHaveLength(before + 1);
});

it("the end of something in a conversation that is not open is no reason to read", async () => {
	const { app, waiting } = await inConversation();
	await app.remembering("0000000000000", { done: 2, isOver: true });
	expect(app.callsOf("memoryGet")).toHaveLength(1);
	expect(waiting.summedUp("0000000000000")).toMatchObject({ done: { made: 2 } });
});
