import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import Markdown from "./Markdown.svelte";
import { markdown } from "./markdown";

/** The note on the page. */
function shown(text: string): HTMLElement {
	const { container } = render(Markdown, { text });
	return container.querySelector(".words") as HTMLElement;
}

const SAFE = new Set(
	"p h3 h4 h5 h6 blockquote ul ol li pre code em strong s table thead tbody tr th td br hr span".split(" "),
);

/** What could load, lead somewhere or run. */
function dangers(element: HTMLElement): string[] {
	return [...element.querySelectorAll("*")].flatMap(({ localName, attributes }) => [
		...(SAFE.has(localName) ? [] : [localName]),
		...[...attributes].map(({ name }) => name).filter((name) => !/^(dir|start|class)$/.test(name)),
	]);
}

describe("a note", () => {
	it("has headings, lists, quotes, emphasis, code and tables", () => {
		const note = shown(
			"# Từ mới\n\n- *một*\n- **hai**\n\n3. ba\n\n> trích\n\n`x` ~~y~~\n\n```\na  b\n```\n\n|từ|nghĩa|\n|-|-|\n|chợ|market|",
		);
		expect(note.querySelector("h3")?.textContent).toBe("Từ mới");
		expect(note.querySelector("ul > li > em")?.textContent).toBe("một");
		expect(note.querySelector("ul > li > strong")?.textContent).toBe("hai");
		expect(note.querySelector("ol")?.getAttribute("start")).toBe("3");
		expect(note.querySelector("blockquote p")?.textContent).toBe("trích");
		expect(note.querySelector("p code")?.textContent).toBe("x");
		expect(note.querySelector("s")?.textContent).toBe("y");
		expect(note.querySelector("pre")?.textContent).toBe("a  b\n");
		expect([...note.querySelectorAll("td")].map(({ textContent }) => textContent)).toEqual(["chợ", "market"]);
	});

	it("that is plain keeps its lines and its blanks", () => {
		expect(shown("海边 🌊\nsóng   biển").querySelector("p")?.textContent).toBe("海边 🌊\nsóng   biển");
	});

	it("lets each block and each item run in its own direction", () => {
		const note = shown("رحلة\n\nchợ\n\n- סלט\n- phở\n\n> شاي");
		expect([...note.querySelectorAll("[dir=auto]")].map(({ localName }) => localName)).toEqual([
			...["p", "p", "li", "li", "blockquote"],
		]);
	});

	it("has no heading that leaves out a level, however it is written", () => {
		const note = shown("#### a\n\n# b\n\n### c\n\n###### d\n\n## e");
		expect([...note.children].map(({ localName }) => localName)).toEqual(["h3", "h3", "h4", "h5", "h4"]);
	});

	it("shows where links and pictures lead as text, and leads nowhere", () => {
		const note = shown(
			"[chợ *nổi*](https://a.example/x) <https://b.example> ![hình](https://c.example/1.png)",
		);
		expect(note.textContent).toBe(
			"chợ nổi (https://a.example/x) https://b.example hình (https://c.example/1.png)",
		);
		expect(dangers(note)).toEqual([]);
	});

	it.each([
		["[từ]: nghĩa", "[từ]: nghĩa"],
		["[ ] việc", "[ ] việc"],
		["&lt;b&gt;", "<b>"],
	])("shows all of %s", (text, words) => {
		expect(shown(text).textContent).toBe(words);
	});
});

describe("a hostile note", () => {
	it.each([
		"<script>alert(1)</script>",
		'<img src="https://x.example/p.png" onerror="alert(1)">',
		"<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
		"[x](javascript:alert(1)) [y](JaVaScRiPt&#58;alert(1)) <javascript:alert(1)>",
		'[x](https://a.example "onmouseover=alert(1)") ![x](data:text/html,<script>)',
		'```"><script>\nx\n```',
		"<iframe src=https://x.example></iframe>\n\n<style>*{display:none}</style>",
		'|a|\n|:-:|\n|<b style="x">b</b>|',
		"[constructor](__proto__) [__proto__]: toString",
	])("is inert: %s", (text) => {
		const note = shown(text);
		expect(dangers(note)).toEqual([]);
		expect(note.textContent).not.toBe("");
	});

	it.each([
		["brackets", `${"[".repeat(10_000)}x${"]".repeat(10_000)}`],
		["brackets of links", "[a](".repeat(10_000)],
		["pictures", "![".repeat(10_000)],
		["emphasis", `${"*a ".repeat(8000)}${" a*".repeat(8000)}`],
		["stars", "**a".repeat(10_000)],
		["definitions", "[a]: b\n".repeat(6000)],
		["code", Array.from({ length: 300 }, (_, length) => "`".repeat(length)).join("a")],
	])("of many %s is shown in no time, with all its words", (_, text) => {
		const start = performance.now();
		const parts = markdown(text);
		expect(performance.now() - start).toBeLessThan(2500);
		expect(parts === null || parts.length > 0).toBe(true);
	});

	it.each([
		["quotes", ">".repeat(10_000), "x"],
		["lists", "- ".repeat(10_000), "x"],
		["lists in lists", Array.from({ length: 40 }, (_, depth) => `${"  ".repeat(depth)}- `).join("x\n"), "x"],
	])("of many nested %s stays as it was typed", (_, text, word) => {
		expect(shown(text + word).textContent).toBe(text + word);
	});

	it("that is longer than anybody reads at once, or more pieces, stays as it was typed", () => {
		for (const text of ["**dài** ".repeat(10_000), "*a* ".repeat(8000)]) {
			const note = shown(text);
			expect(note.textContent).toBe(text);
			expect(note.children).toHaveLength(0);
		}
	});
});
