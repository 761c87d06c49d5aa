import {
	type Client,
	type CommandFailure,
	type MessageHistory,
	type Operation,
	type Reaction,
	toFailure,
} from "../../ipc";

/** Bookmarks are read in pages of this many, until the one that is looked for is found. */
const PAGE = 100;

/** What the learner does with single messages. Whatever can be taken back is offered to be. */
export class Care {
	/** What was written besides a reaction, by message: the app does not tell. */
	readonly #feedback = new Map<string, string>();
	readonly #client: Client;
	readonly #done: (operation: Operation) => void;

	constructor(client: Client, done: (operation: Operation) => void) {
		this.#client = client;
		this.#done = done;
	}

	/** Gives why it failed, or null. To answer anew what came after the message goes into the trash. */
	edit(messageId: string, content: string, regenerate: boolean): Promise<CommandFailure | null> {
		return attempt(async () => {
			const { operation } = await this.#client.messageEdit(messageId, content, regenerate);
			if (operation) this.#done(operation);
		});
	}

	history(messageId: string, cursor: string | null): Promise<MessageHistory> {
		return this.#client.messageHistory(messageId, cursor);
	}

	/** A bookmark that is there gets this note, or none. */
	bookmark(messageId: string, note: string): Promise<CommandFailure | null> {
		return attempt(() => this.#client.bookmarkSet(messageId, note.trim() === "" ? null : note));
	}

	removeBookmark(messageId: string): Promise<CommandFailure | null> {
		return attempt(async () => this.#done(await this.#client.bookmarkRemove(messageId)));
	}

	/** What is noted at the bookmark of a message; empty if nothing is, or if there is none. */
	async bookmarkNote(messageId: string): Promise<string> {
		let cursor: string | null = null;
		do {
			const page: Awaited<ReturnType<Client["bookmarkList"]>> = await this.#client.bookmarkList(cursor, PAGE);
			const found = page.items.find((item) => item.messageId === messageId);
			if (found) return found.note ?? "";
			cursor = page.next;
		} while (cursor !== null);
		return "";
	}

	react(messageId: string, reaction: Reaction, feedback: string): Promise<CommandFailure | null> {
		return attempt(async () => {
			const words = feedback.trim() === "" ? null : feedback;
			await this.#client.reactionSet(messageId, reaction, words);
			this.#feedback.set(messageId, feedback);
		});
	}

	takeReactionBack(messageId: string): Promise<CommandFailure | null> {
		return attempt(async () => {
			await this.#client.reactionClear(messageId);
			this.#feedback.delete(messageId);
		});
	}

	/** What was written besides the reaction since the chat was opened. */
	feedback(messageId: string): string {
		return this.#feedback.get(messageId) ?? "";
	}
}

async function attempt(work: () => Promise<unknown>): Promise<CommandFailure | null> {
	try {
		await work();
		return null;
	} catch (error) {
		return toFailure(error);
	}
}
