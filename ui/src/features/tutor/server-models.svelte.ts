import { type CommandFailure, toFailure } from "../../ipc";

/** The models of one server. What was known stays in sight while the server is asked anew. */
export class ServerModels {
	/** Null while it was never told. */
	models = $state.raw<string[] | null>(null);
	/** Why the server did not tell it when it was asked last. */
	failure = $state.raw<CommandFailure | null>(null);
	asking = $state(false);

	readonly #tell: () => Promise<string[]>;
	/** Counts the questions: only the answer to the last one counts, since a slow one is of a time gone by. */
	#asked = 0;

	constructor(tell: () => Promise<string[]>) {
		this.#tell = tell;
	}

	async ask(): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		this.asking = true;
		try {
			const models = await this.#tell();
			if (asked !== this.#asked) return;
			this.models = models;
			this.failure = null;
		} catch (error) {
			if (asked !== this.#asked) return;
			this.failure = toFailure(error);
		}
		this.asking = false;
	}
}
