import {
	type CefrLevel,
	type Client,
	type CommandFailure,
	type ConversationStatus,
	type Operation,
	toFailure,
} from "../../ipc";

/** To how many conversations something can be done at once. */
export const MOST_AT_ONCE = 1000;

/**
 * What can be done to conversations besides opening them, to one or many. Each verb gives what can be undone, or
 * null when nothing was done. The list hears of it by itself.
 */
export class ConversationVerbs {
	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;

	constructor(client: Client, failed: (failure: CommandFailure) => void = () => {}) {
		this.#client = client;
		this.#failed = failed;
	}

	move(ids: string[], folderId: string | null): Promise<Operation | null> {
		return this.#do(() => this.#client.conversationMove(ids, folderId));
	}

	pin(ids: string[], pinned: boolean): Promise<Operation | null> {
		return this.#do(() => this.#client.conversationPin(ids, pinned));
	}

	/** Null puts it at the end of the pinned ones. */
	movePin(id: string, beforeId: string | null): Promise<Operation | null> {
		return this.#do(() => this.#client.conversationMovePin(id, beforeId));
	}

	setStatus(ids: string[], status: ConversationStatus): Promise<Operation | null> {
		return this.#do(() => this.#client.conversationSetStatus(ids, status));
	}

	setLevel(ids: string[], level: CefrLevel | null): Promise<Operation | null> {
		return this.#do(() => this.#client.conversationSetLevel(ids, level));
	}

	async markUnread(ids: string[]): Promise<void> {
		await this.#do(() => this.#client.conversationMarkUnread(ids));
	}

	async markRead(ids: string[]): Promise<void> {
		await this.#do(() => this.#client.conversationMarkRead(ids));
	}

	async #do<T>(verb: () => Promise<T>): Promise<T | null> {
		try {
			return await verb();
		} catch (error) {
			this.#failed(toFailure(error));
			return null;
		}
	}
}
