import { fireEvent } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { FakeApp } from "./fake-app";
import { aConversation, aFolder, NOON } from "./fixtures";
import { all, find, get, openWindow, painted } from "./window";

/** A library with folders in folders, tags, pinned, unread and archived conversations. */
export function aLibrary() {
	const app = new FakeApp();
	const travel = aFolder({ name: "Du lịch", icon: "✈️", color: "#2f6fba" });
	const japan = aFolder({ name: "日本", parentFolderId: travel.id });
	const work = aFolder({ name: "Work", color: "#3e8e41" });
	app.folders = [travel, japan, work];
	app.tagColors.set("ngữ pháp", "#7d5ba6");
	const first = aConversation({ title: "Chuyện đi chợ", pinnedAt: 1, tags: ["đồ ăn", "ngữ pháp", "slow"] });
	const second = aConversation({ title: "Airport", pinnedAt: 2, folderId: travel.id });
	const cafe = aConversation({ title: "At the café", isUnread: true, lastMessageAt: NOON });
	const sea = aConversation({ title: "رحلة إلى البحر", tags: ["ngữ pháp"], lastMessageAt: NOON - 1e6 });
	const weekend = aConversation({ title: "周末", lastMessageAt: NOON - 2e6, status: "paused" });
	const old = aConversation({ title: "Last year", status: "archived", lastMessageAt: NOON - 3e6 });
	app.conversations = [first, second, cafe, sea, weekend, old];
	return { app, travel, japan, work, first, second, cafe, sea, weekend, old };
}

/** The window over such a library. */
export async function inLibrary(library = aLibrary()) {
	localStorage.clear();
	await openWindow(library.app);
	return library;
}

/** A library with so many conversations, newest first. */
export function manyConversations(count: number): FakeApp {
	const app = new FakeApp();
	app.conversations = Array.from({ length: count }, (_, index) =>
		aConversation({ title: `No. ${index + 1}`, lastMessageAt: NOON - index * 1000 }),
	);
	return app;
}

export const row = (id: string) =>
	document.querySelector<HTMLElement>(`[data-testid=conversation-item][data-id="${id}"]`) as HTMLElement;
export const opener = (id: string) => row(id)?.querySelector<HTMLElement>("button.open") as HTMLElement;
export const place = (id: string) =>
	document.querySelector<HTMLElement>(`[data-testid=place][data-id="${id}"]`) as HTMLElement;

/** The conversations that are chosen, by title. */
export const chosen = () =>
	all("conversationItem")
		.filter((item) => item.getAttribute("aria-selected") === "true")
		.map((item) => item.querySelector(".title")?.textContent);

/** What has the focus, by the title of its conversation. */
export const focused = () => document.activeElement?.querySelector(".title")?.textContent;

export async function pressKeys(keys: string): Promise<void> {
	await userEvent.keyboard(keys);
	await painted();
}

/** Opens the menu of what has the focus and chooses a line of it. */
export async function chooseFromMenu(action: string): Promise<void> {
	await pressKeys("{ContextMenu}");
	await pickLine(action);
}

export async function pickLine(action: string): Promise<void> {
	const line = all("menuItem").find(({ dataset }) => dataset.action === action);
	if (!line) throw new Error(`no ${action} in the menu`);
	await userEvent.click(line);
	await painted();
}

export const menuLines = () => all("menuItem").map(({ dataset }) => dataset.action);

export async function bulk(action: string): Promise<void> {
	const button = all("bulkAction").find(({ dataset }) => dataset.action === action);
	await userEvent.click(button as Element);
	await painted();
}

export const toast = () => find("undoToast")?.textContent ?? "";

/** Drags one thing onto another and lets it go, at this share of the other's height. */
export async function drag(from: Element, onto: Element, share = 0.5): Promise<void> {
	const height = 40;
	onto.getBoundingClientRect = () => ({ top: 0, bottom: height, left: 0, height }) as DOMRect;
	const at = { clientX: 20, clientY: share * height, pointerType: "mouse" };
	await fireEvent.pointerDown(from, { button: 0, clientX: 20, clientY: 200, pointerType: "mouse" });
	await fireEvent.pointerMove(onto, at);
	await fireEvent.pointerUp(onto, at);
	await painted();
}

/** Scrolls the list of conversations there. */
export async function scrollTo(top: number): Promise<void> {
	const box = get("conversationList");
	box.scrollTop = top;
	await fireEvent.scroll(box);
	await painted();
}
