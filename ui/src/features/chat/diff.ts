/** A piece of two texts: in both, only in the one before, or only in the one after. */
export interface DiffPart {
	kind: "same" | "removed" | "added";
	text: string;
}

/** Beyond so many comparisons two texts are simply shown one after the other. */
const MOST_COMPARED = 4_000_000;

/** What became of a text, word by word. The parts that are not `added` are the text before, to the letter. */
export function wordDiff(before: string, after: string): DiffPart[] {
	const [a, b] = [words(before), words(after)];
	let start = 0;
	while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
	let end = 0;
	while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end])
		end += 1;
	const parts: DiffPart[] = [];
	put(parts, "same", a.slice(0, start));
	middle(parts, a.slice(start, a.length - end), b.slice(start, b.length - end));
	put(parts, "same", a.slice(a.length - end));
	return parts;
}

/**
 * Words as the languages of the world have them, and what stands between them. An engine takes far too much memory
 * to segment a long text in one go, so it gets no more than what stands between two blanks.
 */
function words(text: string): string[] {
	const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
	return (text.match(/\s+|\S{1,200}/gu) ?? []).flatMap((piece) =>
		Array.from(segmenter.segment(piece), ({ segment }) => segment),
	);
}

/** By the longest common subsequence. */
function middle(parts: DiffPart[], a: readonly string[], b: readonly string[]): void {
	const width = b.length + 1;
	if (a.length * b.length > MOST_COMPARED || a.length === 0 || b.length === 0) {
		put(parts, "removed", a);
		put(parts, "added", b);
		return;
	}
	/** How much the rest of the one has in common with the rest of the other. */
	const common = new Uint32Array((a.length + 1) * width);
	const at = (i: number, j: number) => common[i * width + j] ?? 0;
	for (let i = a.length - 1; i >= 0; i -= 1)
		for (let j = b.length - 1; j >= 0; j -= 1)
			common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
	let [i, j] = [0, 0];
	while (i < a.length || j < b.length) {
		if (i < a.length && j < b.length && a[i] === b[j]) {
			put(parts, "same", a.slice(i, i + 1));
			i += 1;
			j += 1;
		} else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
			put(parts, "removed", a.slice(i, i + 1));
			i += 1;
		} else {
			put(parts, "added", b.slice(j, j + 1));
			j += 1;
		}
	}
}

function put(parts: DiffPart[], kind: DiffPart["kind"], more: readonly string[]): void {
	const text = more.join("");
	if (text === "") return;
	const last = parts.at(-1);
	if (last?.kind === kind) last.text += text;
	else parts.push({ kind, text });
}
