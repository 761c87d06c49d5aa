import type {
	Bookmark,
	ConversationSummary,
	DraftOf,
	Message,
	MessageDetails,
	MessageEdit,
	MessagePage,
	MessageReaction,
	Note,
	Operation,
	Reaction,
	Rearranged,
	Stretch,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeLibrary } from "./fake-library";
import { found } from "./fake-store";
import { aConversation, aMessage, anId, NOON, theDetails } from "./fixtures";

/** Where a draft is kept: that of a new message by its conversation. */
export function placeOf(of: DraftOf): string {
	switch (of.kind) {
		case "message":
			return of.conversationId;
		case "edit":
			return `edit ${of.messageId}`;
		case "note":
			return `note ${of.conversationId}`;
		case "note_edit":
			return `note_edit ${of.noteId}`;
	}
}

/** What is done with messages in the app in memory: drafts, pages, edits, bookmarks, reactions, notes, and copies. */
export class FakeMessages extends FakeLibrary {
	/** By message, newest first. */
	readonly edits = new Map<string, MessageEdit[]>();
	/** How hard messages are; any other is easy. */
	readonly details = new Map<string, MessageDetails>();
	/** Newest first. */
	bookmarks: Bookmark[] = [];
	/** What was written besides a reaction, by message. */
	readonly reactions = new Map<string, MessageReaction>();
	/** What is typed and not sent or saved, by its place. */
	readonly drafts = new Map<string, string>();
	#clock = NOON;

	draftSave(of: DraftOf, content: string) {
		return this.carryOut("draftSave", [of, content], () => {
			this.#require(of);
			this.drafts.set(placeOf(of), content);
			return null;
		});
	}

	draftGet(of: DraftOf) {
		return this.answer("draftGet", [of], () => {
			this.#require(of);
			return this.drafts.get(placeOf(of)) ?? "";
		});
	}

	draftListEdits(conversationId: string) {
		return this.answer("draftListEdits", [conversationId], () =>
			this.of(conversationId).flatMap(({ id: messageId }) => {
				const content = this.drafts.get(placeOf({ kind: "edit", messageId })) ?? "";
				return content === "" ? [] : [{ messageId, content }];
			}),
		);
	}

	messageList(conversationId: string, stretch: Stretch, limit: number) {
		return this.answer("messageList", [conversationId, stretch, limit], () =>
			this.#page(this.of(conversationId), stretch, this.pageSize ?? limit),
		);
	}

	messageDeleteMany(ids: string[]) {
		return this.carryOut("messageDeleteMany", [ids], () => {
			const [first] = ids.map((id) => found(this.messages, id));
			if (!first || ids.length > 1000) throw new CommandFailure("invalid", "must be 1 to 1000 messages");
			for (const id of ids) this.delete("message", id);
			this.operations = this.operations.slice(ids.length);
			const { title } = found(this.conversations, first.conversationId);
			return this.record("messages_delete", title, () => {
				for (const id of ids) this.restore("message", id);
				this.operations = this.operations.slice(ids.length);
			});
		});
	}

	messageEdit(id: string, content: string, regenerate: boolean) {
		return this.carryOut("messageEdit", [id, content, regenerate], () => {
			const before = found(this.messages, id);
			this.drafts.delete(placeOf({ kind: "edit", messageId: id }));
			if (before.content === content) return { message: before, operation: null };
			const edit = {
				id: anId(),
				previousContent: before.content,
				newContent: content,
				editedAt: this.#now(),
			};
			const edits = [edit, ...(this.edits.get(id) ?? [])];
			this.edits.set(id, edits);
			const message = { ...before, content, editedAt: edit.editedAt, editCount: edits.length };
			const later = regenerate
				? this.of(before.conversationId).filter((other) => other.sequenceNumber > before.sequenceNumber)
				: [];
			this.#exchange(message);
			for (const { id: gone } of later) this.delete("message", gone);
			this.operations = this.operations.slice(later.length);
			const operation = this.record("message_edit", content, () => {
				this.edits.set(id, edits.slice(1));
				this.#exchange(before);
				for (const { id: gone } of later) this.restore("message", gone);
				this.operations = this.operations.slice(later.length);
			});
			return { message, operation };
		});
	}

	messageHistory(id: string, cursor: string | null) {
		return this.answer("messageHistory", [id, cursor], () => {
			const { items, next } = this.paged(this.edits.get(id) ?? [], cursor, 100);
			return { edits: items, next };
		});
	}

	messageDetails(id: string) {
		return this.answer("messageDetails", [id], () => {
			found(this.messages, id);
			return this.details.get(id) ?? theDetails();
		});
	}

