import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { LongWork } from "./work.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started() {
	const app = new FakeApp();
	const held = app.hold("backupCreate");
	const work = new LongWork(app, "backup");
	const ended = work.run(() => app.backupCreate());
	return { app, held, work, ended };
}

describe("long work", () => {
	it("is not shown in its first 300 ms, and not any more when it is done", async () => {
		const { held, work, ended } = started();
		await vi.advanceTimersByTimeAsync(299);
		expect(work.visible).toBe(false);
		await vi.advanceTimersByTimeAsync(1);
		expect(work.visible).toBe(true);
		await held.release();
		await ended;
		expect([work.visible, work.running]).toEqual([false, false]);
	});

	it("that is quick is never shown", async () => {
		const { held, work, ended } = started();
		await vi.advanceTimersByTimeAsync(100);
		await held.release();
		await ended;
		await vi.advanceTimersByTimeAsync(1000);
		expect(work.visible).toBe(false);
	});

	it("goes forward over all of its stages and ends at the whole", async () => {
		const { app, work } = started();
		const seen: number[] = [];
		for (const [stage, permille] of [
			["copying", 0],
			["copying", 500],
			["copying", 1000],
			["checking", 1000],
			["packing", 0],
			["packing", 1000],
		] as const) {
			await app.progress("backup", stage, permille);
			seen.push(work.done);
		}
		expect(seen).toEqual([0, 200, 400, 600, 600, 1000]);
	});

	it("never goes back, whatever the order of the stages", async () => {
		const { app, work } = started();
		const seen: number[] = [];
		for (const [stage, permille] of [
			["packing", 900],
			["copying", 900],
			["packing", 100],
			["checking", 500],
			["indexing", 900],
		] as const) {
			await app.progress("backup", stage, permille);
			seen.push(work.done);
		}
		expect(seen).toEqual(seen.toSorted((a, b) => a - b));
		expect(seen.at(-1)).toBeLessThanOrEqual(1000);
	});

	it("does not take the progress of other work for its own", async () => {
		const { app, work } = started();
		await app.progress("restore", "unpacking", 500);
		expect([work.stage, work.done]).toEqual([null, 0]);
	});

	it.each(["restore", "repair"] as const)("takes the upgrade after a %s for its last stage", async (kind) => {
		const app = new FakeApp();
		app.hold("backupRestore");
		const work = new LongWork(app, kind);
		void work.run(() => app.backupRestore("x"));
		await settled();
		const seen: [number, boolean][] = [];
		for (const [told, stage, permille] of [
			[kind, "indexing", 1000],
			[kind, "checking", 1000],
			[kind, "replacing", 1000],
			["upgrade", "copying", 1000],
			["upgrade", "checking", 1000],
			["upgrade", "packing", 1000],
			["upgrade", "indexing", 1000],
		] as const) {
			await app.progress(told, stage, permille);
			seen.push([work.done, work.cancellable]);
		}
		const parts = seen.map(([done]) => done);
		expect(parts).toEqual(parts.toSorted((a, b) => a - b));
		expect(new Set(parts.slice(2)).size).toBe(5);
		expect(parts.at(-1)).toBe(1000 - (kind === "restore" ? 300 : 600));
		expect(seen.map(([, cancellable]) => cancellable)).toEqual([true, true, ...Array(5).fill(false)]);
	});

	it("says why it ended early, and forgets it at the next start", async () => {
		const { app, held, work, ended } = started();
		await held.fail("disk_full");
		expect(await ended).toBeNull();
		expect(work.failure?.code).toBe("disk_full");
		expect(await work.run(() => app.backupCreate())).toMatchObject({ reason: "manual" });
		expect(work.failure).toBeNull();
	});

	it("is cancelled once, and not from its last stage on", async () => {
		const { app, work } = started();
		await settled();
		void work.cancel();
		void work.cancel();
		await settled();
		expect(work.cancelling).toBe(true);
		expect(app.callsOf("workCancel")).toHaveLength(1);

		const restore = new LongWork(app, "restore");
		app.hold("backupRestore");
		void restore.run(() => app.backupRestore("x"));
		await settled();
		await app.progress("restore", "replacing", 0);
		await restore.cancel();
		expect(app.callsOf("workCancel")).toHaveLength(1);
	});

	it("goes on when it could not be cancelled, and can be cancelled again", async () => {
		const { app, held, work, ended } = started();
		await settled();
		app.failNext("workCancel", "internal");
		await work.cancel();
		expect([work.cancelling, work.failure?.code]).toEqual([false, "internal"]);
		await held.release();
		expect(await ended).not.toBeNull();
		expect(work.failure).toBeNull();
	});

	it("runs once at a time and stops listening at its end", async () => {
		const { app, held, work, ended } = started();
		expect(await work.run(() => app.backupCreate())).toBeNull();
		await settled();
		expect(app.callsOf("backupCreate")).toHaveLength(1);
		expect(app.listeners).toBe(1);
		await held.release();
		await ended;
		expect(app.listeners).toBe(0);
	});

	it("is done without news of it too", async () => {
		const app = new FakeApp();
		app.onWorkProgress = () => Promise.reject(new Error("no events"));
		const work = new LongWork(app, "backup");
		expect(await work.run(() => app.backupCreate())).not.toBeNull();
	});
});
