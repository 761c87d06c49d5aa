import { type Client, CommandFailure, type DraftOf, toFailure } from "../ipc";

/** What is typed is stored this long after the last key… */
const AFTER_LAST_KEY = 400;
/** …and while somebody types on, this long after the first one that is not stored. */
const AT_LATEST = 800;
/** A disk that took nothing is asked again after this long. */
const TRY_AGAIN_AFTER = 5_000;
/** The longest message, and the longest note, in code points. What is longer is not even sent over. */
const LONGEST = 100_000;
/** Failures to read that may be over later. After any other one there is nothing left to wait for. */
const PASSING = ["io", "busy", "closed", "disk_full", "not_found"];

/** Why what stands in the box is not kept; null while it is, or will be in a moment. */
export type NotKept = "tooLong" | CommandFailure | null;

/**
 * What stands in one box, kept stored, at most a second behind. What cannot be stored
 * stays in the box, and that is said once, quietly, and not at every key.
 *
 * There is one for each box (`Drafts`), however often its page comes and goes: two would store over each
 * other.
 */
export class DraftKeeper {
	notKept = $state.raw<NotKept>(null);

	readonly #client: Client;
	readonly #of: DraftOf;
	#text = $state("");
	#held = $state(false);
	/** What the disk has; null while nobody knows. */
	#stored: string | null = null;
	/** What was read while the box was held, and still has to be put into it. */
	#found = "";
	#reading: Promise<void> | null = null;
	#saving: Promise<void> | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#waitingSince: number | null = null;
	#closed: "saving" | "discarded" | null = null;

	/** `kept` is what the disk has, where that is known already. */
	constructor(client: Client, of: DraftOf, kept: string | null = null) {
		this.#client = client;
		this.#of = of;
		this.#stored = kept;
		this.#text = kept ?? "";
	}

	/** Whether it is one of the boxes that a conversation has one of each. */
	get isOfConversation(): boolean {
		return this.#of.kind === "message" || this.#of.kind === "note";
	}

	/** What stands in the box. */
	get text(): string {
		return this.#text;
	}

	/** Whether it is known what was kept, or that it can never be read. */
	get isKnown(): boolean {
		return this.#stored !== null;
	}

	/** Whether what stands in it is being sent or saved. */
	get held(): boolean {
		return this.#held;
	}

	/** To be told whatever stands in the box, as often as it changes. */
	typed(text: string): void {
		if (text === this.#text) return;
		this.#text = text;
		this.#schedule();
	}

	/**
	 * Puts what was kept into the box, before what has been typed while it was read. Until then nothing is
	 * stored, or the one would be put in the place of the other.
	 */
	async load(): Promise<void> {
		try {
			await this.#known();
		} finally {
			this.#schedule();
		}
	}

	/** Stores at once what is not stored yet: the page is about to go. */
	flush(): void {
		if (this.#isKept() || this.#held || this.#closed) return;
		this.#clearTimer();
		// What is on its way is what stood there before.
		if (this.#saving) void this.#saveOnceMore();
		else void this.#save();
	}

	/** Ends when all that stands in the box is stored, also what is typed meanwhile. Gives why it could not be. */
	async settle(): Promise<CommandFailure | null> {
		while (!this.#isKept() && !this.#held && !this.#closed) {
			this.#clearTimer();
			await (this.#saving ?? this.#save());
			if (this.notKept !== null) break;
		}
		if (this.#isKept()) return null;
		if (this.notKept === "tooLong")
			return new CommandFailure("invalid", "The draft is not stored.", { reason: "is too long" });
		return this.notKept ?? new CommandFailure("busy", "The draft is not stored yet.");
	}

	/**
	 * Nothing is stored from here on until `released`, and nothing is on its way any more: it is sent or saved.
	 * That removes what was kept, so it is read first; a failure says that it cannot be for now.
	 */
	async hold(): Promise<void> {
		this.#held = true;
		this.#clearTimer();
		await this.#knownOrLost();
		while (this.#saving) await this.#saving;
	}

	/**
	 * Carries out what makes something of `content`, which removes what was kept. Stored after that, it would rise
	 * from the dead at the next start.
	 */
	async turnInto<T>(content: string, work: () => Promise<T>): Promise<T> {
		let sent: string | null = null;
		try {
			await this.hold();
			const made = await work();
			sent = content;
			return made;
		} finally {
			this.released(sent);
		}
	}

	/** `sent` was sent, and what was kept is gone with it; or, if null, it was not, and all is as before. */
	released(sent: string | null): void {
		this.#held = false;
		if (sent !== null) {
			this.#stored = "";
			this.notKept = null;
			if (this.#text === sent) this.#text = "";
		}
		const found = this.#found;
		this.#found = "";
		this.#text = together(found, this.#text);
		if (this.#closed) void this.#saveOnceMore();
		// Of what was read the disk has nothing any more.
		else if (found !== "" && sent !== null) this.flush();
		else this.#schedule();
	}

	/** One last time what is not stored yet is, and nothing after that. */
	close(): void {
		if (this.#closed) return;
		this.#closed = "saving";
		this.#clearTimer();
		void this.#saveOnceMore();
	}

	/** Nothing is stored any more: the data is another one. */
	discard(): void {
		this.#closed = "discarded";
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
		if (this.#reading || this.#held || this.#saving || this.#closed) return;
		const now = Date.now();
		this.#waitingSince ??= now;
		const latest = this.#waitingSince + AT_LATEST - now;
		this.#timer = setTimeout(() => void this.#save(), Math.max(0, Math.min(AFTER_LAST_KEY, latest)));
	}

	#clearTimer(): void {
		clearTimeout(this.#timer);
		this.#waitingSince = null;
	}

	/** Resolves when what was kept has been read, and fails when it cannot be for now. */
	async #known(): Promise<void> {
		if (this.#stored !== null) return;
		this.#reading ??= this.#read();
		await this.#reading;
	}

	/** The same, but what can never be read is in nobody's way. */
	async #knownOrLost(): Promise<void> {
		try {
			await this.#known();
		} catch (error) {
			if (this.#stored === null) throw error;
		}
	}

	async #read(): Promise<void> {
		try {
			const kept = await this.#client.draftGet(this.#of);
			this.#stored = kept;
			if (this.#held) this.#found = kept;
			else this.#text = together(kept, this.#text);
		} catch (error) {
			if (!PASSING.includes(toFailure(error).code)) this.#stored = "";
			throw error;
		} finally {
			this.#reading = null;
		}
	}

	async #save(): Promise<void> {
		if (this.#saving || this.#closed) return;
		this.#waitingSince = null;
		await this.#saveNow();
		if (this.#closed) return;
		const { notKept } = this;
		if (notKept === null) this.#schedule();
		else if (notKept !== "tooLong" && notKept.code !== "not_found" && !this.#held) {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => void this.#save(), TRY_AGAIN_AFTER);
		}
	}

	async #saveOnceMore(): Promise<void> {
		while (this.#saving) await this.#saving;
		if (!this.#isKept() && !this.#held) await this.#saveNow();
	}

	async #saveNow(): Promise<void> {
		this.#saving = this.#store();
		await this.#saving;
		this.#saving = null;
	}

	async #store(): Promise<void> {
		try {
			// Stored before it is known what was kept, the new words would be put in its place.
			await this.#knownOrLost();
			if (this.#held || this.#closed === "discarded") return;
			const text = this.#text;
			if (isTooLong(text)) {
				this.notKept = "tooLong";
				return;
			}
			await this.#client.draftSave(this.#of, text);
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
