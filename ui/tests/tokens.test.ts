import { describe, expect, it } from "vitest";
import { source, sources } from "./support/sources";

const TOKENS = "src/styles/tokens.css";

/** The style rules of a file, without comments. */
function styles({ path, text }: { path: string; text: string }): string {
	const css = path.endsWith(".svelte")
		? [...text.matchAll(/<style>(.*?)<\/style>/gs)].map(([, body]) => body).join("\n")
		: text;
	return css.replace(/\/\*.*?\*\//gs, "");
}

const COLOUR_PROPERTY =
	/^(.*color|background|border.*|outline.*|fill|stroke|box-shadow|text-shadow|caret-color)$/;
const COLOUR =
	/#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark)\(|\b(?:black|white|red|green|blue|gray|grey|orange|yellow|brown|purple|pink|beige|ivory|tan|navy|teal|gold|silver|canvas|canvastext|highlight)\b/i;

/** Declarations that name a colour or a font size themselves. */
function strayValues(css: string): string[] {
	return [...css.matchAll(/([\w-]+)\s*:\s*([^;{}]+)[;}]/g)]
		.map(([, property = "", value = ""]) => ({ property, value: value.trim() }))
		.filter(({ property, value }) => {
			if (property === "font-size") return !/^(var\(--text-[\w-]+\)|inherit)$/.test(value);
			if (property === "font") return !/^(inherit|.*var\(--text-)/.test(value);
			return COLOUR_PROPERTY.test(property) && COLOUR.test(value.replace(/var\([^)]*\)/g, ""));
		})
		.map(({ property, value }) => `${property}: ${value}`);
}

const styled = sources("src", ".svelte", ".css").filter(({ path }) => path !== TOKENS);

describe("colours and sizes of type", () => {
	it.each(styled.map((file) => [file.path, styles(file)]))("%s takes them from the tokens", (_, css) => {
		expect(strayValues(css)).toEqual([]);
	});

	it("outside of the tokens are found", () => {
		expect(
			strayValues(
				"p { color: #fff; border: 1px solid rgb(0 0 0); font-size: 14px; background: white; margin: 4px; fill: var(--color-x); }",
			),
		).toEqual(["color: #fff", "border: 1px solid rgb(0 0 0)", "font-size: 14px", "background: white"]);
	});

	it("that are used exist", () => {
		const defined = new Set(styles(source(TOKENS)).match(/--[\w-]+(?=:)/g));
		const used = styled.flatMap((file) => styles(file).match(/--[\w-]+(?=\))/g) ?? []);
		expect(used.length).toBeGreaterThan(100);
		expect([...new Set(used)].filter((name) => !defined.has(name))).toEqual([]);
	});
});

/** The colour tokens of one mode, as the file gives them. */
function palette(mode: 0 | 1, contrast: "normal" | "more"): Map<string, string> {
	const css = styles(source(TOKENS));
	const [normal = "", more = ""] = css.split("@media (prefers-contrast: more)");
	const read = (part: string) =>
		[...part.matchAll(/--color-([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
			([, name = "", light = "", dark = ""]): [string, string] => [name, mode === 0 ? light : dark],
		);
	return new Map([...read(normal), ...(contrast === "more" ? read(more) : [])]);
}

function luminance(hex: string): number {
	const channel = (from: number) => {
		const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	};
	return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function ratio(a: string, b: string): number {
	const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (light + 0.05) / (dark + 0.05);
}

const grounds = ["side", "paper", "card", "raised", "hover", "chosen"];
const words: [text: string, ground: string][] = [
	...grounds.flatMap((ground): [string, string][] => [
		["ink", ground],
		["ink-soft", ground],
	]),
	["ink-placeholder", "raised"],
	["on-accent", "accent"],
	["on-accent", "accent-hover"],
	["accent", "accent-tint"],
	["accent", "paper"],
	["accent", "card"],
	["on-mine", "mine"],
	["on-spoken", "spoken"],
	["ink", "danger-tint"],
	["ink-soft", "danger-tint"],
	["ink", "notice-tint"],
	["notice", "notice-tint"],
	["notice", "paper"],
];
/** Icons, borders of controls and the focus ring have to be seen, not read. */
const shapes: [shape: string, ground: string][] = [
	["line-strong", "paper"],
	["line-strong", "raised"],
	["line-strong", "card"],
	["danger", "card"],
	["danger", "danger-tint"],
	["accent", "hover"],
	["accent", "card"],
	...grounds.map((ground): [string, string] => ["focus", ground]),
];

describe.each([
	["light", 0, "normal"],
	["dark", 1, "normal"],
	["light and high contrast", 0, "more"],
	["dark and high contrast", 1, "more"],
] as const)("in %s", (_, mode, contrast) => {
	const colours = palette(mode, contrast);
	const measured = (a: string, b: string) => ratio(colours.get(a) ?? "", colours.get(b) ?? "");

	it.each(words)("%s can be read on %s (AA)", (text, ground) => {
		expect(measured(text, ground)).toBeGreaterThanOrEqual(contrast === "more" ? 7 : 4.5);
	});

	it.each(shapes)("%s can be seen on %s (AA)", (shape, ground) => {
		expect(measured(shape, ground)).toBeGreaterThanOrEqual(3);
	});
});

describe("the page", () => {
	it("obeys a content security policy without inline scripts, inline styles or other hosts", () => {
		const { text } = source("index.html");
		expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|https?:/);
		expect(text.match(/<script[^>]*>([^<]*)<\/script>/)?.[1]).toBe("");
	});

	it.each(sources("src", ".svelte").map(({ path, text }) => [path, text]))(
		"%s has no style attribute and no raw HTML",
		(_, text) => {
			expect(text).not.toMatch(/\sstyle=|\{@html/);
		},
	);
});
