import type en from "./messages/en";

/** English is the catalogue that decides which messages exist and which values they take. */
export type MessageKey = keyof typeof en;

/** What a file of texts exports: ICU MessageFormat texts, one for each key of the English file of its name. */
export type Translated<English> = Readonly<Record<keyof English, string>>;

/** What a folder in `messages/` exports: the texts of all its files. */
export type Catalogue = Translated<typeof en>;

type Head<Text extends string> = Text extends `${infer Name},${string}`
	? Name extends `${string}}${string}`
		? Text extends `${infer Inner}}${string}`
			? Inner
			: never
		: Name
	: Text extends `${infer Name}}${string}`
		? Name
		: never;

// The text of a plural branch ("{# messages}") is no name: it has a `#` or a space in it.
type ArgumentName<Name extends string> = Name extends `${string} ${string}` | `${string}#${string}`
	? never
	: Name;

type Arguments<Text extends string> = Text extends `${string}{${infer Rest}`
	? ArgumentName<Head<Rest>> | Arguments<Rest>
	: never;

/** The names of the values that the message of this key takes. */
export type ArgumentsOf<Key extends MessageKey> = Arguments<(typeof en)[Key]>;

/** The values for a message; a message without values takes none. */
export type Values<Key extends MessageKey> = [ArgumentsOf<Key>] extends [never]
	? []
	: [values: Readonly<Record<ArgumentsOf<Key>, string | number>>];
