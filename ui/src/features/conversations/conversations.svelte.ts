import {
	type CefrLevel,
	type Change,
	type Client,
	type CommandFailure,
	type ConversationPage,
	type ConversationSummary,
	type NewConversationRequest,
	type Operation,
	type Template,
	toFailure,
} from "../../ipc";
import { Freshness } from "../../live/freshness";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import { ALL, belongs, filterOf, type Place } from "./place";

const PAGE = 50;
/** The most that the app gives at once, for reading again what is there. */
const LARGEST_PAGE = 100;
/** News of more conversations than that at once is a reason to read the list again. */
const MANY = 25;
/** What a refresher is asked for besides the ids of conversations. */
const LIST = "list";
const PINS = "pins";
const UNREAD = "unread";

/** The list of conversations as far as it has been scrolled, and the scenarios to start new ones. */
export class Conversations {
	/** Those of the place: pinned first, then by last activity. */
	items = $state.raw<ConversationSummary[]>([]);
	place = $state.raw<Place>(ALL);
	/** How many have something unread, wherever they are. */
	unreadCount = $state(0);
	templates = $state.raw<Template[]>([]);
	loading = $state(true);
	loadingMore = $state(false);
	creating = $state(false);
	loadFailure = $state.raw<CommandFailure | null>(null);
	hasMore = $state(false);
	/** Where nothing is listed though the list is of all: whether there are archived ones. */
	hasArchived = $state(false);
	/**
	 * How many from the top somebody sees or has chosen. When much has changed at once, what is loaded beyond them is let
	 * go instead of being read again: scrolling loads it.
	 */
	needed = 0;
	/** The one that is open, whether the list shows it or not. */
	#open = $state.raw<ConversationSummary | null>(null);
	#openId: string | null = null;

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #freshness = new Freshness();
	readonly #refresher = new Refresher((what) => this.#refreshWhat(what));
	/** On their way into the trash. */
	readonly #deleting = new Set<string>();
	#next: string | null = null;
	/** The page that is on its way, or came last. */
	#loadingOn: Promise<void> = Promise.resolve();
	/** Counts the changes of place: what was asked for another one is no news of this one. */
	#turn = 0;
	readonly #listening: Listening;

