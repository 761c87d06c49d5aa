import { t } from "./index.svelte";

/** What a thing is called: a message or a note by its words, a conversation by its title. */
export function nameOfThing(kind: "conversation" | "message" | "note", words: string): string {
	if (words !== "") return words;
	return kind === "conversation" ? t("list.untitled") : t("undo.emptyMessage");
}

/** The name of a model without the way to it: servers name their models by files, or by who made them. */
export function shortName(model: string): string {
	const last = model.split(/[/\\]/).at(-1) ?? "";
	const short = last.replace(/\.gguf$/i, "").trim();
	return short === "" ? model : short;
}
