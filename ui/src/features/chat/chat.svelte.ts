import {
	type Change,
	type Client,
	type CommandFailure,
	type Message,
	type Operation,
	toFailure,
} from "../../ipc";
import { Freshness } from "../../live/freshness";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import { DraftKeeper } from "./draft-keeper.svelte";

const PAGE = 50;

export interface ChatEvents {
	/** A reply has begun, or come whole, while the chat was open. */
	replyArrived?(message: Message): void;
	/** A message has new words, chunks or sounds, or is gone. */
	messageChanged?(messageId: string): void;
	/** Something failed that no part of the page shows by itself. */
	failed?(failure: CommandFailure): void;
}

/** The messages of one conversation, kept true to the database while it is open. */
export class Chat {
	/** In the order they were said; from `hasOlder` on backwards there are more. */
	messages = $state.raw<Message[]>([]);
	loading = $state(true);
	loadFailure = $state.raw<CommandFailure | null>(null);
	hasOlder = $state(false);
	loadingOlder = $state(false);
	sendFailure = $state.raw<CommandFailure | null>(null);
	/** The last reply that was finished while the chat was open: said once by screen readers. */
	finishedReply = $state.raw<Message | null>(null);

	readonly streaming = $derived(this.messages.some((message) => message.status === "streaming"));

	readonly #client: Client;
	readonly #events: ChatEvents;
	readonly #freshness = new Freshness();
	readonly #refresher = new Refresher((id) => this.#refresh(id));
	/** Changed while a page was on its way, which may have been read before the change. */
	readonly #touched = new Set<string>();
	/** Came out of the trash again while the chat was open: it is there once more, but not new. */
	readonly #revived = new Set<string>();
	/** On their way into the trash. */
	readonly #deleting = new Set<string>();
	readonly #listening: Listening;

