/**
 * The one door between the window and the Rust side, and the only place that knows Tauri.
 * Everything else takes a `Client`, so that tests and previews can hand in another one.
 */
import {
	type AppProblem,
	type AppStatus,
	type Change,
	type Chunk,
	type CommandError,
	type ConversationPage,
	type ConversationSummary,
	commands,
	events,
	type Message,
	type MessagePage,
	type NewConversationRequest,
	type Template,
	type UserSettings,
	type UserSettingsPatch,
} from "./bindings";
import { CommandFailure } from "./failure";

export type * from "./bindings";
export { CommandFailure, toFailure } from "./failure";

export type Unlisten = () => void;

export interface Client {
	/** How the start of the app went. */
	appStatus(): Promise<AppStatus>;
	/** Makes the app try to start once more after a failure. */
	appRetry(): Promise<AppStatus>;
	templateList(): Promise<Template[]>;
	conversationCreate(request: NewConversationRequest): Promise<ConversationSummary>;
	conversationList(cursor: string | null, limit: number): Promise<ConversationPage>;
	conversationGet(id: string): Promise<ConversationSummary>;
	conversationRename(id: string, title: string): Promise<ConversationSummary>;
	messageSend(conversationId: string, content: string): Promise<Message>;
	messageList(conversationId: string, beforeSequence: number | null, limit: number): Promise<MessagePage>;
	messageGet(id: string): Promise<Message>;
	/** Gives false when no reply was being written. */
	messageStop(conversationId: string): Promise<boolean>;
	/** A whole audio file (WAV); fails with `not_found` while there is none. */
	chunkAudio(id: string): Promise<ArrayBuffer>;
	chunkRetry(id: string): Promise<Chunk>;
	settingsGet(): Promise<UserSettings>;
	settingsUpdate(patch: UserSettingsPatch): Promise<UserSettings>;
	/**
	 * Called after each commit with what it changed. `resync` says that some news was lost in a burst:
	 * whatever is on screen has to be read again.
	 */
	onDataChanged(listener: (changes: Change[], resync: boolean) => void): Promise<Unlisten>;
	onProblem(listener: (problem: AppProblem) => void): Promise<Unlisten>;
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: CommandError };

async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
	let settled: Answer<T>;
	try {
		settled = await answer;
	} catch (error) {
		throw CommandFailure.from(error);
	}
	if (settled.status === "error") throw CommandFailure.from(settled.error);
	return settled.data;
}

/**
 * A string of JavaScript can hold half a character, which no UTF-8 text can. Tauri would refuse the
 * whole call with a sentence about its arguments; this says what is wrong.
 */
function whole(field: string, text: string): void {
	if (text.isWellFormed()) return;
	throw new CommandFailure("invalid", `${field} holds an unpaired surrogate`, {
		field,
		reason: "must not contain half a character",
	});
}

/** The client that talks to the app this window belongs to. */
export const client: Client = {
	appStatus: () => unwrap(commands.appStatus()),
	appRetry: () => unwrap(commands.appRetry()),
	templateList: () => unwrap(commands.templateList()),
	conversationCreate: (request) => unwrap(commands.conversationCreate(request)),
	conversationList: (cursor, limit) => unwrap(commands.conversationList(cursor, limit)),
	conversationGet: (id) => unwrap(commands.conversationGet(id)),
	async conversationRename(id, title) {
		whole("title", title);
		return unwrap(commands.conversationRename(id, title));
	},
	async messageSend(conversationId, content) {
		whole("content", content);
		return unwrap(commands.messageSend(conversationId, content));
	},
	messageList: (conversationId, beforeSequence, limit) =>
		unwrap(commands.messageList(conversationId, beforeSequence, limit)),
	messageGet: (id) => unwrap(commands.messageGet(id)),
	messageStop: (conversationId) => unwrap(commands.messageStop(conversationId)),
	chunkRetry: (id) => unwrap(commands.chunkRetry(id)),
	settingsGet: () => unwrap(commands.settingsGet()),
	settingsUpdate: (patch) => unwrap(commands.settingsUpdate(patch)),

	chunkAudio: (id) => unwrap(commands.chunkAudio(id)),

	onDataChanged: (listener) =>
		events.dataChanged.listen((event) => listener(event.payload.changes, event.payload.resync)),
	onProblem: (listener) => events.appProblem.listen((event) => listener(event.payload)),
};
