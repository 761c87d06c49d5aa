import type { DraftKeeper, NotKept } from "./draft-keeper.svelte";

/** Other words for what says something already, while they are being written. */
export class Rewording {
	#text = $state("");
	readonly #keeper: DraftKeeper;
	#wantsFocus: boolean;

	/** `begun` says that somebody has asked for it a moment ago, and is about to type. */
	constructor(keeper: DraftKeeper, text: string, begun: boolean) {
		this.#keeper = keeper;
		this.#text = text;
		this.#wantsFocus = begun;
	}

	/** What stands in the box. */
	get text(): string {
		return this.#text;
	}

	get notKept(): NotKept {
		return this.#keeper.notKept;
	}

	/** Whether it is being saved. */
	get held(): boolean {
		return this.#keeper.held;
	}

	/** To be told whatever stands in the box. What is `said` already is kept where it is said, and not stored. */
	typed(text: string, said: string): void {
		this.#text = text;
		this.#keeper.typed(text === said ? "" : text);
	}

	/** Whether the focus belongs into the box: once, however often its page comes and goes. */
	takeFocus(): boolean {
		const wanted = this.#wantsFocus;
		this.#wantsFocus = false;
		return wanted;
	}
}
