import {
	type Change,
	type Client,
	type CommandFailure,
	type TrashItem,
	type TrashPage,
	toFailure,
} from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";

const PAGE = 50;

/** What lies in the trash, as far as it has been scrolled, kept true while it is shown. */
export class Trash {
	/** Latest first. */
	items = $state.raw<TrashItem[]>([]);
	loading = $state(true);
	loadFailure = $state.raw<CommandFailure | null>(null);
	/** Something is being taken out or erased. */
	busy = $state(false);
	/** Something is being erased, which may take a while. */
	erasing = $state(false);
	failure = $state.raw<CommandFailure | null>(null);
	/** What failed is the rest of an erasure: nothing of it is to be seen any more, and the app finishes it. */
	unfinished = $state(false);
	hasMore = $state(false);
	/** What was done last in here; `item` is null when everything was erased. */
	done = $state.raw<{ what: "restored" | "erased"; item: TrashItem | null } | null>(null);

	readonly #client: Client;
	readonly #refresher = new Refresher(() => this.#reload());
	#next: string | null = null;
	/** How many pages are shown. */
	#pages = 1;
	readonly #listening: Listening;

	constructor(client: Client) {
		this.#client = client;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				if (resync || changes.some(concernsTheTrash)) void this.#refresher.request("trash");
			}),
		);
	}

	async open(): Promise<void> {
		this.loading = true;
		this.loadFailure = null;
		try {
			await this.#listening.start();
			if (this.#listening.stopped) return;
			await this.#load();
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
		}
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	async loadMore(): Promise<void> {
		if (this.#next === null || this.busy) return;
		await this.#do(async () => {
			const page = await this.#client.trashList(this.#next, PAGE);
			const known = new Set(this.items.map(keyOf));
			this.items = [...this.items, ...page.items.filter((item) => !known.has(keyOf(item)))];
			this.#pages += 1;
			this.#turnTo(page.next);
		});
	}

	async restore(item: TrashItem): Promise<void> {
		await this.#do(async () => {
			await this.#client.trashRestore(item.kind, item.id);
			this.#drop(item);
			this.done = { what: "restored", item };
		});
	}

	async erase(item: TrashItem): Promise<void> {
		await this.#erase([item], async () => {
			await this.#client.trashErase(item.kind, item.id);
			this.#drop(item);
			this.done = { what: "erased", item };
		});
	}

	async empty(): Promise<void> {
		await this.#erase(this.items, async () => {
			await this.#client.trashEmpty();
			this.items = [];
			this.#pages = 1;
			this.#turnTo(null);
			this.done = { what: "erased", item: null };
		});
	}

	async #erase(doomed: readonly TrashItem[], work: () => Promise<void>): Promise<void> {
		if (this.busy) return;
		this.erasing = true;
		await this.#do(work, doomed);
		this.erasing = false;
	}

	/** What did not work is said, and the list is read again: it was not as it is shown. */
	async #do(work: () => Promise<void>, doomed: readonly TrashItem[] = []): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		this.failure = null;
		this.done = null;
		try {
			await work();
		} catch (error) {
			const failure = toFailure(error);
			await this.#refresher.request("trash");
			this.unfinished = failure.code !== "not_found" && this.#isOutOfSight(doomed);
			this.failure = failure;
		} finally {
			this.busy = false;
		}
	}

	/** An erasure first takes things out of the trash, and from then on there is no way back. */
	#isOutOfSight(doomed: readonly TrashItem[]): boolean {
		const shown = new Set(this.items.map(keyOf));
		return doomed.length > 0 && !doomed.some((item) => shown.has(keyOf(item)));
	}

	/** Reads as many pages as are shown: whoever has scrolled down is not thrown back to the top. */
	async #load(): Promise<void> {
		const items = new Map<string, TrashItem>();
		let next: string | null = null;
		let pages = 0;
		do {
			const page: TrashPage = await this.#client.trashList(next, PAGE);
			if (this.#listening.stopped) return;
			for (const item of page.items) items.set(keyOf(item), item);
			next = page.next;
			pages += 1;
		} while (next !== null && pages < this.#pages);
		this.#pages = pages;
		this.items = [...items.values()];
		this.#turnTo(next);
	}

	async #reload(): Promise<void> {
		try {
			await this.#load();
		} catch (error) {
			if (!this.#listening.stopped) this.failure = toFailure(error);
		}
	}

	#drop(gone: TrashItem): void {
		this.items = this.items.filter((item) => keyOf(item) !== keyOf(gone));
	}

	#turnTo(next: string | null): void {
		this.#next = next;
		this.hasMore = next !== null;
	}
}

export const keyOf = (item: TrashItem): string => `${item.kind} ${item.id}`;

const concernsTheTrash = ({ entity, kind }: Change): boolean =>
	(entity === "conversation" || entity === "message" || entity === "note") &&
	(kind === "deleted" || kind === "inserted");
