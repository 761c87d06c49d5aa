import { t } from "../../i18n/index.svelte";
import { shortName } from "../../i18n/names";
import type { TutorChoice } from "../../ipc";

/** Models with what each is called in a list: two that would be called the same keep their whole names. */
export function named(models: readonly string[]): { model: string; name: string }[] {
	const counts = new Map<string, number>();
	for (const model of models) counts.set(shortName(model), (counts.get(shortName(model)) ?? 0) + 1);
	return models.map((model) => {
		const short = shortName(model);
		return { model, name: counts.get(short) === 1 ? short : model };
	});
}

/** Whether a model is by its name one that says what words mean, and not one that talks. */
export function isForMeaning(model: string): boolean {
	return /embed|bge|e5|gte|minilm/i.test(model);
}

/** What the choice is called; of a model the whole name on wish. */
export function nameOf(choice: TutorChoice, whole = false): string {
	if (choice.kind === "built_in") return t("tutor.builtIn");
	return whole ? choice.model : shortName(choice.model);
}

export function isSame(a: TutorChoice, b: TutorChoice): boolean {
	if (a.kind === "built_in" || b.kind === "built_in") return a.kind === b.kind;
	return a.serverId === b.serverId && a.model === b.model;
}
