import { IntlMessageFormat } from "intl-messageformat";
import { type AST, parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";
import { scenarioDescription, scenarioName } from "../src/features/conversations/scenario";
import type { Catalogue, MessageKey } from "../src/i18n/catalogue";
import { errorSentence } from "../src/i18n/errors";
import { currentLocale, languages, setLanguage, t } from "../src/i18n/index.svelte";
import en from "../src/i18n/messages/en";
import { fileSize, percent } from "../src/i18n/size";
import { dayHeading, relativeWhen, shortWhen } from "../src/i18n/time";
import type { Template } from "../src/ipc";
import { TEMPLATES } from "./support/fixtures";
import { source, sources } from "./support/sources";

const catalogues = import.meta.glob<Catalogue>("../src/i18n/messages/*/index.ts", {
	eager: true,
	import: "default",
});
const keys = Object.keys(en).sort() as MessageKey[];

type Part = ReturnType<IntlMessageFormat["getAst"]>[number];

/** The names of the values of a message, those within plural branches too. */
function placeholders(text: string): string[] {
	const names = new Set<string>();
	const walk = (parts: Part[]) => {
		for (const part of parts) {
			if ("value" in part && part.type !== 0) names.add(String(part.value));
			if ("options" in part) for (const option of Object.values(part.options)) walk(option.value);
		}
	};
	walk(new IntlMessageFormat(text, "en", undefined, { ignoreTag: true }).getAst());
	return [...names].sort();
}

describe("each language", () => {
	it("is found by its folder alone", () => {
		expect(languages).toEqual([
			{ code: "en", name: "English" },
			{ code: "vi", name: "Tiếng Việt" },
		]);
		expect(Object.keys(catalogues)).toHaveLength(languages.length);
	});

	it.each(Object.entries(catalogues))(
		"%s has the messages of the English one, no more and no less",
		(_, catalogue) => {
			expect(Object.keys(catalogue).sort()).toEqual(keys);
		},
	);

	it.each(Object.entries(catalogues))("%s has no message twice, and none in two files", (index) => {
		const folder = index.replace("index.ts", "");
		const owner = new Map<string, string>();
		for (const { path, text } of sources("src/i18n/messages", ".ts")) {
			if (!`../${path}`.startsWith(folder)) continue;
			for (const [, key = ""] of text.matchAll(/^\t"([^"]+)":/gm)) {
				expect([key, owner.get(key)]).toEqual([key, undefined]);
				owner.set(key, path);
			}
		}
		expect([...owner.keys()].sort()).toEqual(keys);
	});

	it.each(Object.entries(catalogues))("%s takes the same values in each message", (_, catalogue) => {
		for (const key of keys) expect([key, placeholders(catalogue[key])]).toEqual([key, placeholders(en[key])]);
	});

	it.each(Object.entries(catalogues))("%s has no empty message and no stray space", (_, catalogue) => {
		for (const key of keys)
			expect([key, catalogue[key]]).toEqual([key, expect.stringMatching(/^\S(.*\S)?$/su)]);
	});

	it("is really translated", () => {
		const vi = catalogues["../src/i18n/messages/vi/index.ts"];
		const same = keys.filter((key) => vi?.[key] === en[key]);
		expect(same).toEqual([
			"app.name",
			"changes.quoted",
			"chat.saidBy",
			"search.saidIn",
			"select.said",
			"settings.about",
			"settings.rateValue",
		]);
	});

	it("has no message that nothing asks for", () => {
		const code = sources("src", ".ts", ".svelte")
			.filter(({ path }) => !path.includes("i18n/messages/"))
			.map(({ text }) => text)
			.join("\n");
		const composed = /^(error|event|events\.group|failure|template|trouble)\./;
		expect(
			keys.filter((key) => !composed.test(key) && !code.includes(`"${key}"`) && !code.includes(`'${key}'`)),
		).toEqual([]);
	});
});

