import type {
	AppProblem,
	AppStatus,
	Backup,
	BackupOverview,
	Change,
	Client,
	ConversationSummary,
	DoctorReport,
	Message,
	NewTemplate,
	SearchHit,
	SearchKind,
	Template,
	TemplatePatch,
	TrashKind,
	UserSettings,
	WorkProgress,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeMemory } from "./fake-memory";
import { found, settled } from "./fake-store";
import {
	aBackup,
	aConversation,
	aMessage,
	anId,
	aTemplate,
	NOON,
	READY,
	SETTINGS,
	TEMPLATES,
} from "./fixtures";

/**
 * The Rust side as the window sees it, in memory. An answer is made when it is asked for, also when it
 * is held back: let go later, it is as old as a slow answer really is.
 */
export class FakeApp extends FakeMemory implements Client {
	status: AppStatus = READY;
	settings: UserSettings = SETTINGS;
	templates: Template[] = TEMPLATES;
	/** Chunks whose file somebody has deleted. */
	readonly lostFiles = new Set<string>();
	/** What a search finds, whatever is looked for; and what was looked for last. */
	found: SearchHit[] = [];
	recentSearches: string[] = [];
	isSearchIncomplete = false;
	/** Newest first. */
	backups: Backup[] = [];
	lastFailure: BackupOverview["lastFailure"] = null;
	/** In megabytes; null is automatic. */
	budget: number | null = null;
	budgetIsLost = false;
	doctor: DoctorReport = {
		ok: true,
		text: "Looked at 11 tables: 4 conversations, 16 messages.",
		canRepair: false,
	};
	/** What is there after a restore or a repair. */
	restored: { status: AppStatus; conversations: ConversationSummary[]; messages: Message[] } | null = null;

	readonly #problemListeners = new Set<(problem: AppProblem) => void>();
	readonly #workListeners = new Set<(progress: WorkProgress) => void>();
	/** Long work is under way: there is room for one at a time. */
	#atWork = false;