	constructor(
		client: Client,
		readonly conversationId: string,
		events: ChatEvents = {},
		/** What stands in the box, which outlives this page. */
		readonly drafts: DraftKeeper = new DraftKeeper(client, conversationId),
	) {
		this.#client = client;
		this.#events = events;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => (resync ? this.#resync() : this.#changed(changes))),
		);
	}

	/** What stands in the box. */
	get draft(): string {
		return this.drafts.text;
	}

	set draft(text: string) {
		this.drafts.typed(text);
	}

	/** Also while a message is sent that an earlier page of this conversation has begun to send. */
	get sending(): boolean {
		return this.drafts.held;
	}

	/**
	 * Loads the newest page, or as much as is shown already, and listens from then on. May be called again after
	 * a failure.
	 */
	async open(): Promise<void> {
		this.loading = true;
		this.loadFailure = null;
		try {
			// Listening comes first: a change between reading and listening would be lost.
			await this.#listening.start();
			if (this.#listening.stopped) return;
			await this.#read();
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
			this.#refreshTouched();
		}
	}

	async #read(): Promise<void> {
		const shownFrom = this.messages[0]?.sequenceNumber ?? Number.POSITIVE_INFINITY;
		const asked = this.#freshness.ask();
		let page = await this.#client.messageList(this.conversationId, null, PAGE);
		const read = [...page.messages];
		while (page.hasMore && read[0] && read[0].sequenceNumber > shownFrom) {
			page = await this.#client.messageList(this.conversationId, read[0].sequenceNumber, PAGE);
			read.unshift(...page.messages);
		}
		if (this.#listening.stopped) return;
		const readIds = new Set(read.map(({ id }) => id));
		const missing = this.messages.filter(({ id }) => !readIds.has(id));
		this.hasOlder = page.hasMore;
		this.#merge(read, asked);
		// They were deleted, or came after the reading: only the app knows.
		for (const { id } of missing) void this.#refresher.request(id);
	}

	/** Some news was lost, perhaps of a message that was deleted or put back. */
	#resync(): void {
		this.#freshness.reviveAll();
		void this.open();
	}

	/** Puts what was typed and not sent back into the box. What has been typed meanwhile stays behind it. */
	async loadDraft(): Promise<void> {
		try {
			await this.drafts.load();
		} catch (error) {
			if (!this.#listening.stopped) this.#events.failed?.(toFailure(error));
		}
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	find(messageId: string): Message | undefined {
		return this.messages.find((message) => message.id === messageId);
	}

	async loadOlder(): Promise<void> {
		const first = this.messages[0];
		if (!first || !this.hasOlder || this.loadingOlder || this.loading) return;
		this.loadingOlder = true;
		try {
			const asked = this.#freshness.ask();
			const page = await this.#client.messageList(this.conversationId, first.sequenceNumber, PAGE);
			if (this.#listening.stopped) return;
			this.hasOlder = page.hasMore;
			this.#merge(page.messages, asked);
		} catch (error) {
			this.#events.failed?.(toFailure(error));
		} finally {
			this.loadingOlder = false;
			this.#refreshTouched();
		}
	}

	/** Sends the draft. When that fails the draft stays as it is. */
	async send(): Promise<boolean> {
		const content = this.draft;
		if (this.sending || this.streaming || content.trim() === "") return false;
		this.sendFailure = null;
		let sent: string | null = null;
		try {
			// A draft that was stored after the message would rise from the dead at the next start.
			await this.drafts.hold();
			const asked = this.#freshness.ask();
			const message = await this.#client.messageSend(this.conversationId, content);
			this.#merge([message], asked);
			sent = content;
		} catch (error) {
			const failure = toFailure(error);
			if (this.#listening.stopped) this.#events.failed?.(failure);
			else this.sendFailure = failure;
		} finally {
			this.drafts.released(sent);
		}
		return sent !== null;
	}

	/** Puts a message into the trash, once. Gives what can be undone, or null when there is nothing. */
	async delete(messageId: string): Promise<Operation | null> {
		if (this.#deleting.has(messageId)) return null;
		this.#deleting.add(messageId);
		try {
			const operation = await this.#client.messageDelete(messageId);
			this.#remove(messageId);
			return operation;
		} catch (error) {
			this.#events.failed?.(toFailure(error));
			return null;
		} finally {
			this.#deleting.delete(messageId);
		}
	}

	/**
	 * Whatever the answer is, a reply that is shown as coming is read again: if nobody was writing it any
	 * more, its end may have been stored before the window listened.
	 */
	async stopReply(): Promise<void> {
		try {
			await this.#client.messageStop(this.conversationId);
			for (const { id, status } of this.messages)
				if (status === "streaming") void this.#refresher.request(id);
		} catch (error) {
			this.#events.failed?.(toFailure(error));
		}
	}

	/** Has the sound of a chunk made again, and reads the message that now waits for it. */
	async remakeSound(messageId: string, chunkId: string): Promise<void> {
		await this.#client.chunkRetry(chunkId);
		await this.#refresh(messageId);
	}

	async retryChunk(messageId: string, chunkId: string): Promise<void> {
		try {
			await this.remakeSound(messageId, chunkId);
		} catch (error) {
			this.#events.failed?.(toFailure(error));
		}
	}

	#changed(changes: Change[]): void {
		for (const change of changes) {
			if (change.conversationId !== this.conversationId) continue;
			if (change.entity === "message") this.#messageChanged(change.id, change.kind);
			else if (change.entity === "chunk" && change.messageId)
				this.#messageChanged(change.messageId, "updated");
		}
	}

	#messageChanged(id: string, kind: Change["kind"]): void {
		if (kind === "deleted") {
			this.#remove(id);
			return;
		}
		// It may come out of the trash.
		if (kind === "inserted" && this.#freshness.revive(id)) this.#revived.add(id);
		if (this.loading || this.loadingOlder) this.#touched.add(id);
		// What is not shown is not fetched: it comes whole with its page.
		if (kind === "inserted" || this.find(id) || this.#refresher.isBusy(id)) void this.#refresher.request(id);
	}

	#refreshTouched(): void {
		for (const id of this.#touched) if (this.find(id)) void this.#refresher.request(id);
		this.#touched.clear();
	}

	async #refresh(id: string): Promise<void> {
		const asked = this.#freshness.ask();
		try {
			const message = await this.#client.messageGet(id);
			if (!this.#listening.stopped) this.#merge([message], asked, true);
		} catch (error) {
			if (this.#listening.stopped) return;
			const failure = toFailure(error);
			if (failure.code !== "not_found") this.#events.failed?.(failure);
			// It may have been put back since that was asked.
			else if (this.#freshness.accept(id, asked)) this.#remove(id);
		}
	}

	#remove(id: string): void {
		this.#freshness.bury(id);
		this.messages = this.messages.filter((message) => message.id !== id);
		this.#events.messageChanged?.(id);
	}

	/** Takes in what is news. `live` says that it came of a change and not with a page. */
	#merge(incoming: Message[], asked: number, live = false): void {
		const byId = new Map(this.messages.map((message) => [message.id, message]));
		const news: [Message, Message | undefined][] = [];
		for (const message of incoming) {
			if (message.conversationId !== this.conversationId) continue;
			const known = byId.get(message.id);
			if (live && !known && this.#liesBeforeThePage(message)) continue;
			if (!this.#freshness.accept(message.id, asked)) continue;
			byId.set(message.id, message);
			news.push([message, known]);
		}
		if (news.length === 0) return;
		const newest = this.messages.at(-1);
		this.messages = [...byId.values()].sort((a, b) => a.sequenceNumber - b.sequenceNumber);
		for (const [message, known] of news) this.#tell(message, known, newest, live);
	}

	#liesBeforeThePage(message: Message): boolean {
		const first = this.messages[0];
		return this.hasOlder && first !== undefined && message.sequenceNumber < first.sequenceNumber;
	}

	#tell(message: Message, known: Message | undefined, newest: Message | undefined, live: boolean): void {
		this.#events.messageChanged?.(message.id);
		if (message.role !== "assistant" || !live) return;
		const finished = message.status !== "streaming";
		const arrives = !known && !this.loading && !this.#comesBack(message, newest);
		if (arrives) this.#events.replyArrived?.(message);
		if (finished && (known?.status === "streaming" || arrives)) this.finishedReply = message;
	}

	/** Whether it was said before and comes out of the trash: a new reply is always the last. */
	#comesBack({ id, sequenceNumber }: Message, newest: Message | undefined): boolean {
		return this.#revived.has(id) || (newest !== undefined && sequenceNumber < newest.sequenceNumber);
	}
}
