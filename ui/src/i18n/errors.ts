import { isMessageKey, t } from "./index.svelte";

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
	const key = `error.${error.code}`;
	return isMessageKey(key) ? t(key as "error.internal") : t("error.internal");
}

/** The reasons that the storage layer gives, word for word; any other has no sentence of its own. */
function invalidReason(error: CodedError) {
	const { reason } = (error.details ?? {}) as { reason?: unknown };
	if (typeof reason !== "string") return null;
	if (reason === "must not be empty") return "error.invalid.blank" as const;
	if (/^is (too long|longer than)\b/.test(reason)) return "error.invalid.tooLong" as const;
	if (/^must not contain (a NUL|half a) character$/.test(reason)) return "error.invalid.character" as const;
	return null;
}
