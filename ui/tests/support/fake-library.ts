import type {
	CefrLevel,
	ConversationStatus,
	ConversationSummary,
	Folder,
	FolderPatch,
	ListFilter,
	NewFolder,
	Operation,
	OperationKind,
	Tag,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeCalls } from "./fake-calls";
import { found } from "./fake-store";
import { aFolder } from "./fixtures";

const key = (name: string) => name.normalize("NFC").toLowerCase();

/** The conversations of the app in memory with their folders and tags. */
export class FakeLibrary extends FakeCalls {
	folders: Folder[] = [];
	/** By name. */
	readonly tagColors = new Map<string, string>();
	pageSize: number | null = null;

	conversationList(cursor: string | null, limit: number, filter: ListFilter | null) {
		return this.answer("conversationList", [cursor, limit, filter], () => {
			const listed = this.conversations.filter((item) => isListed(item, filter ?? {}));
			const ordered = [
				...listed.filter(({ pinnedAt }) => pinnedAt !== null),
				...listed.filter(({ pinnedAt }) => pinnedAt === null),
			];
			const size = this.pageSize ?? limit;
			const from = cursor === null ? 0 : Number(cursor);
			return {
				items: ordered.slice(from, from + size),
				next: from + size < ordered.length ? String(from + size) : null,
			};
		});
	}

	conversationGet(id: string) {
		return this.answer("conversationGet", [id], () => found(this.conversations, id));
	}

	conversationRename(id: string, title: string) {
		return this.answer("conversationRename", [id, title], () => this.rename(id, title));
	}

	conversationDelete(id: string) {
		return this.carryOut("conversationDelete", [id], () => this.delete("conversation", id));
	}

	conversationDeleteMany(ids: string[]) {
		return this.carryOut("conversationDeleteMany", [ids], () => this.deleteMany(ids));
	}

	conversationUnreadCount() {
		return this.answer(
			"conversationUnreadCount",
			[],
			() => this.conversations.filter(({ isUnread, status }) => isUnread && status !== "archived").length,
		);
	}

	conversationMove(ids: string[], folderId: string | null) {
		return this.carryOut("conversationMove", [ids, folderId], () => {
			if (folderId !== null) found(this.folders, folderId);
			return this.#set("conversation_move", ids, () => ({ folderId }));
		});
	}

