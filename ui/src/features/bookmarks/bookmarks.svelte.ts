import {
	type BookmarkItem,
	type BookmarkPage,
	type Change,
	type Client,
	type CommandFailure,
	type Operation,
	toFailure,
} from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";

const PAGE = 50;

/** The bookmarked messages of all conversations, as far as they are shown, kept true meanwhile. */
export class Bookmarks {
	/** Newest first; null while nobody knows. */
	items = $state.raw<BookmarkItem[] | null>(null);
	hasMore = $state(false);
	busy = $state(false);
	loadFailure = $state.raw<CommandFailure | null>(null);
	failure = $state.raw<CommandFailure | null>(null);
	/** The bookmark that was removed last, and can be put back. */
	removed = $state.raw<Operation | null>(null);

	readonly #client: Client;
	readonly #refresher = new Refresher(() => this.#load());
	readonly #listening: Listening;
	/** How many pages are shown. */
	#pages = 1;

	constructor(client: Client) {
		this.#client = client;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				if (resync || changes.some(concernsBookmarks)) void this.#refresher.request("bookmarks");
			}),
		);
	}

	/** May be called again after a failure. */
	async open(): Promise<void> {
		this.loadFailure = null;
		try {
			await this.#listening.start();
		} catch (error) {
			this.loadFailure = toFailure(error);
			return;
		}
		if (!this.#listening.stopped) await this.#refresher.request("bookmarks");
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	async loadMore(): Promise<void> {
		this.#pages += 1;
		await this.#refresher.request("bookmarks");
	}

	/** Gives whether the note is saved. */
	note(messageId: string, note: string): Promise<boolean> {
		const words = note.trim() === "" ? null : note;
		return this.#do(() => this.#client.bookmarkSet(messageId, words));
	}

	async remove(messageId: string): Promise<void> {
		await this.#do(async () => {
			this.removed = await this.#client.bookmarkRemove(messageId);
		});
	}

	async takeBack(): Promise<void> {
		const operation = this.removed;
		if (!operation) return;
		await this.#do(() => this.#client.operationUndo(operation.id));
		if (!this.failure) this.removed = null;
	}

	async #do(work: () => Promise<unknown>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.failure = null;
		try {
			await work();
			await this.#refresher.request("bookmarks");
			return true;
		} catch (error) {
			this.failure = toFailure(error);
			return false;
		} finally {
			this.busy = false;
		}
	}

	async #load(): Promise<void> {
		try {
			const items = new Map<string, BookmarkItem>();
			let next: string | null = null;
			let pages = 0;
			do {
				const page: BookmarkPage = await this.#client.bookmarkList(next, PAGE);
				for (const item of page.items) items.set(item.messageId, item);
				next = page.next;
				pages += 1;
			} while (next !== null && pages < this.#pages);
			if (this.#listening.stopped) return;
			this.items = [...items.values()];
			this.hasMore = next !== null;
			this.loadFailure = null;
		} catch (error) {
			if (!this.#listening.stopped) this.loadFailure = toFailure(error);
		}
	}
}

/** What lies in the trash is not among them. */
const concernsBookmarks = ({ entity, kind }: Change): boolean =>
	entity === "bookmark" || ((entity === "message" || entity === "conversation") && kind !== "updated");
