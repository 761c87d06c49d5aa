import {
	type Change,
	type Client,
	type CommandFailure,
	type KeyFact,
	type MemorySettings,
	type MemoryView,
	type Operation,
	type Summary,
	toFailure,
} from "../../ipc";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import { type FactDraft, Typed } from "./typed.svelte";
import { Waiting } from "./waiting.svelte";

/** So long nothing more is said before it is looked what has become of what is seen. */
const QUIET = 300;

/** How a verb went: what came of it, or why it failed. */
export type Outcome<T> = { done: T } | { failure: CommandFailure };

/** What is remembered of the open conversation and what a model sees of it, kept true while somebody wants to know. */
export class Memory {
	/** Why it could not be read. */
	loadFailure = $state.raw<CommandFailure | null>(null);
	/** Something is being changed. What takes its time is not meant: it is waited for, and all else can be done. */
	busy = $state(false);
	readonly waiting: Waiting;

	#shown = $state.raw<{ id: string; view: MemoryView } | null>(null);
	/** How it is to be remembered, as far as that is not stored yet. */
	#wished = $state.raw<{ id: string; patch: Partial<MemorySettings> } | null>(null);
	/** The conversation that is open. */
	#id: string | null = null;
	#isWanted = false;
	/** The message of which news came last. */
	#saidLast: string | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Counts the changes of how it is remembered. */
	#wishes = 0;
	/** They are stored one after the other: two at once could be stored in the wrong order. */
	#queue: Promise<unknown> = Promise.resolve();

	readonly #client: Client;
	readonly #typed = new Map<string, Typed>();
	readonly #refresher = new Refresher((id) => this.#load(id));
	readonly #listening: Listening;
	readonly #following: Listening;

