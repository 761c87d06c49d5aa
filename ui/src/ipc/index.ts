/**
 * The one door between the window and the Rust side, and the only place that knows Tauri.
 * Everything else takes a `Client`, so that tests and previews can hand in another one.
 */
import {
	type AppProblem,
	type AppStatus,
	type Backup,
	type BackupOverview,
	type Bookmark,
	type BookmarkPage,
	type CefrLevel,
	type Change,
	type Chunk,
	type CommandError,
	type ConversationPage,
	type ConversationStatus,
	type ConversationSummary,
	commands,
	type DoctorReport,
	type DraftOf,
	type EditDraft,
	type Edited,
	type EventFilter,
	type EventPage,
	events,
	type FactType,
	type Folder,
	type FolderPatch,
	type FoundModelServer,
	type KeptModelServer,
	type KeyFact,
	type KeyFactPatch,
	type KeyPlace,
	type LearntMeanings,
	type ListFilter,
	type MemorySettings,
	type MemorySettingsPatch,
	type MemoryView,
	type Message,
	type MessageDetails,
	type MessageHistory,
	type MessagePage,
	type MessageReaction,
	type ModelServer,
	type ModelServerRequest,
	type NewConversationRequest,
	type NewFolder,
	type NewTemplate,
	type Note,
	type NotePage,
	type Operation,
	type ReachedModelServer,
	type Reaction,
	type Rearranged,
	type RememberingProgress,
	type RepairOutcome,
	type Rescue,
	type SearchKind,
	type SearchPage,
	type Summary,
	type SummedUp,
	type Tag,
	type Template,
	type TemplatePatch,
	type TrashKind,
	type TrashPage,
	type TutorChoice,
	type UserSettings,
	type UserSettingsPatch,
	type WorkProgress,
} from "./bindings";
import { CommandFailure } from "./failure";

export type * from "./bindings";
export { CommandFailure, toFailure } from "./failure";

export type Unlisten = () => void;

/** Which stretch of a conversation is meant; null is its end. */
export type Stretch = { before: number } | { after: number } | { around: string } | null;

