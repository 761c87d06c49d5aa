/**
 * Runs a task for an id, one at a time for each id. However often it is asked for while it runs, it
 * runs just once more afterwards: a burst of change events costs two requests, and the answers for
 * one id can never overtake each other.
 */
export class Refresher {
	/** What runs, by id. */
	readonly #runs = new Map<string, Promise<void>>();
	readonly #again = new Set<string>();
	readonly #task: (id: string) => Promise<void>;
	#stopped = false;

	constructor(task: (id: string) => Promise<void>) {
		this.#task = task;
	}

	/** Ends when the task has run from its beginning after this call; at once when it was stopped. */
	request(id: string): Promise<void> {
		if (this.#stopped) return Promise.resolve();
		let run = this.#runs.get(id);
		if (run) {
			this.#again.add(id);
		} else {
			run = this.#run(id);
			this.#runs.set(id, run);
		}
		return run;
	}

	isBusy(id: string): boolean {
		return this.#runs.has(id);
	}

	stop(): void {
		this.#stopped = true;
	}

	async #run(id: string): Promise<void> {
		do {
			this.#again.delete(id);
			await this.#task(id);
		} while (this.#again.has(id) && !this.#stopped);
		this.#again.delete(id);
		this.#runs.delete(id);
	}
}
