import type { Component } from "svelte";
import { t } from "../../i18n/index.svelte";
import type { SearchHit, SearchKind } from "../../ipc";

/** Something that can be done from the palette. */
export interface PaletteCommand {
	id: string;
	label: string;
	icon: Component;
	run: () => void;
}

/** One line of the palette that can be chosen. */
export type PaletteOption =
	| { what: "command"; id: string; command: PaletteCommand }
	| { what: "recent"; id: string; text: string }
	| { what: "hit"; id: string; hit: SearchHit }
	| { what: "more"; id: string; kind: SearchKind };

/** Whether it leads anywhere: a word whose conversation is gone is all in its line. */
export function isChoice(option: PaletteOption): boolean {
	return option.what !== "hit" || option.hit.kind !== "word" || option.hit.conversationId !== null;
}

/** Lines under one heading. */
export interface PaletteGroup {
	id: string;
	label: string;
	options: PaletteOption[];
}

const KINDS: readonly SearchKind[] = ["title", "note", "word", "correction", "message"];

export function kindLabel(kind: SearchKind): string {
	switch (kind) {
		case "title":
			return t("search.titles");
		case "note":
			return t("search.notes");
		case "word":
			return t("search.words");
		case "correction":
			return t("search.corrections");
		case "message":
			return t("search.messages");
	}
}

const command = (one: PaletteCommand): PaletteOption => ({
	what: "command",
	id: `command-${one.id}`,
	command: one,
});

/** What is offered before anything is typed. */
export function idleGroups(recent: readonly string[], commands: readonly PaletteCommand[]): PaletteGroup[] {
	const groups: PaletteGroup[] = [
		{
			id: "recent",
			label: t("search.recent"),
			options: recent.map((text, index) => ({ what: "recent", id: `recent-${index}`, text })),
		},
		{ id: "commands", label: t("search.commands"), options: commands.map(command) },
	];
	return groups.filter(({ options }) => options.length > 0);
}

/** So many letters of the beginning of its name, and a command is what is meant. */
const ENOUGH = 3;

/**
 * What was found, by kind, and the commands whose name has the text in it. Those stand first whose name begins with
 * what is typed, if it is more than the two letters with which any word may begin; the others come after all that was
 * found, so that Enter opens that.
 */
export function foundGroups(
	text: string,
	hits: readonly SearchHit[],
	more: readonly SearchKind[],
	commands: readonly PaletteCommand[],
): PaletteGroup[] {
	const wanted = text.trim().toLocaleLowerCase();
	const named = commands.filter(({ label }) => label.toLocaleLowerCase().includes(wanted));
	const isMeant = ({ label }: PaletteCommand) =>
		[...wanted].length >= ENOUGH && label.toLocaleLowerCase().startsWith(wanted);
	const groups: PaletteGroup[] = [
		{
			id: "commands",
			label: t("search.commands"),
			options: named.filter(isMeant).map(command),
		},
		...KINDS.map((kind) => ({
			id: kind,
			label: kindLabel(kind),
			options: [
				...hits
					.filter((hit) => hit.kind === kind)
					.map((hit): PaletteOption => ({ what: "hit", id: `hit-${kind}-${hit.id}`, hit })),
				...(more.includes(kind) ? [{ what: "more", id: `more-${kind}`, kind } as const] : []),
			],
		})),
		{
			id: "other-commands",
			label: t("search.commands"),
			options: named.filter((one) => !isMeant(one)).map(command),
		},
	];
	return groups.filter(({ options }) => options.length > 0);
}
