import { expect, it } from "vitest";
import { aReply, WRITINGS } from "../../../tests/support/fixtures";
import { restOf } from "./message";

it.each(WRITINGS)("the words after the last chunk are the rest: %s", (rest) => {
	expect(restOf(aReply(["Well, 👋🏽 ", "you see: "], { rest }))).toBe(rest);
});

it("a finished reply has no rest", () => {
	expect(restOf(aReply(["One. ", "Two."]))).toBe("");
});

it("no word is hidden when the chunks are not the beginning of the content", () => {
	expect(restOf({ ...aReply(["One. "]), content: "Something else." })).toBe("Something else.");
});
