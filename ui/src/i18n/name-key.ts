/**
 * What names have in common that are one name, as the storage layer sees it: they look alike, or differ by case or by
 * the width of letters. Accents tell names apart, and ı is no i.
 */
export function nameKey(name: string): string {
	const seen = name
		.normalize("NFKC")
		.replace(/\p{Default_Ignorable_Code_Point}/gu, "")
		// Blank in Braille, and in every name.
		.replace(/\u2800/gu, " ");
	const folded = Array.from(seen, foldCase).join("").normalize("NFKC");
	return folded.trim().replace(/\s+/gu, " ");
}

/** There and back again: alone, ß has no capital. */
function foldCase(letter: string): string {
	return letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
}
