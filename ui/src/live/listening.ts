/** Hears of something from `start` to `stop`, and lets go of it also when it is stopped before it has begun. */
export class Listening {
	readonly #listen: () => Promise<() => void>;
	#unlisten: (() => void) | null = null;
	#stopped = false;

	constructor(listen: () => Promise<() => void>) {
		this.#listen = listen;
	}

	get stopped(): boolean {
		return this.#stopped;
	}

	/** Listens from now on, once. Throws when that cannot be. */
	async start(): Promise<void> {
		if (this.#unlisten) return;
		const unlisten = await this.#listen();
		if (this.#stopped || this.#unlisten) unlisten();
		else this.#unlisten = unlisten;
	}

	stop(): void {
		this.#stopped = true;
		this.#unlisten?.();
		this.#unlisten = null;
	}
}