	conversationChangeTags(ids: string[], add: string[], remove: string[]) {
		return this.carryOut("conversationChangeTags", [ids, add, remove], () =>
			this.#set("conversation_tag", ids, ({ tags }) => {
				const left = tags.filter((tag) => !remove.some((name) => key(name) === key(tag)));
				const gained = add.filter((name) => !left.some((tag) => key(tag) === key(name)));
				return { tags: [...left, ...gained].sort() };
			}),
		);
	}

	conversationPin(ids: string[], pinned: boolean) {
		return this.carryOut("conversationPin", [ids, pinned], () => {
			const before = this.conversations;
			const operation = this.#set(pinned ? "conversation_pin" : "conversation_unpin", ids, ({ pinnedAt }) =>
				(pinnedAt !== null) === pinned ? {} : { pinnedAt: pinned ? 1 : null },
			);
			const isNew = ({ id }: ConversationSummary) =>
				ids.includes(id) && (found(before, id).pinnedAt !== null) !== pinned;
			const others = this.conversations.filter((item) => !isNew(item));
			const pins = others.filter(({ pinnedAt }) => pinnedAt !== null);
			const rest = others.filter(({ pinnedAt }) => pinnedAt === null);
			const moved = this.conversations.filter(isNew);
			this.conversations = pinned
				? [...pins, ...moved, ...rest]
				: [...pins, ...[...rest, ...moved].sort((a, b) => activity(b) - activity(a))];
			return operation;
		});
	}

	conversationMovePin(id: string, beforeId: string | null) {
		return this.carryOut("conversationMovePin", [id, beforeId], () => {
			const before = this.conversations;
			const moved = found(before, id);
			const others = before.filter((item) => item !== moved);
			const at =
				beforeId === null
					? others.filter(({ pinnedAt }) => pinnedAt !== null).length
					: others.indexOf(found(others, beforeId));
			this.conversations = others.toSpliced(at, 0, moved);
			this.#tellOf([id]);
			return this.record("conversation_move_pin", moved.title, () => {
				this.conversations = before;
				this.#tellOf([id]);
			});
		});
	}

	conversationSetStatus(ids: string[], status: ConversationStatus) {
		return this.carryOut("conversationSetStatus", [ids, status], () =>
			this.#set("conversation_set_status", ids, () => ({ status })),
		);
	}

	conversationSetLevel(ids: string[], level: CefrLevel | null) {
		return this.carryOut("conversationSetLevel", [ids, level], () =>
			this.#set("conversation_set_level", ids, () => ({ level })),
		);
	}

	conversationMarkRead(ids: string[]) {
		return this.carryOut("conversationMarkRead", [ids], () => this.#mark(ids, false));
	}

	conversationMarkUnread(ids: string[]) {
		return this.carryOut("conversationMarkUnread", [ids], () => this.#mark(ids, true));
	}

	folderList() {
		return this.answer("folderList", [], () => this.#numbered());
	}

	folderCreate(request: NewFolder) {
		return this.carryOut("folderCreate", [request], () => {
			this.#checkName(request.parentFolderId ?? null, request.name, null);
			const folder = aFolder({ position: this.folders.length, ...request });
			this.#changeFolders([...this.folders, folder], "folder_create", folder.name);
			return folder;
		});
	}

	folderUpdate(id: string, patch: FolderPatch) {
		return this.carryOut("folderUpdate", [id, patch], () => {
			const before = found(this.folders, id);
			const changed = { ...before, ...patch, name: patch.name ?? before.name };
			this.#checkName(before.parentFolderId, changed.name, id);
			const folders = this.folders.map((folder) => (folder === before ? changed : folder));
			this.#changeFolders(folders, "folder_update", changed.name);
			return changed;
		});
	}

	folderMove(id: string, parentFolderId: string | null, beforeId: string | null) {
		return this.carryOut("folderMove", [id, parentFolderId, beforeId], () => {
			const moved = { ...found(this.folders, id), parentFolderId };
			for (let at = parentFolderId; at !== null; at = found(this.folders, at).parentFolderId) {
				if (at === id) throw new CommandFailure("conflict", "A folder cannot lie in itself.");
			}
			this.#checkName(parentFolderId, moved.name, id);
			const others = this.folders.filter((folder) => folder.id !== id);
			const at = beforeId === null ? others.length : others.indexOf(found(others, beforeId));
			this.#changeFolders(others.toSpliced(at, 0, moved), "folder_move", moved.name);
			return moved;
		});
	}

	folderDelete(id: string) {
		return this.carryOut("folderDelete", [id], () => {
			const { name, parentFolderId } = found(this.folders, id);
			const gone = new Set([id]);
			for (const _ of this.folders) {
				for (const folder of this.folders)
					if (folder.parentFolderId && gone.has(folder.parentFolderId)) gone.add(folder.id);
			}
			const before = this.conversations;
			this.conversations = before.map((item) =>
				item.folderId && gone.has(item.folderId) ? { ...item, folderId: parentFolderId } : item,
			);
			const folders = this.folders.filter((folder) => !gone.has(folder.id));
			const operation = this.#changeFolders(folders, "folder_delete", name, () => {
				this.conversations = before;
			});
			this.tell({ entity: "folder", kind: "deleted", id });
			return operation;
		});
	}

	tagList() {
		return this.answer("tagList", [], (): Tag[] => {
			const counts = new Map<string, number>();
			for (const tag of this.conversations.flatMap(({ tags }) => tags)) {
				counts.set(tag, (counts.get(tag) ?? 0) + 1);
			}
			return [...counts]
				.map(([name, conversationCount]) => ({
					name,
					color: this.tagColors.get(name) ?? null,
					conversationCount,
				}))
				.sort((a, b) => a.name.localeCompare(b.name));
		});
	}

	tagRename(name: string, newName: string) {
		return this.carryOut("tagRename", [name, newName], () => {
			const isTaken = this.conversations.some(({ tags }) => tags.some((tag) => key(tag) === key(newName)));
			if (isTaken && key(name) !== key(newName))
				throw new CommandFailure("conflict", "There is a tag of this name.");
			return this.#changeTag("tag_rename", newName, name, newName);
		});
	}

	tagMerge(name: string, into: string) {
		return this.carryOut("tagMerge", [name, into], () => this.#changeTag("tag_merge", name, name, into));
	}

	tagSetColor(name: string, color: string | null) {
		return this.carryOut("tagSetColor", [name, color], () => {
			const before = this.tagColors.get(name) ?? null;
			this.#paint(name, color);
			return this.record("tag_set_color", name, () => this.#paint(name, before));
		});
	}

	tagDelete(name: string) {
		return this.carryOut("tagDelete", [name], () => this.#changeTag("tag_delete", name, name, null));
	}

	#paint(name: string, color: string | null): void {
		if (color === null) this.tagColors.delete(name);
		else this.tagColors.set(name, color);
		this.tell({ entity: "tag", id: "" });
	}

	#changeTag(kind: OperationKind, subject: string, name: string, into: string | null): Operation {
		const before = this.conversations;
		const changed = before.filter(({ tags }) => tags.includes(name)).map(({ id }) => id);
		this.conversations = before.map((item) => {
			if (!item.tags.includes(name)) return item;
			const tags = item.tags.filter((tag) => tag !== name && tag !== into);
			return { ...item, tags: into === null ? tags : [...tags, into].sort() };
		});
		const tell = () => {
			this.tell({ entity: "tag", id: "" });
			this.#tellOf(changed);
		};
		tell();
		return this.record(kind, subject, () => {
			this.conversations = before;
			tell();
		});
	}

	#checkName(parent: string | null, name: string, except: string | null): void {
		const isTaken = this.folders.some(
			(folder) => folder.parentFolderId === parent && folder.id !== except && key(folder.name) === key(name),
		);
		if (isTaken) throw new CommandFailure("conflict", "There is a folder of this name.");
	}

	#changeFolders(folders: Folder[], kind: OperationKind, subject: string, besides = () => {}): Operation {
		const before = this.folders;
		const tell = () => this.tell({ entity: "folder", id: "" }, { entity: "conversation", id: "" });
		this.folders = folders;
		this.tell({ entity: "folder", id: "" });
		return this.record(kind, subject, () => {
			this.folders = before;
			besides();
			tell();
		});
	}

	/** With their places and counts, as the app gives them. */
	#numbered(): Folder[] {
		const places = new Map<string | null, number>();
		return this.folders.map((folder) => {
			const position = places.get(folder.parentFolderId) ?? 0;
			places.set(folder.parentFolderId, position + 1);
			const conversationCount = this.conversations.filter(({ folderId }) => folderId === folder.id).length;
			return { ...folder, position, conversationCount };
		});
	}

	#set(
		kind: OperationKind,
		ids: string[],
		change: (item: ConversationSummary) => Partial<ConversationSummary>,
	): Operation | null {
		const before = ids.map((id) => found(this.conversations, id));
		const isChanged = (item: ConversationSummary) =>
			JSON.stringify({ ...item, ...change(item) }) !== JSON.stringify(item);
		const changed = before.filter(isChanged);
		const [first] = changed;
		if (!first) return null;
		const changedIds = changed.map(({ id }) => id);
		this.#exchange(changed.map((item) => ({ ...item, ...change(item) })));
		const subject = changed.length === 1 ? first.title : "";
		return this.record(kind, subject, () => this.#exchange(changed), changedIds.length);
	}

	#mark(ids: string[], isUnread: boolean): null {
		this.#exchange(ids.map((id) => ({ ...found(this.conversations, id), isUnread })));
		return null;
	}

	#exchange(items: ConversationSummary[]): void {
		this.conversations = this.conversations.map((item) => items.find(({ id }) => id === item.id) ?? item);
		this.#tellOf(items.map(({ id }) => id));
	}

	#tellOf(ids: string[]): void {
		this.tell(...ids.map((id) => ({ entity: "conversation" as const, id, conversationId: id })));
	}
}

const activity = ({ lastMessageAt, createdAt }: ConversationSummary) => lastMessageAt ?? createdAt;

function isListed(
	item: ConversationSummary,
	{ folder, tag, status = "current", unread }: ListFilter,
): boolean {
	if (status === "current" && item.status === "archived") return false;
	if (typeof status === "object" && item.status !== status.only) return false;
	if (unread && !item.isUnread) return false;
	if (folder === "none" && item.folderId !== null) return false;
	if (folder && folder !== "none" && item.folderId !== folder.in) return false;
	return !tag || item.tags.some((one) => key(one) === key(tag));
}
