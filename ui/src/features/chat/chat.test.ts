import { describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { aMessage, aReply, WRITINGS } from "../../../tests/support/fixtures";
import type { Message } from "../../ipc";
import { Chat, type ChatEvents } from "./chat.svelte";

const HERE = "0000000000ABC";

async function opened(app: FakeApp, events: ChatEvents = {}): Promise<Chat> {
	const chat = new Chat(app, HERE, events);
	await chat.open();
	return chat;
}

function talk(count: number): Message[] {
	return Array.from({ length: count }, (_, index) =>
		aMessage({
			conversationId: HERE,
			sequenceNumber: index + 1,
			content: WRITINGS[index % WRITINGS.length] ?? "",
			role: index % 2 === 0 ? "user" : "assistant",
		}),
	);
}

const words = (chat: Chat) => chat.messages.map(({ content }) => content);

describe("opening a conversation", () => {
	it("shows the newest page in the order it was said", async () => {
		const app = new FakeApp();
		app.pageSize = 3;
		app.messages = talk(5);
		const chat = await opened(app);
		expect(chat.messages.map(({ sequenceNumber }) => sequenceNumber)).toEqual([3, 4, 5]);
		expect(chat.hasOlder).toBe(true);
	});

	it("reads what it shows again when news of changes was lost", async () => {
		const app = new FakeApp();
		const all = talk(2);
		app.messages = all.slice(0, 1);
		const chat = await opened(app);
		app.messages = all;
		await app.resync();
		expect(words(chat)).toEqual(all.map(({ content }) => content));
	});

	it("has no more what was deleted, and again what was put back, when news of that was lost", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		const all = talk(7);
		app.messages = all;
		const chat = await opened(app);
		await chat.loadOlder();
		await app.emit({ id: all[5]?.id ?? "", conversationId: HERE, kind: "deleted" });
		expect(chat.messages.map(({ sequenceNumber }) => sequenceNumber)).toEqual([4, 5, 7]);
		// The fourth and the last are gone, the sixth has come back.
		app.messages = all.filter(({ sequenceNumber }) => sequenceNumber !== 4 && sequenceNumber !== 7);
		await app.resync();
		expect(chat.messages.map(({ sequenceNumber }) => sequenceNumber)).toEqual([2, 3, 5, 6]);
		expect(chat.hasOlder).toBe(true);
	});

	it("keeps what came while it was read again", async () => {
		const app = new FakeApp();
		app.messages = talk(1);
		const chat = await opened(app);
		const slow = app.hold("messageList");
		await app.resync();
		await app.put(aReply(["Just now."], { conversationId: HERE, sequenceNumber: 2 }));
		await slow.release();
		expect(words(chat)).toEqual([WRITINGS[0], "Just now."]);
	});

	it("says what failed and can be tried again", async () => {
		const app = new FakeApp();
		app.messages = talk(1);
		app.failNext("messageList", "busy");
		const chat = await opened(app);
		expect(chat.loadFailure?.code).toBe("busy");
		expect(chat.loading).toBe(false);
		await chat.open();
		expect(chat.loadFailure).toBeNull();
		expect(chat.messages).toHaveLength(1);
		expect(app.listeners).toBe(1);
	});

	it("misses nothing that changes while the page is on its way", async () => {
		const app = new FakeApp();
		const reply = aReply(["Hello. "], { conversationId: HERE, status: "streaming" });
		app.messages = [reply];
		const page = app.hold("messageList");
		const chat = new Chat(app, HERE);
		const opening = chat.open();
		await settled();
		await app.put({ ...reply, content: "Hello. How are you?", status: "complete" });
		await page.release();
		await opening;
		await settled();
		expect(words(chat)).toEqual(["Hello. How are you?"]);
	});

	it("stops listening when it is closed, also when it is closed before it was open", async () => {
		const app = new FakeApp();
		(await opened(app)).close();
		expect(app.listeners).toBe(0);
		const hasty = new Chat(app, HERE);
		const opening = hasty.open();
		hasty.close();
		await opening;
		expect(app.listeners).toBe(0);
	});
});

