import userEvent from "@testing-library/user-event";
import type { FakeApp } from "./fake-app";
import { all, get, painted } from "./window";

export const titles = () => all("conversationItem").map((item) => item.querySelector(".title")?.textContent);
export const messages = () => all("message").map(({ dataset }) => dataset.id);
export const opener = (id: string) => document.querySelector<HTMLElement>(`[data-id="${id}"] button.open`);

/** Deletes a message of the open talk, by its place. */
export async function deleteMessage(index: number): Promise<void> {
	await userEvent.click(all("deleteMessage")[index] as Element);
	await painted();
}

export async function openTrash(): Promise<void> {
	await userEvent.click(get("trashOpen"));
	await painted();
}

/** Deletes a message and then the last conversation, and opens the trash. */
export async function fillTrash(app: FakeApp, message: number): Promise<void> {
	await deleteMessage(message);
	opener(app.conversations.at(-1)?.id ?? "")?.focus();
	await userEvent.keyboard("{Delete}");
	await painted();
	await openTrash();
}
