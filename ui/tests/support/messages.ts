import userEvent from "@testing-library/user-event";
import { all, find, get, painted } from "./window";

/** The article of a message, by its place in the open talk. */
export const article = (index: number) => all("message")[index] as HTMLElement;

/** Opens the menu of a message with its button. */
export async function openMenu(index: number): Promise<void> {
	await userEvent.click(all("messageMore")[index] as Element);
	await painted();
}

/** What the menu offers, by action. */
export const offered = () => all("messageMenuItem").map(({ dataset }) => dataset.action);

/** Chooses in the menu that is open. */
export async function choose(action: string): Promise<void> {
	const item = all("messageMenuItem").find(({ dataset }) => dataset.action === action);
	if (!item) throw new Error(`${action} is not offered`);
	await userEvent.click(item);
	await painted();
}

export async function act(index: number, action: string): Promise<void> {
	await openMenu(index);
	await choose(action);
}

/** Chooses in the menu of the open conversation. */
export async function chooseOfConversation(action: string): Promise<void> {
	await userEvent.click(get("topBarMenu"));
	await painted();
	const item = all("topBarMenuItem").find(({ dataset }) => dataset.action === action);
	if (!item) throw new Error(`${action} is not offered`);
	await userEvent.click(item);
	await painted();
}

/** Writes into a text in the place of what stands there. */
export async function write(name: Parameters<typeof get>[0], text: string): Promise<void> {
	await userEvent.clear(get(name));
	await userEvent.type(get(name), text);
	await painted();
}

export const textIn = (name: Parameters<typeof get>[0]) => (find(name) as HTMLTextAreaElement | null)?.value;
