import { SvelteMap, SvelteSet } from "svelte/reactivity";
import {
	type Client,
	type LearntMeanings,
	type RememberingProgress,
	type RememberingWork,
	type SummedUp,
	toFailure,
} from "../../ipc";
import type { Outcome } from "./memory.svelte";

/**
 * What the learner waits for in the memory of conversations, perhaps for minutes: in each of them one thing at a time, as
 * the app has it. It goes on when another conversation is opened, and when the window is loaded again.
 */
export class Waiting {
	/** How far it has come, by conversation. */
	readonly #progress = new SvelteMap<string, RememberingProgress>();
	/** Those in which it is to end. */
	readonly #stopping = new SvelteSet<string>();
	readonly #summedUp = new SvelteMap<string, Outcome<SummedUp>>();
	readonly #learnt = new SvelteMap<string, Outcome<LearntMeanings>>();
	/** Those in which this window asked for it, and will have an answer. */
	readonly #asked = new Set<string>();
	/** Counts the news, by conversation. */
	readonly #news = new Map<string, number>();

	readonly #client: Client;
	readonly #over: (id: string) => Promise<void>;

	/** `over` is called when something has ended in a conversation. */
	constructor(client: Client, over: (id: string) => Promise<void>) {
		this.#client = client;
		this.#over = over;
	}

	/** How far that has come which is under way; null if nothing is. */
	progress(id: string, work?: RememberingWork): RememberingProgress | null {
		const progress = this.#progress.get(id);
		return progress && (work === undefined || progress.work === work) ? progress : null;
	}

	isStopping(id: string): boolean {
		return this.#stopping.has(id);
	}

	/** How the last summing up went; null before there was one. */
	summedUp(id: string): Outcome<SummedUp> | null {
		return this.#summedUp.get(id) ?? null;
	}

	/** How it went when messages were read for what they mean. */
	learnt(id: string): Outcome<LearntMeanings> | null {
		return this.#learnt.get(id) ?? null;
	}

	/** How the last summing up went is no longer of interest. */
	forgetSummedUp(id: string): void {
		this.#summedUp.delete(id);
	}

	async sumUp(id: string): Promise<void> {
		await this.#wait(id, "summaries", this.#summedUp, () => this.#client.memorySummarize(id));
	}

	async learnMeanings(id: string): Promise<void> {
		await this.#wait(id, "meanings", this.#learnt, () => this.#client.memoryLearnMeanings(id));
	}

	/** Has what is under way end as soon as it can. */
	async stop(id: string): Promise<void> {
		const progress = this.#progress.get(id);
		if (!progress || this.#stopping.has(id)) return;
		this.#stopping.add(id);
		try {
			if (await this.#client.memoryStop(id)) return;
			if (this.#asked.has(id)) {
				// It has not begun yet, or has just ended: it may be asked for once more.
				this.#stopping.delete(id);
				return;
			}
			// It has ended by itself, and the news of that may have been lost.
			this.#end(id);
			await this.#over(id);
		} catch (error) {
			this.#stopping.delete(id);
			const outcomes = progress.work === "summaries" ? this.#summedUp : this.#learnt;
			outcomes.set(id, { failure: toFailure(error) });
		}
	}

	/** To be given to `accept` with what is answered to a question that is asked now. */
	news(id: string): number {
		return this.#news.get(id) ?? 0;
	}

	/** What is under way as the app answered, unless there was news since it was asked. */
	accept(id: string, progress: RememberingProgress | null, news: number): void {
		if (this.#asked.has(id) || news !== this.news(id)) return;
		if (progress) this.#progress.set(id, progress);
		else this.#end(id);
	}

	hear(progress: RememberingProgress): void {
		const { conversationId: id, work, done, isOver } = progress;
		this.#news.set(id, this.news(id) + 1);
		if (!isOver) {
			this.#progress.set(id, progress);
			return;
		}
		// Of what this window has asked for the answer says more.
		if (this.#asked.has(id)) return;
		this.#end(id);
		if (work === "summaries" && done > 0) {
			this.#summedUp.set(id, { done: { made: done, byRules: 0, failure: null, wasStopped: false } });
		}
		void this.#over(id);
	}

	#end(id: string): void {
		this.#progress.delete(id);
		this.#stopping.delete(id);
	}

	async #wait<T>(
		id: string,
		work: RememberingWork,
		outcomes: SvelteMap<string, Outcome<T>>,
		ask: () => Promise<T>,
	): Promise<void> {
		if (this.#progress.has(id)) return;
		this.#asked.add(id);
		outcomes.delete(id);
		this.#progress.set(id, { conversationId: id, work, done: 0, total: null, isOver: false });
		try {
			outcomes.set(id, { done: await ask() });
		} catch (error) {
			outcomes.set(id, { failure: toFailure(error) });
		}
		this.#asked.delete(id);
		this.#end(id);
		await this.#over(id);
	}
}
