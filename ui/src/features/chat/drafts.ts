import { SvelteMap } from "svelte/reactivity";
import type { Client, CommandFailure } from "../../ipc";
import { DraftKeeper } from "./draft-keeper.svelte";

/** What is typed and not sent, by conversation, for as long as the data is the same. */
export class Drafts {
	/** What messages are to say, by message, while they are being changed. */
	readonly edits = new SvelteMap<string, string>();

	readonly #client: Client;
	readonly #keepers = new Map<string, DraftKeeper>();

	constructor(client: Client) {
		this.#client = client;
	}

	of(conversationId: string): DraftKeeper {
		let keeper = this.#keepers.get(conversationId);
		if (!keeper) {
			keeper = new DraftKeeper(this.#client, { kind: "message", conversationId });
			this.#keepers.set(conversationId, keeper);
		}
		return keeper;
	}

	flush(): void {
		for (const keeper of this.#keepers.values()) keeper.flush();
	}

	/** Ends when what is typed in these conversations is stored. Gives why it could not be. */
	async settle(conversationIds: readonly string[]): Promise<CommandFailure | null> {
		for (const id of conversationIds) {
			const failure = await this.#keepers.get(id)?.settle();
			if (failure) return failure;
		}
		return null;
	}

	/** What the disk has for these conversations is another text than before, and is to be read anew. */
	renew(conversationIds: readonly string[]): void {
		for (const id of conversationIds) {
			this.#keepers.get(id)?.discard();
			this.#keepers.delete(id);
		}
	}

	close(): void {
		for (const keeper of this.#keepers.values()) keeper.close();
	}

	/** The data is another one, in which none of this was typed. */
	discard(): void {
		for (const keeper of this.#keepers.values()) keeper.discard();
		this.edits.clear();
	}
}
