import { t } from "./index.svelte";

/** What a thing is called: a message by its words, a conversation by its title. */
export function nameOfThing(kind: "conversation" | "message", words: string): string {
	if (words !== "") return words;
	return kind === "message" ? t("undo.emptyMessage") : t("list.untitled");
}
