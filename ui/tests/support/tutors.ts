import userEvent from "@testing-library/user-event";
import type { TutorChoice } from "../../src/ipc";
import type { testids } from "../../src/testids";
import { all, find, get, livedIn, open, openWindow, painted } from "./window";

export const HERE = "http://127.0.0.1:11434/v1";
export const AWAY = "https://models.example.com/v1";

/** A lived-in app with a server on this computer, and its newest talk. */
export function withServer(models = ["gemma3:4b", "/models/Qwen3-4B.gguf"]) {
	const { app, talk } = livedIn();
	const server = app.serve("Ollama", HERE, models);
	return { app, talk, server };
}

/** The window with such an app and its talk open. */
export async function inTalkWith(given = withServer()) {
	await openWindow(given.app);
	await open(given.talk.id);
	return given;
}

export async function press(name: keyof typeof testids, index = 0): Promise<void> {
	await userEvent.click(all(name)[index] as Element);
	await painted();
}

/** The same with the dialog that asks who answers. */
export async function inDialog(given = withServer()) {
	await inTalkWith(given);
	await press("tutorOpen");
	return given;
}

/** The radio buttons, in order. */
export const radios = () => all("tutorChoice") as HTMLInputElement[];

/** What they are called, in order. */
export const offered = () => radios().map(nameOf);

/** What is chosen, as it is called. */
export const chosen = () =>
	radios()
		.filter(({ checked }) => checked)
		.map(nameOf);

const nameOf = (radio: HTMLInputElement) =>
	document.getElementById(radio.getAttribute("aria-labelledby") ?? "")?.textContent;

/** Chooses what is called so. */
export async function pick(name: string): Promise<void> {
	const radio = radios().find((one) => nameOf(one) === name);
	if (!radio) throw new Error(`${name} is not offered`);
	await userEvent.click(radio);
	await painted();
}

export const isOn = (name: "tutorEverywhere" | "serverPlain") => (get(name) as HTMLInputElement).checked;

/** The name of the button in the bar at the top. */
export const button = () => get("tutorOpen").getAttribute("aria-label");

export const textOf = (name: keyof typeof testids) => find(name)?.textContent?.trim();

export function model(serverId: string, name: string): TutorChoice {
	return { kind: "model", serverId, model: name };
}

/** Types into a field of the form, in the place of what stands there. */
export async function fill(name: "serverAddress" | "serverName" | "serverKey" | "tutorKey", text: string) {
	await userEvent.clear(get(name));
	if (text !== "") {
		await userEvent.click(get(name));
		await userEvent.paste(text);
	}
	await painted();
}

/** What is wrong with a field, as it is said with it. */
export function errorAt(name: keyof typeof testids): string | undefined {
	const field = get(name);
	if (field.getAttribute("aria-invalid") !== "true") return undefined;
	const ids = (field.getAttribute("aria-describedby") ?? "").split(" ");
	return ids
		.map((id) => document.getElementById(id))
		.find((element) => element?.classList.contains("error"))
		?.textContent?.trim();
}
