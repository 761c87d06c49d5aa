import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { ConversationEvent, EventType } from "../../src/ipc";
import { violations } from "../support/axe";
import { anId, NOON, SETTINGS } from "../support/fixtures";
import { chooseOfConversation } from "../support/messages";
import { all, find, get, livedIn, open, openWindow, painted } from "../support/window";

const rows = () => all("eventRow").map(({ dataset }) => dataset.kind);

/** A window in which the log of the newest talk is open; entries from the oldest on. */
async function withLog(
	entries: [EventType, object?][],
	prepare?: (app: ReturnType<typeof livedIn>["app"]) => void,
) {
	const { app, talk } = livedIn();
	app.events = entries.map(
		([eventType, data = {}], index): ConversationEvent => ({
			id: anId(),
			conversationId: talk.id,
			eventType,
			eventData: JSON.stringify(data),
			createdAt: NOON + index * 1_000,
		}),
	);
	prepare?.(app);
	await openWindow(app);
	await open(talk.id);
	await chooseOfConversation("events");
	return { app, talk };
}

describe("the log of a conversation", () => {
	it("tells what happened, newest first, and how replies ended", async () => {
		await withLog([
			["conversation_created"],
			["message_sent"],
			["reply_finished", { status: "complete" }],
			["reply_finished", { status: "interrupted" }],
			["reply_finished", { status: "failed" }],
		]);
		const sentences = all("eventRow").map((row) => row.querySelector("span")?.textContent?.trim());
		expect(sentences).toEqual([
			"The reply broke off",
			"The reply was interrupted",
			"The reply was finished",
			"You said something",
			"The conversation was begun",
		]);
	});

	it("names who answers, also a model whose name is hostile", async () => {
		const model = "<b>‮mô hình</b> 🤖";
		await withLog([
			["conversation_tutor_changed", { tutor: { kind: "model", serverId: anId(), model } }],
			["conversation_tutor_changed", { tutor: { kind: "built_in" } }],
			["conversation_tutor_changed", { tutor: null }],
			["conversation_level_changed", { level: "B2" }],
		]);
		const details = all("eventRow").map((row) => row.querySelector("bdi")?.textContent);
		expect(details).toEqual(["B2", "as in the settings", "the built-in partner", model]);
	});

	it("is narrowed to one kind of thing", async () => {
		const { app } = await withLog([["message_sent"], ["note_created"], ["conversation_pinned"]]);
		await userEvent.selectOptions(get("eventsGroup"), "notes");
		await painted();
		expect(rows()).toEqual(["note_created"]);
		await userEvent.selectOptions(get("eventsGroup"), "");
		await painted();
		expect(rows()).toHaveLength(3);
		expect(app.callsOf("eventList").map(([, filter]) => filter)).toMatchObject([
			{ types: [] },
			{ types: expect.arrayContaining(["note_created"]) },
			{ types: [] },
		]);
	});

	it("tells what became of what is remembered, and is narrowed to that", async () => {
		await withLog([["message_sent"], ["memory_summarised"], ["memory_facts_extracted"]]);
		await userEvent.selectOptions(get("eventsGroup"), "What is remembered");
		await painted();
		const sentences = all("eventRow").map((row) => row.querySelector("span")?.textContent?.trim());
		expect(sentences).toEqual(["Something was learnt about you", "Something was summed up"]);
	});

	it("shows more on demand, and then offers no more", async () => {
		await withLog(Array.from({ length: 70 }, (): [EventType] => ["message_sent"]));
		expect(rows()).toHaveLength(50);
		await userEvent.click(get("eventsMore"));
		await painted();
		expect(rows()).toHaveLength(70);
		expect(find("eventsMore")).toBeNull();
	});

	it("is not overtaken by a slow answer to an older question", async () => {
		const { app } = await withLog([["message_sent"], ["note_created"]]);
		const slow = app.hold("eventList");
		await userEvent.selectOptions(get("eventsGroup"), "notes");
		await userEvent.selectOptions(get("eventsGroup"), "words");
		await painted();
		expect(rows()).toEqual(["message_sent"]);
		await slow.release();
		await painted();
		expect(rows()).toEqual(["message_sent"]);
	});

	it("says that there is nothing, and that it could not be read", async () => {
		const { app } = await withLog([]);
		expect(get("eventsDialog").textContent).toContain("There is nothing of this kind.");
		app.failNext("eventList", "corrupt");
		await userEvent.selectOptions(get("eventsGroup"), "order");
		await painted();
		expect(get("eventsDialog").textContent).toContain("The log could not be read.");
	});

	it("shows an entry whose details cannot be read", async () => {
		await withLog([["message_sent"]], (app) => {
			for (const event of app.events) event.eventData = "{";
		});
		expect(rows()).toEqual(["message_sent"]);
	});
});

it.each(["light", "dark"] as const)("axe finds nothing wrong with it in %s", async (theme) => {
	await withLog([["message_sent"], ["conversation_level_changed", { level: "B2" }]], (app) => {
		app.settings = { ...SETTINGS, theme };
	});
	expect(await violations()).toEqual([]);
});