describe("the situations that come with the app", () => {
	const { text } = source("../src-tauri/tutor/scenarios/levels.toml");
	const builtIn = text
		.split("[[situations]]")
		.slice(1)
		.map((part) => {
			const [situation = "", name, description] = ["situation", "name", "description"].map(
				(field) => new RegExp(`^${field} = "(.+)"$`, "m").exec(part)?.[1],
			);
			return { situation, name, description };
		});
	const expected = builtIn
		.flatMap(({ situation }) => [`template.${situation}.description`, `template.${situation}.name`])
		.sort();

	it.each(Object.entries(catalogues))("have a name and a description in %s, each of them", (_, catalogue) => {
		expect(builtIn.length).toBeGreaterThanOrEqual(10);
		const found = Object.keys(catalogue).filter((key) => key.startsWith("template."));
		expect(found.sort()).toEqual(expected);
	});

	it.each(builtIn)(
		"are called in English what the app calls them: $situation",
		({ situation, name, description }) => {
			const texts: Record<string, string> = en;
			expect(texts[`template.${situation}.name`]).toBe(name);
			expect(texts[`template.${situation}.description`]).toBe(description);
		},
	);

	it("are called so in the language in use, and the learner's own as the learner calls them", () => {
		const [cafe, interview] = TEMPLATES as [Template, Template];
		setLanguage("vi");
		expect(scenarioName(interview)).toBe("Phỏng vấn xin việc");
		expect(scenarioDescription(interview)).toContain("Giới thiệu bản thân");
		expect(scenarioName({ ...interview, isBuiltIn: false })).toBe(interview.name);
		expect(scenarioDescription({ ...interview, isBuiltIn: false })).toBe(interview.description);
		expect(scenarioName(cafe)).toBe(cafe.name);
	});
});

describe("the language in use", () => {
	it("is the learner's choice", () => {
		setLanguage("vi");
		expect(t("settings.title")).toBe("Cài đặt");
		expect(document.documentElement.lang).toBe("vi");
	});

	it.each([
		[["vi-VN", "en-US"], "vi"],
		[["fr-FR", "vi"], "vi"],
		[["de-DE"], "en"],
		[["C"], "en"],
		[["c", "vi_VN.UTF-8"], "vi"],
		[["", "*"], "en"],
		[[], "en"],
	])("follows a system that speaks %j", (system, expected) => {
		setLanguage("system", system);
		expect(currentLocale()).toBe(expected);
	});

	it("falls back to English for a language without a catalogue", () => {
		setLanguage("tlh");
		expect(t("settings.title")).toBe("Settings");
	});

	it("counts by its own rules", () => {
		expect([1, 2, 1000].map((count) => t("list.count", { count }))).toEqual([
			"1 message",
			"2 messages",
			"1,000 messages",
		]);
		setLanguage("vi");
		expect([1, 2, 1000].map((count) => t("list.count", { count }))).toEqual([
			"1 tin nhắn",
			"2 tin nhắn",
			"1.000 tin nhắn",
		]);
	});

	it("puts people's words in as they are", () => {
		expect(t("list.rename", { title: "<b>{count}</b> 'x'" })).toBe("Rename “<b>{count}</b> 'x'”");
	});

	it("tells time in its own way", () => {
		const noon = new Date(2026, 2, 14, 12, 5).getTime();
		const day = 86_400_000;
		expect(shortWhen(noon, noon)).toMatch(/^12:05\sPM$/u);
		expect(shortWhen(noon - day, noon)).toBe("Yesterday");
		expect(shortWhen(noon - 3 * day, noon)).toBe("Wed");
		expect(dayHeading(noon, noon + 400 * day)).toBe("March 14, 2026");
		setLanguage("vi");
		expect(dayHeading(noon - day, noon)).toBe("Hôm qua");
		expect(dayHeading(noon - 5 * day, noon)).toMatch(/^Thứ Hai,? 9 tháng 3$/u);
	});
});

describe("sizes, shares and how long ago", () => {
	it("are given as people read them", () => {
		expect([0, 12, 3_400, 999_700, 3_440_000, 44_200_000, 1_700_000_000].map(fileSize)).toEqual([
			"0 kB",
			"1 kB",
			"3 kB",
			"1 MB",
			"3.4 MB",
			"44 MB",
			"1.7 GB",
		]);
		expect(percent(426)).toBe("43%");
		setLanguage("vi");
		expect(fileSize(3_440_000)).toBe("3,4 MB");
	});

	it("count from now, and a clock that was put back makes nothing of the future", () => {
		const noon = new Date(2026, 2, 14, 12).getTime();
		const minute = 60_000;
		const ago = (millis: number) => relativeWhen(noon - millis, noon);
		expect(
			[-90 * minute, 30_000, 5 * minute, 10 * 60 * minute, 30 * 60 * minute, 1e10, 1e11].map(ago),
		).toEqual(["now", "now", "5 minutes ago", "10 hours ago", "1 day ago", "3 months ago", "3 years ago"]);
		setLanguage("vi");
		expect(ago(5 * minute)).toBe("5 phút trước");
	});
});