	bookmarkSet(messageId: string, note: string | null) {
		return this.carryOut("bookmarkSet", [messageId, note], () => {
			const before = this.bookmarks.find((one) => one.messageId === messageId);
			const now = this.#now();
			const bookmark = { ...(before ?? { id: anId(), messageId, createdAt: now }), note, updatedAt: now };
			this.bookmarks = before
				? this.bookmarks.map((one) => (one === before ? bookmark : one))
				: [bookmark, ...this.bookmarks];
			this.#mark(messageId, { isBookmarked: true });
			this.tell({ entity: "bookmark", kind: before ? "updated" : "inserted", id: bookmark.id, messageId });
			return bookmark;
		});
	}

	bookmarkRemove(messageId: string) {
		return this.carryOut("bookmarkRemove", [messageId], () => {
			const place = this.bookmarks.findIndex((one) => one.messageId === messageId);
			const [bookmark] = this.bookmarks.slice(place, place + 1);
			if (!bookmark) throw new CommandFailure("not_found", "no bookmark");
			this.bookmarks = this.bookmarks.toSpliced(place, 1);
			const message = this.#mark(messageId, { isBookmarked: false });
			this.tell({ entity: "bookmark", kind: "deleted", id: bookmark.id, messageId });
			return this.record("bookmark_remove", message.content, () => {
				this.bookmarks = this.bookmarks.toSpliced(place, 0, bookmark);
				this.#mark(messageId, { isBookmarked: true });
				this.tell({ entity: "bookmark", kind: "inserted", id: bookmark.id, messageId });
			});
		});
	}

	bookmarkGet(messageId: string) {
		return this.answer(
			"bookmarkGet",
			[messageId],
			() => this.bookmarks.find((bookmark) => bookmark.messageId === messageId) ?? null,
		);
	}

	bookmarkList(cursor: string | null, limit: number) {
		return this.answer("bookmarkList", [cursor, limit], () => {
			const items = this.bookmarks.flatMap(({ messageId, note, createdAt }) => {
				const message = this.messages.find(({ id }) => id === messageId);
				if (!message) return [];
				const { conversationId, content: preview, role, sequenceNumber } = message;
				const { title } = found(this.conversations, conversationId);
				return [{ messageId, conversationId, title, preview, role, note, createdAt, sequenceNumber }];
			});
			return this.paged(items, cursor, limit);
		});
	}

	reactionGet(messageId: string) {
		return this.answer("reactionGet", [messageId], () => this.reactions.get(messageId) ?? null);
	}

	reactionSet(messageId: string, reaction: Reaction, feedback: string | null) {
		return this.carryOut("reactionSet", [messageId, reaction, feedback], (): MessageReaction => {
			const set = { id: anId(), messageId, reaction, feedback, createdAt: NOON, updatedAt: this.#now() };
			this.reactions.set(messageId, set);
			this.#mark(messageId, { reaction });
			return set;
		});
	}

	reactionClear(messageId: string) {
		return this.carryOut("reactionClear", [messageId], () => {
			this.reactions.delete(messageId);
			this.#mark(messageId, { reaction: null });
			return null;
		});
	}

	noteCreate(conversationId: string, messageId: string | null, content: string) {
		return this.carryOut("noteCreate", [conversationId, messageId, content], (): Note => {
			const createdAt = this.#now();
			const note = { id: anId(), conversationId, messageId, content, createdAt, updatedAt: createdAt };
			this.notes = [...this.notes, note];
			this.drafts.delete(placeOf({ kind: "note", conversationId }));
			this.tellOfNote(note, "inserted");
			return note;
		});
	}

	noteUpdate(id: string, content: string) {
		return this.carryOut("noteUpdate", [id, content], () => {
			const note = { ...found(this.notes, id), content, updatedAt: this.#now() };
			this.notes = this.notes.map((other) => (other.id === id ? note : other));
			this.drafts.delete(placeOf({ kind: "note_edit", noteId: id }));
			this.tellOfNote(note, "updated");
			return note;
		});
	}

	noteDelete(id: string) {
		return this.carryOut("noteDelete", [id], () => this.delete("note", id));
	}

	noteList(conversationId: string, cursor: string | null, limit: number) {
		return this.answer("noteList", [conversationId, cursor, limit], () =>
			this.paged(
				this.notes.filter((note) => note.conversationId === conversationId),
				cursor,
				limit,
			),
		);
	}

	conversationDuplicate(id: string, withHistory: boolean) {
		return this.carryOut("conversationDuplicate", [id, withHistory], () =>
			this.#copy("conversation_duplicate", id, withHistory ? this.of(id) : []),
		);
	}

	conversationBranch(messageId: string) {
		return this.carryOut("conversationBranch", [messageId], () => {
			const last = found(this.messages, messageId);
			const upTo = this.of(last.conversationId).filter((one) => one.sequenceNumber <= last.sequenceNumber);
			return this.#copy("conversation_branch", last.conversationId, upTo, {
				originConversationId: last.conversationId,
				originMessageId: messageId,
			});
		});
	}

