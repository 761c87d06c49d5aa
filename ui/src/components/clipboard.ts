/** Gives whether the text is in the clipboard now. */
export async function toClipboard(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyByHand(text);
	}
}

/** WebKitGTK may have no `navigator.clipboard`; the old command copies what is selected. */
function copyByHand(text: string): boolean {
	const before = document.activeElement;
	const area = document.createElement("textarea");
	area.value = text;
	area.className = "unseen";
	area.tabIndex = -1;
	document.body.append(area);
	area.select();
	try {
		return document.execCommand("copy");
	} catch {
		return false;
	} finally {
		area.remove();
		if (before instanceof HTMLElement) before.focus({ preventScroll: true });
	}
}