describe("an error", () => {
	it.each([
		["disk_full", null, "The disk is full."],
		["invalid", { field: "content", reason: "must not be empty" }, "There is nothing in it yet."],
		[
			"invalid",
			{ field: "title", reason: "is too long: 10000 characters, where 200 are the most" },
			"This is too long.",
		],
		[
			"invalid",
			{ field: "content", reason: "must not contain a NUL character" },
			"There is a character in it",
		],
		[
			"invalid",
			{ field: "content", reason: "must not contain half a character" },
			"There is a character in it",
		],
		["invalid", { field: "reply", reason: "is longer than 100000 characters" }, "This is too long."],
		[
			"invalid",
			{ field: "title", reason: "invalid type: null, expected a string" },
			"This cannot be saved as it is.",
		],
		[
			"invalid",
			{ field: "chunk's pause", reason: "must be at most 10000 ms" },
			"This cannot be saved as it is.",
		],
		["invalid", null, "This cannot be saved as it is."],
		["never_heard_of", null, "Something unexpected went wrong."],
	])("%s %j is said in a sentence", (code, details, sentence) => {
		expect(errorSentence({ code, message: "technical", details })).toContain(sentence);
	});

	it("that refuses a text says why, whatever the storage layer refuses it for", () => {
		const { text } = source("../src-tauri/storage/src/text.rs");
		const reasons = [...text.matchAll(/Error::invalid\(\s*field,\s*(?:format!\()?"([^"]+)"/g)].map(
			([, reason = ""]) => reason,
		);
		// What is no text, such as a colour, is not typed.
		expect(reasons).toHaveLength([...text.matchAll(/Error::invalid\(\s*field/g)].length);
		expect(reasons.length).toBeGreaterThanOrEqual(3);
		const sentences = reasons.map((reason) =>
			errorSentence({ code: "invalid", message: "", details: { reason } }),
		);
		expect(sentences).not.toContain(en["error.invalid"]);
	});

	it("of every code has a sentence of its own", () => {
		// The comments of the generated union hold quotation marks and semicolons of their own.
		const bindings = source("src/ipc/bindings.ts").text.replace(/\/\*[\s\S]*?\*\//g, "");
		const union = /ErrorCode =([^;]+);/.exec(bindings)?.[1] ?? "";
		const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
		expect(codes.length).toBeGreaterThan(10);
		expect(codes.filter((code) => !(`error.${code}` in en))).toEqual([]);
	});
});

const SPOKEN_ATTRIBUTES =
	/^(aria-label|aria-description|aria-roledescription|aria-valuetext|title|placeholder|alt|label|hint|closeLabel|sentence|text)$/;

/** Words that stand in a component instead of the catalogue. */
function literals(text: string): string[] {
	const found: string[] = [];
	const report = (value: unknown) => {
		if (typeof value === "string" && /\p{L}/u.test(value)) found.push(value.trim());
	};
	/** The texts that an expression can come out as. */
	const expression = (node: unknown): void => {
		if (typeof node !== "object" || node === null) return;
		const part = node as { type: string; [name: string]: unknown };
		if (part.type === "Literal") report(part.value);
		if (part.type === "TemplateLiteral") {
			for (const quasi of part.quasis as { value: { cooked: string } }[]) report(quasi.value.cooked);
		}
		if (part.type === "ConditionalExpression")
			for (const side of [part.consequent, part.alternate]) expression(side);
		if (part.type === "LogicalExpression") for (const side of [part.left, part.right]) expression(side);
		if (part.type === "BinaryExpression" && part.operator === "+")
			for (const side of [part.left, part.right]) expression(side);
	};
	const visit = (node: unknown): void => {
		if (Array.isArray(node)) {
			for (const child of node) visit(child);
			return;
		}
		if (typeof node !== "object" || node === null) return;
		const part = node as AST.BaseNode & Record<string, unknown>;
		if (part.type === "Text") report(part.data);
		if (part.type === "ExpressionTag") expression(part.expression);
		if (part.type === "Attribute") {
			const values = part.value as unknown;
			if (SPOKEN_ATTRIBUTES.test(String(part.name)) && values !== true) {
				for (const value of Array.isArray(values) ? values : [values]) visit(value);
			}
			return;
		}
		for (const [name, child] of Object.entries(part)) {
			if (name !== "expression" && name !== "parent") visit(child);
		}
	};
	visit(parse(text, { modern: true }).fragment);
	return found;
}

describe("components", () => {
	it.each(sources("src", ".svelte").map(({ path, text }) => [path, text]))(
		"%s has no words of its own",
		(_, text) => {
			expect(literals(text)).toEqual([]);
		},
	);

	it("with words of their own are found", () => {
		expect(
			literals(`<script>let open = $state(false)</script>
{#if open}<p>Hello {open ? "you" : t("x.y")}</p>{/if}
<button class="big" title="Close it" aria-label={\`Shut \${open}\`}>×</button>`),
		).toEqual(["Hello", "you", "Close it", "Shut"]);
	});
});