describe("older messages", () => {
	it("go in front of what is there until there are no more", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.messages = talk(5);
		const chat = await opened(app);
		await chat.loadOlder();
		expect(chat.messages.map(({ sequenceNumber }) => sequenceNumber)).toEqual([2, 3, 4, 5]);
		await chat.loadOlder();
		expect(chat.messages).toHaveLength(5);
		expect(chat.hasOlder).toBe(false);
		await chat.loadOlder();
		expect(app.callsOf("messageList")).toHaveLength(3);
	});

	it("are asked for once however often the scroll comes by", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.messages = talk(5);
		const chat = await opened(app);
		await Promise.all([chat.loadOlder(), chat.loadOlder(), chat.loadOlder()]);
		expect(app.callsOf("messageList")).toHaveLength(2);
	});

	it("can be asked for again after a failure", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.messages = talk(4);
		const failed = vi.fn();
		const chat = await opened(app, { failed });
		app.failNext("messageList", "io");
		await chat.loadOlder();
		expect(failed.mock.lastCall?.[0].code).toBe("io");
		await chat.loadOlder();
		expect(chat.messages).toHaveLength(4);
	});

	it("do not come alone when one of them changes", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.messages = talk(5);
		const chat = await opened(app);
		const old = app.messages[0];
		if (!old) throw new Error("no message");
		await app.put({ ...old, content: "changed" });
		await app.emit({ entity: "chunk", id: "c", messageId: old.id, conversationId: HERE });
		expect(app.callsOf("messageGet")).toHaveLength(0);
		await app.emit({ kind: "inserted", id: old.id, conversationId: HERE });
		expect(chat.messages).toHaveLength(2);
	});
});

describe("a reply that streams", () => {
	it("grows with each change and stays one message", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		const reply = aReply([], { conversationId: HERE, status: "streaming" });
		await app.put(reply);
		expect(chat.streaming).toBe(true);
		await app.put({ ...reply, content: "Xin chào" });
		await app.put({ ...reply, content: "Xin chào bạn!", status: "complete" });
		expect(words(chat)).toEqual(["Xin chào bạn!"]);
		expect(chat.streaming).toBe(false);
	});

	it("costs two questions for a burst of changes", async () => {
		const app = new FakeApp();
		const reply = aReply(["One. "], { conversationId: HERE, status: "streaming" });
		app.messages = [reply];
		const chat = await opened(app);
		const first = app.hold("messageGet");
		for (let change = 0; change < 30; change += 1) {
			await app.put({ ...reply, content: `One. ${change}` });
		}
		await first.release();
		expect(app.callsOf("messageGet")).toHaveLength(2);
		expect(words(chat)).toEqual(["One. 29"]);
	});

	it("is not taken back by an older page that arrives late", async () => {
		const app = new FakeApp();
		app.pageSize = 2;
		app.messages = talk(3);
		const chat = await opened(app);
		const page = app.hold("messageList");
		const older = chat.loadOlder();
		await settled();
		const last = app.messages[2];
		if (!last) throw new Error("no message");
		await app.put({ ...last, content: "newer" });
		app.pageSize = null;
		await page.release();
		await older;
		expect(words(chat).at(-1)).toBe("newer");
	});

	it("is told about once when it begins and once when it is whole", async () => {
		const app = new FakeApp();
		const replyArrived = vi.fn();
		const chat = await opened(app, { replyArrived });
		const reply = aReply([], { conversationId: HERE, status: "streaming" });
		await app.put(reply);
		await app.put({ ...reply, content: "Good " });
		expect(chat.finishedReply).toBeNull();
		await app.put({ ...reply, content: "Good morning.", status: "complete" });
		expect(replyArrived).toHaveBeenCalledTimes(1);
		expect(chat.finishedReply?.content).toBe("Good morning.");
		const whole = chat.finishedReply;
		await app.emit({ entity: "chunk", id: "c", messageId: reply.id, conversationId: HERE });
		expect(chat.finishedReply).toBe(whole);
	});

	it("is not announced when it was there before the chat was opened", async () => {
		const app = new FakeApp();
		app.messages = [aReply(["Old news."], { conversationId: HERE })];
		const replyArrived = vi.fn();
		const chat = await opened(app, { replyArrived });
		expect(chat.finishedReply).toBeNull();
		expect(replyArrived).not.toHaveBeenCalled();
	});

	it.each([
		["the last one", 2, true],
		["one before others", 0, true],
		["one that was deleted before the chat was opened", 0, false],
	] as const)("is no new one when it comes out of the trash: %s", async (_, place, whileOpen) => {
		const app = new FakeApp();
		const said = ["Xin chào! ", "Bạn khoẻ không? ", "Tạm biệt. "];
		const replies = said.map((text, index) =>
			aReply([text], { conversationId: HERE, sequenceNumber: index + 1 }),
		);
		const gone = replies[place] as Message;
		app.messages = whileOpen ? replies : replies.filter((reply) => reply !== gone);
		const replyArrived = vi.fn();
		const chat = await opened(app, { replyArrived });
		if (whileOpen) {
			app.messages = replies.filter((reply) => reply !== gone);
			await app.emit({ id: gone.id, conversationId: HERE, kind: "deleted" });
		}
		await app.put(gone);
		expect(words(chat)).toEqual(said);
		expect(replyArrived).not.toHaveBeenCalled();
		expect(chat.finishedReply).toBeNull();
	});

	it("keeps its words when it is interrupted", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		const reply = aReply(["I was "], { conversationId: HERE, status: "streaming" });
		await app.put(reply);
		await app.put({ ...reply, content: "I was say", status: "interrupted" });
		expect(chat.messages[0]).toMatchObject({ content: "I was say", status: "interrupted" });
		expect(chat.finishedReply?.status).toBe("interrupted");
	});

	it("is stopped for its conversation", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		await chat.stopReply();
		expect(app.callsOf("messageStop")).toEqual([[HERE]]);
	});

	it.each([
		["was being written", "streaming"],
		["had been left unfinished", "interrupted"],
	] as const)("that %s is read again after it was stopped, without any news of it", async (_, stored) => {
		const app = new FakeApp();
		const reply = aReply(["I was "], { conversationId: HERE, status: "streaming" });
		app.messages = [aReply(["Before."], { conversationId: HERE, sequenceNumber: 0 }), reply];
		const chat = await opened(app);
		app.messages = [{ ...reply, status: stored }];
		await chat.stopReply();
		await settled();
		expect(app.callsOf("messageStop")).toEqual([[HERE]]);
		expect(app.callsOf("messageGet")).toEqual([[reply.id]]);
		expect(chat.find(reply.id)?.status).toBe(stored);
		expect(chat.streaming).toBe(stored === "streaming");
	});
});

