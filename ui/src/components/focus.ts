import { tick } from "svelte";

/**
 * To be attached to the control of a dialog that is to have the focus first: the dialog itself gives it to whatever
 * comes first as it opens.
 */
export function focusFirst(control: HTMLInputElement | HTMLTextAreaElement): void {
	void tick().then(() => {
		control.focus();
		control.select();
	});
}

/**
 * To be called before a row goes. What it gives, called afterwards, moves the focus that went with the row
 * to the row beside it, or to the place where there is none. Whoever has gone elsewhere meanwhile stays there.
 */
export function focusBeside(row: Element | null, within: string, place: HTMLElement | null) {
	const beside = [row?.nextElementSibling, row?.previousElementSibling];
	return async (): Promise<void> => {
		await tick();
		const { activeElement } = document;
		const isLost = activeElement === null || activeElement === document.body || !activeElement.isConnected;
		if (row?.isConnected || !isLost) return;
		const target = beside.find((other) => other?.isConnected)?.querySelector<HTMLElement>(within);
		(target ?? place)?.focus();
	};
}
