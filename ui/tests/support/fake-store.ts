import type {
	Change,
	ConversationSummary,
	Message,
	Note,
	Operation,
	OperationKind,
	TrashItem,
	TrashKind,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { anId, NOON } from "./fixtures";

/** What the app in memory holds of the learner's words, its trash, and what can be taken back. */
export class FakeStore {
	conversations: ConversationSummary[] = [];
	messages: Message[] = [];
	/** Oldest first. */
	notes: Note[] = [];
	trash: TrashItem[] = [];
	/** Newest first, each with what takes it back. */
	operations: (Operation & { takeBack: () => void })[] = [];

	protected readonly dataListeners = new Set<(changes: Change[], resync: boolean) => void>();
	/** What lies in the trash, as it was. */
	readonly #binned = new Map<
		string,
		{ conversation: ConversationSummary } | { message: Message } | { note: Note }
	>();

	async emit(...changes: Partial<Change>[]): Promise<void> {
		const whole = changes.map((change) => ({
			entity: "message" as const,
			kind: "updated" as const,
			id: "",
			conversationId: null,
			messageId: null,
			...change,
		}));
		for (const listener of this.dataListeners) listener(whole, false);
		await settled();
	}

	/** Tells the window that it has missed some news. */
	async resync(): Promise<void> {
		for (const listener of this.dataListeners) listener([], true);
		await settled();
	}

	/** Stores the message, new or changed, and tells the window. */
	async put(message: Message): Promise<void> {
		const known = this.messages.some(({ id }) => id === message.id);
		this.messages = [...this.messages.filter(({ id }) => id !== message.id), message];
		await this.emit({
			kind: known ? "updated" : "inserted",
			id: message.id,
			conversationId: message.conversationId,
		});
	}

	protected rename(id: string, title: string): ConversationSummary {
		const before = found(this.conversations, id);
		const renamed = { ...before, title, titleSource: "user" as const };
		const show = (shown: ConversationSummary) => {
			this.conversations = this.conversations.map((item) => (item.id === id ? shown : item));
		};
		show(renamed);
		this.record("conversation_rename", title, () => {
			show(before);
			this.tell({ entity: "conversation", id, conversationId: id });
		});
		return renamed;
	}

	protected delete(kind: TrashKind, id: string): Operation {
		const subject = this.#bin(kind, id);
		return this.record(`${kind}_delete`, subject, () => void this.#unbin(kind, id));
	}

	protected deleteMany(ids: string[]): Operation {
		const [first] = ids.map((id) => this.#bin("conversation", id));
		const takeBack = () => {
			for (const id of ids.toReversed()) this.#unbin("conversation", id);
		};
		return this.record("conversation_delete", ids.length === 1 ? (first ?? "") : "", takeBack, ids.length);
	}

	protected restore(kind: TrashKind, id: string): null {
		const subject = this.#unbin(kind, id);
		this.record(`${kind}_restore`, subject, () => void this.#bin(kind, id));
		return null;
	}

	protected erase(gone: readonly TrashItem[]): number {
		const ids = new Set(gone.map(({ id }) => id));
		this.trash = this.trash.filter(({ id }) => !ids.has(id));
		for (const id of ids) this.#binned.delete(id);
		this.tell(...gone.map(({ kind, id }) => ({ entity: kind, kind: "deleted" as const, id })));
		return ids.size;
	}

	protected takeBack(id: string): null {
		found(this.operations, id).takeBack();
		this.operations = this.operations.filter((operation) => operation.id !== id);
		return null;
	}

	#bin(kind: TrashKind, id: string): string {
		if (kind === "conversation") {
			const conversation = found(this.conversations, id);
			this.conversations = this.conversations.filter((other) => other !== conversation);
			this.#binned.set(id, { conversation });
			this.#show(kind, id, conversation.title, conversation.lastMessagePreview ?? "");
			this.tell({ entity: kind, kind: "deleted", id, conversationId: id });
			return conversation.title;
		}
		if (kind === "note") {
			const note = found(this.notes, id);
			this.notes = this.notes.filter((other) => other !== note);
			this.#binned.set(id, { note });
			this.#show(kind, id, found(this.conversations, note.conversationId).title, note.content);
			this.tellOfNote(note, "deleted");
			return note.content;
		}
		const message = found(this.messages, id);
		const { title } = found(this.conversations, message.conversationId);
		this.messages = this.messages.filter((other) => other !== message);
		this.#binned.set(id, { message });
		this.#show(kind, id, title, message.content);
		this.tell({ entity: kind, kind: "deleted", id, conversationId: message.conversationId });
		return message.content;
	}

	#show(kind: TrashKind, id: string, title: string, preview: string): void {
		const item = { kind, id, title, preview, deletedAt: NOON, erasedAfter: NOON + 30 * 86_400_000 };
		this.trash = [item, ...this.trash];
	}

	#unbin(kind: TrashKind, id: string): string {
		const item = found(this.trash, id);
		const binned = this.#binned.get(id);
		if (!binned) throw new CommandFailure("not_found", `${id} is not in the trash`);
		if ("message" in binned && this.#binned.has(binned.message.conversationId))
			throw new CommandFailure("conflict", "Its conversation is in the trash.");
		this.trash = this.trash.filter((other) => other !== item);
		this.#binned.delete(id);
		if ("message" in binned) {
			const { message } = binned;
			this.messages = [...this.messages, message];
			this.tell({ kind: "inserted", id, conversationId: message.conversationId });
			return message.content;
		}
		if ("note" in binned) {
			this.notes = [...this.notes, binned.note].sort((a, b) => a.createdAt - b.createdAt);
			this.tellOfNote(binned.note, "inserted");
			return binned.note.content;
		}
		this.conversations = [binned.conversation, ...this.conversations];
		this.tell({ entity: kind, kind: "inserted", id, conversationId: id });
		return binned.conversation.title;
	}

	/** The message shows how many notes it has, so it changes as well. */
	protected tellOfNote({ id, conversationId, messageId }: Note, kind: Change["kind"]): void {
		this.tell({ entity: "note", kind, id, conversationId, messageId });
		if (messageId === null) return;
		const noteCount = this.notes.filter((note) => note.messageId === messageId).length;
		this.messages = this.messages.map((one) => (one.id === messageId ? { ...one, noteCount } : one));
		this.tell({ id: messageId, conversationId });
	}

	/** After the commit, that is when all of it is done. */
	protected tell(...changes: Partial<Change>[]): void {
		queueMicrotask(() => void this.emit(...changes));
	}

	protected record(kind: OperationKind, subject: string, takeBack: () => void, count = 1): Operation {
		const operation = { id: anId(), kind, subject, count, createdAt: NOON };
		this.operations = [{ ...operation, takeBack }, ...this.operations];
		return operation;
	}
}

export function found<T extends { id: string }>(rows: T[], id: string): T {
	const row = rows.find((candidate) => candidate.id === id);
	if (!row) throw new CommandFailure("not_found", `${id} is not there`);
	return row;
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
	for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
