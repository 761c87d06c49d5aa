import { type CommandFailure, type FoundModelServer, toFailure } from "../../ipc";

/**
 * The look for what runs on this computer: whenever it is asked for, and once in a window by itself, while there is no
 * model server yet. What was found stays until it is looked anew.
 */
export class Discovery {
	looking = $state(false);
	/** Null while it was not looked. */
	found = $state.raw<FoundModelServer[] | null>(null);
	/** Why it could not be looked. */
	failure = $state.raw<CommandFailure | null>(null);

	readonly #discover: () => Promise<FoundModelServer[]>;
	/** How many places show it. */
	#attending = 0;
	/** Counts the looks: only the answer to the last one counts. */
	#looks = 0;
	#wasAnswered = false;

	constructor(discover: () => Promise<FoundModelServer[]>) {
		this.#discover = discover;
	}

	/** Somebody sees it; gives what is to be called when that is over. Nobody waits for a look that nobody sees. */
	attend(): () => void {
		this.#attending += 1;
		return () => {
			this.#attending -= 1;
			if (this.#attending === 0 && this.looking) this.#cancel();
		};
	}

	async look(): Promise<void> {
		this.#looks += 1;
		const number = this.#looks;
		this.looking = true;
		this.found = null;
		this.failure = null;
		try {
			const found = await this.#discover();
			if (number !== this.#looks) return;
			this.found = found;
		} catch (error) {
			if (number !== this.#looks) return;
			this.failure = toFailure(error);
		}
		this.#wasAnswered = true;
		this.looking = false;
	}

	/** Looks unless that was done before. */
	async lookOnce(): Promise<void> {
		if (!this.looking && !this.#wasAnswered) await this.look();
	}

	/** What was found before is of no interest where nobody asks for it. */
	forget(): void {
		if (this.looking) return;
		this.found = null;
		this.failure = null;
	}

	#cancel(): void {
		this.#looks += 1;
		this.looking = false;
	}
}
