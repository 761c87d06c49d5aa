import { t } from "./index.svelte";

/** What a thing is called: a message or a note by its words, a conversation by its title. */
export function nameOfThing(kind: "conversation" | "message" | "note", words: string): string {
	if (words !== "") return words;
	return kind === "conversation" ? t("list.untitled") : t("undo.emptyMessage");
}
