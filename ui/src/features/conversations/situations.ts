import type { CefrLevel, Template } from "../../ipc";

/** From the easiest. */
export const LEVELS = ["A1", "A2", "B1", "B2", "C1", "C2"] as const satisfies readonly CefrLevel[];

/** What the learner can talk about at any time, also when the tutor offers no such situation. */
export const FREE_TALK = "free-talk";

/** One thing to talk about, at the levels that there are. */
export interface Situation {
	name: string;
	/** Easiest first, at least one. */
	templates: readonly [Template, ...Template[]];
}

/** One without a level is easier than all that have one. */
const rank = ({ level }: Template): number => (level === null ? -1 : LEVELS.indexOf(level));

/** The templates that came with the app, by what they are about: easiest first, free talk last. */
export function situationsOf(templates: readonly Template[]): Situation[] {
	const byName = new Map<string, [Template, ...Template[]]>();
	for (const template of templates.filter(({ isBuiltIn }) => isBuiltIn)) {
		// An older app has left it without a situation: then it is one of its own.
		const name = template.situation ?? template.slug;
		const known = byName.get(name);
		if (known) known.push(template);
		else byName.set(name, [template]);
	}
	const situations = [...byName].map(([name, rows]) => {
		rows.sort((a, b) => rank(a) - rank(b));
		return { name, templates: rows };
	});
	const isFree = ({ name }: Situation) => Number(name === FREE_TALK);
	// A sort keeps the order of what is equal: that in which the app brings them.
	return situations.sort((a, b) => isFree(a) - isFree(b) || rank(a.templates[0]) - rank(b.templates[0]));
}

/** Those that somebody finds who looks for a level. What is for no level in particular is for all. */
export function atLevel(templates: readonly Template[], level: CefrLevel | null): Template[] {
	return templates.filter(
		(template) => level === null || template.level === null || template.level === level,
	);
}

/** The template of this level, or else the nearest easier one, or else the easiest. */
export function nearest(situation: Situation, level: CefrLevel | null): Template {
	const wished = level === null ? -1 : LEVELS.indexOf(level);
	return situation.templates.findLast((template) => rank(template) <= wished) ?? situation.templates[0];
}
