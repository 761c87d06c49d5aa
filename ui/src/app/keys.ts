/** Ctrl or Cmd with this letter, and nothing else. */
function isCommandKey(event: KeyboardEvent, letter: string): boolean {
	const isKey = event.key.toLowerCase() === letter && (event.ctrlKey || event.metaKey);
	return isKey && !event.shiftKey && !event.altKey;
}

export const isSearchKey = (event: KeyboardEvent): boolean => isCommandKey(event, "k");

export const isUndoKey = (event: KeyboardEvent): boolean => isCommandKey(event, "z");

/** Within a text the keys undo typing, and that is the text's own business. */
export function isText(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;
}
