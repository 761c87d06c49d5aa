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

function invalidReason(error: CodedError) {
	const details = error.details as { reason?: unknown } | null | undefined;
	const reason = String(details?.reason ?? error.message).toLowerCase();
	if (/blank|empty/.test(reason)) return "error.invalid.blank" as const;
	if (/long|at most|limit/.test(reason)) return "error.invalid.tooLong" as const;
	if (/nul|character|surrogate/.test(reason)) return "error.invalid.character" as const;
	return null;
}
