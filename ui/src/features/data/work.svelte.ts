import {
	type Client,
	type CommandFailure,
	type Stage,
	toFailure,
	type Work,
	type WorkProgress,
} from "../../ipc";

/**
 * How much of the whole each stage is, roughly. Stages count wherever they come, so that the bar stays
 * right when the app does them in another order.
 */
const SHARES: Record<Work, Partial<Record<Stage, number>>> = {
	// The app tells of the backup alone: what comes after it is left open, so that the bar promises no end.
	upgrade: { copying: 3, checking: 2, packing: 3, indexing: 2 },
	backup: { copying: 4, checking: 2, packing: 4 },
	restore: { unpacking: 3, checking: 2, indexing: 4, replacing: 1 },
	repair: { copying: 2, salvaging: 4, indexing: 2, checking: 1, replacing: 1 },
	rescue: { salvaging: 1 },
};

/** What is done within this many milliseconds needs no bar: it would only flash. */
const PATIENCE = 300;

/** One kind of work that takes a while, started from this window, with its progress and its end. */
export class LongWork {
	running = $state(false);
	/** It has been going on for long enough to be shown. */
	visible = $state(false);
	stage = $state<Stage | null>(null);
	/** Thousandths of the whole. It never goes back. */
	done = $state(0);
	cancelling = $state(false);
	/** Why it ended early; code `cancelled` if that was the learner's wish. */
	failure = $state.raw<CommandFailure | null>(null);

	/** From the last stage on there is no way back: the new file is being put in its place. */
	readonly cancellable = $derived(!this.cancelling && this.stage !== "replacing");

	readonly #client: Client;
	readonly #passed = new Set<Stage>();

	constructor(
		client: Client,
		readonly kind: Work,
	) {
		this.#client = client;
	}

	/** Runs the work, and gives what came of it or null; `failure` says why. */
	async run<T extends object>(task: () => Promise<T>): Promise<T | null> {
		if (this.running) return null;
		this.running = true;
		this.stage = null;
		this.done = 0;
		this.cancelling = false;
		this.failure = null;
		this.#passed.clear();
		const patience = setTimeout(() => {
			this.visible = true;
		}, PATIENCE);
		// Without news of it the work can be done all the same.
		const unlisten = await this.#client.onWorkProgress((news) => this.#heard(news)).catch(() => () => {});
		try {
			const outcome = await task();
			this.failure = null;
			return outcome;
		} catch (error) {
			this.failure = toFailure(error);
			return null;
		} finally {
			clearTimeout(patience);
			unlisten();
			this.running = false;
			this.visible = false;
		}
	}

	/** Takes no more notice of how it ended last. */
	forget(): void {
		if (!this.running) this.failure = null;
	}

	/** Asks the app to end it. It has ended when `run` comes back. */
	async cancel(): Promise<void> {
		if (!this.running || !this.cancellable) return;
		this.cancelling = true;
		try {
			if (!(await this.#client.workCancel())) this.cancelling = false;
		} catch (error) {
			this.cancelling = false;
			this.failure = toFailure(error);
		}
	}

	#heard({ work, stage, permille }: WorkProgress): void {
		if (work !== this.kind) return;
		if (this.stage !== null && stage !== this.stage) this.#passed.add(this.stage);
		this.stage = stage;
		const shares = Object.entries(SHARES[work]) as [Stage, number][];
		const whole = shares.reduce((sum, [, share]) => sum + share, 0);
		const done = shares.reduce((sum, [name, share]) => {
			if (name === stage) return sum + (share * permille) / 1000;
			return this.#passed.has(name) ? sum + share : sum;
		}, 0);
		this.done = Math.max(this.done, Math.min(1000, Math.round((1000 * done) / whole)));
	}
}
