/** What of a list is chosen to do something to all of it, by id. */
export class Selection {
	ids = $state.raw<ReadonlySet<string>>(new Set());
	/** How many can be chosen at once. */
	readonly most: number;
	/** From where Shift extends. */
	#anchor: string | null = null;

	constructor(most: number) {
		this.most = most;
	}

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
		if (!ids.delete(id) && ids.size < this.most) ids.add(id);
		this.ids = ids;
		this.#anchor = id;
	}

	/** Chooses everything from the anchor to this one, in the order of the list, and nothing else. */
	extendTo(id: string, order: readonly string[]): void {
		const { span, isUpwards } = this.#span(id, order);
		// The end that was gone to stays in sight of the one who chooses.
		this.ids = new Set(isUpwards ? span.slice(-this.most) : span.slice(0, this.most));
	}

	/** Chooses everything from the anchor to this one besides what is chosen already. */
	addTo(id: string, order: readonly string[]): void {
		const { span, isUpwards } = this.#span(id, order);
		this.add(isUpwards ? span.toReversed() : span);
	}

	/** Chooses these too, the first of them where there is no room for all. */
	add(ids: readonly string[]): void {
		this.ids = new Set([...new Set([...this.ids, ...ids])].slice(0, this.most));
	}

	drop(id: string): void {
		this.ids = new Set([...this.ids].filter((other) => other !== id));
	}

	all(order: readonly string[]): void {
		this.ids = new Set(order.slice(0, this.most));
	}

	#span(id: string, order: readonly string[]): { span: string[]; isUpwards: boolean } {
		const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
		const to = order.indexOf(id);
		if (from === -1) this.#anchor = id;
		const [first, last] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
		return { span: order.slice(first, last + 1), isUpwards: from > to };
	}

	/** Lets go of what is not in the list any more. */
	keepOnly(order: ReadonlySet<string>): void {
		if ([...this.ids].every((id) => order.has(id))) return;
		this.ids = new Set([...this.ids].filter((id) => order.has(id)));
	}
}
