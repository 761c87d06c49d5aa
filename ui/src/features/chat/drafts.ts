import type { Client } from "../../ipc";
import { DraftKeeper } from "./draft-keeper.svelte";

/** What is typed and not sent, by conversation, for as long as the data is the same. */
export class Drafts {
	readonly #client: Client;
	readonly #keepers = new Map<string, DraftKeeper>();

	constructor(client: Client) {
		this.#client = client;
	}

	of(conversationId: string): DraftKeeper {
		let keeper = this.#keepers.get(conversationId);
		if (!keeper) {
			keeper = new DraftKeeper(this.#client, conversationId);
			this.#keepers.set(conversationId, keeper);
		}
		return keeper;
	}

	flush(): void {
		for (const keeper of this.#keepers.values()) keeper.flush();
	}

	close(): void {
		for (const keeper of this.#keepers.values()) keeper.close();
	}

	/** The data is another one, in which none of this was typed. */
	discard(): void {
		for (const keeper of this.#keepers.values()) keeper.discard();
	}
}
