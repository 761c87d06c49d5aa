import { troubleSentence } from "../../i18n/errors";
import { type MessageKey, t } from "../../i18n/index.svelte";
import type { FactType, KeyFact, LearntMeanings, MemoryStrategy, Role, Summary, SummedUp } from "../../ipc";

/** What a message is that takes nothing. */
type Plain = MessageKey & `memory.${"kind" | "role" | "strategy"}.${string}`;

/** In the order in which they are offered. */
const KINDS = {
	interest: "memory.kind.interest",
	learning_goal: "memory.kind.learning_goal",
	user_preference: "memory.kind.user_preference",
	weakness: "memory.kind.weakness",
	strength: "memory.kind.strength",
} as const satisfies Record<FactType, Plain>;

const STRATEGIES = {
	sliding: ["memory.strategy.sliding", "memory.strategy.sliding.hint"],
	summarization: ["memory.strategy.summarization", "memory.strategy.summarization.hint"],
	hierarchical: ["memory.strategy.hierarchical", "memory.strategy.hierarchical.hint"],
	semantic: ["memory.strategy.semantic", "memory.strategy.semantic.hint"],
} as const satisfies Record<MemoryStrategy, readonly [Plain, Plain]>;

const ROLES = {
	user: "memory.role.user",
	assistant: "memory.role.assistant",
	system: "memory.role.system",
} as const satisfies Record<Role, Plain>;

export const kinds = () =>
	(Object.keys(KINDS) as FactType[]).map((value) => ({ value, label: kindName(value) }));

export const kindName = (kind: FactType): string => t(KINDS[kind]);

export const roleName = (role: Role): string => t(ROLES[role]);

/** The ways of remembering, each with a sentence. */
export const strategies = () =>
	(Object.keys(STRATEGIES) as MemoryStrategy[]).map((strategy) => {
		const [name, hint] = STRATEGIES[strategy];
		return { strategy, name: t(name), hint: t(hint) };
	});

/** From here on what was learnt counts as sure. */
const SURE = 0.8;

/** How sure a fact is; what the learner says is not weighed. */
export function certainty({ isUserEdited, confidence }: KeyFact): string | null {
	if (isUserEdited) return null;
	return confidence >= SURE ? t("memory.sure") : t("memory.guessed");
}

/** What was summed up. */
export function stretchOf({ fromSequence: from, toSequence: to }: Summary): string {
	return from === to ? t("memory.oneMessage", { from }) : t("memory.stretch", { from, to });
}

/** What came of summing up. */
export function summedUpSentence({ made, byRules, failure, wasStopped }: SummedUp): string {
	const sentences = [wasStopped ? t("memory.wasStopped") : null];
	// Where there is no model, rules are nothing to be told.
	if (failure === null || byRules === 0) {
		sentences.push(made === 0 && wasStopped ? t("memory.noneMade") : t("memory.summedUp", { count: made }));
	} else {
		const isAll = byRules === made;
		sentences.push(
			isAll ? t("memory.summedUpRules", { count: made }) : t("memory.summedUpMixed", { made, byRules }),
		);
	}
	if (failure !== null) sentences.push(troubleSentence(failure));
	return sentences.filter((sentence) => sentence !== null).join(" ");
}

/** What came of reading messages for what they mean. */
export function learntSentence({ coverage, wasStopped }: LearntMeanings): string {
	if (wasStopped) return t("memory.meaning.stopped");
	const { missing } = coverage;
	return missing === 0 ? t("memory.meaning.done") : t("memory.meaning.left", { count: missing });
}

/** What a number may be. */
export const BOUNDS = {
	maxContextMessages: { least: 2, most: 500 },
	maxContextTokens: { least: 256, most: 200_000 },
	summarizeThreshold: { least: 10, most: 500 },
} as const;

export type NumberName = keyof typeof BOUNDS;

/** A whole number, its thousands perhaps set apart as the bounds are when they are told. */
const WHOLE = /^(\d{1,9}|\d{1,3}([.,\s]\d{3}){1,2})$/;

/** The number that was typed; null for what is none, or out of bounds. */
export function numberOf(name: NumberName, text: string): number | null {
	const { least, most } = BOUNDS[name];
	const typed = text.trim();
	if (!WHOLE.test(typed)) return null;
	const number = Number(typed.replace(/\D/g, ""));
	return number >= least && number <= most ? number : null;
}
