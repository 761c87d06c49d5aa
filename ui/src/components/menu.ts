import type { Component } from "svelte";

/** One line of a menu. */
export interface MenuItem {
	id: string;
	label: string;
	icon?: Component;
	/** The keys that do the same where the menu was opened. */
	keys?: string;
	/** Of several of which one is chosen: whether it is this one. */
	checked?: boolean;
	isDangerous?: boolean;
	run: () => void;
}

/** Lines that belong together; a label says to what. */
export interface MenuGroup {
	id: string;
	label?: string;
	items: MenuItem[];
}

/** Where a menu opens. */
export interface MenuPoint {
	x: number;
	y: number;
}

/** Whether the key asks for the menu of what has the focus. */
export function isMenuKey(event: KeyboardEvent): boolean {
	return event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
}

/** Where the menu of an element opens that was asked for by a key or a button. */
export function below(element: Element | null | undefined): MenuPoint {
	const box = element?.getBoundingClientRect();
	return { x: box?.left ?? 0, y: box?.bottom ?? 0 };
}
