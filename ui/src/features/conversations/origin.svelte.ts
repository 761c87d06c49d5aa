import { type Client, type CommandFailure, type ConversationSummary, toFailure } from "../../ipc";

/** The conversation from which the open one was branched off or split. */
export class Origin {
	/** Null where there is none, and while that one is in the trash. */
	conversation = $state.raw<ConversationSummary | null>(null);

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	/** Counts the questions: only the answer to the last one counts. */
	#asked = 0;

	constructor(client: Client, failed: (failure: CommandFailure) => void) {
		this.#client = client;
		this.#failed = failed;
	}

	async look(id: string | null): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		this.conversation = null;
		if (id === null) return;
		try {
			const conversation = await this.#client.conversationGet(id);
			if (asked === this.#asked) this.conversation = conversation;
		} catch (error) {
			const failure = toFailure(error);
			if (asked === this.#asked && failure.code !== "not_found") this.#failed(failure);
		}
	}
}
