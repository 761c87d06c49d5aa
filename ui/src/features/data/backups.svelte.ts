import { type Backup, type BackupOverview, type Client, type CommandFailure, toFailure } from "../../ipc";
import { isUndoCopy } from "./backup";
import { LongWork } from "./work.svelte";

/** In megabytes; null lets the app decide. */
export interface BudgetWish {
	megabytes: number | null;
}

/** The backups there are, the room they may take, and the making of one. */
export class Backups {
	overview = $state.raw<BackupOverview | null>(null);
	loading = $state(false);
	loadFailure = $state.raw<CommandFailure | null>(null);
	budgetFailure = $state.raw<CommandFailure | null>(null);
	/** The room that was chosen and is not stored yet. */
	budgetWish = $state.raw<BudgetWish | null>(null);
	/** The one that was made last at the learner's wish. */
	made = $state.raw<Backup | null>(null);
	readonly making: LongWork;

	readonly last = $derived(this.overview?.backups.find((backup) => !isUndoCopy(backup)) ?? null);
	readonly count = $derived(this.overview?.backups.filter((backup) => !isUndoCopy(backup)).length ?? 0);

	readonly #client: Client;
	/** Choices are stored one after the other: two at once could be stored in the wrong order. */
	#queue: Promise<void> = Promise.resolve();

	constructor(client: Client) {
		this.#client = client;
		this.making = new LongWork(client, "backup");
	}

	async load(): Promise<void> {
		this.loading = true;
		try {
			this.overview = await this.#client.backupList();
			this.loadFailure = null;
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
		}
	}

	/** Gives whether there is a new backup; `making.failure` says why not. */
	async make(): Promise<boolean> {
		if (this.making.running) return false;
		this.made = null;
		const made = await this.making.run(() => this.#client.backupCreate());
		// Also after a failure: the list says what the last one was.
		await this.load();
		this.made = made;
		return made !== null;
	}

	/** What came of the last wishes was read: it must not be taken for the news of another day. */
	forget(): void {
		if (this.making.running) return;
		this.made = null;
		this.budgetFailure = null;
		this.making.forget();
	}

	/** In megabytes; null lets the app decide. It is shown at once, and taken back if it cannot be stored. */
	setBudget(megabytes: number | null): Promise<void> {
		const wish = { megabytes };
		this.budgetFailure = null;
		this.budgetWish = wish;
		this.#queue = this.#queue.then(() => this.#storeBudget(wish));
		return this.#queue;
	}

	async #storeBudget(wish: BudgetWish): Promise<void> {
		try {
			this.overview = await this.#client.backupSetBudget(wish.megabytes);
		} catch (error) {
			this.budgetFailure = toFailure(error);
		}
		// An answer to an older choice would take back what was chosen since.
		if (this.budgetWish === wish) this.budgetWish = null;
	}
}
