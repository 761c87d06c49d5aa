import { describe, expect, it } from "vitest";
import { chunkIcon } from "./icons";

const EMOTIONS = ["neutral", "happy", "encouraging", "excited", "calm", "curious", "supportive"] as const;

describe("the icon of a chunk", () => {
	it.each(["question", "wave", "sparkles", "lightbulb", "heart", "check", "book"])(
		"%s is the same in every feeling",
		(icon) => {
			expect(new Set(EMOTIONS.map((emotion) => chunkIcon({ icon, emotion }))).size).toBe(1);
		},
	);

	it.each(["chat", null, "constructor", "a-name-of-tomorrow"])("is that of the feeling for %s", (icon) => {
		expect(new Set(EMOTIONS.map((emotion) => chunkIcon({ icon, emotion }))).size).toBe(EMOTIONS.length);
	});
});
