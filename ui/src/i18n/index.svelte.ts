/**
 * The words of the interface. A language is one folder in `messages/`, with a file for each feature and an
 * `index.ts` that puts them together; it is found by its name here and offered in the settings without further
 * work. Reading a message in a template subscribes to the language, so that changing it changes every word at
 * once.
 */
import { IntlMessageFormat } from "intl-messageformat";
import type { Catalogue, MessageKey, Values } from "./catalogue";
import en from "./messages/en";

export type { Catalogue, MessageKey } from "./catalogue";

const FALLBACK = "en";

const catalogues: Record<string, Catalogue> = Object.fromEntries(
	Object.entries(
		import.meta.glob<Catalogue>("./messages/*/index.ts", { eager: true, import: "default" }),
	).map(([path, catalogue]) => [path.replace(/^.*\/(.+)\/index\.ts$/, "$1"), catalogue]),
);

/** The languages that have a catalogue, each with its own name for itself. */
export const languages: readonly { code: string; name: string }[] = Object.entries(catalogues)
	.map(([code, catalogue]) => ({ code, name: catalogue["language.name"] }))
	.sort((a, b) => a.name.localeCompare(b.name));

let locale = $state(FALLBACK);
const formatters = new Map<string, IntlMessageFormat>();

/** The language in use, as a BCP 47 code. */
export function currentLocale(): string {
	return locale;
}

/** Chooses a language; "system" takes the first of the system's languages that has a catalogue. */
export function setLanguage(choice: string, system: readonly string[] = navigator.languages): void {
	locale = choice === "system" ? fromSystem(system) : choice in catalogues ? choice : FALLBACK;
	document.documentElement.lang = locale;
}

function fromSystem(system: readonly string[]): string {
	for (const tag of system) {
		// Cut by hand: a system without a language reports "C", which Intl.Locale refuses to read.
		const code = tag.toLowerCase().split(/[-_.]/)[0] ?? "";
		if (code in catalogues) return code;
	}
	return FALLBACK;
}

/** The message of this key in the language in use. */
export function t<Key extends MessageKey>(key: Key, ...[values]: Values<Key>): string {
	const cacheKey = `${locale} ${key}`;
	let formatter = formatters.get(cacheKey);
	if (!formatter) {
		const text = catalogues[locale]?.[key] ?? en[key];
		formatter = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
		formatters.set(cacheKey, formatter);
	}
	return String(formatter.format(values));
}

/** Whether there is a message with this key: for keys that are put together from a code. */
export function isMessageKey(key: string): key is MessageKey {
	return key in en;
}