export interface Client {
	/** How the start of the app went. */
	appStatus(): Promise<AppStatus>;
	/** Makes the app try to start once more after a failure. */
	appRetry(): Promise<AppStatus>;
	/** Makes an empty profile where the database is missing; fails with `conflict` where there is one. */
	appBeginAnew(): Promise<AppStatus>;
	templateList(): Promise<Template[]>;
	/** Fails with `conflict` when there are too many already. */
	templateCreate(template: NewTemplate): Promise<Template>;
	templateUpdate(id: string, patch: TemplatePatch): Promise<Template>;
	/** Gives what can be undone. Conversations begun from it keep their words. */
	templateDelete(id: string): Promise<Operation>;
	/** Without a name it is called like the conversation. */
	templateFromConversation(conversation: string, name: string | null): Promise<Template>;
	conversationCreate(request: NewConversationRequest): Promise<ConversationSummary>;
	/** A cursor goes with the filter of the page that gave it. Null lists all but archived ones. */
	conversationList(
		cursor: string | null,
		limit: number,
		filter: ListFilter | null,
	): Promise<ConversationPage>;
	conversationGet(id: string): Promise<ConversationSummary>;
	conversationRename(id: string, title: string): Promise<ConversationSummary>;
	/** Into the trash; gives what can be undone. */
	conversationDelete(id: string): Promise<Operation>;
	// Of 1 to 1,000 conversations. Each gives what can be undone, or null when nothing was to be done.
	conversationDeleteMany(ids: string[]): Promise<Operation>;
	/** Null takes them out of their folders. */
	conversationMove(ids: string[], folderId: string | null): Promise<Operation | null>;
	/** Fails with `conflict` when one would have too many. */
	conversationChangeTags(ids: string[], add: string[], remove: string[]): Promise<Operation | null>;
	conversationPin(ids: string[], pinned: boolean): Promise<Operation | null>;
	conversationSetStatus(ids: string[], status: ConversationStatus): Promise<Operation | null>;
	conversationSetLevel(ids: string[], level: CefrLevel | null): Promise<Operation | null>;
	conversationMarkUnread(ids: string[]): Promise<null>;
	/** Null puts it at the end of the pinned ones. */
	conversationMovePin(id: string, beforeId: string | null): Promise<Operation | null>;
	conversationMarkRead(ids: string[]): Promise<null>;
	/** Archived ones left out; 1,000 stands for that many or more. */
	conversationUnreadCount(): Promise<number>;
	/** The outermost ones first, then those of each folder together, by position. */
	folderList(): Promise<Folder[]>;
	/** Fails with `conflict` when there is one of this name beside it, or when it would lie too deep. */
	folderCreate(request: NewFolder): Promise<Folder>;
	folderUpdate(id: string, patch: FolderPatch): Promise<Folder>;
	/** Before one of those there, or at the end. */
	folderMove(id: string, parentFolderId: string | null, beforeId: string | null): Promise<Folder>;
	/** With the folders in it. Their conversations come to lie around it. */
	folderDelete(id: string): Promise<Operation>;
	/** In alphabetical order. */
	tagList(): Promise<Tag[]>;
	/** Fails with `conflict` when there is a tag of that name. */
	tagRename(name: string, newName: string): Promise<Operation | null>;
	tagMerge(name: string, into: string): Promise<Operation>;
	tagSetColor(name: string, color: string | null): Promise<Operation | null>;
	tagDelete(name: string): Promise<Operation>;
	/** Keeps what is typed and not sent; an empty text removes it, and so does sending the message. */
	draftSave(of: DraftOf, content: string): Promise<null>;
	/** Gives an empty text when nothing is kept. */
	draftGet(of: DraftOf): Promise<string>;
	/** The messages of a conversation that are being changed. */
	draftListEdits(conversationId: string): Promise<EditDraft[]>;
	messageSend(conversationId: string, content: string): Promise<Message>;
	/** Oldest first. Around a message that is gone it fails with `not_found`. */
	messageList(conversationId: string, stretch: Stretch, limit: number): Promise<MessagePage>;
	messageGet(id: string): Promise<Message>;
	/** Gives false when no reply was being written. */
	messageStop(conversationId: string): Promise<boolean>;
	/** Into the trash; gives what can be undone. */
	messageDelete(id: string): Promise<Operation>;
	trashList(cursor: string | null, limit: number): Promise<TrashPage>;
	trashRestore(kind: TrashKind, id: string): Promise<null>;
	/** For ever: answers when no byte of it is left. */
	trashErase(kind: TrashKind, id: string): Promise<null>;
	/** Gives how many things were erased. */
	trashEmpty(): Promise<number>;
	/** What can be taken back, newest first. */
	operationList(): Promise<Operation[]>;
	/** Fails with `conflict` when the thing has changed since. */
	operationUndo(id: string): Promise<null>;
	/** Whatever is typed is a search. Without a kind the first page begins with a few hits of each other kind. */
	searchRun(text: string, kind: SearchKind | null, cursor: string | null, limit: number): Promise<SearchPage>;
	/** Latest first. */
	searchRecent(): Promise<string[]>;
	searchRemember(text: string): Promise<null>;
	/** Null forgets all. */
	searchForget(text: string | null): Promise<null>;
	/** Ends with `cancelled` when that was wished; then the rest is done in the background. */
	searchRebuild(): Promise<null>;
	/** A whole audio file (WAV); fails with `not_found` while there is none. */
	chunkAudio(id: string): Promise<ArrayBuffer>;
	chunkRetry(id: string): Promise<Chunk>;
	settingsGet(): Promise<UserSettings>;
	settingsUpdate(patch: UserSettingsPatch): Promise<UserSettings>;
	appOpenFolder(): Promise<null>;
	appReport(): Promise<string>;
	backupList(): Promise<BackupOverview>;
	backupCreate(): Promise<Backup>;
	/** Gives the state of the app with the restored data: all that was read before is out of date. */
	backupRestore(name: string): Promise<AppStatus>;
	/** Null lets the app decide. */
	backupSetBudget(megabytes: number | null): Promise<BackupOverview>;
	/** Gives false when nothing was under way. The work itself then fails with `cancelled`. */
	workCancel(): Promise<boolean>;
	doctorReport(): Promise<DoctorReport>;
	/** Like a restore, it makes out of date all that was read before. */
	doctorRepair(): Promise<RepairOutcome>;
	doctorRescue(): Promise<Rescue>;

