import { expect, it } from "vitest";
import { nameKey } from "./name-key";

it.each([
	["Straße", "STRASSE"],
	["ΟΔΟΣ", "οδος"],
	["ＡＢＣ", "abc"],
	["work", "wo\u200brk"],
	["Été", "E\u0301te\u0301"],
	["mùa  xuân", " MÙA XUÂN "],
])("%s and %s are one name", (one, other) => {
	expect(nameKey(one)).toBe(nameKey(other));
});

it.each([
	["ma", "má"],
	["ı", "i"],
	["天气", "天氣"],
])("%s and %s are two", (one, other) => {
	expect(nameKey(one)).not.toBe(nameKey(other));
});
