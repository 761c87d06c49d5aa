import { describe, expect, it } from "vitest";
import { aMessage, aReply } from "../support/fixtures";
import { quiet, withModel } from "../support/memory";
import { inTalkWith, model, withServer } from "../support/tutors";
import { all, find, get, open, painted } from "../support/window";

/** The message under the line, by its place. */
const below = () => find("seenLine")?.closest("li")?.querySelector<HTMLElement>("article")?.dataset.id;

/** A talk of six messages of which a model sees the last two; it answers there if nobody else does. */
async function withCut(given = withModel()) {
	const { app, talk } = given;
	const conversationId = talk.id;
	app.messages = [1, 2, 3, 4, 5, 6].map((sequenceNumber) =>
		aMessage({ conversationId, sequenceNumber, content: `Câu ${sequenceNumber}` }),
	);
	await app.memoryUpdateSettings(conversationId, { maxContextMessages: 2 });
	await inTalkWith(given);
	return given;
}

describe("the line above which nothing is seen", () => {
	it("stands where the tutor's sight ends", async () => {
		const { app } = await withCut();
		expect(all("seenLine")).toHaveLength(1);
		expect(get("seenLine").textContent).toBe("Your tutor no longer sees what is above this line");
		expect(below()).toBe(app.messages[4]?.id);
	});

	it("is not there where the built-in partner answers, and nothing is asked for it", async () => {
		const { app } = await withCut(withServer());
		expect(find("seenLine")).toBeNull();
		expect(app.callsOf("memoryGet")).toEqual([]);
	});

	it("comes and goes with who answers", async () => {
		const { app, talk, server } = await withCut(withServer());
		await app.conversationSetTutor(talk.id, model(server.id, "gemma3:4b"));
		await painted();
		expect(below()).toBe(app.messages[4]?.id);
		await app.conversationSetTutor(talk.id, null);
		await painted();
		expect(find("seenLine")).toBeNull();
	});

	it("is not there where everything is seen", async () => {
		const given = withModel();
		await inTalkWith(given);
		expect(given.app.callsOf("memoryGet").length).toBeGreaterThan(0);
		expect(find("seenLine")).toBeNull();
	});

	it("is not there where it is not known from where on", async () => {
		const given = withModel();
		given.app.seenOver = { firstFullSequence: null, hasEarlier: true };
		await withCut(given);
		expect(find("seenLine")).toBeNull();
	});

	it("moves with what is said, but not with each word of a reply", async () => {
		const { app, talk } = await withCut();
		const conversationId = talk.id;
		await app.put(aMessage({ conversationId, sequenceNumber: 7, content: "Câu 7" }));
		await quiet();
		expect(below()).toBe(app.messages.find(({ sequenceNumber }) => sequenceNumber === 6)?.id);
		const asked = app.callsOf("memoryGet").length;
		const reply = aReply([], { conversationId, sequenceNumber: 8, status: "streaming" });
		for (const content of ["Xin", "Xin chào"]) {
			await app.put({ ...reply, content });
			await quiet();
		}
		expect(app.callsOf("memoryGet")).toHaveLength(asked);
		await app.put({ ...reply, content: "Xin chào!", status: "complete" });
		await quiet();
		expect(below()).toBe(app.messages.find(({ sequenceNumber }) => sequenceNumber === 7)?.id);
	});

	it("stands above the next message when that under it has gone", async () => {
		const { app } = await withCut();
		await app.messageDelete(app.messages[4]?.id ?? "");
		await painted();
		expect(all("seenLine")).toHaveLength(1);
		expect(below()).toBe(app.messages.find(({ sequenceNumber }) => sequenceNumber === 6)?.id);
	});

	it("stands at the top of a page that begins with it, and not on one that begins later", async () => {
		const given = withModel();
		given.app.pageSize = 2;
		const { app, talk } = await withCut(given);
		expect(below()).toBe(app.messages[4]?.id);
		app.seenOver = { firstFullSequence: 3 };
		await app.memoryUpdateSettings(talk.id, { maxContextMessages: 4 });
		await quiet();
		expect(find("seenLine")).toBeNull();
	});

	it("is that of the conversation that is open", async () => {
		const { app, talk } = await withCut();
		await open(app.conversations[0]?.id ?? "");
		expect(find("seenLine")).toBeNull();
		await open(talk.id);
		expect(below()).toBe(app.messages[4]?.id);
	});
});