	// What is done with messages and conversations besides.
	/** All or none, into the trash. */
	messageDeleteMany(ids: string[]): Promise<Operation>;
	/** To answer anew discards what came after it. Fails with `conflict` while a reply is being written. */
	messageEdit(id: string, content: string, regenerate: boolean): Promise<Edited>;
	/** Newest first; before the entry `before`, or from the newest on. */
	eventList(
		conversationId: string,
		filter: EventFilter,
		before: string | null,
		limit: number,
	): Promise<EventPage>;
	/**
	 * Has the learner's last words answered anew, by whoever was chosen or by somebody else this once. Gives what can be
	 * undone; null when the reply that stood there had no words.
	 */
	messageRegenerate(id: string, tutor: TutorChoice | null): Promise<Operation | null>;
	/** Goes on with a reply that broke off. */
	messageResume(id: string): Promise<null>;
	/** Null: whoever the settings say. */
	conversationTutor(id: string): Promise<TutorChoice | null>;
	conversationSetTutor(id: string, tutor: TutorChoice | null): Promise<null>;
	/** Looks on this computer. */
	modelServerDiscover(): Promise<FoundModelServer[]>;
	modelServerList(): Promise<ModelServer[]>;
	/** Fails with `conflict` when its address is in the list already, with `invalid` for one that is none. */
	modelServerCreate(server: ModelServerRequest): Promise<KeptModelServer>;
	/** Without a key it keeps the one that it has, but only at the same address. */
	modelServerUpdate(id: string, server: ModelServerRequest): Promise<KeptModelServer>;
	/** For good, with its key. */
	modelServerDelete(id: string): Promise<null>;
	/** Asks the server. Fails with `tutor` when it cannot be asked, and says why in `details.failure`. */
	modelServerModels(id: string): Promise<string[]>;
	/** The same for one that is not kept yet, or for changes to one that is. */
	modelServerTest(id: string | null, server: ModelServerRequest): Promise<ReachedModelServer>;
	modelServerSetKey(id: string, key: string): Promise<KeyPlace>;
	/**
	 * Tries the model, which may take a while, and keeps it as the one that says what messages mean; null: none. Fails
	 * with `tutor` as above, and then changes nothing.
	 */
	modelServerSetEmbeddingModel(id: string, model: string | null): Promise<ModelServer>;
	/** How hard it is, and what it costs a model. */
	messageDetails(id: string): Promise<MessageDetails>;
	/** Newest edit first. */
	messageHistory(id: string, cursor: string | null): Promise<MessageHistory>;
	bookmarkSet(messageId: string, note: string | null): Promise<Bookmark>;
	/** Gives what can be undone. */
	bookmarkRemove(messageId: string): Promise<Operation>;
	/** Null without one. */
	bookmarkGet(messageId: string): Promise<Bookmark | null>;
	/** Newest first. */
	bookmarkList(cursor: string | null, limit: number): Promise<BookmarkPage>;
	/** Null without one. */
	reactionGet(messageId: string): Promise<MessageReaction | null>;
	reactionSet(messageId: string, reaction: Reaction, feedback: string | null): Promise<MessageReaction>;
	reactionClear(messageId: string): Promise<null>;
	noteCreate(conversationId: string, messageId: string | null, content: string): Promise<Note>;
	noteUpdate(id: string, content: string): Promise<Note>;
	/** Into the trash; gives what can be undone. */
	noteDelete(id: string): Promise<Operation>;
	/** Those on the messages of the conversation too, oldest first. */
	noteList(conversationId: string, cursor: string | null, limit: number): Promise<NotePage>;
	conversationDuplicate(id: string, withHistory: boolean): Promise<Rearranged>;
	conversationBranch(messageId: string): Promise<Rearranged>;
	conversationSplit(messageId: string): Promise<Rearranged>;
	conversationMerge(intoId: string, fromId: string): Promise<Rearranged>;
	/** What is remembered of a conversation, how, and exactly what a model would be told of it now. */
	memoryGet(conversationId: string): Promise<MemoryView>;
	memoryUpdateSettings(conversationId: string, patch: MemorySettingsPatch): Promise<MemorySettings>;
	/** May take minutes. Fails with `conflict` while this or the next is under way in the conversation. */
	memorySummarize(conversationId: string): Promise<SummedUp>;
	/** The same; also `conflict` if there is no model for it, and `tutor` if it cannot be asked. */
	memoryLearnMeanings(conversationId: string): Promise<LearntMeanings>;
	/** Gives false when neither was under way. What is stopped ends as usual, and says that it was stopped. */
	memoryStop(conversationId: string): Promise<boolean>;
	/** Fails with `conflict` when it is in the list already. */
	keyFactCreate(conversationId: string, factType: FactType, text: string): Promise<KeyFact>;
	/** Fails with `conflict` when another one in the list says that already. */
	keyFactUpdate(id: string, patch: KeyFactPatch): Promise<KeyFact>;
	keyFactPin(id: string, pinned: boolean): Promise<KeyFact>;
	/** Gives what can be undone. */
	keyFactDelete(id: string): Promise<Operation>;
	/** Gives what can be undone, or null when there were none. */
	keyFactClear(conversationId: string): Promise<Operation | null>;
	summaryUpdate(id: string, text: string): Promise<Summary>;
	/** For good. */
	summaryDelete(id: string): Promise<null>;
	/** For good; gives how many there were. */
	summaryClear(conversationId: string): Promise<number>;

