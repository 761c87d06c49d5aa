import {
	type Client,
	CommandFailure,
	type Folder,
	type FolderPatch,
	type NewFolder,
	type Operation,
	toFailure,
} from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";

/** Where it is remembered which folders are open. It is about this window, not about the learner's data. */
const OPEN_KEY = "folders.open";

/** The learner's folders, kept true. */
export class Folders {
	items = $state.raw<Folder[]>([]);
	/** Whether they have ever been read. */
	isKnown = $state(false);
	/** Whose folders are to be seen. */
	open = $state.raw<ReadonlySet<string>>(new Set(localStorage.getItem(OPEN_KEY)?.split(",") ?? []));

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #refresher = new Refresher(() => this.#load());
	readonly #listening: Listening;

	constructor(client: Client, failed: (failure: CommandFailure) => void = () => {}) {
		this.#client = client;
		this.#failed = failed;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				// With conversations come and go what the folders count.
				const isNews = changes.some(({ entity }) => entity === "folder" || entity === "conversation");
				if (resync || isNews) void this.#refresher.request(OPEN_KEY);
			}),
		);
	}

	async start(): Promise<void> {
		try {
			await this.#listening.start();
		} catch (error) {
			this.#failed(toFailure(error));
		}
		if (!this.#listening.stopped) await this.#refresher.request(OPEN_KEY);
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	find(id: string): Folder | undefined {
		return this.items.find((folder) => folder.id === id);
	}

	setOpen(id: string, isOpen: boolean): void {
		const open = new Set(this.open);
		if (isOpen) open.add(id);
		else open.delete(id);
		this.open = open;
		localStorage.setItem(OPEN_KEY, [...open].join(","));
	}

	/** Gives why it could not be made, or null. */
	async create(request: NewFolder): Promise<CommandFailure | null> {
		const failure = await this.#do(() => this.#client.folderCreate(request));
		if (failure === null && request.parentFolderId) this.setOpen(request.parentFolderId, true);
		return failure;
	}

	/** Gives why it could not be changed, or null. */
	update(id: string, patch: FolderPatch): Promise<CommandFailure | null> {
		return this.#do(() => this.#client.folderUpdate(id, patch));
	}

	/** Before one of those there, or at the end. Gives why it could not be moved, or null. */
	async move(id: string, parentId: string | null, beforeId: string | null): Promise<CommandFailure | null> {
		const failure = await this.#do(() => this.#client.folderMove(id, parentId, beforeId));
		if (failure === null && parentId !== null) this.setOpen(parentId, true);
		return failure;
	}

	/** Gives what can be undone, or null when it failed. */
	async delete(id: string): Promise<Operation | null> {
		let operation: Operation | null = null;
		const failure = await this.#do(async () => {
			operation = await this.#client.folderDelete(id);
		});
		if (failure) this.#failed(failure);
		return operation;
	}

	async #do(verb: () => Promise<unknown>): Promise<CommandFailure | null> {
		try {
			await verb();
		} catch (error) {
			return folderFailure(toFailure(error));
		}
		await this.#refresher.request(OPEN_KEY);
		return null;
	}

	async #load(): Promise<void> {
		try {
			const items = await this.#client.folderList();
			if (this.#listening.stopped) return;
			this.items = items;
			this.isKnown = true;
		} catch (error) {
			if (!this.#listening.stopped) this.#failed(toFailure(error));
		}
	}
}

/** What is in the way of a folder is no other work but another folder, or that it would lie too deep. */
function folderFailure(failure: CommandFailure): CommandFailure {
	if (failure.code !== "conflict") return failure;
	return new CommandFailure("folder_conflict", failure.message, failure.details);
}
