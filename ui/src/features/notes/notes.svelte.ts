import type { DraftKeeper } from "../../drafts/draft-keeper.svelte";
import type { Drafts } from "../../drafts/drafts";
import type { Rewording } from "../../drafts/rewording.svelte";
import {
	type Client,
	type CommandFailure,
	type Note,
	type NotePage,
	type Operation,
	toFailure,
} from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";

const PAGE = 50;
/** How far a note is looked for. */
const FARTHEST = 100;

/** The notes of one conversation and of its messages, as far as they are shown, kept true meanwhile. */
export class Notes {
	/** Oldest first; null while nobody knows. */
	items = $state.raw<Note[] | null>(null);
	hasMore = $state(false);
	busy = $state(false);
	loadFailure = $state.raw<CommandFailure | null>(null);
	/** Why what was asked for last was not done. */
	failure = $state.raw<CommandFailure | null>(null);
	/** Why what was written before and not saved could not be read. */
	draftFailure = $state.raw<CommandFailure | null>(null);

	/** The new note. */
	readonly draft: DraftKeeper;

	readonly #client: Client;
	readonly #conversationId: string;
	readonly #drafts: Drafts;
	readonly #refresher = new Refresher(() => this.#load());
	readonly #listening: Listening;
	/** How many pages are shown. */
	#pages = 1;
	/** The note that has to be among them. */
	#wantedId: string | null = null;

	constructor(client: Client, conversationId: string, drafts: Drafts) {
		this.#client = client;
		this.#conversationId = conversationId;
		this.#drafts = drafts;
		this.draft = drafts.of({ kind: "note", conversationId });
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				const isOurs = changes.some(
					(change) => change.entity === "note" && change.conversationId === conversationId,
				);
				if (resync || isOurs) void this.#refresher.request("notes");
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
		if (!this.#listening.stopped) await this.#refresher.request("notes");
	}

	/** Puts what was written before and not saved into the box of the new note. */
	loadDraft(): Promise<void> {
		return this.#reading(() => this.draft.load());
	}

	close(): void {
		this.#drafts.flush();
		this.#listening.stop();
		this.#refresher.stop();
	}

	async loadMore(): Promise<void> {
		this.#pages += 1;
		await this.#refresher.request("notes");
	}

	/** Shows as many pages as it takes to have this note among them. Gives whether it is. */
	async reach(id: string): Promise<boolean> {
		this.#wantedId = id;
		await this.#refresher.request("notes");
		return this.#has(this.items ?? [], id);
	}

	/** Writes the new note down. Gives whether that was done. */
	async add(messageId: string | null): Promise<boolean> {
		const { text } = this.draft;
		if (text.trim() === "" || this.draft.held) return false;
		const create = () => this.#client.noteCreate(this.#conversationId, messageId, text);
		return (await this.#do(() => this.draft.turnInto(text, create))) !== null;
	}

	/** What a note is to say, while it is being changed. */
	edit(noteId: string): Rewording | undefined {
		return this.#drafts.rewording({ kind: "note_edit", noteId });
	}

	beginEdit({ id: noteId, content }: Note): Promise<void> {
		return this.#reading(() => this.#drafts.begin({ kind: "note_edit", noteId }, content));
	}

	endEdit(noteId: string): void {
		this.#drafts.end({ kind: "note_edit", noteId });
	}

	/** Gives whether it says so now. */
	async change(noteId: string, content: string): Promise<boolean> {
		const draft = this.#drafts.of({ kind: "note_edit", noteId });
		const update = () => this.#client.noteUpdate(noteId, content);
		if ((await this.#do(() => draft.turnInto(content, update))) === null) return false;
		this.endEdit(noteId);
		return true;
	}

	/** Gives what can be undone, or null when nothing was done. */
	delete(id: string): Promise<Operation | null> {
		return this.#do(() => this.#client.noteDelete(id));
	}

	takeBack(operation: Operation): Promise<unknown> {
		return this.#do(async () => {
			await this.#client.operationUndo(operation.id);
			return operation;
		});
	}

	/** What did not work is said; the list tells by itself what did. */
	async #do<T>(work: () => Promise<T>): Promise<T | null> {
		if (this.busy) return null;
		this.busy = true;
		this.failure = null;
		try {
			const done = await work();
			await this.#refresher.request("notes");
			return done;
		} catch (error) {
			this.failure = toFailure(error);
			return null;
		} finally {
			this.busy = false;
		}
	}

	async #reading(read: () => Promise<void>): Promise<void> {
		this.draftFailure = null;
		try {
			await read();
		} catch (error) {
			this.draftFailure = toFailure(error);
		}
	}

	#has(items: readonly Note[], id: string): boolean {
		return items.some((note) => note.id === id);
	}

	#goesOn(items: readonly Note[], pages: number): boolean {
		return this.#wantedId !== null && pages < FARTHEST && !this.#has(items, this.#wantedId);
	}

	/** Reads as many pages as are shown: whoever has scrolled down is not thrown back to the top. */
	async #load(): Promise<void> {
		try {
			const items: Note[] = [];
			let next: string | null = null;
			let pages = 0;
			do {
				const page: NotePage = await this.#client.noteList(this.#conversationId, next, PAGE);
				items.push(...page.items);
				next = page.next;
				pages += 1;
			} while (next !== null && (pages < this.#pages || this.#goesOn(items, pages)));
			if (this.#listening.stopped) return;
			this.#pages = Math.max(this.#pages, pages);
			this.#wantedId = null;
			this.items = items;
			this.hasMore = next !== null;
			this.loadFailure = null;
		} catch (error) {
			if (!this.#listening.stopped) this.loadFailure = toFailure(error);
		}
	}
}
