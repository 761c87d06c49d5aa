import { type Client, type CommandFailure, type ConversationSummary, toFailure } from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import type { Conversations } from "./conversations.svelte";
import { conversationTitle } from "./scenario";

/** The conversation from which the open one was branched off or split. */
export class Origin {
	/** What was found last, perhaps another one; null while that is in the trash. */
	#found = $state.raw<ConversationSummary | null>(null);

	readonly #client: Client;
	readonly #conversations: Conversations;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #refresher = new Refresher((id) => this.#read(id));
	readonly #listening: Listening;
	/** The one that is looked for. */
	#id: string | null = null;

	constructor(client: Client, conversations: Conversations, failed: (failure: CommandFailure) => void) {
		this.#client = client;
		this.#conversations = conversations;
		this.#failed = failed;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				const isOurs = changes.some(({ entity, id }) => entity === "conversation" && id === this.#id);
				if (resync || isOurs) void this.look(this.#id);
			}),
		);
	}

	/** From where this one came, which was looked for, and the way there. */
	of(
		{ originConversationId: id, originMessageId }: ConversationSummary,
		go: (conversationId: string, messageId: string | null) => void,
	): { title: string; open: () => void } | null {
		if (id === null) return null;
		const found = this.#found;
		// That of the list is up to date.
		const from = this.#conversations.find(id) ?? (found?.id === id ? found : null);
		if (!from || this.#conversations.isGone(id)) return null;
		return {
			title: conversationTitle(from, this.#conversations.templates),
			open: () => go(from.id, originMessageId),
		};
	}

	async look(id: string | null): Promise<void> {
		this.#id = id;
		if (id !== null) await this.#refresher.request(id);
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	async #read(id: string): Promise<void> {
		const isWanted = () => id === this.#id && !this.#listening.stopped;
		try {
			await this.#listening.start();
			const conversation = await this.#client.conversationGet(id);
			if (isWanted()) this.#found = conversation;
		} catch (error) {
			if (!isWanted()) return;
			const failure = toFailure(error);
			if (failure.code === "not_found") this.#found = null;
			else this.#failed(failure);
		}
	}
}
