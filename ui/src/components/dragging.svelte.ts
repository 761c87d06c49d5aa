/** What is being dragged. */
export interface Payload {
	kind: string;
	ids: readonly string[];
	/** What is shown under the pointer. */
	label: string;
}

/** Where it would go, seen from what it is dragged onto. */
export type Where = "before" | "into" | "after";

/** What something can be dragged onto. */
export interface Target {
	/** Where it would go at this share of the height, from 0 to 1; null where it cannot. */
	where(payload: Payload, share: number): Where | null;
	drop(payload: Payload, where: Where): void;
}

/** How far the pointer goes before a press is a drag. */
const FAR = 6;
/** How near to the edge of a box it scrolls, and how fast. */
const EDGE = 36;
const STEP = 10;

/**
 * Dragging by mouse or pen, the same in every web view: those do not agree on the drags of HTML, and a desktop app
 * takes those for files. A finger scrolls; whatever can be dragged can be done by a menu too.
 */
export class Dragging {
	payload = $state.raw<Payload | null>(null);
	x = $state(0);
	y = $state(0);

	readonly #targets = new WeakMap<Element, Target>();
	#over: { element: HTMLElement; where: Where } | null = null;
	#scrolling: ReturnType<typeof setInterval> | undefined;

	/** To be attached to what can be dragged; null is said when for now it cannot. */
	source(payload: () => Payload | null): (element: HTMLElement) => () => void {
		return (element) => {
			const listener = (event: PointerEvent) => {
				if (event.button !== 0 || event.pointerType === "touch" || isTyping(event.target)) return;
				this.#press(event, payload);
			};
			element.addEventListener("pointerdown", listener);
			return () => element.removeEventListener("pointerdown", listener);
		};
	}

	/** To be attached to what something can be dragged onto. It is told by `data-drop` while it would be. */
	target(target: Target): (element: HTMLElement) => () => void {
		return (element) => {
			element.dataset.target = "";
			this.#targets.set(element, target);
			return () => {
				this.#targets.delete(element);
				if (this.#over?.element === element) this.#leave();
			};
		};
	}

	#press(start: PointerEvent, payload: () => Payload | null): void {
		const done = new AbortController();
		const options = { signal: done.signal, capture: true };
		const move = (event: PointerEvent) => {
			if (this.payload === null) {
				if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < FAR) return;
				this.payload = payload();
				if (this.payload === null) {
					done.abort();
					return;
				}
			}
			event.preventDefault();
			this.#move(event);
		};
		const end = (isDropped: boolean) => {
			done.abort();
			if (this.payload === null) return;
			swallowClick();
			this.#end(isDropped);
		};
		window.addEventListener("pointermove", move, options);
		window.addEventListener("pointerup", () => end(true), options);
		window.addEventListener("pointercancel", () => end(false), options);
		window.addEventListener("blur", () => end(false), { signal: done.signal });
		window.addEventListener(
			"keydown",
			(event) => {
				if (event.key !== "Escape" || this.payload === null) return;
				event.preventDefault();
				event.stopPropagation();
				end(false);
			},
			options,
		);
	}

	#move(event: PointerEvent): void {
		this.x = event.clientX;
		this.y = event.clientY;
		const under = event.target instanceof Element ? event.target : null;
		this.#scroll(under?.closest<HTMLElement>("[data-scrolls]") ?? null, event.clientY);
		const over = this.#under(under?.closest<HTMLElement>("[data-target]") ?? null, event.clientY);
		if (this.#over?.element !== over?.element) this.#leave();
		this.#over = over;
		if (over) over.element.dataset.drop = over.where;
	}

	/** Where it would go there; null where it cannot. */
	#under(element: HTMLElement | null, y: number): { element: HTMLElement; where: Where } | null {
		const target = element ? this.#targets.get(element) : undefined;
		if (!element || !target || !this.payload) return null;
		const { top, height } = element.getBoundingClientRect();
		const where = target.where(this.payload, height > 0 ? (y - top) / height : 0.5);
		return where === null ? null : { element, where };
	}

	#leave(): void {
		if (this.#over) delete this.#over.element.dataset.drop;
		this.#over = null;
	}

	#scroll(box: HTMLElement | null, y: number): void {
		clearInterval(this.#scrolling);
		if (!box) return;
		const { top, bottom } = box.getBoundingClientRect();
		const step = y < top + EDGE ? -STEP : y > bottom - EDGE ? STEP : 0;
		if (step !== 0) this.#scrolling = setInterval(() => box.scrollBy(0, step), 16);
	}

	#end(isDropped: boolean): void {
		clearInterval(this.#scrolling);
		const [payload, over] = [this.payload, this.#over];
		const target = over ? this.#targets.get(over.element) : undefined;
		this.#leave();
		this.payload = null;
		if (isDropped && payload && over && target) target.drop(payload, over.where);
	}
}

function isTyping(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest("input, textarea") !== null;
}

/** Letting go is no click on what is under the pointer. */
function swallowClick(): void {
	const swallow = (event: Event) => {
		event.preventDefault();
		event.stopPropagation();
	};
	window.addEventListener("click", swallow, { capture: true, once: true });
	setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
}
