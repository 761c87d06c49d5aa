import { t } from "../../i18n/index.svelte";
import { nameOfThing } from "../../i18n/names";
import type { Operation, OperationKind } from "../../ipc";

/** To what things of this kind are done. */
function thingOf(
	kind: OperationKind,
): "conversation" | "message" | "note" | "folder" | "tag" | "template" | "fact" {
	const [thing] = kind.split("_");
	switch (thing) {
		case "conversation":
		case "note":
		case "folder":
		case "tag":
		case "template":
		case "fact":
			return thing;
		default:
			return "message";
	}
}

/** What an operation was done to, by name. */
export function subjectOf({ kind, subject, count }: Operation): string {
	const thing = thingOf(kind);
	if (thing === "folder" || thing === "tag" || thing === "template" || thing === "fact") return subject;
	// Several messages, and all that is remembered, go by the title of their conversation.
	if (thing === "conversation" && count > 1) return t("changes.conversations", { count });
	const isOfConversation = kind === "messages_delete" || kind === "facts_clear";
	return nameOfThing(isOfConversation ? "conversation" : thing, subject);
}

/** What was done, by name. */
export function nameOf(operation: Operation): string {
	const subject = subjectOf(operation);
	// How many there were is not what they are called.
	const name =
		operation.count > 1 && thingOf(operation.kind) === "conversation"
			? subject
			: t("changes.quoted", { name: subject });
	switch (operation.kind) {
		case "conversation_delete":
			return t("changes.deleted", { name });
		case "conversation_restore":
			return t("changes.restored", { name });
		case "conversation_rename":
			return t("changes.renamed", { name });
		case "conversation_move":
			return t("changes.moved", { name });
		case "conversation_tag":
			return t("changes.tagged", { name });
		case "conversation_pin":
			return t("changes.pinned", { name });
		case "conversation_unpin":
			return t("changes.unpinned", { name });
		case "conversation_move_pin":
			return t("changes.pinMoved", { name });
		case "conversation_set_status":
			return t("changes.statusSet", { name });
		case "conversation_set_level":
			return t("changes.levelSet", { name });
		case "message_delete":
			return t("changes.messageDeleted", { name });
		case "message_restore":
			return t("changes.messageRestored", { name });
		case "template_delete":
			return t("changes.templateDeleted", { name });
		case "folder_create":
			return t("changes.folderCreated", { name });
		case "folder_update":
			return t("changes.folderUpdated", { name });
		case "folder_move":
			return t("changes.folderMoved", { name });
		case "folder_delete":
			return t("changes.folderDeleted", { name });
		case "tag_rename":
			return t("changes.tagRenamed", { name });
		case "tag_merge":
			return t("changes.tagMerged", { name });
		case "tag_set_color":
			return t("changes.tagColored", { name });
		case "tag_delete":
			return t("changes.tagDeleted", { name });
		case "message_edit":
			return t("changes.messageEdited", { name });
		case "reply_replace":
			return t("changes.answeredAnew", { name });
		case "messages_delete":
			return t("changes.messagesDeleted", { name });
		case "bookmark_remove":
			return t("changes.bookmarkRemoved", { name });
		case "note_delete":
			return t("changes.noteDeleted", { name });
		case "note_restore":
			return t("changes.noteRestored", { name });
		case "fact_delete":
			return t("changes.factDeleted", { name });
		case "facts_clear":
			return t("changes.factsCleared", { name });
		case "conversation_duplicate":
			return t("changes.duplicated", { name });
		case "conversation_branch":
			return t("changes.branched", { name });
		case "conversation_split":
			return t("changes.split", { name });
		case "conversation_merge":
			return t("changes.merged", { name });
	}
}

/** What a notice says right after it was done. */
export function doneSentence(operation: Operation): string {
	const { kind } = operation;
	const isDeletion = ["conversation_delete", "message_delete", "note_delete"].includes(kind);
	return isDeletion ? t("undo.deleted", { name: subjectOf(operation) }) : nameOf(operation);
}
