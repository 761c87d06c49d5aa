import type { Selection } from "../../components/selection.svelte";
import type { Conversations } from "./conversations.svelte";
import { MOST_AT_ONCE } from "./verbs";

/** Chooses everything there is, as far as something can be done to at once, and loads the list on for that. */
export class ChoosingAll {
	running = $state(false);

	readonly #conversations: Conversations;
	readonly #selection: Selection;
	/** Counts the beginnings and the ends: what was begun before goes on no more. */
	#turn = 0;

	constructor(conversations: Conversations, selection: Selection) {
		this.#conversations = conversations;
		this.#selection = selection;
	}

	async start(): Promise<void> {
		this.stop();
		const turn = this.#turn;
		let ours = this.#choose();
		// Whoever chooses something else meanwhile does not want all.
		const isWanted = () => turn === this.#turn && this.#selection.ids === ours;
		const isUnfinished = () => this.#conversations.hasMore && this.#conversations.items.length < MOST_AT_ONCE;
		this.running = isUnfinished();
		while (isWanted() && isUnfinished()) {
			const isLonger = await this.#conversations.loadOn();
			if (!isLonger || !isWanted()) break;
			ours = this.#choose();
		}
		if (turn === this.#turn) this.running = false;
	}

	/** Leaves it at what is chosen by now. */
	stop(): void {
		this.#turn += 1;
		this.running = false;
	}

	#choose(): ReadonlySet<string> {
		this.#selection.all(this.#conversations.items.map(({ id }) => id));
		return this.#selection.ids;
	}
}
