import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../tests/support/fake-app";
import { DraftKeeper } from "./draft-keeper.svelte";
import { Drafts } from "./drafts";

const ID = "0000000000001";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A keeper that has read what was kept. */
async function aKeeper(kept = "") {
	const app = new FakeApp();
	if (kept !== "") app.drafts.set(ID, kept);
	const keeper = new DraftKeeper(app, { kind: "message", conversationId: ID });
	await keeper.load();
	expect(keeper.text).toBe(kept);
	return { app, keeper };
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);
const saved = (app: FakeApp) => app.callsOf("draftSave").map(([, text]) => text);

describe("settling", () => {
	it("goes on until also what was typed during a save is stored", async () => {
		const { app, keeper } = await aKeeper();
		const slow = app.hold("draftSave");
		keeper.typed("Half");
		keeper.flush();
		await settled();
		keeper.typed("Half a thought");
		const settling = keeper.settle();
		await slow.release();
		expect(await settling).toBeNull();
		expect(saved(app)).toEqual(["Half", "Half a thought"]);
	});

	it("says of a message that is being sent that it is not stored yet, and not that it is too long", async () => {
		const { keeper } = await aKeeper();
		keeper.typed("Hello");
		await keeper.hold();
		expect(await keeper.settle()).toMatchObject({ code: "busy" });
	});

	it("is not needed for what is on its way when the page goes", async () => {
		const { app, keeper } = await aKeeper();
		const slow = app.hold("draftSave");
		keeper.typed("Half");
		keeper.flush();
		await settled();
		keeper.typed("Half a thought");
		keeper.flush();
		await slow.release();
		await settled();
		expect(saved(app)).toEqual(["Half", "Half a thought"]);
	});
});

describe("what is typed", () => {
	it("is stored soon after the last key", async () => {
		const { app, keeper } = await aKeeper();
		keeper.typed("H");
		await pass(399);
		keeper.typed("Hi");
		await pass(399);
		expect(saved(app)).toEqual([]);
		await pass(1);
		expect(saved(app)).toEqual(["Hi"]);
		await pass(60_000);
		expect(saved(app)).toHaveLength(1);
	});

	it("is stored at least every 800 ms while somebody types on", async () => {
		const { app, keeper } = await aKeeper();
		let text = "";
		for (let key = 0; key < 100; key += 1) {
			text += "x";
			keeper.typed(text);
			await pass(50);
			expect(text.length - (app.drafts.get(ID) ?? "").length).toBeLessThanOrEqual(16);
		}
		await pass(400);
		expect(app.drafts.get(ID)).toBe(text);
	});

	it("and taken back is not stored", async () => {
		const { app, keeper } = await aKeeper("Hello");
		keeper.typed("Hello!");
		keeper.typed("Hello");
		await pass(10_000);
		expect(saved(app)).toEqual([]);
	});

	it("is stored at once when the page goes", async () => {
		const { app, keeper } = await aKeeper();
		keeper.typed("Hal");
		keeper.close();
		await settled();
		expect(app.drafts.get(ID)).toBe("Hal");
		await pass(10_000);
		expect(saved(app)).toHaveLength(1);
	});

	it("while a slow disk stores is stored next, and never out of order", async () => {
		const { app, keeper } = await aKeeper();
		const slow = app.hold("draftSave");
		keeper.typed("one");
		await pass(400);
		keeper.typed("one two");
		await pass(5_000);
		expect(saved(app)).toEqual(["one"]);
		await slow.release();
		await pass(400);
		expect(saved(app)).toEqual(["one", "one two"]);
		expect(app.drafts.get(ID)).toBe("one two");
	});
});

describe("what was kept", () => {
	it("comes before what has been typed while it was read, and neither is lost", async () => {
		const app = new FakeApp();
		app.drafts.set(ID, "Half a thought");
		const keeper = new DraftKeeper(app, { kind: "message", conversationId: ID });
		const late = app.hold("draftGet");
		const loading = keeper.load();
		keeper.typed("and more");
		await pass(5_000);
		expect(saved(app)).toEqual([]);
		await late.release();
		await loading;
		expect(keeper.text).toBe("Half a thought and more");
		await pass(400);
		expect(app.drafts.get(ID)).toBe("Half a thought and more");
	});

	it("and could not be read at first is read again, and stored together with the new words", async () => {
		const app = new FakeApp();
		app.drafts.set(ID, "Half a thought");
		app.failNext("draftGet", "io");
		const keeper = new DraftKeeper(app, { kind: "message", conversationId: ID });
		await expect(keeper.load()).rejects.toThrow();
		app.failNext("draftGet", "busy");
		keeper.typed("new");
		await pass(400);
		expect(saved(app)).toEqual([]);
		expect(keeper.notKept).toMatchObject({ code: "busy" });
		await pass(5_000);
		expect(keeper.text).toBe("Half a thought new");
		expect(saved(app)).toEqual(["Half a thought new"]);
		expect(keeper.notKept).toBeNull();
	});

	it("in a conversation that lay in the trash is there again when that is put back", async () => {
		const app = new FakeApp();
		app.drafts.set(ID, "Half a thought");
		app.failNext("draftGet", "not_found");
		const keeper = new DraftKeeper(app, { kind: "message", conversationId: ID });
		await expect(keeper.load()).rejects.toThrow();
		await keeper.load();
		expect(keeper.text).toBe("Half a thought");
	});

	it("and can never be read does not keep new words from being stored", async () => {
		const app = new FakeApp();
		app.failNext("draftGet", "corrupt");
		const keeper = new DraftKeeper(app, { kind: "message", conversationId: ID });
		await expect(keeper.load()).rejects.toThrow();
		keeper.typed("new");
		await pass(400);
		expect(app.drafts.get(ID)).toBe("new");
	});
});

