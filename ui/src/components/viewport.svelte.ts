/** How much is taken to be in sight of a box that is not laid out. */
const UNKNOWN_HEIGHT = 640;
const UNKNOWN_REM = 16;

/** Which part of a long scrolled box is in sight, so that only the rows there have to be on the page. */
export class Viewport {
	top = $state(0);
	height = $state(UNKNOWN_HEIGHT);
	/** Rows are as high as the learner's size of text makes them. */
	rem = $state(UNKNOWN_REM);
	#box: HTMLElement | null = null;

	/** To be attached to the box that scrolls. */
	readonly attach = (box: HTMLElement): (() => void) => {
		this.#box = box;
		const look = () => {
			this.top = box.scrollTop;
			this.height = box.clientHeight || UNKNOWN_HEIGHT;
			this.rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || UNKNOWN_REM;
		};
		const observer = new ResizeObserver(look);
		observer.observe(box);
		box.addEventListener("scroll", look, { passive: true });
		look();
		return () => {
			observer.disconnect();
			box.removeEventListener("scroll", look);
			this.#box = null;
		};
	};

	/** Scrolls no further than it takes to have this in sight. */
	reveal(from: number, to: number): void {
		if (!this.#box) return;
		if (from < this.top) this.#box.scrollTop = from;
		else if (to > this.top + this.height) this.#box.scrollTop = to - this.height;
		this.top = this.#box.scrollTop;
	}

	toTop(): void {
		if (this.#box) this.#box.scrollTop = 0;
		this.top = 0;
	}
}