describe("changes from elsewhere", () => {
	it("of another conversation are not ours", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		await app.put(aMessage({ conversationId: "0000000000XYZ" }));
		expect(app.callsOf("messageGet")).toHaveLength(0);
		expect(chat.messages).toHaveLength(0);
	});

	it("take a deleted message away, and a late answer does not bring it back", async () => {
		const app = new FakeApp();
		app.messages = talk(2);
		const chat = await opened(app);
		const id = app.messages[1]?.id ?? "";
		const slow = app.hold("messageGet");
		await app.emit({ id, conversationId: HERE });
		await app.emit({ id, conversationId: HERE, kind: "deleted" });
		await slow.release();
		expect(chat.messages).toHaveLength(1);
	});

	it("bring back a message that was put back while an older question about it was on its way", async () => {
		const app = new FakeApp();
		app.messages = talk(2);
		const chat = await opened(app);
		const [, last] = app.messages as [Message, Message];
		const { id } = last;
		for (const answer of ["found", "not_found"] as const) {
			const slow = app.hold("messageGet");
			await app.emit({ id, conversationId: HERE });
			app.messages = app.messages.slice(0, 1);
			await app.emit({ id, conversationId: HERE, kind: "deleted" });
			await app.put({ ...last, content: "Put back." });
			await (answer === "found" ? slow.release() : slow.fail("not_found"));
			expect([answer, words(chat)[1]]).toEqual([answer, "Put back."]);
		}
	});

	it("take away a message that is no longer found", async () => {
		const app = new FakeApp();
		app.messages = talk(2);
		const chat = await opened(app);
		const gone = app.messages.pop();
		await app.emit({ id: gone?.id ?? "", conversationId: HERE });
		expect(chat.messages).toHaveLength(1);
	});

	it("report a failure that no part of the page shows", async () => {
		const app = new FakeApp();
		app.messages = talk(1);
		const failed = vi.fn();
		await opened(app, { failed });
		app.failNext("messageGet", "corrupt");
		await app.emit({ id: app.messages[0]?.id ?? "", conversationId: HERE });
		expect(failed.mock.lastCall?.[0].code).toBe("corrupt");
	});
});

