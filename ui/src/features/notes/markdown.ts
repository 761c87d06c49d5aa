import MarkdownIt, { type MarkdownIt as Parser, type Token } from "markdown-it";

/** Everything that a note can be made of on the page. Nothing in it loads, leads anywhere or runs. */
const TAGS = [
	...["p", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code", "em", "strong", "s"],
	...["table", "thead", "tbody", "tr", "th", "td", "br", "hr", "span"],
] as const;
type Tag = (typeof TAGS)[number];

interface Piece {
	tag: Tag;
	/** It may run in another direction than what is around it. */
	dir?: "auto";
	/** Of a list: its first number. */
	start?: number;
	parts: Part[];
}

export type Part = string | Piece;

/** A note longer than this stays as it was typed: it is not to hold up the window. */
const LONGEST = 50_000;
/** So does one that would be more elements than that, or deeper. */
const MOST_PARTS = 10_000;
const DEEPEST = 30;

let parser: Parser | undefined;

/** Made when the first note is shown, for that takes some milliseconds of a start. */
function theParser(): Parser {
	// No HTML, and no links that nobody marked as such. What would be a definition for other places ("[word]: meaning")
	// stays where it is: nothing of a note may be out of sight.
	parser ??= new MarkdownIt({ html: false, linkify: false, maxNesting: DEEPEST }).disable("reference");
	return parser;
}

/** The note as a tree; null where it is to be shown as it was typed. */
export function markdown(text: string): Part[] | null {
	if (text.length > LONGEST) return null;
	const tokens = theParser().parse(text, {});
	// The parser leaves out what lies deeper.
	if (tokens.some(({ level, nesting }) => nesting === 1 && level >= DEEPEST - 1)) return null;
	const count = tokens.reduce((sum, { children }) => sum + 1 + (children?.length ?? 0), 0);
	return count > MOST_PARTS ? null : new Builder().build(tokens);
}

class Builder {
	readonly #root: Piece = { tag: "span", parts: [] };
	/** What is open, the innermost last. */
	readonly #open: Piece[] = [this.#root];
	/** The addresses of the links that are open. */
	readonly #addresses: string[] = [];
	/** The level of the last heading; those of a page must not leave one out. The notes themselves stand under an h2. */
	#heading = 2;

	build(tokens: readonly Token[]): Part[] {
		for (const token of tokens) this.#take(token);
		return this.#root.parts;
	}

	#take(token: Token): void {
		switch (token.type) {
			case "inline":
				for (const child of token.children ?? []) this.#take(child);
				break;
			case "text":
				this.#add(token.content);
				break;
			case "softbreak":
				// As it was typed: a note has lines.
				this.#add("\n");
				break;
			case "code_inline":
				this.#add({ tag: "code", parts: [token.content] });
				break;
			case "fence":
			case "code_block":
				this.#add({ tag: "pre", dir: "auto", parts: [{ tag: "code", parts: [token.content] }] });
				break;
			case "image":
				// It would be loaded from somewhere: its words stand for it, and say where it is.
				this.#add(token.content);
				this.#address(token.content, token.attrGet("src"));
				break;
			case "link_open":
				this.#addresses.push(String(token.attrGet("href") ?? ""));
				this.#enter({ tag: "span", parts: [] });
				break;
			case "link_close":
				this.#address(wordsOf(this.#leave()), this.#addresses.pop() ?? "");
				break;
			default:
				this.#takeElement(token);
		}
	}

	#takeElement(token: Token): void {
		// The paragraphs of a list without blank lines.
		if (token.hidden) return;
		if (token.nesting === -1) {
			this.#leave();
			return;
		}
		const tag = this.#tagOf(token);
		const element: Piece = { tag, parts: [] };
		if (this.#isOfItsOwnDirection(tag)) element.dir = "auto";
		const start = token.attrGet("start");
		if (start !== null) element.start = Number(start);
		if (token.nesting === 1) this.#enter(element);
		else this.#add(element);
	}

	/** What is not known shows its words all the same. */
	#tagOf({ tag }: Token): Tag {
		if (/^h[1-6]$/.test(tag)) {
			this.#heading = Math.min(Number(tag.slice(1)) + 2, this.#heading + 1, 6);
			return `h${this.#heading}` as Tag;
		}
		return TAGS.find((known) => known === tag) ?? "span";
	}

	/** The outermost block with words, and each item of a list: within them everything runs as they do. */
	#isOfItsOwnDirection(tag: Tag): boolean {
		if (tag === "li") return true;
		return /^(p|h\d|blockquote|t[hd])$/.test(tag) && !this.#open.some(({ dir }) => dir);
	}

	/** Where something leads, as text: the window goes nowhere. */
	#address(words: string, address: unknown): void {
		if (typeof address === "string" && address !== "" && address !== words) {
			this.#add(" ");
			this.#add({ tag: "span", dir: "auto", parts: [`(${address})`] });
		}
	}

	#add(part: Part): void {
		if (part !== "") this.#open.at(-1)?.parts.push(part);
	}

	#enter(element: Piece): void {
		this.#add(element);
		this.#open.push(element);
	}

	#leave(): Piece {
		return (this.#open.length > 1 ? this.#open.pop() : undefined) ?? this.#root;
	}
}

const wordsOf = ({ parts }: Piece): string =>
	parts.map((part) => (typeof part === "string" ? part : wordsOf(part))).join("");
