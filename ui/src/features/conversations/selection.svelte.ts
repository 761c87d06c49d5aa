import { MOST_AT_ONCE } from "./verbs";

/** The conversations that are chosen to do something to all of them. */
export class Selection {
	ids = $state.raw<ReadonlySet<string>>(new Set());
	/** From where Shift extends. */
	#anchor: string | null = null;

	get size(): number {
		return this.ids.size;
	}

	has(id: string): boolean {
		return this.ids.has(id);
	}

	clear(): void {
		if (this.ids.size > 0) this.ids = new Set();
	}

	/** What Shift extends from, while nothing else is said. */
	startAt(id: string): void {
		this.#anchor = id;
	}

	toggle(id: string): void {
		const ids = new Set(this.ids);
		if (!ids.delete(id) && ids.size < MOST_AT_ONCE) ids.add(id);
		this.ids = ids;
		this.#anchor = id;
	}

	/** Chooses everything from the anchor to this one, in the order of the list, and nothing else. */
	extendTo(id: string, order: readonly string[]): void {
		const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
		const to = order.indexOf(id);
		if (from === -1) this.#anchor = id;
		const [first, last] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
		const span = order.slice(first, last + 1);
		// The end that was gone to stays in sight of the one who chooses.
		this.ids = new Set(from > to ? span.slice(-MOST_AT_ONCE) : span.slice(0, MOST_AT_ONCE));
	}

	all(order: readonly string[]): void {
		this.ids = new Set(order.slice(0, MOST_AT_ONCE));
	}

	/** Lets go of what is not in the list any more. */
	keepOnly(order: ReadonlySet<string>): void {
		if ([...this.ids].every((id) => order.has(id))) return;
		this.ids = new Set([...this.ids].filter((id) => order.has(id)));
	}
}
