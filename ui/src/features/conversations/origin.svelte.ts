import { type Client, type CommandFailure, type ConversationSummary, toFailure } from "../../ipc";
import type { Conversations } from "./conversations.svelte";
import { conversationTitle } from "./scenario";

/** The conversation from which the open one was branched off or split. */
export class Origin {
	/** As it was when it was looked for; null where there is none, and while that one is in the trash. */
	#found = $state.raw<ConversationSummary | null>(null);

	readonly #client: Client;
	readonly #conversations: Conversations;
	readonly #failed: (failure: CommandFailure) => void;
	/** Counts the questions: only the answer to the last one counts. */
	#asked = 0;

	constructor(client: Client, conversations: Conversations, failed: (failure: CommandFailure) => void) {
		this.#client = client;
		this.#conversations = conversations;
		this.#failed = failed;
	}

	/** From where this one came, which was looked for, and the way there. */
	of(
		{ originConversationId: id, originMessageId }: ConversationSummary,
		go: (conversationId: string, messageId: string | null) => void,
	): { title: string; open: () => void } | null {
		// That of the list is up to date.
		const from = (id === null ? null : this.#conversations.find(id)) ?? this.#found;
		if (!from) return null;
		return {
			title: conversationTitle(from, this.#conversations.templates),
			open: () => go(from.id, originMessageId),
		};
	}

	async look(id: string | null): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		this.#found = null;
		if (id === null) return;
		try {
			const conversation = await this.#client.conversationGet(id);
			if (asked === this.#asked) this.#found = conversation;
		} catch (error) {
			const failure = toFailure(error);
			if (asked === this.#asked && failure.code !== "not_found") this.#failed(failure);
		}
	}
}
