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
	reindex: { indexing: 1 },
};

/** What they put in its place may be of an older version, and is brought up to this one before they end. */
const MAY_UPGRADE: readonly Work[] = ["restore", "repair"];

/** What is done within this many milliseconds needs no bar: it would only flash. */
const PATIENCE = 300;

/** How far work has come over all of its stages. */
class Course {
	#stage: Stage | null = null;
	readonly #passed = new Set<Stage>();
	readonly #shares: [Stage, number][];

	constructor(work: Work) {
		this.#shares = Object.entries(SHARES[work]) as [Stage, number][];
	}

	/** Gives the thousandths of the whole. */
	at(stage: Stage, permille: number): number {
		if (this.#stage !== null && stage !== this.#stage) this.#passed.add(this.#stage);
		this.#stage = stage;
		const whole = this.#shares.reduce((sum, [, share]) => sum + share, 0);
		const done = this.#shares.reduce((sum, [name, share]) => {
			if (name === stage) return sum + (share * permille) / 1000;
			return this.#passed.has(name) ? sum + share : sum;
		}, 0);
		return Math.min(1000, Math.round((1000 * done) / whole));
	}
}

/** One kind of work that takes a while, started from this window, with its progress and its end. */
export class LongWork {
	running = $state(false);
	/** It has been going on for long enough to be shown. */
	visible = $state(false);
	stage = $state<Stage | null>(null);
	/** What it put in its place is being brought up to this version: `stage` is one of that. */
	upgrading = $state(false);
	/** Thousandths of the whole. It never goes back. */
	done = $state(0);
	cancelling = $state(false);
	/** Why it ended early; code `cancelled` if that was the learner's wish. */
	failure = $state.raw<CommandFailure | null>(null);

	/** From the last stage on there is no way back: the new file is being put in its place. */
	readonly cancellable = $derived(!this.cancelling && this.stage !== "replacing" && !this.upgrading);

	readonly #client: Client;
	#course: Course;
	#upgrade = new Course("upgrade");

	constructor(
		client: Client,
		readonly kind: Work,
	) {
		this.#client = client;
		this.#course = new Course(kind);
	}

	/** Runs the work, and gives what came of it or null; `failure` says why. */
	async run<T extends object>(task: () => Promise<T>): Promise<T | null> {
		if (this.running) return null;
		this.running = true;
		this.stage = null;
		this.upgrading = false;
		this.done = 0;
		this.cancelling = false;
		this.failure = null;
		this.#course = new Course(this.kind);
		this.#upgrade = new Course("upgrade");
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
		const upgrading = work !== this.kind && work === "upgrade" && MAY_UPGRADE.includes(this.kind);
		if (work !== this.kind && !upgrading) return;
		this.stage = stage;
		this.upgrading = upgrading;
		this.done = Math.max(this.done, upgrading ? this.#upgradeAt(stage, permille) : this.#at(stage, permille));
	}

	/** Putting it in its place is a moment. Its share is left for the upgrade, which is a part of that. */
	#at(stage: Stage, permille: number): number {
		return this.#course.at(stage, stage === "replacing" ? 0 : permille);
	}

	#upgradeAt(stage: Stage, permille: number): number {
		return this.#course.at("replacing", this.#upgrade.at(stage, permille));
	}
}
