import userEvent from "@testing-library/user-event";
import type { testids } from "../../src/testids";
import { chooseOfConversation } from "./messages";
import { model, withServer } from "./tutors";
import { all, get, open, openWindow, painted } from "./window";

/** Longer than the window waits for more to be said. */
export async function quiet(): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, 350));
	await painted();
}

/** A lived-in app in whose newest talk a model answers. */
export function withModel() {
	const given = withServer();
	given.app.tutors.set(given.talk.id, model(given.server.id, "gemma3:4b"));
	return given;
}

/** The window over such an app with what its newest talk has left behind. */
export async function inMemory(given = withServer()) {
	await openWindow(given.app);
	await open(given.talk.id);
	await chooseOfConversation("memory");
	return given;
}

export const facts = () => all("factItem").map((item) => item.querySelector(".words")?.textContent);
export const summaries = () => all("summaryItem").map((item) => item.querySelector(".words")?.textContent);

/** Opens what is folded away. */
export async function unfold(name: "memoryAdvanced" | "seenExact"): Promise<void> {
	const details = get(name) as HTMLDetailsElement;
	details.open = true;
	details.dispatchEvent(new Event("toggle"));
	await painted();
}

/** Types into a field in the place of what stands there, and leaves it with Enter. */
export async function enter(name: keyof typeof testids, text: string): Promise<void> {
	await userEvent.clear(get(name));
	if (text !== "") await userEvent.type(get(name), text);
	await userEvent.keyboard("{Enter}");
	await painted();
}
