import { describe, expect, it } from "vitest";
import { WRITINGS } from "../../../tests/support/fixtures";
import { type DiffPart, wordDiff } from "./diff";

const text = (parts: DiffPart[], without: DiffPart["kind"]) =>
	parts
		.filter(({ kind }) => kind !== without)
		.map((part) => part.text)
		.join("");

describe("the difference of two texts", () => {
	it("is told in words", () => {
		expect(wordDiff("I go to the beach yesterday.", "I went to the beach yesterday.")).toEqual([
			{ kind: "same", text: "I " },
			{ kind: "removed", text: "go" },
			{ kind: "added", text: "went" },
			{ kind: "same", text: " to the beach yesterday." },
		]);
	});

	it("takes a letter with its accents and an emoji with its people as they are read", () => {
		expect(wordDiff("Tôi đi chợ 👨‍👩‍👧", "Tôi đi chơ 👨‍👩‍👧‍👦").map((part) => part.text)).toEqual([
			"Tôi đi ",
			"chợ",
			"chơ",
			" ",
			"👨‍👩‍👧",
			"👨‍👩‍👧‍👦",
		]);
	});

	it("keeps both texts to the letter", () => {
		for (const before of WRITINGS)
			for (const after of [...WRITINGS, "", `${before} again`, before.slice(3)]) {
				const parts = wordDiff(before, after);
				expect(text(parts, "added")).toBe(before);
				expect(text(parts, "removed")).toBe(after);
			}
	});

	it("of two long texts that have nothing in common is told at once", () => {
		const [before, after] = [
			Array.from({ length: 20_000 }, (_, index) => `a${index}`).join(" "),
			Array.from({ length: 20_000 }, (_, index) => `b${index}`).join("-"),
		] as [string, string];
		const parts = wordDiff(before, after);
		expect(parts.map(({ kind }) => kind)).toEqual(["removed", "added"]);
		expect(text(parts, "added")).toBe(before);
	});
});
