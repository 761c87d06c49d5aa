import type { Drafts } from "../../drafts/drafts";
import {
	type Client,
	type CommandFailure,
	type MessageDetails,
	type MessageHistory,
	type Operation,
	type Reaction,
	toFailure,
} from "../../ipc";

/** What the learner does with single messages. Whatever can be taken back is offered to be. */
export class Care {
	readonly #client: Client;
	readonly #drafts: Drafts;
	readonly #done: (operation: Operation) => void;

	constructor(client: Client, drafts: Drafts, done: (operation: Operation) => void) {
		this.#client = client;
		this.#drafts = drafts;
		this.#done = done;
	}

	/**
	 * Gives why it failed, or null. To answer anew what came after the message goes into the trash. Also where these
	 * are not the words of its draft, that goes from the disk, and is stored again.
	 */
	edit(messageId: string, content: string, regenerate: boolean): Promise<CommandFailure | null> {
		return attempt(async () => {
			const draft = this.#drafts.of({ kind: "edit", messageId });
			const { operation } = await draft.turnInto(content, () =>
				this.#client.messageEdit(messageId, content, regenerate),
			);
			if (operation) this.#done(operation);
		});
	}

	history(messageId: string, cursor: string | null): Promise<MessageHistory> {
		return this.#client.messageHistory(messageId, cursor);
	}

	/** How hard a message is, and what it costs a model. */
	details(messageId: string): Promise<MessageDetails> {
		return this.#client.messageDetails(messageId);
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
		return (await this.#client.bookmarkGet(messageId))?.note ?? "";
	}

	react(messageId: string, reaction: Reaction, feedback: string): Promise<CommandFailure | null> {
		const words = feedback.trim() === "" ? null : feedback;
		return attempt(() => this.#client.reactionSet(messageId, reaction, words));
	}

	takeReactionBack(messageId: string): Promise<CommandFailure | null> {
		return attempt(() => this.#client.reactionClear(messageId));
	}

	/** What was written besides the reaction to a message; empty if nothing was, or if there is none. */
	async feedback(messageId: string): Promise<string> {
		return (await this.#client.reactionGet(messageId))?.feedback ?? "";
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
