import { tick } from "svelte";
import type { Chat } from "./chat.svelte";
import type { Reading } from "./reading.svelte";

/** How long a message stands out on which somebody has landed. */
const STANDS_OUT = 2_500;

/** Somebody comes to a message from elsewhere: it is loaded, brought into view and stands out for a moment. */
export class Landing {
	/** The message on which somebody has landed a moment ago. */
	on = $state<string | null>(null);
	/** What was to be shown is no longer there. */
	isGone = $state(false);

	readonly #chat: Chat;
	readonly #reading: Reading;

	constructor(chat: Chat, reading: Reading) {
		this.#chat = chat;
		this.#reading = reading;
	}

	async land(messageId: string): Promise<void> {
		this.isGone = false;
		this.#reading.following = false;
		const landing = await this.#chat.land(messageId);
		this.isGone = landing === "gone";
		if (landing !== "there") return;
		this.on = messageId;
		await tick();
		this.#reading.show(messageId);
	}

	/** For an effect: the message no longer stands out after a while. */
	fade(): (() => void) | undefined {
		if (this.on === null) return undefined;
		const timer = setTimeout(() => (this.on = null), STANDS_OUT);
		return () => clearTimeout(timer);
	}
}
