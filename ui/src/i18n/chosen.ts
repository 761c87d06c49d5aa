import { t } from "./index.svelte";

/** How many things are chosen, and that there cannot be more if that is so. */
export function chosenSentence(count: number, most: number): string {
	return count < most ? t("list.chosen", { count }) : t("list.chosenMost", { count });
}