	/** For long work, and for what must not meet any. */
	async #alone<T>(work: () => Promise<T>): Promise<T> {
		if (this.#atWork) {
			throw new CommandFailure("conflict", "Parlance is busy with another backup, restore or repair.");
		}
		this.#atWork = true;
		try {
			return await work();
		} finally {
			this.#atWork = false;
		}
	}

	// What happens in the app by itself.

	async report(problem: Omit<AppProblem, "details"> & Partial<AppProblem>): Promise<void> {
		for (const listener of this.#problemListeners) listener({ details: {}, ...problem });
		await settled();
	}

	/** The queue has spoken a chunk: it has a sound, in a file that is there. */
	async speak(chunkId: string): Promise<void> {
		this.lostFiles.delete(chunkId);
		const message = this.messages.find(({ chunks }) => chunks.some(({ id }) => id === chunkId));
		if (!message) throw new Error(`${chunkId} is in no message`);
		const spoken = { ttsStatus: "completed" as const, hasAudio: true };
		const chunks = message.chunks.map((chunk) => (chunk.id === chunkId ? { ...chunk, ...spoken } : chunk));
		await this.put({ ...message, chunks });
	}

	async progress(work: WorkProgress["work"], stage: WorkProgress["stage"], permille: number): Promise<void> {
		for (const listener of this.#workListeners) listener({ work, stage, permille });
		await settled();
	}

	get listeners(): number {
		const others = this.#problemListeners.size + this.#workListeners.size;
		return this.dataListeners.size + this.rememberingListeners.size + others;
	}

	// The commands.

	appStatus() {
		return this.answer("appStatus", [], () => this.status);
	}

	appRetry() {
		return this.#alone(() => this.answer("appRetry", [], () => this.status));
	}

	appBeginAnew() {
		return this.#alone(() =>
			this.answer("appBeginAnew", [], () => {
				this.status = READY;
				this.conversations = [];
				this.messages = [];
				return this.status;
			}),
		);
	}

	templateList() {
		return this.answer("templateList", [], () => this.templates);
	}

	templateCreate(template: NewTemplate) {
		return this.carryOut("templateCreate", [template], () => {
			const made = aTemplate({ id: anId(), ...(template as Partial<Template>) });
			this.templates = [...this.templates, made];
			void this.emit({ entity: "template", kind: "inserted", id: made.id });
			return made;
		});
	}

	templateUpdate(id: string, patch: TemplatePatch) {
		return this.carryOut("templateUpdate", [id, patch], () => {
			const changed = { ...found(this.templates, id), ...(patch as Partial<Template>) };
			this.templates = this.templates.map((template) => (template.id === id ? changed : template));
			void this.emit({ entity: "template", kind: "updated", id });
			return changed;
		});
	}

	templateDelete(id: string) {
		return this.carryOut("templateDelete", [id], () => {
			const template = found(this.templates, id);
			this.templates = this.templates.filter((other) => other !== template);
			void this.emit({ entity: "template", kind: "deleted", id });
			return this.record("template_delete", template.name, () => {
				this.templates = [...this.templates, template];
				void this.emit({ entity: "template", kind: "inserted", id });
			});
		});
	}

	templateFromConversation(conversation: string, name: string | null) {
		return this.carryOut("templateFromConversation", [conversation, name], () => {
			const { title, level } = found(this.conversations, conversation);
			const made = aTemplate({ id: anId(), name: name ?? title, level });
			this.templates = [...this.templates, made];
			void this.emit({ entity: "template", kind: "inserted", id: made.id });
			return made;
		});
	}

	conversationCreate(request: Parameters<Client["conversationCreate"]>[0]) {
		return this.answer("conversationCreate", [request], () => {
			const template = this.templates.find(({ id }) => id === request.templateId);
			const created = aConversation({
				templateId: template?.id ?? null,
				title: request.title ?? template?.name ?? "",
				level: request.level ?? null,
				messageCount: 0,
				lastMessageAt: null,
				lastMessagePreview: null,
				createdAt: NOON + this.calls.length,
			});
			this.conversations = [created, ...this.conversations];
			return created;
		});
	}

	messageDelete(id: string) {
		return this.carryOut("messageDelete", [id], () => this.delete("message", id));
	}

	trashList(cursor: string | null, limit: number) {
		return this.answer("trashList", [cursor, limit], () => {
			const size = this.pageSize ?? limit;
			const from = cursor === null ? 0 : Number(cursor);
			return {
				items: this.trash.slice(from, from + size),
				next: from + size < this.trash.length ? String(from + size) : null,
			};
		});
	}

	trashRestore(kind: TrashKind, id: string) {
		return this.carryOut("trashRestore", [kind, id], () => this.restore(kind, id));
	}

	trashErase(kind: TrashKind, id: string) {
		return this.carryOut("trashErase", [kind, id], () => {
			this.erase([found(this.trash, id)]);
			return null;
		});
	}

	trashEmpty() {
		return this.carryOut("trashEmpty", [], () => this.erase(this.trash));
	}

	operationList() {
		return this.answer("operationList", [], () =>
			this.operations.map(({ takeBack: _, ...operation }) => operation),
		);
	}

	operationUndo(id: string) {
		return this.carryOut("operationUndo", [id], () => this.takeBack(id));
	}

	searchRun(text: string, kind: SearchKind | null, cursor: string | null, limit: number) {
		return this.answer("searchRun", [text, kind, cursor, limit], () => {
			const from = Number(cursor ?? 0);
			const hits = this.found.filter((hit) => kind === null || hit.kind === kind);
			const isFirst = kind === null && cursor === null;
			const few = isFirst ? hits.filter((hit) => hit.kind !== "message").slice(0, 5) : [];
			const pages = hits.filter((hit) => hit.kind === (kind ?? "message"));
			return {
				hits: [...few, ...pages.slice(from, from + limit)],
				more: isFirst && hits.filter((hit) => hit.kind === "title").length > 5 ? ["title" as const] : [],
				next: from + limit < pages.length ? String(from + limit) : null,
				isIncomplete: this.isSearchIncomplete,
			};
		});
	}

	searchRecent() {
		return this.answer("searchRecent", [], () => this.recentSearches);
	}

	searchRemember(text: string) {
		return this.carryOut("searchRemember", [text], () => {
			this.recentSearches = [text, ...this.recentSearches.filter((one) => one !== text)];
			return null;
		});
	}

	searchForget(text: string | null) {
		return this.carryOut("searchForget", [text], () => {
			this.recentSearches = text === null ? [] : this.recentSearches.filter((one) => one !== text);
			return null;
		});
	}

	searchRebuild() {
		return this.carryOut("searchRebuild", [], () => {
			this.isSearchIncomplete = false;
			return null;
		});
	}

	messageSend(conversationId: string, content: string) {
		return this.answer("messageSend", [conversationId, content], () => {
			this.drafts.delete(conversationId);
			const sequenceNumber = this.of(conversationId).length + 1;
			const message = aMessage({ id: anId(), conversationId, content, sequenceNumber });
			this.messages = [...this.messages, message];
			return message;
		});
	}

	messageGet(id: string) {
		return this.answer("messageGet", [id], () => found(this.messages, id));
	}

	messageStop(conversationId: string) {
		return this.answer("messageStop", [conversationId], () =>
			this.of(conversationId).some(({ status }) => status === "streaming"),
		);
	}

	chunkAudio(id: string) {
		return this.answer("chunkAudio", [id], () => {
			const chunk = found(this.#chunks(), id);
			if (!chunk.hasAudio || this.lostFiles.has(id)) throw new CommandFailure("not_found", "no audio yet");
			return new TextEncoder().encode(`RIFF ${chunk.text}`).buffer as ArrayBuffer;
		});
	}

	chunkRetry(id: string) {
		return this.answer("chunkRetry", [id], () => {
			const retried = {
				...found(this.#chunks(), id),
				ttsStatus: "pending" as const,
				lastError: null,
				hasAudio: false,
			};
			this.messages = this.messages.map((message) => ({
				...message,
				chunks: message.chunks.map((chunk) => (chunk.id === id ? retried : chunk)),
			}));
			return retried;
		});
	}

	settingsGet() {
		return this.answer("settingsGet", [], () => this.settings);
	}

	settingsUpdate(patch: Parameters<Client["settingsUpdate"]>[0]) {
		// Held back it is not stored yet either: it runs when it is let go.
		this.calls.push(["settingsUpdate", patch]);
		const gate = this.gateOf("settingsUpdate");
		return Promise.resolve(gate).then(() => {
			this.settings = { ...this.settings, ...(patch as Partial<UserSettings>) };
			return this.settings;
		});
	}

	appOpenFolder() {
		return this.answer("appOpenFolder", [], () => null);
	}

	appReport() {
		return this.#alone(() =>
			this.answer("appReport", [], () => "Parlance 0.1.0\nSQLite 3.53.2\nparlance.db: 4 pages"),
		);
	}

	backupList() {
		return this.answer("backupList", [], () => this.#overview());
	}

	backupCreate() {
		return this.#alone(() =>
			this.carryOut("backupCreate", [], () => {
				const made = aBackup({ createdAt: Date.now(), reason: "manual" });
				this.backups = [made, ...this.backups];
				this.lastFailure = null;
				return made;
			}),
		);
	}

	backupRestore(name: string) {
		return this.#alone(() => this.answer("backupRestore", [name], () => this.#replace()));
	}

	backupSetBudget(megabytes: number | null) {
		return this.carryOut("backupSetBudget", [megabytes], () => {
			this.budget = megabytes;
			this.budgetIsLost = false;
			return this.#overview();
		});
	}

	workCancel() {
		return this.answer("workCancel", [], () => true);
	}

	doctorReport() {
		return this.#alone(() => this.answer("doctorReport", [], () => this.doctor));
	}

	doctorRepair() {
		return this.#alone(() =>
			this.answer("doctorRepair", [], () => ({
				text: "4 conversations and 15 of 16 messages were saved.",
				status: this.#replace(),
			})),
		);
	}

	doctorRescue() {
		return this.#alone(() =>
			this.answer("doctorRescue", [], () => ({
				folder: "/home/linh/.local/share/parlance/rescued/2026-03-14",
				text: "4 conversations with 15 messages.",
			})),
		);
	}

	#replace(): AppStatus {
		const { status, conversations, messages } = this.restored ?? this;
		Object.assign(this, { status, conversations, messages });
		return status;
	}

	#overview(): BackupOverview {
		return {
			backups: this.backups,
			usedBytes: this.backups
				.filter(({ reason }) => reason !== "replaced")
				.reduce((sum, { bytes }) => sum + bytes, 0),
			budgetBytes: (this.budget ?? 500) * 1e6,
			budgetIsChosen: this.budget !== null,
			budgetIsLost: this.budgetIsLost,
			lastFailure: this.lastFailure,
		};
	}

	async onWorkProgress(listener: (progress: WorkProgress) => void) {
		this.#workListeners.add(listener);
		return () => void this.#workListeners.delete(listener);
	}

	async onDataChanged(listener: (changes: Change[], resync: boolean) => void) {
		this.dataListeners.add(listener);
		return () => void this.dataListeners.delete(listener);
	}

	async onProblem(listener: (problem: AppProblem) => void) {
		this.#problemListeners.add(listener);
		return () => void this.#problemListeners.delete(listener);
	}

	#chunks() {
		return this.messages.flatMap(({ chunks }) => chunks);
	}
}

export type { Held } from "./fake-calls";
export { settled } from "./fake-store";
