import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import App from "../../src/app/App.svelte";
import type { Backup, ConversationSummary } from "../../src/ipc";
import { testids } from "../../src/testids";
import { FakeApp, settled } from "./fake-app";
import { FakeSound } from "./fake-sound";
import { aBackup, aConversation, aMessage, aReply, NOON, WRITINGS } from "./fixtures";

/** The whole window over an app in memory. */
export async function openWindow(app = new FakeApp()) {
	const sound = new FakeSound();
	const { unmount } = render(App, { client: app, sound });
	await painted();
	return { app, sound, unmount };
}

/** An app with some conversations; `talk` is the newest and has messages of all kinds. */
export function livedIn(): { app: FakeApp; talk: ConversationSummary } {
	const app = new FakeApp();
	const talk = aConversation({ title: "At the café", level: "A1", lastMessageAt: NOON });
	app.conversations = [
		aConversation({ title: "Chuyện đi chợ", pinnedAt: NOON, lastMessageAt: NOON - 1e8, level: null }),
		talk,
		aConversation({ title: "", lastMessageAt: null, lastMessagePreview: null, createdAt: NOON - 2e8 }),
		aConversation({ title: "رحلة إلى البحر", lastMessageAt: NOON - 3e8 }),
	];
	const conversationId = talk.id;
	app.messages = [
		aReply([{ text: "Hello! ", emotion: "happy" }, "What can I get you?"], {
			conversationId,
			sequenceNumber: 1,
		}),
		aMessage({ conversationId, sequenceNumber: 2, content: WRITINGS.join("\n") }),
		aReply(
			[
				"A pot it is. ",
				{ text: "Five minutes, ", ttsStatus: "failed", lastError: "espeak-ng ended with 1" },
				{ text: "please.", icon: "lightbulb", ttsStatus: "pending" },
			],
			{ conversationId, sequenceNumber: 3, status: "interrupted" },
		),
		aMessage({ conversationId, sequenceNumber: 4, role: "system", content: "The level was changed to A1." }),
	];
	return { app, talk };
}

/** Lets commands be answered and the page follow. */
export async function painted(): Promise<void> {
	for (let turn = 0; turn < 3; turn += 1) {
		await settled();
		await new Promise((resolve) => setTimeout(resolve));
	}
}

type Name = keyof typeof testids;
export const get = (name: Name) => screen.getByTestId(testids[name]);
export const find = (name: Name) => screen.queryByTestId(testids[name]);
export const all = (name: Name) => screen.queryAllByTestId(testids[name]);

/** Opens a conversation by a click in the list. */
export async function open(id: string): Promise<void> {
	const item = within(get("conversationList"))
		.getAllByTestId(testids.conversationItem)
		.find(({ dataset }) => dataset.id === id);
	await userEvent.click(within(item as HTMLElement).getAllByRole("button")[0] as Element);
	await painted();
}

/** The window with a lived-in app and its newest talk open. */
export async function inTalk() {
	const { app, talk } = livedIn();
	const opened = await openWindow(app);
	await open(talk.id);
	return { ...opened, talk };
}

export const HOUR = 3_600_000;

/** So many backups, the newest of now. */
export function backups(count: number): Backup[] {
	return Array.from({ length: count }, (_, index) => aBackup({ createdAt: Date.now() - index * 5 * HOUR }));
}

/** A window with conversations, some backups and the settings open. */
export async function inSettings(app = livedIn().app) {
	if (app.backups.length === 0) app.backups = backups(5);
	const opened = await openWindow(app);
	await userEvent.click(get("settingsOpen"));
	await painted();
	return opened;
}
