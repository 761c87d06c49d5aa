import { type Client, type CommandFailure, toFailure } from "../../ipc";

/** What is typed is stored this long after the last key… */
const AFTER_LAST_KEY = 400;
/** …and while somebody types on, this long after the first one that is not stored. */
const AT_LATEST = 800;
/** A disk that took nothing is asked again after this long. */
const TRY_AGAIN_AFTER = 5_000;
/** The longest message, in code points. What is longer is not even sent over. */
const LONGEST = 100_000;

/** Why what stands in the box is not kept; null while it is, or will be in a moment. */
export type NotKept = "tooLong" | CommandFailure | null;

/**
 * Keeps what is typed in one conversation stored, at most a second behind. What cannot be stored stays in
 * the box, and that is said once, quietly, and not at every key.
 */
export class DraftKeeper {
	notKept = $state.raw<NotKept>(null);

	readonly #client: Client;
	readonly #conversationId: string;
	#text = "";
	/** What the disk has; null while nobody knows. */
	#stored: string | null = null;
	#loading = false;
	#held = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#waitingSince: number | null = null;
	#saving: Promise<void> | null = null;

	constructor(client: Client, conversationId: string) {
		this.#client = client;
		this.#conversationId = conversationId;
	}

	/**
	 * Gives what is to stand in the box: what was kept, before what has been typed while it was read. Until
	 * then nothing is stored, or the one would be put in the place of the other.
	 */
	async load(): Promise<string> {
		this.#loading = true;
		try {
			const kept = await this.#client.draftGet(this.#conversationId);
			// Sending has removed it meanwhile.
			if (this.#stored === null) this.#stored = kept;
			return together(kept, this.#text);
		} finally {
			this.#loading = false;
			this.#schedule();
		}
	}

	/** To be told whatever stands in the box, as often as it changes. */
	typed(text: string): void {
		if (text === this.#text) return;
		this.#text = text;
		this.#schedule();
	}

	/** Stores at once what is not stored yet: the page is about to go. */
	flush(): void {
		if (this.#isKept() || this.#held) return;
		this.#clearTimer();
		void this.#save();
	}

	/** Nothing is stored from here on until `released`, and nothing is on its way any more: a message is sent. */
	async hold(): Promise<void> {
		this.#held = true;
		this.#clearTimer();
		while (this.#saving) await this.#saving;
	}

	/** The message was sent, and its draft is gone with it; or it was not, and all is as before. */
	released(sent: boolean): void {
		this.#held = false;
		if (sent) {
			this.#stored = "";
			this.notKept = null;
		}
		this.#schedule();
	}

	close(): void {
		this.flush();
		this.#clearTimer();
	}

	#isKept(): boolean {
		return this.#text === (this.#stored ?? "");
	}

	#schedule(): void {
		clearTimeout(this.#timer);
		if (this.#isKept()) {
			this.#clearTimer();
			this.notKept = null;
			return;
		}
		if (this.#loading || this.#held || this.#saving) return;
		const now = Date.now();
		this.#waitingSince ??= now;
		const latest = this.#waitingSince + AT_LATEST - now;
		this.#timer = setTimeout(() => void this.#save(), Math.max(0, Math.min(AFTER_LAST_KEY, latest)));
	}

	#clearTimer(): void {
		clearTimeout(this.#timer);
		this.#waitingSince = null;
	}

	async #save(): Promise<void> {
		if (this.#saving) return;
		this.#waitingSince = null;
		const text = this.#text;
		if (isTooLong(text)) {
			this.notKept = "tooLong";
			return;
		}
		this.#saving = this.#store(text);
		await this.#saving;
		this.#saving = null;
		if (this.notKept === null) this.#schedule();
		else if (!this.#held) this.#timer = setTimeout(() => void this.#save(), TRY_AGAIN_AFTER);
	}

	async #store(text: string): Promise<void> {
		try {
			await this.#client.draftSave(this.#conversationId, text);
			this.#stored = text;
			this.notKept = null;
		} catch (error) {
			this.notKept = toFailure(error);
		}
	}
}

/** Code points are counted only where it can matter: one has one or two units. */
function isTooLong(text: string): boolean {
	if (text.length <= LONGEST) return false;
	return text.length > 2 * LONGEST || [...text].length > LONGEST;
}

function together(kept: string, typed: string): string {
	if (kept === "" || typed === "") return kept + typed;
	return /\s$/.test(kept) ? kept + typed : `${kept} ${typed}`;
}