describe("sending", () => {
	it("waits for what is being stored, and stores nothing until it is over", async () => {
		const { app, keeper } = await aKeeper();
		const slow = app.hold("draftSave");
		keeper.typed("Hello");
		await pass(400);
		let held = false;
		void keeper.hold().then(() => {
			held = true;
		});
		await settled();
		expect(held).toBe(false);
		await slow.release();
		expect(held).toBe(true);
		app.drafts.delete(ID);
		keeper.released("Hello");
		expect(keeper.text).toBe("");
		await pass(10_000);
		expect(app.drafts.has(ID)).toBe(false);
		expect(saved(app)).toEqual(["Hello"]);
	});

	it("that failed leaves everything as it was", async () => {
		const { app, keeper } = await aKeeper();
		keeper.typed("Hello");
		await keeper.hold();
		await pass(5_000);
		expect(saved(app)).toEqual([]);
		keeper.released(null);
		expect(keeper.text).toBe("Hello");
		await pass(400);
		expect(saved(app)).toEqual(["Hello"]);
	});
});

describe("what cannot be stored", () => {
	it("is said once, tried again from time to time, and told no more when it works", async () => {
		const { app, keeper } = await aKeeper();
		app.failNext("draftSave", "disk_full");
		app.failNext("draftSave", "disk_full");
		keeper.typed("Hello");
		await pass(400);
		expect(keeper.notKept).toMatchObject({ code: "disk_full" });
		await pass(5_000);
		expect(saved(app)).toHaveLength(2);
		expect(keeper.notKept).not.toBeNull();
		await pass(5_000);
		expect(keeper.notKept).toBeNull();
		expect(app.drafts.get(ID)).toBe("Hello");
	});

	it("because it is too long is not sent over at every key", async () => {
		const { app, keeper } = await aKeeper();
		keeper.typed("语".repeat(100_001));
		await pass(400);
		expect(keeper.notKept).toBe("tooLong");
		expect(saved(app)).toEqual([]);
		// As many code points as a message may have, in twice as many units.
		keeper.typed("👍".repeat(100_000));
		await pass(400);
		expect(keeper.notKept).toBeNull();
		expect(saved(app)).toHaveLength(1);
	});
});

describe("a keeper that is closed", () => {
	it("tries one last time, and never again", async () => {
		const { app, keeper } = await aKeeper();
		app.failNext("draftSave", "disk_full");
		app.failNext("draftSave", "disk_full");
		keeper.typed("Old");
		await pass(400);
		keeper.close();
		await settled();
		expect(saved(app)).toEqual(["Old", "Old"]);
		keeper.typed("Older");
		keeper.flush();
		await pass(60_000);
		expect(saved(app)).toHaveLength(2);
	});

	it("stores what was typed while a slow disk stored", async () => {
		const { app, keeper } = await aKeeper();
		const slow = app.hold("draftSave");
		keeper.typed("one");
		await pass(400);
		keeper.typed("one two");
		keeper.close();
		await slow.release();
		expect(app.drafts.get(ID)).toBe("one two");
	});

	it("because the data is another one writes nothing into that", async () => {
		const { app, keeper } = await aKeeper();
		app.failNext("draftSave", "closed");
		keeper.typed("Of before");
		await pass(400);
		keeper.discard();
		keeper.close();
		await pass(60_000);
		expect(saved(app)).toHaveLength(1);
		expect(app.drafts.has(ID)).toBe(false);
	});
});

describe("the words of a conversation that is gone", () => {
	it("are not offered to the disk again and again, but are when it is back", async () => {
		const { app, keeper } = await aKeeper();
		app.failNext("draftSave", "not_found");
		keeper.typed("Hello");
		await pass(60_000);
		expect(saved(app)).toHaveLength(1);
		await keeper.load();
		await pass(400);
		expect(app.drafts.get(ID)).toBe("Hello");
	});
});

describe("one and the same conversation", () => {
	it("has one keeper however often it is asked for, so that old words never replace newer ones", async () => {
		const app = new FakeApp();
		const drafts = new Drafts(app);
		await drafts.of({ kind: "message", conversationId: ID }).load();
		app.failNext("draftSave", "disk_full");
		drafts.of({ kind: "message", conversationId: ID }).typed("Old");
		drafts.flush();
		await settled();
		drafts.of({ kind: "message", conversationId: ID }).typed("Old and new");
		await pass(60_000);
		expect(app.drafts.get(ID)).toBe("Old and new");
		expect(saved(app)).toEqual(["Old", "Old and new"]);
	});
});
