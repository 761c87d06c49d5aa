import { isMessageKey, type MessageKey, t } from "./index.svelte";

interface CodedError {
	code: string;
	message: string;
	details?: unknown;
}

/** The sentence for people of an error: by its code, and by its reason where that helps to mend it. */
export function errorSentence(error: CodedError): string {
	if (error.code === "invalid") {
		const reason = invalidReason(error);
		if (reason !== null) return t(reason);
	}
	if (error.code === "conflict" || error.code === "tag_conflict") {
		const reason = CONFLICTS[error.message];
		if (reason !== undefined) return t(reason);
	}
	if (error.code === "tutor") {
		const { failure } = (error.details ?? {}) as { failure?: unknown };
		if (typeof failure === "string") return troubleSentence(failure);
	}
	const key = `error.${error.code}`;
	return isMessageKey(key) ? t(key as "error.internal") : t("error.internal");
}

/** Why a reply did not come or broke off, by the name of the trouble; null is not known. */
export function troubleSentence(code: string | null): string {
	const key = `trouble.${code}`;
	return isMessageKey(key) ? t(key as "trouble.other") : t("trouble.other");
}

/** What a page says of a start that failed: what happened, what was kept, what to do. */
export function startFailureSentence(error: CodedError, part: "what" | "kept" | "todo"): string {
	if (error.code === "schema_too_new" && part === "what") {
		const { writtenBy } = (error.details ?? {}) as { writtenBy?: unknown };
		if (typeof writtenBy === "string") return t("failure.schema_too_new.whatBy", { version: writtenBy });
	}
	const key = `failure.${error.code}.${part}`;
	return t((isMessageKey(key) ? key : `failure.other.${part}`) as MessageKey & `failure.other.${string}`);
}

/** Why a backup failed, for where it is said already that it did: the app says both in one sentence. */
export function backupReason(message: string): string {
	const reason = message.replace(/^The backup failed:\s+/, "");
	return reason === "" ? message : reason.charAt(0).toUpperCase() + reason.slice(1);
}

const FOLDER_FIXED = "its folder is write-protected";
const FILE_FIXED = "its file is write-protected";

/** Whether it is the file with the conversations alone that cannot be changed, and not all that is beside it. */
export function isFileAlone(readOnlyReason: string): boolean {
	return readOnlyReason === FILE_FIXED;
}

/** Why nothing can be changed, as a sentence. The app gives the rest of one, in English; null for a new one. */
export function readOnlySentence(reason: string): string | null {
	if (reason === FOLDER_FIXED) return t("readOnly.folder");
	if (reason === FILE_FIXED) return t("readOnly.file");
	return null;
}

/** What stands in the way, as the storage layer says it, word for word; any other has the sentence of its code. */
const CONFLICTS: Record<
	string,
	| "error.tags_full"
	| "error.conflict.mergedTags"
	| "error.conflict.tagLimit"
	| "error.conflict.serverIsThere"
	| "error.conflict.serverLimit"
	| "error.conflict.factIsThere"
	| "error.conflict.noMeaning"
> = {
	"A conversation has at most 50 tags.": "error.tags_full",
	"Together these conversations have more than 50 tags; take some off first.": "error.conflict.mergedTags",
	"There can be at most 10000 tags.": "error.conflict.tagLimit",
	"This model server is in the list already.": "error.conflict.serverIsThere",
	"There are too many model servers.": "error.conflict.serverLimit",
	"This fact is in the list already.": "error.conflict.factIsThere",
	"No model was chosen that says what messages mean.": "error.conflict.noMeaning",
};

/** The reasons that the storage layer gives, word for word; any other has no sentence of its own. */
function invalidReason(error: CodedError) {
	const { reason } = (error.details ?? {}) as { reason?: unknown };
	if (typeof reason !== "string") return null;
	if (reason === "must not be empty") return "error.invalid.blank" as const;
	if (/^is (too long|longer than)\b/.test(reason)) return "error.invalid.tooLong" as const;
	if (/^must not contain (a NUL|half a) character$/.test(reason)) return "error.invalid.character" as const;
	return null;
}
