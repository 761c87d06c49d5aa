import { describe, expect, it } from "vitest";
import { aBackup, NOON } from "../../../tests/support/fixtures";
import { byDay, isUsable, recommended } from "./backup";

const HOUR = 3_600_000;

describe("the backup to begin with", () => {
	it("is the newest that can be restored", () => {
		const damaged = aBackup({ createdAt: NOON, problem: "Its hash is another one." });
		const undo = aBackup({ createdAt: NOON - HOUR, reason: "replaced" });
		const good = aBackup({ createdAt: NOON - 2 * HOUR });
		expect(recommended([damaged, undo, good, aBackup({ createdAt: NOON - 3 * HOUR })], 11)).toBe(good);
	});

	it("is one from before the upgrade when a newer app wrote the others", () => {
		const newer = aBackup({ schemaVersion: 14, appVersion: "0.4.0" });
		const before = aBackup({ createdAt: NOON - HOUR, reason: "migration" });
		expect(recommended([newer, before], 11)).toBe(before);
		expect(isUsable(newer, null)).toBe(true);
	});

	it("is one with words in it, also when an empty one is newer", () => {
		const empty = aBackup({ counts: { conversations: 0, messages: 0, words: 0 } });
		const full = aBackup({ createdAt: NOON - HOUR });
		expect(recommended([empty, full], 11)).toBe(full);
		expect(recommended([empty], 11)).toBe(empty);
	});

	it("is none when none can be restored", () => {
		expect(recommended([], 11)).toBeNull();
		expect(recommended([aBackup({ problem: "It is cut off." })], 11)).toBeNull();
	});
});

it("backups are shown by the learner's days, in their order", () => {
	const noon = new Date(2026, 2, 14, 12).getTime();
	const times = [noon, noon - HOUR, noon - 24 * HOUR, noon - 72 * HOUR];
	const days = byDay(times.map((createdAt) => aBackup({ createdAt })));
	expect(days.map(({ backups }) => backups.map(({ createdAt }) => createdAt))).toEqual([
		[noon, noon - HOUR],
		[noon - 24 * HOUR],
		[noon - 72 * HOUR],
	]);
});