	/**
	 * Called after each commit with what it changed. `resync` says that some news was lost in a burst:
	 * whatever is on screen has to be read again.
	 */
	onDataChanged(listener: (changes: Change[], resync: boolean) => void): Promise<Unlisten>;
	onProblem(listener: (problem: AppProblem) => void): Promise<Unlisten>;
	onWorkProgress(listener: (progress: WorkProgress) => void): Promise<Unlisten>;
	/** Of every conversation in whose memory the learner waits for something. */
	onRememberingProgress(listener: (progress: RememberingProgress) => void): Promise<Unlisten>;
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: CommandError };

/** Asks the app, and gives its answer or throws its error. */
async function ask<Arguments extends unknown[], T>(
	command: (...args: Arguments) => Promise<Answer<T>>,
	...args: Arguments
): Promise<T> {
	if (args.some(holdsHalfCharacter)) {
		throw new CommandFailure("invalid", "An argument holds an unpaired surrogate.", {
			reason: "must not contain half a character",
		});
	}
	let settled: Answer<T>;
	try {
		settled = await command(...args);
	} catch (error) {
		throw CommandFailure.from(error);
	}
	if (settled.status === "error") throw CommandFailure.from(settled.error);
	return settled.data;
}

/**
 * A string of JavaScript can hold half a character, which no UTF-8 text can. Tauri would refuse the
 * whole call with a sentence about its arguments.
 */
function holdsHalfCharacter(value: unknown): boolean {
	if (typeof value === "string") return !value.isWellFormed();
	if (typeof value !== "object" || value === null) return false;
	return Object.values(value).some(holdsHalfCharacter);
}

