/**
 * Whether a key belongs to an input method that is still putting a word together: Enter ends the word then, and nothing
 * else. WebKit ends the composition before it reports its last key, and only the old key code 229 tells.
 */
export function isComposing(event: KeyboardEvent): boolean {
	return event.isComposing || event.keyCode === 229;
}