	constructor(client: Client, failed: (failure: CommandFailure) => void = () => {}) {
		this.#client = client;
		this.#failed = failed;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => (resync ? this.#resync() : this.#changed(changes))),
		);
	}

	async open(): Promise<void> {
		this.loading = true;
		this.loadFailure = null;
		try {
			await this.#listening.start();
			if (this.#listening.stopped) return;
			void this.#refresher.request(UNREAD);
			const [, templates] = await Promise.all([this.#read(), this.#client.templateList()]);
			this.templates = templates;
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
		}
	}

	/** Shows other conversations. What is shown stays until they are there. */
	async go(place: Place): Promise<void> {
		this.#turn += 1;
		const turn = this.#turn;
		this.place = place;
		this.loading = true;
		this.loadFailure = null;
		try {
			await this.#read(true);
		} catch (error) {
			if (turn !== this.#turn) return;
			// What was there belongs elsewhere.
			this.items = [];
			this.#goOnFrom(null);
			this.loadFailure = toFailure(error);
		} finally {
			if (turn === this.#turn) this.loading = false;
		}
	}

	/** Reads as much as is needed of what is shown, and at least a page; of another place than before a page. */
	async #read(isElsewhere = false): Promise<void> {
		const turn = this.#turn;
		const filter = filterOf(this.place);
		const shown = isElsewhere ? 0 : Math.min(this.items.length, Math.max(this.needed, PAGE));
		const asked = this.#freshness.ask();
		const read: ConversationSummary[] = [];
		let next: string | null = null;
		do {
			const size: number = shown > PAGE ? LARGEST_PAGE : PAGE;
			const page: ConversationPage = await this.#client.conversationList(next, size, filter);
			if (turn !== this.#turn) return;
			read.push(...page.items);
			next = page.next;
		} while (next !== null && read.length < shown);
		if (filter === null && read.length === 0) await this.#lookForArchived();
		if (turn !== this.#turn) return;
		this.#goOnFrom(next);
		const missing = this.#exchange(read, asked).slice(0, next === null ? undefined : shown);
		// Elsewhere it is no wonder that they are gone.
		if (!isElsewhere) this.#lookFor(missing);
	}

	async #lookForArchived(): Promise<void> {
		const page = await this.#client.conversationList(null, 1, filterOf({ what: "archived" }));
		this.hasArchived = page.items.length > 0;
	}

	#goOnFrom(next: string | null): void {
		this.#next = next;
		this.hasMore = next !== null;
	}

	/** Some news was lost, perhaps of a conversation that was deleted or put back. */
	#resync(): void {
		this.#freshness.reviveAll();
		void this.open();
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	/** One of the list, or the one that is open. */
	find(id: string): ConversationSummary | undefined {
		return this.items.find((item) => item.id === id) ?? (this.#open?.id === id ? this.#open : undefined);
	}

	/** The level of the conversation that was begun last, of those that have one. */
	get lastLevel(): CefrLevel | null {
		const withLevel = this.items.filter(({ level }) => level !== null);
		withLevel.sort((a, b) => b.createdAt - a.createdAt);
		return withLevel[0]?.level ?? null;
	}

	/** Keeps this one known also where the list does not show it. */
	async keepOpen(id: string): Promise<void> {
		const before = this.#open;
		this.#openId = id;
		this.#open = this.find(id) ?? null;
		// Nothing but being open may have kept it in sight.
		if (before && before.id !== id && !belongs(before, this.place)) this.#leave(before.id);
		if (this.#open === null) await this.#refresher.request(id);
	}

	/** Whether it was deleted, as far as is known. */
	isGone(id: string): boolean {
		return this.#freshness.isBuried(id);
	}

	async loadMore(size = PAGE): Promise<void> {
		if (this.#next === null || this.loadingMore || this.loading) return;
		this.loadingMore = true;
		this.#loadingOn = this.#loadFrom(this.#next, size);
		await this.#loadingOn;
	}

	/** Loads a large page, or waits for the one that is on its way. Gives whether the list is longer now. */
	async loadOn(): Promise<boolean> {
		const before = this.items.length;
		await (this.loadingMore ? this.#loadingOn : this.loadMore(LARGEST_PAGE));
		return this.items.length > before;
	}

	async #loadFrom(next: string, size: number): Promise<void> {
		const turn = this.#turn;
		try {
			const asked = this.#freshness.ask();
			const page = await this.#client.conversationList(next, size, filterOf(this.place));
			if (turn !== this.#turn) return;
			this.#goOnFrom(page.next);
			// Who sees the longer list may want it longer still.
			this.loadingMore = false;
			this.#append(page.items, asked);
		} catch (error) {
			this.#failed(toFailure(error));
		} finally {
			this.loadingMore = false;
		}
	}

	/** Gives the new conversation, or null when it could not be made. */
	async create(request: NewConversationRequest): Promise<ConversationSummary | null> {
		if (this.creating) return null;
		this.creating = true;
		try {
			const asked = this.#freshness.ask();
			const created = await this.#client.conversationCreate(request);
			this.#put(created, asked);
			return created;
		} catch (error) {
			this.#failed(toFailure(error));
			return null;
		} finally {
			this.creating = false;
		}
	}

	async rename(id: string, title: string): Promise<void> {
		try {
			const asked = this.#freshness.ask();
			this.#put(await this.#client.conversationRename(id, title), asked);
		} catch (error) {
			this.#failed(toFailure(error));
		}
	}

	/** Puts a conversation into the trash, once. Gives what can be undone, or null when there is nothing. */
	async delete(id: string): Promise<Operation | null> {
		if (this.#deleting.has(id)) return null;
		this.#deleting.add(id);
		try {
			const operation = await this.#client.conversationDelete(id);
			this.#remove([id]);
			return operation;
		} catch (error) {
			this.#failed(toFailure(error));
			return null;
		} finally {
			this.#deleting.delete(id);
		}
	}

	/** Puts several into the trash, as one thing that can be undone. */
	async deleteMany(ids: string[]): Promise<Operation | null> {
		if (ids.some((id) => this.#deleting.has(id))) return null;
		for (const id of ids) this.#deleting.add(id);
		try {
			const operation = await this.#client.conversationDeleteMany(ids);
			this.#remove(ids);
			return operation;
		} catch (error) {
			this.#failed(toFailure(error));
			return null;
		} finally {
			for (const id of ids) this.#deleting.delete(id);
		}
	}

	#changed(changes: Change[]): void {
		if (changes.some(({ entity }) => entity === "template")) void this.#reloadTemplates();
		const news = changes.filter(({ entity }) => entity === "conversation");
		if (news.length === 0) return;
		void this.#refresher.request(UNREAD);
		const gone = news.filter(({ kind }) => kind === "deleted").map(({ id }) => id);
		if (gone.length > 0) this.#remove(gone);
		const others = news.filter(({ kind }) => kind !== "deleted");
		// They may come out of the trash.
		for (const { id, kind } of others) if (kind === "inserted") this.#freshness.revive(id);
		if (others.length > MANY) {
			void this.#refresher.request(LIST);
			if (this.#openId !== null) void this.#refresher.request(this.#openId);
		} else {
			for (const { id } of others) void this.#refresher.request(id);
		}
	}

	async #refreshWhat(what: string): Promise<void> {
		if (what !== LIST && what !== PINS && what !== UNREAD) return this.#refresh(what);
		try {
			if (what === LIST) await this.#read();
			if (what === PINS) await this.#readPins();
			if (what === UNREAD) this.unreadCount = await this.#client.conversationUnreadCount();
		} catch (error) {
			if (!this.#listening.stopped) this.#failed(toFailure(error));
		}
	}

	/** Reads the pinned ones again: what the list knows of one does not tell its place among the others. */
	async #readPins(): Promise<void> {
		const turn = this.#turn;
		const asked = this.#freshness.ask();
		const read: ConversationSummary[] = [];
		let next: string | null = null;
		do {
			const page: ConversationPage = await this.#client.conversationList(
				next,
				LARGEST_PAGE,
				filterOf(this.place),
			);
			if (turn !== this.#turn) return;
			read.push(...page.items);
			next = page.next;
		} while (next !== null && read.every(isPinned));
		const pinned = read.filter((item) => isPinned(item) && this.#freshness.accept(item.id, asked));
		const ids = new Set(pinned.map(({ id }) => id));
		const others = this.items.filter(({ id }) => !ids.has(id));
		this.items = [...pinned, ...others.filter(isPinned), ...others.filter((item) => !isPinned(item))];
	}

	async #reloadTemplates(): Promise<void> {
		try {
			this.templates = await this.#client.templateList();
		} catch (error) {
			this.#failed(toFailure(error));
		}
	}

	async #refresh(id: string): Promise<void> {
		const asked = this.#freshness.ask();
		try {
			const item = await this.#client.conversationGet(id);
			if (!this.#listening.stopped) this.#put(item, asked);
		} catch (error) {
			if (this.#listening.stopped) return;
			const failure = toFailure(error);
			if (failure.code !== "not_found") this.#failed(failure);
			// It may have been put back since that was asked.
			else if (this.#freshness.accept(id, asked)) this.#remove([id]);
		}
	}

	#remove(ids: readonly string[]): void {
		for (const id of ids) this.#freshness.bury(id);
		const gone = new Set(ids);
		if (this.#open && gone.has(this.#open.id)) this.#open = null;
		this.items = this.items.filter((item) => !gone.has(item.id));
	}

	/** It is there as before, only not here. */
	#leave(id: string): void {
		if (this.items.some((item) => item.id === id)) this.items = this.items.filter((item) => item.id !== id);
	}

	/** Takes in what was read in the place of what is shown. Gives what is in it no more, by its place before. */
	#exchange(read: ConversationSummary[], asked: number): (string | null)[] {
		const before = this.items;
		const readIds = new Set(read.map(({ id }) => id));
		const isNews = (item: ConversationSummary) => this.#freshness.accept(item.id, asked);
		this.items = read.filter(isNews);
		for (const item of this.items) this.#keepIfOpen(item);
		const taken = new Set(this.items.map(({ id }) => id));
		return before.map((item) => {
			if (taken.has(item.id)) return null;
			// Of this one something newer is known.
			if (this.#freshness.isNewer(item.id, asked)) this.#place(item);
			else if (!readIds.has(item.id)) return item.id;
			return null;
		});
	}

	/** They were deleted, or went elsewhere: only the app knows. Of many, what matters is the one that is open. */
	#lookFor(missing: readonly (string | null)[]): void {
		const ids = missing.filter((id) => id !== null);
		const asked = ids.length > MANY ? ids.filter((id) => id === this.#openId) : ids;
		for (const id of asked) void this.#refresher.request(id);
	}

	/** Takes in a page as the server ordered it, after what is there. */
	#append(page: ConversationSummary[], asked: number): void {
		const known = new Map(this.items.map((item, index) => [item.id, index]));
		const items = [...this.items];
		for (const item of page) {
			if (!this.#freshness.accept(item.id, asked)) continue;
			const index = known.get(item.id);
			if (index === undefined) items.push(item);
			else items[index] = item;
		}
		this.items = items;
	}

	/** Takes in one conversation at the place that its activity gives it. */
	#put(item: ConversationSummary, asked: number): void {
		if (!this.#freshness.accept(item.id, asked)) return;
		this.#keepIfOpen(item);
		const before = this.items.find(({ id }) => id === item.id);
		if (
			!before ||
			isPinned(before) !== isPinned(item) ||
			(!isPinned(item) && activity(before) !== activity(item))
		) {
			this.#place(item);
			return;
		}
		if (this.#isShown(item)) {
			this.items = this.items.map((other) => (other.id === item.id ? item : other));
		} else {
			this.#leave(item.id);
		}
		// Nothing that is told of it has changed, or it was pinned anew: then it is its place among the pinned ones.
		const isMoved = before.pinnedAt !== item.pinnedAt || JSON.stringify(before) === JSON.stringify(item);
		if (isPinned(item) && isMoved) void this.#refresher.request(PINS);
	}

	#keepIfOpen(item: ConversationSummary): void {
		if (item.id === this.#openId) this.#open = item;
	}

	/** What is being read does not go from among the unread ones while it is. */
	#isShown(item: ConversationSummary): boolean {
		if (belongs(item, this.place)) return true;
		const isRead = this.place.what === "unread" && item.id === this.#openId && item.status !== "archived";
		return isRead && this.items.some(({ id }) => id === item.id);
	}

	#place(item: ConversationSummary): void {
		if (!this.#isShown(item)) {
			this.#leave(item.id);
			return;
		}
		const others = this.items.filter((other) => other.id !== item.id);
		const place = others.findIndex((other) => comesBefore(item, other));
		if (place === -1 && this.#next !== null) {
			// It belongs to a part that is not loaded yet, and comes with that.
			this.items = others;
			return;
		}
		this.items = place === -1 ? [...others, item] : others.toSpliced(place, 0, item);
		if (isPinned(item)) void this.#refresher.request(PINS);
	}
}

const isPinned = (item: ConversationSummary) => item.pinnedAt !== null;
const activity = (item: ConversationSummary) => item.lastMessageAt ?? item.createdAt;

function comesBefore(item: ConversationSummary, other: ConversationSummary): boolean {
	if (isPinned(item) !== isPinned(other)) return isPinned(item);
	// The order among pinned ones is the learner's own and is not known here: one goes last until they are read again.
	return !isPinned(item) && activity(item) >= activity(other);
}
