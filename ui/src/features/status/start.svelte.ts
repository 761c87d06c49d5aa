import { type AppStatus, type Client, type CommandFailure, toFailure } from "../../ipc";

export type Ready = Extract<AppStatus, { state: "ready" }>;

/** How the start of the app went. */
export class Start {
	ready = $state.raw<Ready | null>(null);
	failure = $state.raw<{ error: CommandFailure; dataDir: string | null } | null>(null);
	asking = $state(false);
	/** Why it was not even tried once more: something else is under way, for example. */
	retryFailure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;

	constructor(client: Client) {
		this.#client = client;
	}

	/** Takes in a state that came with the answer to something else, such as a restore. */
	take(status: AppStatus): void {
		if (status.state === "ready") {
			this.ready = status;
			this.failure = null;
		} else {
			this.failure = { error: toFailure(status.error), dataDir: status.dataDir };
		}
	}

	/** Asks how the start went; with `retry` the app tries once more before it answers. */
	async ask(retry = false): Promise<void> {
		if (this.asking) return;
		this.asking = true;
		this.retryFailure = null;
		try {
			this.take(await (retry ? this.#client.appRetry() : this.#client.appStatus()));
		} catch (error) {
			// Of the start itself it says nothing: what is known of that stays true.
			if (this.failure) this.retryFailure = toFailure(error);
			else this.failure = { error: toFailure(error), dataDir: null };
		} finally {
			this.asking = false;
		}
	}
}