/** The client that talks to the app this window belongs to. */
export const client: Client = {
	appStatus: () => ask(commands.appStatus),
	appRetry: () => ask(commands.appRetry),
	appBeginAnew: () => ask(commands.appBeginAnew),
	templateList: () => ask(commands.templateList),
	templateCreate: (template) => ask(commands.templateCreate, template),
	templateUpdate: (id, patch) => ask(commands.templateUpdate, id, patch),
	templateDelete: (id) => ask(commands.templateDelete, id),
	templateFromConversation: (conversation, name) =>
		ask(commands.templateFromConversation, conversation, name),
	conversationCreate: (request) => ask(commands.conversationCreate, request),
	conversationList: (cursor, limit, filter) => ask(commands.conversationList, cursor, limit, filter),
	conversationGet: (id) => ask(commands.conversationGet, id),
	conversationRename: (id, title) => ask(commands.conversationRename, id, title),
	conversationDelete: (id) => ask(commands.conversationDelete, id),
	conversationDeleteMany: (ids) => ask(commands.conversationDeleteMany, ids),
	conversationMove: (ids, folderId) => ask(commands.conversationMove, ids, folderId),
	conversationChangeTags: (ids, add, remove) => ask(commands.conversationChangeTags, ids, add, remove),
	conversationPin: (ids, pinned) => ask(commands.conversationPin, ids, pinned),
	conversationSetStatus: (ids, status) => ask(commands.conversationSetStatus, ids, status),
	conversationSetLevel: (ids, level) => ask(commands.conversationSetLevel, ids, level),
	conversationMarkUnread: (ids) => ask(commands.conversationMarkUnread, ids),
	conversationMovePin: (id, beforeId) => ask(commands.conversationMovePin, id, beforeId),
	conversationMarkRead: (ids) => ask(commands.conversationMarkRead, ids),
	conversationUnreadCount: () => ask(commands.conversationUnreadCount),
	folderList: () => ask(commands.folderList),
	folderCreate: (request) => ask(commands.folderCreate, request),
	folderUpdate: (id, patch) => ask(commands.folderUpdate, id, patch),
	folderMove: (id, parentFolderId, beforeId) => ask(commands.folderMove, id, parentFolderId, beforeId),
	folderDelete: (id) => ask(commands.folderDelete, id),
	tagList: () => ask(commands.tagList),
	tagRename: (name, newName) => ask(commands.tagRename, name, newName),
	tagMerge: (name, into) => ask(commands.tagMerge, name, into),
	tagSetColor: (name, color) => ask(commands.tagSetColor, name, color),
	tagDelete: (name) => ask(commands.tagDelete, name),
	draftSave: (of, content) => ask(commands.draftSave, of, content),
	draftGet: (of) => ask(commands.draftGet, of),
	draftListEdits: (conversationId) => ask(commands.draftListEdits, conversationId),
	messageSend: (conversationId, content) => ask(commands.messageSend, conversationId, content),
	messageList: (conversationId, stretch, limit) => {
		const place = { before: null, after: null, around: null, ...stretch };
		return ask(commands.messageList, conversationId, place.before, limit, place.after, place.around);
	},
	messageGet: (id) => ask(commands.messageGet, id),
	messageStop: (conversationId) => ask(commands.messageStop, conversationId),
	messageDelete: (id) => ask(commands.messageDelete, id),
	trashList: (cursor, limit) => ask(commands.trashList, cursor, limit),
	trashRestore: (kind, id) => ask(commands.trashRestore, kind, id),
	trashErase: (kind, id) => ask(commands.trashErase, kind, id),
	trashEmpty: () => ask(commands.trashEmpty),
	operationList: () => ask(commands.operationList),
	operationUndo: (id) => ask(commands.operationUndo, id),
	searchRun: (text, kind, cursor, limit) => ask(commands.searchRun, text, kind, cursor, limit),
	searchRecent: () => ask(commands.searchRecent),
	searchRemember: (text) => ask(commands.searchRemember, text),
	searchForget: (text) => ask(commands.searchForget, text),
	searchRebuild: () => ask(commands.searchRebuild),
	chunkAudio: (id) => ask(commands.chunkAudio, id),
	chunkRetry: (id) => ask(commands.chunkRetry, id),
	settingsGet: () => ask(commands.settingsGet),
	settingsUpdate: (patch) => ask(commands.settingsUpdate, patch),
	appOpenFolder: () => ask(commands.appOpenFolder),
	appReport: () => ask(commands.appReport),
	backupList: () => ask(commands.backupList),
	backupCreate: () => ask(commands.backupCreate),
	backupRestore: (name) => ask(commands.backupRestore, name),
	backupSetBudget: (megabytes) => ask(commands.backupSetBudget, megabytes),
	workCancel: () => ask(commands.workCancel),
	doctorReport: () => ask(commands.doctorReport),
	doctorRepair: () => ask(commands.doctorRepair),
	doctorRescue: () => ask(commands.doctorRescue),

	messageDeleteMany: (ids) => ask(commands.messageDeleteMany, ids),
	messageEdit: (id, content, regenerate) => ask(commands.messageEdit, id, content, regenerate),
	eventList: (conversationId, filter, before, limit) =>
		ask(commands.eventList, conversationId, filter, before, limit),
	messageRegenerate: (id, tutor) => ask(commands.messageRegenerate, id, tutor),
	messageResume: (id) => ask(commands.messageResume, id),
	conversationTutor: (id) => ask(commands.conversationTutor, id),
	conversationSetTutor: (id, tutor) => ask(commands.conversationSetTutor, id, tutor),
	modelServerDiscover: () => ask(commands.modelServerDiscover),
	modelServerList: () => ask(commands.modelServerList),
	modelServerCreate: (server) => ask(commands.modelServerCreate, server),
	modelServerUpdate: (id, server) => ask(commands.modelServerUpdate, id, server),
	modelServerDelete: (id) => ask(commands.modelServerDelete, id),
	modelServerModels: (id) => ask(commands.modelServerModels, id),
	modelServerTest: (id, server) => ask(commands.modelServerTest, id, server),
	modelServerSetKey: (id, key) => ask(commands.modelServerSetKey, id, key),
	modelServerSetEmbeddingModel: (id, model) => ask(commands.modelServerSetEmbeddingModel, id, model),
	messageDetails: (id) => ask(commands.messageDetails, id),
	messageHistory: (id, cursor) => ask(commands.messageHistory, id, cursor),
	bookmarkSet: (messageId, note) => ask(commands.bookmarkSet, messageId, note),
	bookmarkRemove: (messageId) => ask(commands.bookmarkRemove, messageId),
	bookmarkGet: (messageId) => ask(commands.bookmarkGet, messageId),
	bookmarkList: (cursor, limit) => ask(commands.bookmarkList, cursor, limit),
	reactionGet: (messageId) => ask(commands.reactionGet, messageId),
	reactionSet: (messageId, reaction, feedback) => ask(commands.reactionSet, messageId, reaction, feedback),
	reactionClear: (messageId) => ask(commands.reactionClear, messageId),
	noteCreate: (conversationId, messageId, content) =>
		ask(commands.noteCreate, conversationId, messageId, content),
	noteUpdate: (id, content) => ask(commands.noteUpdate, id, content),
	noteDelete: (id) => ask(commands.noteDelete, id),
	noteList: (conversationId, cursor, limit) => ask(commands.noteList, conversationId, null, cursor, limit),
	conversationDuplicate: (id, withHistory) => ask(commands.conversationDuplicate, id, withHistory),
	conversationBranch: (messageId) => ask(commands.conversationBranch, messageId),
	conversationSplit: (messageId) => ask(commands.conversationSplit, messageId),
	conversationMerge: (intoId, fromId) => ask(commands.conversationMerge, intoId, fromId),
	memoryGet: (conversationId) => ask(commands.memoryGet, conversationId),
	memoryUpdateSettings: (conversationId, patch) => ask(commands.memoryUpdateSettings, conversationId, patch),
	memorySummarize: (conversationId) => ask(commands.memorySummarize, conversationId),
	memoryLearnMeanings: (conversationId) => ask(commands.memoryLearnMeanings, conversationId),
	memoryStop: (conversationId) => ask(commands.memoryStop, conversationId),
	keyFactCreate: (conversationId, factType, text) =>
		ask(commands.keyFactCreate, conversationId, factType, text),
	keyFactUpdate: (id, patch) => ask(commands.keyFactUpdate, id, patch),
	keyFactPin: (id, pinned) => ask(commands.keyFactPin, id, pinned),
	keyFactDelete: (id) => ask(commands.keyFactDelete, id),
	keyFactClear: (conversationId) => ask(commands.keyFactClear, conversationId),
	summaryUpdate: (id, text) => ask(commands.summaryUpdate, id, text),
	summaryDelete: (id) => ask(commands.summaryDelete, id),
	summaryClear: (conversationId) => ask(commands.summaryClear, conversationId),

	onDataChanged: (listener) =>
		events.dataChanged.listen((event) => listener(event.payload.changes, event.payload.resync)),
	onProblem: (listener) => events.appProblem.listen((event) => listener(event.payload)),
	onWorkProgress: (listener) => events.workProgress.listen((event) => listener(event.payload)),
	onRememberingProgress: (listener) => events.rememberingProgress.listen((event) => listener(event.payload)),
};
