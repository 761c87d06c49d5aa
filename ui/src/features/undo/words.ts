import { t } from "../../i18n/index.svelte";
import { nameOfThing } from "../../i18n/names";
import type { Operation, OperationKind } from "../../ipc";

const isOfMessage = (kind: OperationKind): boolean => kind === "message_delete" || kind === "message_restore";

/** What an operation was done to, by name. */
export function subjectOf({ kind, subject }: Operation): string {
	return nameOfThing(isOfMessage(kind) ? "message" : "conversation", subject);
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
		case "template_delete":
			return t("changes.templateDeleted", { name });
	}
}
