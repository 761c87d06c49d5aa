import { errorSentence } from "../../i18n/errors";
import { t } from "../../i18n/index.svelte";
import type { CommandFailure } from "../../ipc";

/** The texts of a template that can be refused, as the app calls them. */
const FIELDS = ["name", "opening message", "system prompt"] as const;

const refusedField = ({ code, details }: CommandFailure): string | undefined => {
	const { field } = (details ?? {}) as { field?: unknown };
	return code === "invalid" ? FIELDS.find((known) => known === field) : undefined;
};

/** What is wrong with this text of a template that was not saved, if it is this one. */
export function fieldError(refusal: CommandFailure, field: (typeof FIELDS)[number]): string | undefined {
	return refusedField(refusal) === field ? errorSentence(refusal) : undefined;
}

/** Why a template was not saved. A field that was refused says why itself. */
export function refusalSentence(refusal: CommandFailure): string {
	if (refusedField(refusal) !== undefined) return t("templates.notSaved");
	const why = refusal.code === "conflict" ? t("templates.tooMany") : errorSentence(refusal);
	return `${t("templates.notSaved")} ${why}`;
}
