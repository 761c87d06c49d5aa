import { t } from "../../i18n/index.svelte";
import type { Message } from "../../ipc";

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
