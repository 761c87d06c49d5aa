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

const PAGE = 50;

/** The list of conversations as far as it has been scrolled, and the scenarios to start new ones. */
export class Conversations {
	/** Pinned first, then by last activity. */
	items = $state.raw<ConversationSummary[]>([]);
	templates = $state.raw<Template[]>([]);
	loading = $state(true);
	loadingMore = $state(false);
	creating = $state(false);
	loadFailure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #freshness = new Freshness();
	readonly #refresher = new Refresher((id) => this.#refresh(id));
	/** On their way into the trash. */
	readonly #deleting = new Set<string>();
	#next: string | null = null;
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
			const [, templates] = await Promise.all([this.#read(), this.#client.templateList()]);
			this.templates = templates;
		} catch (error) {
			this.loadFailure = toFailure(error);
		} finally {
			this.loading = false;
		}
	}

	/** Reads as much as is shown, and at least a page. */
	async #read(): Promise<void> {
		const shown = this.items.length;
		const asked = this.#freshness.ask();
		const read: ConversationSummary[] = [];
		let next: string | null = null;
		do {
			const page: ConversationPage = await this.#client.conversationList(next, PAGE);
			read.push(...page.items);
			next = page.next;
		} while (next !== null && read.length < shown);
		this.#next = next;
		this.#exchange(read, asked);
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

	find(id: string): ConversationSummary | undefined {
		return this.items.find((item) => item.id === id);
	}

	/** The level of the conversation that was begun last, of those that have one. */
	get lastLevel(): CefrLevel | null {
		const withLevel = this.items.filter(({ level }) => level !== null);
		withLevel.sort((a, b) => b.createdAt - a.createdAt);
		return withLevel[0]?.level ?? null;
	}

	/** Whether it was in the list and was deleted. */
	isGone(id: string): boolean {
		return this.#freshness.isBuried(id);
	}

	async loadMore(): Promise<void> {
		if (this.#next === null || this.loadingMore || this.loading) return;
		this.loadingMore = true;
		try {
			const asked = this.#freshness.ask();
			const page = await this.#client.conversationList(this.#next, PAGE);
			this.#next = page.next;
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
			this.#remove(id);
			return operation;
		} catch (error) {
			this.#failed(toFailure(error));
			return null;
		} finally {
			this.#deleting.delete(id);
		}
	}

	#changed(changes: Change[]): void {
		for (const change of changes) {
			if (change.entity === "template") void this.#reloadTemplates();
			if (change.entity !== "conversation") continue;
			if (change.kind === "deleted") {
				this.#remove(change.id);
				continue;
			}
			// It may come out of the trash.
			if (change.kind === "inserted") this.#freshness.revive(change.id);
			void this.#refresher.request(change.id);
		}
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
			else if (this.#freshness.accept(id, asked)) this.#remove(id);
		}
	}

	#remove(id: string): void {
		this.#freshness.bury(id);
		this.items = this.items.filter((item) => item.id !== id);
	}

	/** Takes in what was read in the place of what is shown. */
	#exchange(read: ConversationSummary[], asked: number): void {
		const before = this.items;
		const readIds = new Set(read.map(({ id }) => id));
		const isNews = (item: ConversationSummary) => this.#freshness.accept(item.id, asked);
		this.items = read.filter(isNews);
		const taken = new Set(this.items.map(({ id }) => id));
		for (const item of before) {
			// Of this one something newer is known.
			if (readIds.has(item.id) && !taken.has(item.id)) this.#place(item);
			// It was deleted, or came after the reading: only the app knows.
			if (!readIds.has(item.id)) void this.#refresher.request(item.id);
		}
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
		const before = this.find(item.id);
		if (before && activity(before) === activity(item) && isPinned(before) === isPinned(item)) {
			this.items = this.items.map((other) => (other.id === item.id ? item : other));
			return;
		}
		this.#place(item);
	}

	#place(item: ConversationSummary): void {
		const others = this.items.filter((other) => other.id !== item.id);
		const place = others.findIndex((other) => comesBefore(item, other));
		if (place === -1 && this.#next !== null) {
			// It belongs to a part that is not loaded yet, and comes with that.
			this.items = others;
			return;
		}
		this.items = place === -1 ? [...others, item] : others.toSpliced(place, 0, item);
	}
}

const isPinned = (item: ConversationSummary) => item.pinnedAt !== null;
const activity = (item: ConversationSummary) => item.lastMessageAt ?? item.createdAt;

function comesBefore(item: ConversationSummary, other: ConversationSummary): boolean {
	if (isPinned(item) !== isPinned(other)) return isPinned(item);
	// The order among pinned ones is the learner's own and is not known here: a new one goes last.
	return !isPinned(item) && activity(item) >= activity(other);
}
