import { describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { aMessage, aReply, WRITINGS } from "../../../tests/support/fixtures";
import type { Message } from "../../ipc";
import { Chat, type ChatEvents } from "./chat.svelte";

const HERE = "0000000000ABC";

function longTalk(count: number): FakeApp {
	const app = new FakeApp();
	app.messages = Array.from({ length: count }, (_, index) =>
		aMessage({
			conversationId: HERE,
			sequenceNumber: index + 1,
			content: WRITINGS[index % WRITINGS.length] ?? "",
			role: index % 2 === 0 ? "user" : "assistant",
		}),
	);
	return app;
}

async function opened(app: FakeApp, events: ChatEvents = {}): Promise<Chat> {
	const chat = new Chat(app, HERE, events);
	await chat.open();
	return chat;
}

/** The message in this place, from 1. */
const at = (app: FakeApp, place: number) => app.messages[place - 1] as Message;
const places = (chat: Chat) => chat.messages.map(({ sequenceNumber }) => sequenceNumber);
const ends = (chat: Chat) => [places(chat)[0], places(chat).at(-1)];
/** Whether there is a message in every place from the first to the last that is shown. */
const isWhole = (chat: Chat) =>
	places(chat).every((place, index) => index === 0 || place === (places(chat)[index - 1] ?? 0) + 1);

describe("landing on a message", () => {
	it("asks for nothing when it is shown already", async () => {
		const app = longTalk(30);
		const chat = await opened(app);
		expect(await chat.land(at(app, 3).id)).toBe("there");
		expect(app.callsOf("messageList")).toHaveLength(1);
	});

	it("shows what was said around it, and then loads on in both directions without a hole", async () => {
		const app = longTalk(1000);
		const chat = await opened(app);
		expect(await chat.land(at(app, 300).id)).toBe("there");
		expect(ends(chat)).toEqual([275, 324]);
		expect([chat.hasOlder, chat.hasNewer]).toEqual([true, true]);
		await chat.loadOlder();
		await chat.loadNewer();
		expect(ends(chat)).toEqual([225, 374]);
		expect(isWhole(chat)).toBe(true);
	});

	it("in a conversation that is just being opened reads one page", async () => {
		const app = longTalk(1000);
		const chat = new Chat(app, HERE);
		const opening = chat.open(at(app, 40).id);
		expect(await chat.land(at(app, 40).id)).toBe("there");
		await opening;
		expect(app.callsOf("messageList")).toHaveLength(1);
		expect(ends(chat)).toEqual([15, 64]);
	});

	it("that is gone leaves the chat as it was, and says so", async () => {
		const app = longTalk(100);
		const failed = vi.fn();
		const chat = await opened(app, { failed });
		expect(await chat.land("00000000GONE0")).toBe("gone");
		expect(ends(chat)).toEqual([51, 100]);
		expect(failed).not.toHaveBeenCalled();
		const fresh = new Chat(app, HERE);
		await fresh.open("00000000GONE0");
		expect(ends(fresh)).toEqual([51, 100]);
	});

	it("that cannot be read says why and can be tried again", async () => {
		const app = longTalk(100);
		const failed = vi.fn();
		const chat = await opened(app, { failed });
		app.failNext("messageList", "busy");
		expect(await chat.land(at(app, 3).id)).toBe("failed");
		expect(failed.mock.lastCall?.[0].code).toBe("busy");
		expect(ends(chat)).toEqual([51, 100]);
		expect(await chat.land(at(app, 3).id)).toBe("there");
	});

	it("takes no page in that was asked for at another place", async () => {
		const app = longTalk(1000);
		const chat = await opened(app);
		const slow = app.hold("messageList");
		const older = chat.loadOlder();
		await chat.land(at(app, 100).id);
		await slow.release();
		await older;
		expect(ends(chat)).toEqual([75, 124]);
	});

	it("never shows an older state than what is known of a message", async () => {
		const app = longTalk(60);
		const chat = await opened(app);
		const slow = app.hold("messageList");
		const landing = chat.land(at(app, 2).id);
		await settled();
		await app.put({ ...at(app, 20), content: "newer" });
		await slow.release();
		await landing;
		await settled();
		expect(chat.messages.find(({ sequenceNumber }) => sequenceNumber === 20)?.content).toBe("newer");
		expect(isWhole(chat)).toBe(true);
	});
});

describe("a long conversation", () => {
	it("shows at most 400 messages, whichever way one goes", async () => {
		const app = longTalk(2000);
		const chat = await opened(app);
		for (let page = 0; page < 12; page += 1) await chat.loadOlder();
		expect(ends(chat)).toEqual([1351, 1750]);
		expect([chat.hasOlder, chat.hasNewer]).toEqual([true, true]);
		for (let page = 0; page < 10; page += 1) await chat.loadNewer();
		expect(ends(chat)).toEqual([1601, 2000]);
		expect([chat.hasOlder, chat.hasNewer]).toEqual([true, false]);
		expect(isWhole(chat)).toBe(true);
	});

	it("stays within that while messages arrive", async () => {
		const app = longTalk(400);
		const chat = await opened(app);
		for (let page = 0; page < 7; page += 1) await chat.loadOlder();
		expect([chat.messages.length, chat.hasOlder]).toEqual([400, false]);
		await app.put(aMessage({ conversationId: HERE, sequenceNumber: 401 }));
		expect(ends(chat)).toEqual([2, 401]);
		expect(chat.hasOlder).toBe(true);
	});

	it("goes to its end in one step", async () => {
		const app = longTalk(1000);
		const chat = await opened(app);
		await chat.land(at(app, 10).id);
		expect(await chat.toNewest()).toBe("there");
		expect(ends(chat)).toEqual([951, 1000]);
		expect(chat.hasNewer).toBe(false);
	});

	it("is read again where it is when news was lost", async () => {
		const app = longTalk(1000);
		const chat = await opened(app);
		await chat.land(at(app, 300).id);
		await chat.loadNewer();
		app.messages = app.messages.filter(({ sequenceNumber }) => sequenceNumber !== 310);
		await app.resync();
		expect(ends(chat)).toEqual([275, 375]);
		expect(places(chat)).not.toContain(310);
		expect(chat.hasNewer).toBe(true);
	});

	it("goes on where there is something when all that was shown is deleted", async () => {
		const app = longTalk(120);
		const chat = await opened(app);
		const gone = new Set(chat.messages.map(({ id }) => id));
		app.messages = app.messages.filter(({ id }) => !gone.has(id));
		await app.emit(...[...gone].map((id) => ({ id, conversationId: HERE, kind: "deleted" as const })));
		expect(ends(chat)).toEqual([21, 70]);
	});
});

describe("what arrives while something old is read", () => {
	async function readingOld(events: ChatEvents = {}) {
		const app = longTalk(1000);
		const chat = await opened(app, events);
		await chat.land(at(app, 100).id);
		return { app, chat };
	}

	it("is not put beside it, and is there at the end", async () => {
		const { app, chat } = await readingOld();
		await app.put(aMessage({ conversationId: HERE, sequenceNumber: 1001 }));
		expect(ends(chat)).toEqual([75, 124]);
		await chat.toNewest();
		expect(places(chat).at(-1)).toBe(1001);
	});

	it("is not lost when it comes between the reading of the last page and its answer", async () => {
		const app = longTalk(120);
		const chat = await opened(app);
		await chat.land(at(app, 60).id);
		const slow = app.hold("messageList");
		const newer = chat.loadNewer();
		await settled();
		await app.put(aMessage({ conversationId: HERE, sequenceNumber: 121 }));
		await slow.release();
		await newer;
		await settled();
		expect(ends(chat)).toEqual([35, 121]);
		expect(isWhole(chat)).toBe(true);
	});

	it("is known to be under way, and said when it is whole", async () => {
		const replyArrived = vi.fn();
		const { app, chat } = await readingOld({ replyArrived });
		const reply = aReply(["Vâng, "], { conversationId: HERE, sequenceNumber: 1001, status: "streaming" });
		await app.put(reply);
		expect(chat.streaming).toBe(true);
		expect(chat.finishedReply).toBeNull();
		await app.put({ ...reply, content: "Vâng, đúng rồi.", status: "complete" });
		expect(chat.streaming).toBe(false);
		expect(chat.finishedReply?.content).toBe("Vâng, đúng rồi.");
		expect(replyArrived).not.toHaveBeenCalled();
	});

	it("is still under way when what was shown of it is let go", async () => {
		const app = longTalk(1000);
		await app.put(aReply(["Ừ"], { conversationId: HERE, sequenceNumber: 1001, status: "streaming" }));
		const chat = await opened(app);
		await chat.land(at(app, 100).id);
		expect(chat.streaming).toBe(true);
		await chat.toNewest();
		expect(chat.streaming).toBe(true);
		const [last] = app.messages.slice(-1) as [Message];
		await app.put({ ...last, status: "complete" });
		expect(chat.streaming).toBe(false);
	});

	it("does not keep one's own words from going to the end", async () => {
		const { app, chat } = await readingOld();
		chat.draft = "Xin chào!";
		expect(await chat.send()).toBe(true);
		expect(places(chat).at(-1)).toBe(1001);
		expect(isWhole(chat)).toBe(true);
		expect(app.callsOf("messageSend")).toEqual([[HERE, "Xin chào!"]]);
	});

	it("is sent once when it is asked twice", async () => {
		const { app, chat } = await readingOld();
		chat.draft = "Xin chào!";
		expect(await Promise.all([chat.send(), chat.send()])).toEqual([true, false]);
		expect(app.callsOf("messageSend")).toHaveLength(1);
	});

	it("leaves one's words in the box when the end cannot be read", async () => {
		const { app, chat } = await readingOld();
		chat.draft = "Xin chào!";
		app.failNext("messageList", "io");
		expect(await chat.send()).toBe(false);
		expect(chat.draft).toBe("Xin chào!");
		expect(app.callsOf("messageSend")).toHaveLength(0);
	});

	it("is no new reply when it is many that were moved here", async () => {
		const app = longTalk(4);
		const replyArrived = vi.fn();
		const chat = await opened(app, { replyArrived });
		const moved = [5, 6, 7].map((sequenceNumber) =>
			aReply([`Câu ${sequenceNumber}`], { conversationId: HERE, sequenceNumber }),
		);
		app.messages = [...app.messages, ...moved];
		await app.emit(...moved.map(({ id }) => ({ id, conversationId: HERE, kind: "inserted" as const })));
		expect(ends(chat)).toEqual([1, 7]);
		expect(replyArrived).not.toHaveBeenCalled();
		expect(chat.finishedReply).toBeNull();
	});
});
