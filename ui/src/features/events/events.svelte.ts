import {
	type Client,
	type CommandFailure,
	type ConversationEvent,
	type EventFilter,
	toFailure,
} from "../../ipc";
import { type EventGroup, kindsOf } from "./kinds";

const PAGE = 50;

/** What happened in a conversation, newest first, as far as it is shown. */
export class Events {
	/** Null while nobody knows. */
	items = $state.raw<ConversationEvent[] | null>(null);
	hasMore = $state(false);
	loading = $state(false);
	failure = $state.raw<CommandFailure | null>(null);
	/** Null: everything. */
	group = $state<EventGroup | null>(null);

	readonly #client: Client;
	readonly #conversationId: string;
	#next: string | null = null;
	/** An answer to an older question is of no use. */
	#asked = 0;

	constructor(client: Client, conversationId: string) {
		this.#client = client;
		this.#conversationId = conversationId;
	}

	/** From the newest on; may be called again. */
	async open(): Promise<void> {
		this.#next = null;
		this.items = null;
		await this.#load([]);
	}

	async narrow(group: EventGroup | null): Promise<void> {
		this.group = group;
		await this.open();
	}

	async loadMore(): Promise<void> {
		if (this.#next !== null && !this.loading) await this.#load(this.items ?? []);
	}

	async #load(before: ConversationEvent[]): Promise<void> {
		this.#asked += 1;
		const asked = this.#asked;
		this.loading = true;
		this.failure = null;
		const filter: EventFilter = { types: kindsOf(this.group), since: null, until: null };
		try {
			const page = await this.#client.eventList(this.#conversationId, filter, this.#next, PAGE);
			if (asked !== this.#asked) return;
			this.items = [...before, ...page.items];
			this.#next = page.next;
			this.hasMore = page.next !== null;
		} catch (error) {
			if (asked === this.#asked) this.failure = toFailure(error);
		} finally {
			if (asked === this.#asked) this.loading = false;
		}
	}
}