describe("sending", () => {
	it.each(WRITINGS)("sends %s as it was written and empties the box", async (text) => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = text;
		expect(await chat.send()).toBe(true);
		expect(app.callsOf("messageSend")).toEqual([[HERE, text]]);
		expect(words(chat)).toEqual([text]);
		expect(chat.draft).toBe("");
	});

	it.each(["", "   ", "\n\t ", "\u3000"])("does not send blank text (%j)", async (text) => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = text;
		expect(await chat.send()).toBe(false);
		expect(app.callsOf("messageSend")).toHaveLength(0);
	});

	it("keeps the words in the box when it fails, and a retry works", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = "Nothing may be lost.";
		app.failNext("messageSend", "disk_full");
		expect(await chat.send()).toBe(false);
		expect(chat.draft).toBe("Nothing may be lost.");
		expect(chat.sendFailure?.code).toBe("disk_full");
		expect(await chat.send()).toBe(true);
		expect(chat.sendFailure).toBeNull();
	});

	it("leaves alone what was typed in the meantime", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = "First.";
		const slow = app.hold("messageSend");
		const sending = chat.send();
		chat.draft = "First. Second.";
		await slow.release();
		expect(await sending).toBe(true);
		expect(chat.draft).toBe("First. Second.");
	});

	it("sends once when it is asked twice", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = "Once.";
		const slow = app.hold("messageSend");
		const both = Promise.all([chat.send(), chat.send()]);
		await slow.release();
		expect(await both).toEqual([true, false]);
		expect(app.callsOf("messageSend")).toHaveLength(1);
	});

	it("waits until the reply is over", async () => {
		const app = new FakeApp();
		app.messages = [aReply([], { conversationId: HERE, status: "streaming" })];
		const chat = await opened(app);
		chat.draft = "Too early.";
		expect(await chat.send()).toBe(false);
		expect(chat.draft).toBe("Too early.");
	});

	it("waits for a draft that is still being read, which then stays in the box", async () => {
		const app = new FakeApp();
		app.drafts.set(HERE, "Half a thought");
		const chat = await opened(app);
		const slow = app.hold("draftGet");
		void chat.loadDraft();
		chat.draft = "hi";
		const sending = chat.send();
		await settled();
		expect(app.callsOf("messageSend")).toHaveLength(0);
		await slow.release();
		expect(await sending).toBe(true);
		expect(words(chat)).toEqual(["hi"]);
		expect(chat.draft).toBe("Half a thought");
		await settled();
		expect(app.drafts.get(HERE)).toBe("Half a thought");
	});

	it("that fails after such a wait leaves both in the box", async () => {
		const app = new FakeApp();
		app.drafts.set(HERE, "Half a thought");
		const chat = await opened(app);
		const slow = app.hold("draftGet");
		void chat.loadDraft();
		chat.draft = "hi";
		app.failNext("messageSend", "busy");
		const sending = chat.send();
		await slow.release();
		expect(await sending).toBe(false);
		expect(chat.draft).toBe("Half a thought hi");
	});

	it("does not remove a draft that cannot be read for now", async () => {
		const app = new FakeApp();
		app.drafts.set(HERE, "Half a thought");
		const chat = await opened(app);
		app.failNext("draftGet", "io");
		await chat.loadDraft();
		app.failNext("draftGet", "io");
		chat.draft = "hi";
		expect(await chat.send()).toBe(false);
		expect(chat.sendFailure?.code).toBe("io");
		expect(app.drafts.get(HERE)).toBe("Half a thought");
		expect(await chat.send()).toBe(true);
		expect(chat.draft).toBe("Half a thought");
	});

	it("does not show the message twice when the event comes before the answer", async () => {
		const app = new FakeApp();
		const chat = await opened(app);
		chat.draft = "Just once.";
		const slow = app.hold("messageSend");
		const sending = chat.send();
		await settled();
		await app.emit({ kind: "inserted", id: app.messages[0]?.id ?? "", conversationId: HERE });
		await slow.release();
		await sending;
		expect(words(chat)).toEqual(["Just once."]);
	});
});

describe("a chunk that failed to be spoken", () => {
	it("waits again after a retry", async () => {
		const app = new FakeApp();
		const reply = aReply([{ text: "Hm.", ttsStatus: "failed", hasAudio: false }], { conversationId: HERE });
		app.messages = [reply];
		const chat = await opened(app);
		await chat.retryChunk(reply.id, reply.chunks[0]?.id ?? "");
		await settled();
		expect(chat.messages[0]?.chunks[0]?.ttsStatus).toBe("pending");
	});

	it("says so when the retry fails", async () => {
		const app = new FakeApp();
		const failed = vi.fn();
		const chat = await opened(app, { failed });
		app.failNext("chunkRetry", "speech_unavailable");
		await chat.retryChunk("m", "c");
		expect(failed.mock.lastCall?.[0].code).toBe("speech_unavailable");
	});
});
