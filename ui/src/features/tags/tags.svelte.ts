import { nameKey } from "../../i18n/name-key";
import { type Client, CommandFailure, type Operation, type Tag, toFailure } from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";

const ALL = "tags";

/** How a verb went: what can be undone, or null if nothing was to be done; or why it failed. */
export type Outcome = { operation: Operation | null } | { failure: CommandFailure };

/** The learner's tags, kept true. */
export class Tags {
	items = $state.raw<Tag[]>([]);
	/** Whether they have ever been read. */
	isKnown = $state(false);

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #refresher = new Refresher(() => this.#load());
	readonly #listening: Listening;
	readonly #byKey = $derived(new Map(this.items.map((tag) => [nameKey(tag.name), tag])));

	constructor(client: Client, failed: (failure: CommandFailure) => void = () => {}) {
		this.#client = client;
		this.#failed = failed;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				// A tag is there as long as a conversation has it.
				const isNews = changes.some(({ entity }) => entity === "tag" || entity === "conversation");
				if (resync || isNews) void this.#refresher.request(ALL);
			}),
		);
	}

	async start(): Promise<void> {
		try {
			await this.#listening.start();
		} catch (error) {
			this.#failed(toFailure(error));
		}
		if (!this.#listening.stopped) await this.#refresher.request(ALL);
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	find(name: string): Tag | undefined {
		return this.#byKey.get(nameKey(name));
	}

	colorOf = (name: string): string | null => this.find(name)?.color ?? null;

	/** Gives conversations some tags and takes others off. */
	change(ids: string[], add: string[], remove: string[]): Promise<Outcome> {
		return this.#do(() => this.#client.conversationChangeTags(ids, add, remove));
	}

	rename(name: string, newName: string): Promise<Outcome> {
		return this.#do(() => this.#client.tagRename(name, newName));
	}

	merge(name: string, into: string): Promise<Outcome> {
		return this.#do(() => this.#client.tagMerge(name, into));
	}

	setColor(name: string, color: string | null): Promise<Outcome> {
		return this.#do(() => this.#client.tagSetColor(name, color));
	}

	delete(name: string): Promise<Outcome> {
		return this.#do(() => this.#client.tagDelete(name));
	}

	/** What is in the way of a tag is no other work. */
	async #do(verb: () => Promise<Operation | null>): Promise<Outcome> {
		try {
			const operation = await verb();
			await this.#refresher.request(ALL);
			return { operation };
		} catch (error) {
			const failure = toFailure(error);
			if (failure.code !== "conflict") return { failure };
			return { failure: new CommandFailure("tag_conflict", failure.message, failure.details) };
		}
	}

	async #load(): Promise<void> {
		try {
			const items = await this.#client.tagList();
			if (this.#listening.stopped) return;
			this.items = items;
			this.isKnown = true;
		} catch (error) {
			if (!this.#listening.stopped) this.#failed(toFailure(error));
		}
	}
}
