import { DraftKeeper } from "../../drafts/draft-keeper.svelte";
import {
	type Change,
	type Client,
	type CommandFailure,
	type Message,
	type MessagePage,
	type Operation,
	type Stretch,
	toFailure,
} from "../../ipc";
import { Freshness } from "../../live/freshness";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import { readBack, readOn } from "./pages";

const PAGE = 50;
/** The most messages that are shown at once: what is far from the place that is read goes, and comes back. */
const MOST = 400;
/** Sending makes two messages at once. Where there are more, they were moved here or came back. */
const MOST_SENT = 2;

/** How an attempt went to show a message. */
export type Landing = "there" | "gone" | "failed";

export interface ChatEvents {
	/** A reply has begun, or come whole, while the chat was open. */
	replyArrived?(message: Message): void;
	/** A message has new words, chunks or sounds, or is gone. */
	messageChanged?(messageId: string): void;
	/** What is far from the place that is read is about to go from the page. */
	trimming?(): void;
	/** Something failed that no part of the page shows by itself. */
	failed?(failure: CommandFailure): void;
}

/** The messages of one conversation, kept true to the database while it is open. */
export class Chat {
	/** A stretch in the order it was said, without holes; there may be more before it and behind it. */
	messages = $state.raw<Message[]>([]);
	loading = $state(true);
	loadFailure = $state.raw<CommandFailure | null>(null);
	hasOlder = $state(false);
	hasNewer = $state(false);
	loadingOlder = $state(false);
	loadingNewer = $state(false);
	sendFailure = $state.raw<CommandFailure | null>(null);
	/** The last reply that was finished while the chat was open: said once by screen readers. */
	finishedReply = $state.raw<Message | null>(null);

	/** Replies that are being written behind what is shown. */
	#away = $state.raw<ReadonlySet<string>>(new Set());
	readonly streaming = $derived(
		this.#away.size > 0 || this.messages.some((message) => message.status === "streaming"),
	);

	readonly #client: Client;
	readonly #events: ChatEvents;
	readonly #freshness = new Freshness();
	readonly #refresher = new Refresher((id) => this.#refresh(id));
	/** Changed while a page was on its way, which may have been read before the change; and whether it was new. */
	readonly #touched = new Map<string, boolean>();
	/** Came out of the trash again while the chat was open: it is there once more, but not new. */
	readonly #revived = new Set<string>();
	/** On their way into the trash. */
	readonly #deleting = new Set<string>();
	readonly #listening: Listening;
	#opening: Promise<void> = Promise.resolve();
	/** Something else is shown than before: a page that was to go beside that has no place any more. */
	#stretch = 0;
	#jumping = false;

