/**
 * Runs a task for an id, one at a time for each id. However often it is asked for while it runs, it
 * runs just once more afterwards: a burst of change events costs two requests, and the answers for
 * one id can never overtake each other.
 */
export class Refresher {
	readonly #again = new Map<string, boolean>();
	readonly #task: (id: string) => Promise<void>;
	#stopped = false;

	constructor(task: (id: string) => Promise<void>) {
		this.#task = task;
	}

	request(id: string): void {
		if (this.#stopped) return;
		if (this.#again.has(id)) {
			this.#again.set(id, true);
			return;
		}
		void this.#run(id);
	}

	isBusy(id: string): boolean {
		return this.#again.has(id);
	}

	stop(): void {
		this.#stopped = true;
	}

	async #run(id: string): Promise<void> {
		do {
			this.#again.set(id, false);
			await this.#task(id);
		} while (this.#again.get(id) && !this.#stopped);
		this.#again.delete(id);
	}
}
