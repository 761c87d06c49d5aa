/** What names have in common that are one tag: case makes no difference, nor how an accent is put together. */
export function nameKey(name: string): string {
	return name.normalize("NFC").trim().replace(/\s+/gu, " ").toLowerCase();
}
