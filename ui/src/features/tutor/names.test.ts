import { describe, expect, it } from "vitest";
import { shortName } from "../../i18n/names";
import { isSame, named, nameOf } from "./names";

describe("the name of a model", () => {
	it.each([
		["llama3.2:3b", "llama3.2:3b"],
		["/models/Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B-Q4_K_M"],
		["C:\\models\\gemma.GGUF", "gemma"],
		["meta-llama/llama-3.3-70b-instruct:free", "llama-3.3-70b-instruct:free"],
		["org/", "org/"],
		["/models/.gguf", "/models/.gguf"],
		["مدل/نموذج", "نموذج"],
		["", ""],
	])("%s is shown as %s", (model, short) => {
		expect(shortName(model)).toBe(short);
	});

	it("is whole where two would be called the same", () => {
		expect(named(["a/llama", "b/llama", "b/gemma"]).map(({ name }) => name)).toEqual([
			"a/llama",
			"b/llama",
			"gemma",
		]);
	});

	it("is whole on wish, and the built-in partner has one as well", () => {
		const choice = { kind: "model", serverId: "S", model: "org/gemma" } as const;
		expect([nameOf(choice), nameOf(choice, true), nameOf({ kind: "built_in" })]).toEqual([
			"gemma",
			"org/gemma",
			"Built-in partner",
		]);
	});
});

it("two choices are the same by server and model", () => {
	const choice = { kind: "model", serverId: "S", model: "m" } as const;
	expect([
		isSame(choice, { ...choice }),
		isSame(choice, { ...choice, model: "n" }),
		isSame(choice, { ...choice, serverId: "T" }),
		isSame(choice, { kind: "built_in" }),
		isSame({ kind: "built_in" }, { kind: "built_in" }),
	]).toEqual([true, false, false, false, true]);
});
