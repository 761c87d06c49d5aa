import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Reading } from "./reading.svelte";

const HEIGHT = 100;
const ROOM = 800;

/** A page without a browser: every message is as high as the next, and what is scrolled is out of sight. */
class Page {
	readonly viewport = document.createElement("section");
	readonly content = document.createElement("div");
	readonly older = vi.fn();
	readonly newer = vi.fn();
	hasNewer = false;
	readonly reading = new Reading({
		older: this.older,
		newer: this.newer,
		hasNewer: () => this.hasNewer,
	});

	constructor(from: number, to: number) {
		this.viewport.tabIndex = 0;
		this.viewport.append(this.content);
		document.body.append(this.viewport);
		let top = 0;
		Object.defineProperties(this.viewport, {
			clientHeight: { get: () => ROOM },
			scrollHeight: { get: () => this.content.children.length * HEIGHT },
			scrollTop: {
				get: () => top,
				set: (value: number) => {
					top = Math.max(0, Math.min(value, this.content.children.length * HEIGHT - ROOM));
				},
			},
			getBoundingClientRect: { value: () => ({ top: 0, bottom: ROOM }) },
		});
		this.show(from, to);
		this.reading.viewport = this.viewport;
		this.reading.content = this.content;
		flushSync();
	}

	/** Has the messages from one to another on it, and no others. */
	show(from: number, to: number): void {
		const kept = new Map(
			[...this.content.children].map((child) => [(child as HTMLElement).dataset.id, child]),
		);
		const wanted = Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
		this.content.replaceChildren(...wanted.map((id) => kept.get(id) ?? this.#article(id)));
	}

	#article(id: string): HTMLElement {
		const article = document.createElement("article");
		article.dataset.id = id;
		article.tabIndex = -1;
		const top = () => [...this.content.children].indexOf(article) * HEIGHT - this.viewport.scrollTop;
		article.getBoundingClientRect = () => ({ top: top(), bottom: top() + HEIGHT }) as DOMRect;
		return article;
	}

	/** Where on the screen a message stands. */
	place(id: number): number | undefined {
		return this.reading.article(String(id))?.getBoundingClientRect().top;
	}

	scrollTo(top: number): void {
		this.viewport.scrollTop = top;
		this.reading.scrolled();
	}
}

let page: Page;
beforeEach(() => {
	page = new Page(51, 100);
});
afterEach(() => page.viewport.remove());

/** Shows another stretch as the chat does: the page is told first. */
async function change(from: number, to: number): Promise<void> {
	const held = page.reading.hold();
	page.show(from, to);
	await held;
}

describe("what is being read stays where it is", () => {
	it("when older messages go in above it", async () => {
		page.scrollTo(4_000);
		page.scrollTo(250);
		const before = page.place(54);
		await change(1, 100);
		expect(page.place(54)).toBe(before);
		expect(page.viewport.scrollTop).toBe(5_250);
	});

	it("when far ones go from above it", async () => {
		page.scrollTo(4_000);
		page.scrollTo(3_030);
		const before = page.place(85);
		await change(71, 110);
		expect(page.place(85)).toBe(before);
	});

	it("when both happens at once", async () => {
		page.scrollTo(4_000);
		page.scrollTo(20);
		const before = page.place(51);
		await change(1, 80);
		expect(page.place(51)).toBe(before);
	});

	it("but the end is followed while it is in sight", async () => {
		page.reading.toEnd();
		page.reading.scrolled();
		await change(52, 101);
		page.reading.toEnd();
		expect(page.place(101)).toBe(ROOM - HEIGHT);
		expect(page.reading.following).toBe(true);
	});
});

describe("more is asked for", () => {
	it("near the top, and near the bottom where that is not the end", () => {
		page.scrollTo(2_000);
		expect([page.older.mock.calls.length, page.newer.mock.calls.length]).toEqual([0, 0]);
		page.scrollTo(500);
		expect(page.older).toHaveBeenCalledTimes(1);
		page.scrollTo(4_000);
		expect(page.newer).not.toHaveBeenCalled();
		page.hasNewer = true;
		page.scrollTo(4_100);
		expect(page.newer).toHaveBeenCalledTimes(1);
		expect(page.older).toHaveBeenCalledTimes(1);
	});

	it("and the bottom is not followed while there is more behind it", () => {
		page.scrollTo(2_000);
		page.scrollTo(1_900);
		page.hasNewer = true;
		page.scrollTo(4_200);
		expect(page.reading.following).toBe(false);
		page.hasNewer = false;
		page.reading.scrolled();
		expect(page.reading.following).toBe(true);
	});
});

it("the focus does not go with a message that is let go", async () => {
	page.reading.article("60")?.focus();
	const kept = page.reading.keepFocus();
	page.show(71, 120);
	await kept;
	expect(document.activeElement).toBe(page.viewport);
});
