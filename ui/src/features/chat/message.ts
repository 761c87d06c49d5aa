import { t } from "../../i18n/index.svelte";
import { shortName } from "../../i18n/names";
import type { Message } from "../../ipc";

/** How the built-in partner is called where it answered. */
export const PRACTICE_PARTNER = "practice-partner";

/**
 * The words of a message that no chunk holds yet. The chunks are the beginning of the content; should
 * they not be, the whole content is the rest, so that no word is ever hidden.
 */
export function restOf({ content, chunks }: Pick<Message, "content" | "chunks">): string {
	const chunked = chunks.map(({ text }) => text).join("");
	return content.startsWith(chunked) ? content.slice(chunked.length) : content;
}

/** Who has said it. */
export function whoSaid({ role }: Pick<Message, "role">): string {
	return { user: t("chat.you"), assistant: t("chat.partner"), system: t("chat.system") }[role];
}

/** Who has written a reply, by this model. */
export function writerOf(model: string): string {
	return model === PRACTICE_PARTNER ? t("tutor.builtIn") : shortName(model);
}
