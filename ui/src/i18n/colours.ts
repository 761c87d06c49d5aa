import { t } from "./index.svelte";

/** A colour that can be given to a folder or a tag. */
export interface Colour {
	value: string;
	label: string;
}

/** The colours that are offered; `own` is one that came from elsewhere and is kept among them. */
export function colours(own: string | null): Colour[] {
	const offered = [
		{ value: "#c0392b", label: t("colour.red") },
		{ value: "#d9822b", label: t("colour.orange") },
		{ value: "#c9a227", label: t("colour.yellow") },
		{ value: "#3e8e41", label: t("colour.green") },
		{ value: "#2a9d8f", label: t("colour.teal") },
		{ value: "#2f6fba", label: t("colour.blue") },
		{ value: "#7d5ba6", label: t("colour.violet") },
		{ value: "#c2557e", label: t("colour.pink") },
		{ value: "#8d6e4f", label: t("colour.brown") },
	];
	const isOffered = own === null || offered.some(({ value }) => value === own);
	return isOffered ? offered : [...offered, { value: own, label: t("colour.own") }];
}
