import { expect, it } from "vitest";
import { NOON } from "../../../tests/support/fixtures";
import { doneSentence } from "./words";

it("a reply that was answered anew goes by what it answers", () => {
	const operation = {
		id: "O",
		kind: "reply_replace",
		subject: "Xin chào!",
		count: 1,
		createdAt: NOON,
	} as const;
	expect(doneSentence(operation)).toBe("Answered anew: “Xin chào!”");
	expect(doneSentence({ ...operation, subject: "" })).toBe("Answered anew: “An empty message”");
});

it("what was remembered goes by its words, and all of it by its conversation", () => {
	const operation = {
		id: "O",
		kind: "fact_delete",
		subject: "Thích phở",
		count: 1,
		createdAt: NOON,
	} as const;
	expect(doneSentence(operation)).toBe("A fact deleted: “Thích phở”");
	const all = { ...operation, kind: "facts_clear", subject: "At the café", count: 7 } as const;
	expect(doneSentence(all)).toBe("Forgot everything remembered in “At the café”");
	expect(doneSentence({ ...all, subject: "" })).toContain("“");
});