	constructor(
		client: Client,
		readonly conversationId: string,
		events: ChatEvents = {},
		/** What stands in the box, which outlives this page. */
		readonly drafts: DraftKeeper = new DraftKeeper(client, { kind: "message", conversationId }),
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
	 * a failure. With a message the first page is the one around it, if it is there.
	 */
	open(around: string | null = null): Promise<void> {
		this.#opening = this.#open(around);
		return this.#opening;
	}

	async #open(around: string | null): Promise<void> {
		this.loading = true;
		this.loadFailure = null;
		try {
			// Listening comes first: a change between reading and listening would be lost.
			await this.#listening.start();
			if (this.#listening.stopped) return;
			if (around === null || !(await this.#readAround(around))) await this.#read();
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
			this.#refreshTouched();
		}
	}

	async #read(): Promise<void> {
		const asked = this.#freshness.ask();
		const stretch = this.#stretch;
		const again = this.hasNewer ? readOn : readBack;
		const { messages, hasMore, hasNewer } = await again((place) => this.#list(place), this.messages);
		if (this.#listening.stopped || stretch !== this.#stretch) return;
		const readIds = new Set(messages.map(({ id }) => id));
		const missing = this.messages.filter(({ id }) => !readIds.has(id));
		this.hasOlder = hasMore;
		this.hasNewer = hasNewer;
		this.#merge(messages, asked);
		// They were deleted, or came after the reading: only the app knows.
		for (const { id } of missing) void this.#refresher.request(id);
	}

	#list(stretch: Stretch): Promise<MessagePage> {
		return this.#client.messageList(this.conversationId, stretch, PAGE);
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

	/** Nothing was said before it. */
	isFirst(messageId: string): boolean {
		return !this.hasOlder && this.messages[0]?.id === messageId;
	}

	/** Nothing was said after it. */
	isLast(messageId: string): boolean {
		return !this.hasNewer && this.messages.at(-1)?.id === messageId;
	}

	async loadOlder(): Promise<void> {
		const [first] = this.messages;
		if (!first || !this.hasOlder || this.loadingOlder || this.#isOnTheMove()) return;
		this.loadingOlder = true;
		await this.#extend({ before: first.sequenceNumber }, ({ hasMore }) => (this.hasOlder = hasMore));
		this.loadingOlder = false;
		this.#refreshTouched();
	}

	async loadNewer(): Promise<void> {
		const last = this.messages.at(-1);
		if (!last || !this.hasNewer || this.loadingNewer || this.#isOnTheMove()) return;
		this.loadingNewer = true;
		await this.#extend({ after: last.sequenceNumber }, ({ hasNewer }) => (this.hasNewer = hasNewer));
		this.loadingNewer = false;
		this.#refreshTouched();
	}

	/** Puts a page beside what is shown, and lets go of what is then far away from it. */
	async #extend(place: { before: number } | { after: number }, edge: (page: MessagePage) => void) {
		const stretch = this.#stretch;
		try {
			const asked = this.#freshness.ask();
			const page = await this.#list(place);
			if (this.#listening.stopped || stretch !== this.#stretch) return;
			edge(page);
			this.#merge(page.messages, asked);
			this.#trim("before" in place ? "newer" : "older");
		} catch (error) {
			if (!this.#listening.stopped) this.#events.failed?.(toFailure(error));
		}
	}

	/** Shows a message, with what was said around it if it is not loaded. */
	async land(messageId: string): Promise<Landing> {
		await this.#opening;
		if (this.loadFailure) return "failed";
		if (this.find(messageId)) return "there";
		return this.#jump(() => this.#readAround(messageId));
	}

	/** Shows the end. */
	async toNewest(): Promise<Landing> {
		await this.#opening;
		if (!this.hasNewer) return "there";
		return this.#jump(async () => {
			const asked = this.#freshness.ask();
			return this.#show(await this.#list(null), asked);
		});
	}

	async #jump(read: () => Promise<boolean>): Promise<Landing> {
		this.#jumping = true;
		try {
			return (await read()) ? "there" : "gone";
		} catch (error) {
			if (!this.#listening.stopped) this.#events.failed?.(toFailure(error));
			return "failed";
		} finally {
			this.#jumping = false;
			this.#refreshTouched();
		}
	}

	/** Gives false when the message is gone. */
	async #readAround(messageId: string): Promise<boolean> {
		const asked = this.#freshness.ask();
		try {
			const page = await this.#list({ around: messageId });
			return this.#show(page, asked) && this.find(messageId) !== undefined;
		} catch (error) {
			if (toFailure(error).code === "not_found") return false;
			throw error;
		}
	}

	/** Shows a page in the place of what is shown. Gives false when it came too late for that. */
	#show({ messages, hasMore, hasNewer }: MessagePage, asked: number): boolean {
		if (this.#listening.stopped || messages.some((message) => message.conversationId !== this.conversationId))
			return false;
		this.#stretch += 1;
		const before = this.messages;
		this.messages = [];
		this.hasOlder = hasMore;
		this.hasNewer = hasNewer;
		this.#merge(messages, asked);
		// Of these something newer was known.
		for (const { id } of messages)
			if (!this.find(id) && !this.#freshness.isBuried(id)) void this.#refresher.request(id);
		this.#letGo(before);
		return true;
	}

	#trim(end: "older" | "newer"): void {
		if (this.messages.length <= MOST) return;
		this.#events.trimming?.();
		const before = this.messages;
		if (end === "older") {
			this.messages = before.slice(-MOST);
			this.hasOlder = true;
		} else {
			this.messages = before.slice(0, MOST);
			this.hasNewer = true;
		}
		this.#letGo(before);
	}

	/** What was shown and is no more may be a reply that is still being written. */
	#letGo(before: readonly Message[]): void {
		const away = new Set([...this.#away].filter((id) => this.hasNewer && !this.find(id)));
		if (this.hasNewer)
			for (const { id, status } of before) if (status === "streaming" && !this.find(id)) away.add(id);
		this.#away = away;
	}

	#isOnTheMove(): boolean {
		return this.loading || this.#jumping;
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
			// What is said goes to the end, and its answer comes there.
			if (this.hasNewer && (await this.toNewest()) !== "there") return false;
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
	delete(messageId: string): Promise<Operation | null> {
		return this.#delete([messageId], () => this.#client.messageDelete(messageId));
	}

	/** Like `delete`, for several at once: all or none. */
	deleteMany(ids: string[]): Promise<Operation | null> {
		return this.#delete(ids, () => this.#client.messageDeleteMany(ids));
	}

	async #delete(ids: readonly string[], work: () => Promise<Operation>): Promise<Operation | null> {
		if (ids.some((id) => this.#deleting.has(id))) return null;
		for (const id of ids) this.#deleting.add(id);
		try {
			const operation = await work();
			for (const id of ids) this.#remove(id);
			return operation;
		} catch (error) {
			const failure = toFailure(error);
			this.#events.failed?.(failure);
			// One of them is gone, and only the app knows which.
			if (failure.code === "not_found") for (const id of ids) void this.#refresher.request(id);
			return null;
		} finally {
			for (const id of ids) this.#deleting.delete(id);
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
			for (const id of this.#away) void this.#refresher.request(id);
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
		const come = changes.filter(
			({ entity, kind, conversationId }) =>
				entity === "message" && kind === "inserted" && conversationId === this.conversationId,
		);
		if (come.length > MOST_SENT) {
			this.#resync();
			return;
		}
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
		if (this.#isOnTheMove() || this.loadingOlder || this.loadingNewer)
			this.#touched.set(id, kind === "inserted" || this.#touched.get(id) === true);
		// What is not shown is not fetched: it comes whole with its page.
		const isOurs = kind === "inserted" || this.find(id) !== undefined || this.#away.has(id);
		if (isOurs || this.#refresher.isBusy(id)) void this.#refresher.request(id);
	}

	#refreshTouched(): void {
		for (const [id, isNew] of this.#touched) if (isNew || this.find(id)) void this.#refresher.request(id);
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
		if (this.#away.has(id)) this.#away = new Set([...this.#away].filter((other) => other !== id));
		this.#events.messageChanged?.(id);
		// Nothing is left between what was before and behind it.
		if (this.messages.length === 0 && (this.hasOlder || this.hasNewer) && !this.#isOnTheMove())
			void this.open();
	}

	/** Takes in what is news. `live` says that it came of a change and not with a page. */
	#merge(incoming: Message[], asked: number, live = false): void {
		const byId = new Map(this.messages.map((message) => [message.id, message]));
		const news: [Message, Message | undefined][] = [];
		for (const message of incoming) {
			if (message.conversationId !== this.conversationId) continue;
			const known = byId.get(message.id);
			if (live && !known && this.#liesOutside(message)) continue;
			if (!this.#freshness.accept(message.id, asked)) continue;
			byId.set(message.id, message);
			news.push([message, known]);
		}
		if (news.length === 0) return;
		const newest = this.messages.at(-1);
		this.messages = [...byId.values()].sort((a, b) => a.sequenceNumber - b.sequenceNumber);
		for (const [message, known] of news) this.#tell(message, known, newest, live);
		if (live) this.#trim("older");
	}

	/** What lies before or behind what is shown comes with its page; to put it beside that would leave a hole. */
	#liesOutside(message: Message): boolean {
		const [first] = this.messages;
		const last = this.messages.at(-1);
		if (!first || !last) return this.hasOlder || this.hasNewer;
		if (this.hasNewer && message.sequenceNumber > last.sequenceNumber) {
			this.#hearOf(message);
			return true;
		}
		return this.hasOlder && message.sequenceNumber < first.sequenceNumber;
	}

	/** Keeps track of a reply that is written behind what is shown. */
	#hearOf(message: Message): void {
		const isComing = message.status === "streaming";
		if (isComing === this.#away.has(message.id)) return;
		const others = [...this.#away].filter((id) => id !== message.id);
		this.#away = new Set(isComing ? [...others, message.id] : others);
		if (!isComing) this.finishedReply = message;
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
