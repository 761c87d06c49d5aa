import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../tests/support/fake-app";
import { aMessage } from "../../tests/support/fixtures";
import { Drafts } from "./drafts";

const HERE = "0000000000001";
const SAID = "I go to the beach.";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);
const saved = (app: FakeApp) => app.callsOf("draftSave").map(([, text]) => text);

/** An app with one message, which was being changed to these words, if any, when the app was killed. */
function anApp(kept = "") {
	const app = new FakeApp();
	const message = aMessage({ conversationId: HERE, content: SAID });
	app.messages = [message];
	const of = { kind: "edit", messageId: message.id } as const;
	const place = `edit ${message.id}`;
	if (kept !== "") app.drafts.set(place, kept);
	const drafts = new Drafts(app);
	return { app, of, place, drafts, type: (text: string) => drafts.rewording(of)?.typed(text, SAID) };
}

/** One whose message is being changed. */
async function changing(kept = "") {
	const all = anApp(kept);
	await all.drafts.begin(all.of, SAID);
	return all;
}

describe("a message that is being changed", () => {
	it("begins with what it says, of which nothing is stored", async () => {
		const { app, of, drafts } = await changing();
		expect(drafts.rewording(of)?.text).toBe(SAID);
		await pass(60_000);
		expect(saved(app)).toEqual([]);
	});

	it("has its new words on the disk within a second, and none when it says the same again", async () => {
		const { app, place, type } = await changing();
		type("I went");
		await pass(1_000);
		expect(app.drafts.get(place)).toBe("I went");
		type(SAID);
		await pass(1_000);
		expect(app.drafts.get(place)).toBe("");
	});

	it("leaves nothing on the disk when it is no longer, also while a slow disk stores", async () => {
		const { app, of, place, drafts, type } = await changing();
		const slow = app.hold("draftSave");
		type("I went");
		await pass(400);
		drafts.end(of);
		expect(drafts.rewording(of)).toBeUndefined();
		await slow.release();
		await pass(400);
		expect(app.drafts.get(place)).toBe("");
		await drafts.begin(of, SAID);
		expect(drafts.rewording(of)?.text).toBe(SAID);
	});

	it("is stored by all that stores what is typed", async () => {
		const { app, drafts, type } = await changing();
		type("one");
		drafts.flush();
		await settled();
		type("one two");
		await drafts.settleAll();
		type("one two three");
		drafts.close();
		await settled();
		expect(saved(app)).toEqual(["one", "one two", "one two three"]);
	});

	it("is not when the data is another one", async () => {
		const { app, of, drafts, type } = await changing();
		type("Of before");
		drafts.discard();
		drafts.flush();
		drafts.close();
		await pass(60_000);
		expect(drafts.rewording(of)).toBeUndefined();
		expect(saved(app)).toEqual([]);
	});

	it("wants the focus once", async () => {
		const { of, drafts } = await changing();
		expect(drafts.rewording(of)?.takeFocus()).toBe(true);
		expect(drafts.rewording(of)?.takeFocus()).toBe(false);
	});
});

describe("what was not saved when the app was killed", () => {
	it("is there again when its conversation is opened, and wants no focus", async () => {
		const { app, of, place, drafts, type } = anApp("I went");
		const showing = vi.fn(() => expect(drafts.rewording(of)).toBeUndefined());
		await drafts.openEdits(HERE, showing);
		expect(showing).toHaveBeenCalledOnce();
		expect(drafts.rewording(of)?.text).toBe("I went");
		expect(drafts.rewording(of)?.takeFocus()).toBe(false);
		await pass(60_000);
		expect(saved(app)).toEqual([]);
		type("I went there");
		await pass(400);
		expect(app.drafts.get(place)).toBe("I went there");
	});

	it("is read before anything is written over it where it could not be listed", async () => {
		const { app, of, drafts } = anApp("I went");
		app.failNext("draftListEdits", "io");
		await expect(drafts.openEdits(HERE, () => {})).rejects.toThrow();
		app.failNext("draftGet", "io");
		await expect(drafts.begin(of, SAID)).rejects.toThrow();
		expect(drafts.rewording(of)).toBeUndefined();
		await drafts.begin(of, SAID);
		expect(drafts.rewording(of)?.text).toBe("I went");
	});

	it("is in nobody's way when it can never be read, which is told", async () => {
		const { app, of, place, drafts, type } = anApp("I went");
		app.failNext("draftGet", "corrupt");
		await expect(drafts.begin(of, SAID)).rejects.toThrow();
		type("new");
		await pass(400);
		expect(app.drafts.get(place)).toBe("new");
	});

	it("does not take the place of newer words, nor come back when these were given up", async () => {
		const { app, of, drafts, type } = await changing("I went");
		const late = app.hold("draftListEdits");
		const listing = drafts.openEdits(HERE, () => {});
		type("I went there");
		await late.release();
		await listing;
		expect(drafts.rewording(of)?.text).toBe("I went there");
		const later = app.hold("draftListEdits");
		const again = drafts.openEdits(HERE, () => {});
		drafts.end(of);
		await later.release();
		await again;
		expect(drafts.rewording(of)).toBeUndefined();
	});
});

describe("what makes something of a draft", () => {
	it("is waited for, and nothing is stored after it", async () => {
		const { app, of, place, drafts, type } = await changing();
		type("I went");
		const slow = app.hold("messageEdit");
		const editing = drafts.of(of).turnInto("I went", () => app.messageEdit(of.messageId, "I went", false));
		await pass(60_000);
		expect(saved(app)).toEqual([]);
		await slow.release();
		await editing;
		drafts.end(of);
		await pass(60_000);
		expect(saved(app)).toEqual([]);
		expect(app.drafts.has(place)).toBe(false);
	});

	it("and fails leaves the words in the box and on the disk", async () => {
		const { app, of, place, drafts, type } = await changing();
		type("I went");
		app.failNext("messageEdit", "disk_full");
		const edit = () => app.messageEdit(of.messageId, "I went", false);
		await expect(drafts.of(of).turnInto("I went", edit)).rejects.toThrow();
		await pass(400);
		expect(drafts.rewording(of)?.text).toBe("I went");
		expect(app.drafts.get(place)).toBe("I went");
	});

	it("but of other words has the draft stored again", async () => {
		const { app, of, place, drafts, type } = await changing();
		type("I went");
		await pass(400);
		await drafts.of(of).turnInto("Earlier.", () => app.messageEdit(of.messageId, "Earlier.", false));
		expect(app.drafts.has(place)).toBe(false);
		await pass(400);
		expect(app.drafts.get(place)).toBe("I went");
	});
});

describe("the boxes of conversations that become one", () => {
	it("are stored before, the one of a new note too, and read anew afterwards", async () => {
		const { app, drafts } = anApp();
		const of = { kind: "note", conversationId: HERE } as const;
		await drafts.of(of).load();
		drafts.of(of).typed("Half a note");
		app.failNext("draftSave", "disk_full");
		expect(await drafts.settle([HERE])).toMatchObject({ code: "disk_full" });
		expect(await drafts.settle([HERE])).toBeNull();
		expect(app.drafts.get(`note ${HERE}`)).toBe("Half a note");
		app.drafts.set(`note ${HERE}`, "Half a note\nand another");
		drafts.renew([HERE]);
		await drafts.of(of).load();
		expect(drafts.of(of).text).toBe("Half a note\nand another");
	});
});
