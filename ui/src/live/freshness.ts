/**
 * Answers come back in any order. Each question takes a number when it is asked, and an answer about
 * a thing counts only if no later question about it has been answered already.
 */
export class Freshness {
	#asked = 0;
	readonly #answered = new Map<string, number>();

	/** To be called before the question goes out. */
	ask(): number {
		this.#asked += 1;
		return this.#asked;
	}

	/** Whether the answer about `id` to the question `asked` is news; if so it is remembered. */
	accept(id: string, asked: number): boolean {
		if (this.isNewer(id, asked)) return false;
		this.#answered.set(id, asked);
		return true;
	}

	/** Whether something is known of the thing that is newer than the answer to this question. */
	isNewer(id: string, asked: number): boolean {
		return (this.#answered.get(id) ?? 0) > asked;
	}

	/** Whether the thing was deleted, as far as is known. */
	isBuried(id: string): boolean {
		return this.#answered.get(id) === Number.POSITIVE_INFINITY;
	}

	/**
	 * The thing is there again after it was deleted: answers to questions from now on count. Gives whether
	 * it was known to be deleted.
	 */
	revive(id: string): boolean {
		if (!this.isBuried(id)) return false;
		this.#answered.set(id, this.#asked + 1);
		return true;
	}

	/** News was lost, and with it perhaps that something is there again. */
	reviveAll(): void {
		for (const id of this.#answered.keys()) this.revive(id);
	}

	/** The thing was deleted: no answer about it counts any more, until it is revived. */
	bury(id: string): void {
		this.#answered.set(id, Number.POSITIVE_INFINITY);
	}
}
