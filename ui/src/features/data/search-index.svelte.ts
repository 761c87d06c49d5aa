import type { Client } from "../../ipc";
import { LongWork } from "./work.svelte";

/** What the search looks in, made anew at the learner's wish. */
export class SearchIndex {
	/** It was made anew a moment ago. */
	done = $state(false);
	readonly rebuilding: LongWork;

	readonly #client: Client;

	constructor(client: Client) {
		this.#client = client;
		this.rebuilding = new LongWork(client, "reindex");
	}

	async rebuild(): Promise<void> {
		this.done = false;
		const outcome = await this.rebuilding.run(async () => {
			await this.#client.searchRebuild();
			return {};
		});
		this.done = outcome !== null;
	}

	/** Takes no more notice of how it ended last. */
	forget(): void {
		if (this.rebuilding.running) return;
		this.done = false;
		this.rebuilding.forget();
	}
}
