import { type Client, type CommandFailure, toFailure } from "../../ipc";

/** As many conversations are offered at once. */
const MOST = 30;
/** Typing rests this long before it is looked for. */
const REST = 150;

export interface Choice {
	id: string;
	title: string;
}

/** The conversations that can be chosen: the latest ones, or those whose titles have what is typed. */
export class Choices {
	items = $state.raw<Choice[] | null>(null);
	failure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;
	readonly #without: string;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Counts the questions: only the answer to the last one counts. */
	#asked = 0;

	constructor(client: Client, without: string) {
		this.#client = client;
		this.#without = without;
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#asked += 1;
	}

	type(text: string): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.look(text), REST);
	}

	async look(text: string): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		try {
			const found = text.trim() === "" ? await this.#latest() : await this.#named(text);
			if (asked !== this.#asked) return;
			this.items = found.filter(({ id }) => id !== this.#without);
			this.failure = null;
		} catch (error) {
			if (asked === this.#asked) this.failure = toFailure(error);
		}
	}

	async #latest(): Promise<Choice[]> {
		return (await this.#client.conversationList(null, MOST, null)).items;
	}

	async #named(text: string): Promise<Choice[]> {
		const { hits } = await this.#client.searchRun(text, "title", null, MOST);
		return hits.flatMap(({ conversationId, title }) =>
			conversationId === null ? [] : [{ id: conversationId, title }],
		);
	}
}
