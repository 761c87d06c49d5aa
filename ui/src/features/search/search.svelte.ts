import { type Client, type CommandFailure, type SearchHit, type SearchKind, toFailure } from "../../ipc";

const PAGE = 20;
/** Typing rests this long before it is looked for. */
const REST = 120;
/** Pages that are asked for in a row while they come back empty; then the learner decides whether to go on. */
const MOST_EMPTY = 5;

/** One search: what is typed, and what was found. Answers to what was typed before are thrown away. */
export class Search {
	text = $state("");
	hits = $state.raw<SearchHit[]>([]);
	/** Kinds of which there are more hits than are shown. */
	more = $state.raw<SearchKind[]>([]);
	/** Which kind alone is shown; null shows all. */
	kind = $state<SearchKind | null>(null);
	/** Something is being looked for. */
	busy = $state(false);
	/** Not everything can be found for now. */
	isIncomplete = $state(false);
	/** There may be more messages. */
	hasMore = $state(false);
	failure = $state.raw<CommandFailure | null>(null);
	recent = $state.raw<string[]>([]);
	/** The text to which the hits are the answer; null before the first answer. */
	answered = $state<string | null>(null);

	readonly #client: Client;
	#next: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Counts the questions: only the answer to the last one counts. */
	#asked = 0;

	constructor(client: Client) {
		this.#client = client;
	}

	async open(): Promise<void> {
		try {
			this.recent = await this.#client.searchRecent();
		} catch (error) {
			this.failure = toFailure(error);
		}
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#asked += 1;
	}

	/** Takes what is typed, and looks for it when the typing rests. */
	type(text: string): void {
		this.text = text;
		this.kind = null;
		clearTimeout(this.#timer);
		if (text.trim() === "") {
			this.#clear();
			return;
		}
		this.busy = true;
		this.#timer = setTimeout(() => void this.#run(), REST);
	}

	/** Looks for it at once. */
	async submit(text: string): Promise<void> {
		this.text = text;
		this.kind = null;
		clearTimeout(this.#timer);
		await this.#run();
	}

	/** Shows every hit of one kind, or again a few of each. */
	async show(kind: SearchKind | null): Promise<void> {
		this.kind = kind;
		await this.#run();
	}

	async loadMore(): Promise<void> {
		if (!this.hasMore || this.busy) return;
		await this.#ask(this.#next, this.hits);
	}

	/** Remembers the search once it has led somewhere. */
	async remember(): Promise<void> {
		await this.#quietly(() => this.#client.searchRemember(this.text));
	}

	/** Forgets one of the last searches; null forgets all. */
	async forget(text: string | null): Promise<void> {
		this.recent = text === null ? [] : this.recent.filter((one) => one !== text);
		await this.#quietly(() => this.#client.searchForget(text));
	}

	async #quietly(work: () => Promise<unknown>): Promise<void> {
		try {
			await work();
		} catch (error) {
			this.failure = toFailure(error);
		}
	}

	#clear(): void {
		this.#asked += 1;
		this.hits = [];
		this.more = [];
		this.isIncomplete = false;
		this.busy = false;
		this.hasMore = false;
		this.failure = null;
		this.answered = null;
	}

	async #run(): Promise<void> {
		if (this.text.trim() === "") this.#clear();
		else await this.#ask(null, []);
	}

	/** Asks from `cursor` on until there is something to show, behind what is there already. */
	async #ask(cursor: string | null, before: readonly SearchHit[]): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		const { text, kind } = this;
		this.busy = true;
		this.failure = null;
		try {
			let hits = [...before];
			let more = this.more;
			let next = cursor;
			for (let turn = 0; turn < MOST_EMPTY; turn += 1) {
				const page = await this.#client.searchRun(text, kind, next, PAGE);
				if (asked !== this.#asked) return;
				hits = withoutTwins([...hits, ...page.hits]);
				this.isIncomplete = page.isIncomplete;
				if (next === null) more = page.more;
				next = page.next;
				if (next === null || hits.length >= before.length + PAGE) break;
			}
			this.hits = hits;
			this.more = more;
			this.#next = next;
			this.hasMore = next !== null;
			this.answered = text;
		} catch (error) {
			if (asked === this.#asked) this.failure = toFailure(error);
		} finally {
			if (asked === this.#asked) this.busy = false;
		}
	}
}

/** What moves between two pages while it is being read may come with both. */
function withoutTwins(hits: readonly SearchHit[]): SearchHit[] {
	return [...new Map(hits.map((hit) => [`${hit.kind} ${hit.id}`, hit])).values()];
}
