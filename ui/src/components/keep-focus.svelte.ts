/** In which row of a box the focus is, by the id of the row. */
export function focusedRow(box: HTMLElement | null): string | null {
	const { activeElement } = document;
	if (!activeElement || !box?.contains(activeElement)) return null;
	return activeElement.closest<HTMLElement>("[data-id]")?.dataset.id ?? null;
}

/**
 * Keeps the focus in a list whose rows change places: an element that is moved loses it. `order` is what changes,
 * `focus` gives it back to where it was. To be called while a component is set up.
 */
export function keepFocus(
	box: () => HTMLElement | null,
	order: () => unknown,
	focus: (id: string) => void,
): void {
	let before: string | null = null;
	$effect.pre(() => {
		order();
		before = focusedRow(box());
	});
	$effect(() => {
		order();
		const { activeElement } = document;
		const isLost = activeElement === null || activeElement === document.body || !activeElement.isConnected;
		if (before !== null && isLost) focus(before);
	});
}