	constructor(client: Client) {
		this.#client = client;
		this.waiting = new Waiting(client, async (id) => {
			if (id === this.#id) await this.read();
		});
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => this.#heard(changes, resync)),
		);
		this.#following = new Listening(() =>
			client.onRememberingProgress((progress) => this.waiting.hear(progress)),
		);
	}

	/** What is known of a conversation; null while that is nothing. */
	of(id: string): MemoryView | null {
		return this.#shown?.id === id ? this.#shown.view : null;
	}

	/** How it is remembered, as was wished last. */
	settingsOf(id: string): MemorySettings | null {
		const view = this.of(id);
		return view && { ...view.settings, ...(this.#wished?.id === id ? this.#wished.patch : {}) };
	}

	/** What is typed for a conversation and not stored. */
	typedIn(id: string): Typed {
		let typed = this.#typed.get(id);
		if (!typed) {
			typed = new Typed();
			this.#typed.set(id, typed);
		}
		return typed;
	}

	/** This conversation is open from now on; null for none. */
	async look(id: string | null): Promise<void> {
		if (id === this.#id) return;
		clearTimeout(this.#timer);
		this.#id = id;
		this.#saidLast = null;
		this.#shown = null;
		this.loadFailure = null;
		await this.read();
	}

	/** Whether anybody wants to know. */
	async want(isWanted: boolean): Promise<void> {
		const before = this.#isWanted;
		this.#isWanted = isWanted;
		if (isWanted && !before) await this.read();
	}

	/** Reads it; may be called again after a failure. */
	async read(): Promise<void> {
		if (this.#isWanted && this.#id !== null) await this.#refresher.request(this.#id);
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#listening.stop();
		this.#following.stop();
		this.#refresher.stop();
	}

	/** Has something remembered that the learner has typed. */
	add(id: string, { factType, text }: FactDraft): Promise<Outcome<KeyFact> | null> {
		return this.#do(id, () => this.#client.keyFactCreate(id, factType, text));
	}

	change(fact: KeyFact, { factType, text }: FactDraft): Promise<Outcome<KeyFact> | null> {
		return this.#do(fact.conversationId, () => this.#client.keyFactUpdate(fact.id, { factType, text }));
	}

	pin({ id, conversationId, pinnedAt }: KeyFact): Promise<Outcome<KeyFact> | null> {
		return this.#do(conversationId, () => this.#client.keyFactPin(id, pinnedAt === null));
	}

	forget({ id, conversationId }: KeyFact): Promise<Outcome<Operation> | null> {
		return this.#do(conversationId, () => this.#client.keyFactDelete(id));
	}

	forgetAll(id: string): Promise<Outcome<Operation | null> | null> {
		return this.#do(id, () => this.#client.keyFactClear(id));
	}

	takeBack(id: string, operation: Operation): Promise<Outcome<null> | null> {
		return this.#do(id, () => this.#client.operationUndo(operation.id));
	}

	reword({ id, conversationId }: Summary, text: string): Promise<Outcome<Summary> | null> {
		return this.#do(conversationId, () => this.#client.summaryUpdate(id, text));
	}

	erase({ id, conversationId }: Summary): Promise<Outcome<null> | null> {
		return this.#do(conversationId, () => this.#client.summaryDelete(id));
	}

	eraseAll(id: string): Promise<Outcome<number> | null> {
		return this.#do(id, () => this.#client.summaryClear(id));
	}

	/** How it is remembered from now on: shown at once. Gives why it was taken back, or null. */
	remember(id: string, patch: Partial<MemorySettings>): Promise<CommandFailure | null> {
		this.#wishes += 1;
		const number = this.#wishes;
		const before = this.#wished?.id === id ? this.#wished.patch : {};
		this.#wished = { id, patch: { ...before, ...patch } };
		const stored = this.#queue.then(() => this.#store(id, patch, number));
		this.#queue = stored;
		return stored;
	}

	async #store(id: string, patch: Partial<MemorySettings>, number: number): Promise<CommandFailure | null> {
		let failure: CommandFailure | null = null;
		try {
			await this.#client.memoryUpdateSettings(id, patch);
		} catch (error) {
			failure = toFailure(error);
		}
		await this.#refresher.request(id);
		if (number === this.#wishes) this.#wished = null;
		return failure;
	}

	/** Gives null when it was not tried, as something else was under way. */
	async #do<T>(id: string, work: () => Promise<T>): Promise<Outcome<T> | null> {
		if (this.busy) return null;
		this.busy = true;
		try {
			const done = await work();
			await this.#refresher.request(id);
			return { done };
		} catch (error) {
			return { failure: toFailure(error) };
		} finally {
			this.busy = false;
		}
	}

	#heard(changes: readonly Change[], resync: boolean): void {
		const id = this.#id;
		if (id === null || !this.#isWanted) return;
		const ours = changes.filter((change) => change.conversationId === id || change.id === id);
		if (resync || ours.some(({ entity }) => entity === "key_fact" || entity === "summary")) {
			void this.#refresher.request(id);
		}
		const said = ours.findLast(({ entity }) => entity === "message");
		if (said) this.#saidLast = said.kind === "deleted" ? null : said.id;
		// The model that says what messages mean is chosen at its server, and who answers perhaps in the settings.
		const isElsewhere = changes.some(({ entity }) => entity === "model_server" || entity === "settings");
		if (said || isElsewhere || ours.some(({ entity }) => entity === "conversation")) this.#wait();
	}

	/** A reply comes word by word, and each of them is news. */
	#wait(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#settle(), QUIET);
	}

	async #settle(): Promise<void> {
		const [id, said] = [this.#id, this.#saidLast];
		// Of its end there will be news as well.
		if (said !== null && (await this.#isBeingWritten(said))) return;
		if (id !== null && id === this.#id) await this.read();
	}

	async #isBeingWritten(messageId: string): Promise<boolean> {
		try {
			return (await this.#client.messageGet(messageId)).status === "streaming";
		} catch {
			return false;
		}
	}

	async #load(id: string): Promise<void> {
		const isOpen = () => id === this.#id && !this.#listening.stopped;
		try {
			await this.#listening.start();
			await this.#following.start();
			const news = this.waiting.news(id);
			const view = await this.#client.memoryGet(id);
			if (!isOpen()) return;
			this.#shown = { id, view };
			this.waiting.accept(id, view.atWork, news);
			this.loadFailure = null;
		} catch (error) {
			if (isOpen()) this.loadFailure = toFailure(error);
		}
	}
}
