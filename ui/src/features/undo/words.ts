import { t } from "../../i18n/index.svelte";
import { nameOfThing } from "../../i18n/names";
import type { Operation, OperationKind } from "../../ipc";

/** What an operation was done to, by name. */
export function subjectOf({ kind, subject }: Operation): string {
	return nameOfThing(thingOf(kind), subject);
}

function thingOf(kind: OperationKind): "conversation" | "message" | "note" {
	if (kind.startsWith("conversation_")) return "conversation";
	return kind.startsWith("note_") ? "note" : "message";
}

/** What was done, by name. */
export function nameOf(operation: Operation): string {
	const name = subjectOf(operation);
	switch (operation.kind) {
		case "conversation_delete":
			return t("changes.deleted", { name });
		case "conversation_restore":
			return t("changes.restored", { name });
		case "conversation_rename":
			return t("changes.renamed", { name });
		case "message_delete":
			return t("changes.messageDeleted", { name });
		case "message_restore":
			return t("changes.messageRestored", { name });
		case "message_edit":
			return t("changes.messageEdited", { name });
		case "messages_delete":
			return t("changes.messagesDeleted", { name });
		case "bookmark_remove":
			return t("changes.bookmarkRemoved", { name });
		case "note_delete":
			return t("changes.noteDeleted", { name });
		case "note_restore":
			return t("changes.noteRestored", { name });
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
