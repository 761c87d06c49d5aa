import {
	type Client,
	type CommandFailure,
	toFailure,
	type UserSettings,
	type UserSettingsPatch,
} from "../../ipc";

/** Shown until the stored ones have come, and if they cannot be read. */
const DEFAULTS: UserSettings = {
	theme: "system",
	language: "system",
	autoPlay: true,
	speechRate: 1,
	partnerPace: "natural",
	tutor: { kind: "built_in" },
};

/** The learner's settings. A change is in force at once and taken back if it cannot be stored. */
export class Settings {
	current = $state.raw<UserSettings>(DEFAULTS);
	saveFailure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;
	#stored: UserSettings = DEFAULTS;
	#lastChange = 0;
	/** Changes are stored one after the other: two at once could be stored in the wrong order. */
	#queue: Promise<void> = Promise.resolve();

	constructor(client: Client) {
		this.#client = client;
	}

	/** Throws a CommandFailure when they cannot be read; the defaults are in force then. */
	async load(): Promise<void> {
		this.#stored = await this.#client.settingsGet();
		this.current = this.#stored;
	}

	update(patch: UserSettingsPatch): Promise<void> {
		this.#lastChange += 1;
		const change = this.#lastChange;
		this.saveFailure = null;
		this.current = { ...this.current, ...(patch as Partial<UserSettings>) };
		this.#queue = this.#queue.then(() => this.#store(patch, change));
		return this.#queue;
	}

	async #store(patch: UserSettingsPatch, change: number): Promise<void> {
		try {
			this.#stored = await this.#client.settingsUpdate(patch);
		} catch (error) {
			this.saveFailure = toFailure(error);
		}
		// An answer to an older change would take back what was chosen since.
		if (change === this.#lastChange) this.current = this.#stored;
	}
}