	conversationSplit(messageId: string) {
		return this.carryOut("conversationSplit", [messageId], () => {
			const first = found(this.messages, messageId);
			const from = this.of(first.conversationId).filter((one) => one.sequenceNumber >= first.sequenceNumber);
			const copied = this.#copy("conversation_split", first.conversationId, from);
			this.messages = this.messages.filter((message) => !from.includes(message));
			this.tell(...from.map(({ id, conversationId }) => ({ kind: "deleted" as const, id, conversationId })));
			return copied;
		});
	}

	conversationMerge(intoId: string, fromId: string) {
		return this.carryOut("conversationMerge", [intoId, fromId], (): Rearranged => {
			const into = found(this.conversations, intoId);
			const before = this.messages;
			let last = this.of(intoId).length;
			const moved = this.of(fromId).map((message) => {
				last += 1;
				return { ...message, conversationId: intoId, sequenceNumber: last };
			});
			this.messages = [...before.filter((message) => message.conversationId !== fromId), ...moved];
			this.delete("conversation", fromId);
			this.operations = this.operations.slice(1);
			this.tell(...moved.map(({ id }) => ({ kind: "inserted" as const, id, conversationId: intoId })));
			const operation = this.record("conversation_merge", into.title, () => {
				this.messages = before;
				this.restore("conversation", fromId);
				this.operations = this.operations.slice(1);
			});
			return { conversation: into, operation };
		});
	}

	protected of(conversationId: string): Message[] {
		return this.messages
			.filter((message) => message.conversationId === conversationId)
			.sort((a, b) => a.sequenceNumber - b.sequenceNumber);
	}

	protected paged<T>(rows: readonly T[], cursor: string | null, limit: number) {
		const size = this.pageSize ?? limit;
		const from = Number(cursor ?? 0);
		return {
			items: rows.slice(from, from + size),
			next: from + size < rows.length ? String(from + size) : null,
		};
	}

	#page(all: Message[], stretch: Stretch, size: number): MessagePage {
		const [from, to] = this.#bounds(all, stretch, size);
		return { messages: all.slice(from, to), hasMore: from > 0, hasNewer: to < all.length };
	}

	#bounds(all: Message[], stretch: Stretch, size: number): [number, number] {
		if (stretch === null) return [Math.max(0, all.length - size), all.length];
		if ("before" in stretch) {
			const to = all.filter(({ sequenceNumber }) => sequenceNumber < stretch.before).length;
			return [Math.max(0, to - size), to];
		}
		if ("after" in stretch) {
			const from = all.filter(({ sequenceNumber }) => sequenceNumber <= stretch.after).length;
			return [from, from + size];
		}
		const from = Math.max(0, all.indexOf(found(all, stretch.around)) - Math.floor(size / 2));
		return [from, from + size];
	}

	#copy(
		kind: Operation["kind"],
		id: string,
		messages: readonly Message[],
		origin: Pick<ConversationSummary, "originConversationId" | "originMessageId"> = {
			originConversationId: null,
			originMessageId: null,
		},
	): Rearranged {
		const original = found(this.conversations, id);
		const conversation = aConversation({ ...original, ...origin, id: anId(), pinnedAt: null });
		this.conversations = [conversation, ...this.conversations];
		const copies = messages.map((message, index) =>
			aMessage({ ...message, id: anId(), conversationId: conversation.id, sequenceNumber: index + 1 }),
		);
		this.messages = [...this.messages, ...copies];
		this.tell({
			entity: "conversation",
			kind: "inserted",
			id: conversation.id,
			conversationId: conversation.id,
		});
		const operation = this.record(kind, original.title, () => {
			this.conversations = this.conversations.filter((one) => one.id !== conversation.id);
			this.tell({
				entity: "conversation",
				kind: "deleted",
				id: conversation.id,
				conversationId: conversation.id,
			});
		});
		return { conversation, operation };
	}

	/** Refuses what belongs to a message or a note that is not there. */
	#require(of: DraftOf): void {
		if (of.kind === "edit") found(this.messages, of.messageId);
		else if (of.kind === "note_edit") found(this.notes, of.noteId);
	}

	#mark(id: string, mark: Partial<Message>): Message {
		const message = { ...found(this.messages, id), ...mark };
		this.#exchange(message);
		return message;
	}

	#exchange(message: Message): void {
		this.messages = this.messages.map((other) => (other.id === message.id ? message : other));
		this.tell({ id: message.id, conversationId: message.conversationId });
	}

	/** Grows with every call. */
	#now(): number {
		this.#clock += 60_000;
		return this.#clock;
	}
}
