/** In the size of the text. */
const ROW = 3.75;
const HEADING = 1.75;
/** Rows above and below what is in sight, for scrolling to find them there. */
const BESIDE = 6;

/**
 * Where the rows of the list stand: all of one height, the pinned ones under a heading of their own and then the
 * others under theirs, or just rows when nothing is pinned.
 */
export class Rows {
	readonly height: number;
	readonly heading: number;

	constructor(
		readonly count: number,
		readonly pinned: number,
		rem: number,
	) {
		this.height = ROW * rem;
		this.heading = pinned > 0 ? HEADING * rem : 0;
	}

	top(index: number): number {
		return index * this.height + (index < this.pinned ? 1 : 2) * this.heading;
	}

	/** Where the heading over the ones that are not pinned stands. */
	get recentTop(): number {
		return this.pinned * this.height + this.heading;
	}

	get total(): number {
		if (this.count === 0) return 0;
		return this.top(this.count - 1) + this.height;
	}

	/** The first and the last row that have to be there while this much is in sight; the last one is not part of it. */
	inSight(top: number, height: number): [first: number, end: number] {
		const first = Math.max(0, this.#at(top) - BESIDE);
		const end = Math.min(this.count, this.#at(top + height) + 1 + BESIDE);
		return [Math.min(first, this.count), end];
	}

	#at(y: number): number {
		const below = y - this.heading;
		const index = Math.floor(below / this.height);
		return index < this.pinned ? index : Math.floor((below - this.heading) / this.height);
	}

	/** How many rows are one page down. */
	perPage(height: number): number {
		return Math.max(1, Math.floor(height / this.height) - 1);
	}
}
