import { type Change, type Client, type CommandFailure, type Operation, toFailure } from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import type { Undo } from "./undo.svelte";

/** What the learner did of late and can take back, kept true while it is shown. */
export class RecentChanges {
	/** Newest first; null while nobody knows. */
	operations = $state.raw<Operation[] | null>(null);
	loadFailure = $state.raw<CommandFailure | null>(null);
	/** What was taken back last. */
	undone = $state.raw<Operation | null>(null);
	/** What could not be taken back, and why. */
	refused = $state.raw<{ operation: Operation; failure: CommandFailure } | null>(null);

	readonly #client: Client;
	readonly #undo: Undo;
	readonly #refresher = new Refresher(() => this.#load());
	readonly #listening: Listening;

	constructor(client: Client, undo: Undo) {
		this.#client = client;
		this.#undo = undo;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				if (resync || changes.some(mayBeAnOperation)) void this.#refresher.request("changes");
			}),
		);
	}

	/** May be called again after a failure. */
	async open(): Promise<void> {
		try {
			await this.#listening.start();
			if (this.#listening.stopped) return;
		} catch (error) {
			this.loadFailure = toFailure(error);
			return;
		}
		await this.#load();
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	async undo(operation: Operation): Promise<void> {
		if (this.#undo.busy) return;
		this.undone = null;
		this.refused = null;
		const failure = await this.#undo.takeBack(operation);
		if (failure) this.refused = { operation, failure };
		else this.undone = operation;
		// Taken back before, it is not in the list any more either.
		await this.#load();
	}

	async #load(): Promise<void> {
		try {
			const operations = await this.#client.operationList();
			if (this.#listening.stopped) return;
			this.operations = operations;
			this.loadFailure = null;
		} catch (error) {
			if (!this.#listening.stopped) this.loadFailure = toFailure(error);
		}
	}
}

const THINGS = ["conversation", "message", "folder", "tag", "template", "note", "bookmark"];

const mayBeAnOperation = ({ entity }: Change): boolean => THINGS.includes(entity);
