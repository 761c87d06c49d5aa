import { SvelteMap } from "svelte/reactivity";
import type { FactType } from "../../ipc";

/** A fact as it stands in a form. */
export interface FactDraft {
	factType: FactType;
	text: string;
}

const EMPTY: FactDraft = { factType: "interest", text: "" };

/** What is typed for one conversation and not stored: it stays when the panel closes, and changes its shape. */
export class Typed {
	/** The new fact. */
	fact = $state.raw<FactDraft>(EMPTY);
	/** Facts that are being changed, by id. */
	readonly facts = new SvelteMap<string, FactDraft>();
	/** Summaries that are being changed, by id. */
	readonly summaries = new SvelteMap<string, string>();
	/** What stands in the number fields, by name, where that is not what is stored. */
	readonly numbers = new SvelteMap<string, string>();
	/** What of that was refused. */
	readonly refused = new SvelteMap<string, string>();

	/** The new fact was stored; what was typed since stays. */
	clearFact(stored: FactDraft): void {
		if (this.fact === stored) this.fact = { ...EMPTY, factType: stored.factType };
	}
}
