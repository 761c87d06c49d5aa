import { tick } from "svelte";

/** Within this many pixels of the end the chat follows what is being said. */
const NEAR_END = 96;
/** From this far from either end of what is shown more is fetched. */
const NEAR_EDGE = 600;

/** What is being read: a message, and where on the screen it stands. */
interface Anchor {
	id: string;
	top: number;
}

/** Where in the chat the learner is. What is read stays where it is, whatever goes in above it or goes from there. */
export class Reading {
	/** The end is kept in view. */
	following = $state(true);
	viewport = $state<HTMLElement | null>(null);
	content = $state<HTMLElement | null>(null);

	readonly #older: () => void;
	readonly #newer: () => void;
	/** Whether there is more behind what is shown: then its end is not the end. */
	readonly #hasNewer: () => boolean;
	/** Where the scroll was last: what lies higher than that, the learner has scrolled up to. */
	#lastTop = 0;

	constructor(more: { older: () => void; newer: () => void; hasNewer: () => boolean }) {
		this.#older = more.older;
		this.#newer = more.newer;
		this.#hasNewer = more.hasNewer;
	}

	article(messageId: string): HTMLElement | null {
		return this.content?.querySelector<HTMLElement>(`article[data-id="${CSS.escape(messageId)}"]`) ?? null;
	}

	/** What of a message can be chosen, while messages can be. */
	row(messageId: string): HTMLElement | null {
		return this.content?.querySelector<HTMLElement>(`[data-row="${CSS.escape(messageId)}"]`) ?? null;
	}

	/**
	 * To be called before messages go in or go away above. WebKit has no scroll anchoring, so what is being read is
	 * put back by hand when the page has followed.
	 */
	async hold(): Promise<void> {
		const anchor = this.#anchor();
		await tick();
		const { viewport } = this;
		if (!viewport) return;
		if (this.following && !this.#hasNewer()) return;
		const article = anchor && this.article(anchor.id);
		if (article) this.#scrollTo(viewport.scrollTop + article.getBoundingClientRect().top - anchor.top);
		this.#reachOut();
	}

	/** To be called before messages go that are far away: the focus must not go with one of them. */
	async keepFocus(): Promise<void> {
		if (!this.content?.contains(document.activeElement)) return;
		await tick();
		if (document.activeElement === document.body) this.viewport?.focus({ preventScroll: true });
	}

	#anchor(): Anchor | null {
		if (!this.viewport || !this.content) return null;
		const edge = this.viewport.getBoundingClientRect().top;
		for (const article of this.content.querySelectorAll<HTMLElement>("article")) {
			const { top, bottom } = article.getBoundingClientRect();
			if (bottom > edge) return { id: article.dataset.id ?? "", top };
		}
		return null;
	}

	/** Follows while the page or the room for it grows. */
	attend(): () => void {
		const observer = new ResizeObserver(() => {
			if (this.following && !this.#hasNewer()) this.toEnd();
		});
		// The box below takes room from the viewport when it grows.
		if (this.viewport) observer.observe(this.viewport);
		if (this.content) observer.observe(this.content);
		return () => observer.disconnect();
	}

	toEnd(): void {
		if (this.viewport) this.#scrollTo(this.viewport.scrollHeight);
	}

	/** Puts a message into the middle, and the focus on it. */
	show(messageId: string): void {
		this.following = false;
		const article = this.article(messageId);
		article?.scrollIntoView({ block: "center" });
		this.#lastTop = this.viewport?.scrollTop ?? 0;
		(this.row(messageId) ?? article)?.focus({ preventScroll: true });
	}

	scrolled(): void {
		if (!this.viewport) return;
		const { scrollTop } = this.viewport;
		// Only going up ends the following: the words that came since the last frame are no scrolling.
		if (this.#below() < NEAR_END && !this.#hasNewer()) this.following = true;
		else if (scrollTop < this.#lastTop) this.following = false;
		this.#lastTop = scrollTop;
		this.#reachOut();
	}

	#reachOut(): void {
		// What is not laid out has no edges.
		if (!this.viewport || this.viewport.clientHeight === 0) return;
		if (this.viewport.scrollTop < NEAR_EDGE) this.#older();
		if (this.#below() < NEAR_EDGE && this.#hasNewer()) this.#newer();
	}

	#below(): number {
		if (!this.viewport) return 0;
		const { scrollTop, scrollHeight, clientHeight } = this.viewport;
		return scrollHeight - scrollTop - clientHeight;
	}

	#scrollTo(top: number): void {
		if (!this.viewport) return;
		this.viewport.scrollTop = top;
		this.#lastTop = this.viewport.scrollTop;
	}
}
