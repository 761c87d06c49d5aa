import { tick } from "svelte";
import { toClipboard } from "../../components/clipboard";
import { focusBeside } from "../../components/focus";
import { Selection } from "../../components/selection.svelte";
import { t } from "../../i18n/index.svelte";
import type { Message } from "../../ipc";
import { whoSaid } from "./message";

/** How many messages can be deleted at once: the app refuses more. */
export const MOST_AT_ONCE = 1000;

export interface SelectionPlace {
	/** What is shown, in the order it was said. */
	messages(): readonly Message[];
	/** The row of a message, if it is on the page. */
	row(messageId: string): HTMLElement | null;
	viewport(): HTMLElement | null;
	/** The page is about to become higher or lower above what is read. */
	changing(): void;
	/** The focus is to go back to a message. Gives false when that is no longer there. */
	focusMessage(messageId: string): boolean;
	focusComposer(): void;
	/** Puts messages into the trash, once. Gives whether that worked. */
	remove(ids: string[]): Promise<boolean>;
	/** A word about what was done. */
	said(text: string): void;
}

/** A reply that is being written is not what it will be when something is done to it. */
const isWhole = ({ status }: Message): boolean => status !== "streaming";

/** The messages of the open conversation that are chosen, while the chat is there to choose some. */
export class MessageSelection {
	active = $state(false);
	/** The row on which the keyboard was last. */
	activeId = $state<string | null>(null);

	readonly #chosen = new Selection(MOST_AT_ONCE);
	readonly #place: SelectionPlace;
	/** The chosen ones as they were shown last: what is far from the place that is read is shown no more. */
	readonly #seen = new Map<string, Message>();
	readonly #order = $derived.by(() =>
		this.#place
			.messages()
			.filter(isWhole)
			.map(({ id }) => id),
	);
	/** On which row Tab stops. */
	readonly tabbableId = $derived(
		this.activeId !== null && this.#order.includes(this.activeId) ? this.activeId : this.#order.at(-1),
	);
	/** At which message it was begun. */
	#begunAt: string | null = null;

	constructor(place: SelectionPlace) {
		this.#place = place;
	}

	get count(): number {
		return this.#chosen.size;
	}

	has(id: string): boolean {
		return this.#chosen.has(id);
	}

	async begin(id: string): Promise<void> {
		this.#place.changing();
		this.active = true;
		this.#begunAt = id;
		this.#choose(() => this.#chosen.toggle(id));
		this.activeId = id;
		await tick();
		this.#focus(id);
	}

	/** Chooses nothing any more. The focus goes back to where this was begun. */
	async end(): Promise<void> {
		this.#place.changing();
		this.active = false;
		this.#chosen.clear();
		this.#seen.clear();
		await tick();
		if (this.#begunAt === null || !this.#place.focusMessage(this.#begunAt)) this.#place.focusComposer();
	}

	/** A row was pressed; with `isRange` everything from the one before it is meant. */
	press(id: string, isRange: boolean): void {
		this.activeId = id;
		if (!this.#order.includes(id)) return;
		this.#choose(() => (isRange ? this.#chosen.addTo(id, this.#order) : this.#chosen.toggle(id)));
	}

	/** The message is another one than it was, or is gone. */
	changed(id: string): void {
		if (!this.active) return;
		const message = this.#place.messages().find((one) => one.id === id);
		if (!message) void this.#keepFocus(id);
		if (!this.has(id)) return;
		if (message && isWhole(message)) this.#seen.set(id, message);
		else this.#chosen.drop(id);
	}

	/** The keys of a row. Gives whether the key was one of them. */
	rowKey(event: KeyboardEvent, id: string): boolean {
		if (event.ctrlKey || event.metaKey || event.altKey) return false;
		if (event.key === " ") {
			if (!event.repeat) this.press(id, event.shiftKey);
			return true;
		}
		const index = this.#order.indexOf(id);
		const last = this.#order.length - 1;
		const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last }[event.key];
		if (target === undefined) return false;
		const next = this.#order[Math.min(Math.max(target, 0), last)];
		if (next !== undefined) this.#focus(next);
		return true;
	}

	/** To be attached to whatever the keys of the mode are for. */
	readonly keys = (element: HTMLElement): (() => void) => {
		const listener = (event: KeyboardEvent) => {
			if (this.active && !event.defaultPrevented && this.#key(event)) event.preventDefault();
		};
		element.addEventListener("keydown", listener);
		return () => element.removeEventListener("keydown", listener);
	};

	async copy(): Promise<void> {
		const text = this.#messages()
			.map((message) => t("select.said", { who: whoSaid(message), text: message.content.trim() }))
			.join("\n\n");
		if (text === "") return;
		this.#place.said((await toClipboard(text)) ? t("message.copied") : t("select.notCopied"));
	}

	/** All of them together. What could not be deleted stays chosen. */
	async remove(): Promise<void> {
		if (this.count === 0) return;
		if (await this.#place.remove(this.#messages().map(({ id }) => id))) await this.end();
	}

	/** In the order they were said. */
	#messages(): Message[] {
		return [...this.#seen.values()]
			.filter(({ id }) => this.has(id))
			.sort((a, b) => a.sequenceNumber - b.sequenceNumber);
	}

	#key(event: KeyboardEvent): boolean {
		const isAll = event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);
		if (event.key === "Escape") void this.end();
		else if (event.key === "Delete") void (!event.repeat && this.remove());
		else if (isAll && !event.shiftKey && !event.altKey) this.#choose(() => this.#chosen.add(this.#order));
		else return false;
		return true;
	}

	#choose(change: () => void): void {
		change();
		for (const message of this.#place.messages())
			if (this.has(message.id)) this.#seen.set(message.id, message);
	}

	#focus(id: string): void {
		this.activeId = id;
		this.#place.row(id)?.focus();
	}

	/** The focus must not go with the row of a message. */
	async #keepFocus(id: string): Promise<void> {
		const row = this.#place.row(id);
		if (row && row === document.activeElement)
			await focusBeside(row.closest("li"), "[data-row]", this.#place.viewport())();
	}
}
