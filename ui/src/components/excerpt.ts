/** The beginning of a text, for where it is only to be recognised: a label that is read out must come to an end. */
export function excerpt(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}
