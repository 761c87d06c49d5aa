import type {
	FactType,
	KeyFact,
	KeyFactPatch,
	MemorySettings,
	MemorySettingsPatch,
	MemoryView,
	Operation,
	RememberingProgress,
	SeenContext,
	Summary,
	SummedUp,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeEvents } from "./fake-events";
import { found, settled } from "./fake-store";
import { aFact, aSummary, NOON } from "./fixtures";

const BOUNDS = {
	maxContextMessages: [2, 500],
	maxContextTokens: [256, 200_000],
	summarizeThreshold: [10, 500],
} as const;

/** What is remembered of conversations in the app in memory. A model is told the last messages word for word. */
export class FakeMemory extends FakeEvents {
	facts: KeyFact[] = [];
	summaries: Summary[] = [];
	/** By conversation; any other has the usual ones. */
	readonly memorySettings = new Map<string, MemorySettings>();
	/** What a model is told otherwise than it would be. */
	seenOver: Partial<SeenContext> = {};
	/** What the next summing up makes, and what is told of it besides. */
	toSumUp: Summary[] = [];
	summedUp: Partial<SummedUp> = {};
	/** Of how many messages it is known what they mean, by conversation. */
	readonly meanings = new Map<string, number>();
	/** How far that has come which is under way, by conversation. */
	readonly atWork = new Map<string, RememberingProgress>();
	readonly rememberingListeners = new Set<(progress: RememberingProgress) => void>();
	#moment = NOON;

	memoryGet(conversationId: string) {
		return this.answer("memoryGet", [conversationId], (): MemoryView => {
			found(this.conversations, conversationId);
			return {
				settings: this.#settings(conversationId),
				facts: this.#factsOf(conversationId),
				summaries: this.summaries.filter((summary) => summary.conversationId === conversationId),
				seen: this.#seen(conversationId),
				model: this.#model(conversationId),
				meaning: this.#meaning(conversationId),
				atWork: this.atWork.get(conversationId) ?? null,
			};
		});
	}

	memoryUpdateSettings(conversationId: string, patch: MemorySettingsPatch) {
		return this.carryOut("memoryUpdateSettings", [conversationId, patch], () => {
			for (const [field, [least, most]] of Object.entries(BOUNDS)) {
				const value = patch[field as keyof typeof BOUNDS];
				if (value != null && (value < least || value > most)) {
					const reason = `must be from ${least} to ${most}`;
					throw new CommandFailure("invalid", field, { field, reason });
				}
			}
			const settings = { ...this.#settings(conversationId), ...(patch as Partial<MemorySettings>) };
			this.memorySettings.set(conversationId, settings);
			this.tell({ entity: "conversation", id: conversationId, conversationId });
			return settings;
		});
	}

	memorySummarize(conversationId: string) {
		return this.carryOut("memorySummarize", [conversationId], () => {
			this.atWork.delete(conversationId);
			const made = this.toSumUp.map((summary) => ({ ...summary, conversationId }));
			this.toSumUp = [];
			this.summaries = [...this.summaries, ...made];
			for (const { id } of made) this.tell({ entity: "summary", kind: "inserted", id, conversationId });
			return { made: made.length, byRules: 0, failure: null, wasStopped: false, ...this.summedUp };
		});
	}

	memoryLearnMeanings(conversationId: string) {
		return this.carryOut("memoryLearnMeanings", [conversationId], () => {
			if (!this.#meaning(conversationId)) {
				throw new CommandFailure("conflict", "No model was chosen that says what messages mean.");
			}
			this.atWork.delete(conversationId);
			const known = this.of(conversationId).length;
			this.meanings.set(conversationId, known);
			return { coverage: { known, missing: 0 }, wasStopped: false };
		});
	}

	memoryStop(conversationId: string) {
		return this.carryOut("memoryStop", [conversationId], () => this.atWork.has(conversationId));
	}

	async onRememberingProgress(listener: (progress: RememberingProgress) => void) {
		this.rememberingListeners.add(listener);
		return () => void this.rememberingListeners.delete(listener);
	}

	/** What is under way in the memory of a conversation has come so far. */
	async remembering(conversationId: string, over: Partial<RememberingProgress> = {}): Promise<void> {
		const begun = { work: "summaries" as const, done: 0, total: null, isOver: false };
		const progress: RememberingProgress = { conversationId, ...begun, ...over };
		if (progress.isOver) this.atWork.delete(conversationId);
		else this.atWork.set(conversationId, progress);
		for (const listener of this.rememberingListeners) listener(progress);
		await settled();
	}

	keyFactCreate(conversationId: string, factType: FactType, text: string) {
		return this.carryOut("keyFactCreate", [conversationId, factType, text], () => {
			const words = this.#checked(conversationId, text, null);
			const createdAt = this.#later();
			const own = { confidence: 1, isUserEdited: true, sourceMessageId: null };
			const fact = aFact({ conversationId, factType, text: words, createdAt, ...own });
			this.facts = [...this.facts, fact];
			this.#tellOf(fact, "inserted");
			return fact;
		});
	}

	keyFactUpdate(id: string, patch: KeyFactPatch) {
		return this.carryOut("keyFactUpdate", [id, patch], () => {
			const before = found(this.facts, id);
			const text = patch.text == null ? before.text : this.#checked(before.conversationId, patch.text, id);
			return this.#exchange({
				...before,
				text,
				factType: patch.factType ?? before.factType,
				confidence: 1,
				isUserEdited: true,
			});
		});
	}

	keyFactPin(id: string, pinned: boolean) {
		return this.carryOut("keyFactPin", [id, pinned], () =>
			this.#exchange({ ...found(this.facts, id), pinnedAt: pinned ? this.#later() : null }),
		);
	}

	keyFactDelete(id: string) {
		return this.carryOut("keyFactDelete", [id], () => {
			const fact = found(this.facts, id);
			return this.#drop([fact], "fact_delete", fact.text);
		});
	}

	keyFactClear(conversationId: string) {
		return this.carryOut("keyFactClear", [conversationId], (): Operation | null => {
			const gone = this.#factsOf(conversationId);
			const { title } = found(this.conversations, conversationId);
			return gone.length === 0 ? null : this.#drop(gone, "facts_clear", title);
		});
	}

	summaryUpdate(id: string, text: string) {
		return this.carryOut("summaryUpdate", [id, text], () => {
			const summary = { ...found(this.summaries, id), text, updatedAt: this.#later() };
			this.summaries = this.summaries.map((other) => (other.id === id ? summary : other));
			this.tell({ entity: "summary", id, conversationId: summary.conversationId });
			return summary;
		});
	}

	summaryDelete(id: string) {
		return this.carryOut("summaryDelete", [id], () => {
			const { conversationId } = found(this.summaries, id);
			this.summaries = this.summaries.filter((summary) => summary.id !== id);
			this.tell({ entity: "summary", kind: "deleted", id, conversationId });
			return null;
		});
	}

	summaryClear(conversationId: string) {
		return this.carryOut("summaryClear", [conversationId], () => {
			const kept = this.summaries.filter((summary) => summary.conversationId !== conversationId);
			const count = this.summaries.length - kept.length;
			this.summaries = kept;
			this.tell({ entity: "summary", kind: "deleted", conversationId });
			return count;
		});
	}

	/** Something that was learnt from what was said. */
	learn(conversationId: string, text: string, over: Partial<KeyFact> = {}): KeyFact {
		const fact = aFact({ conversationId, text, ...over });
		this.facts = [...this.facts, fact];
		return fact;
	}

	/** A stretch that was summed up. */
	sumUp(conversationId: string, text: string, over: Partial<Summary> = {}): Summary {
		const summary = aSummary({ conversationId, text, ...over });
		this.summaries = [...this.summaries, summary];
		return summary;
	}

	#settings(conversationId: string): MemorySettings {
		return (
			this.memorySettings.get(conversationId) ?? {
				strategy: "hierarchical",
				maxContextMessages: 20,
				maxContextTokens: 4096,
				autoSummarize: true,
				summarizeThreshold: 40,
			}
		);
	}

	#model(conversationId: string): string | null {
		const choice = this.tutors.get(conversationId);
		return choice?.kind === "model" ? choice.model : null;
	}

	#meaning(conversationId: string): MemoryView["meaning"] {
		const choice = this.tutors.get(conversationId);
		if (choice?.kind !== "model" || this.#settings(conversationId).strategy !== "semantic") return null;
		const model = this.modelServers.find(({ id }) => id === choice.serverId)?.embeddingModel;
		const known = this.meanings.get(conversationId) ?? 0;
		return model ? { model, known, missing: this.of(conversationId).length - known } : null;
	}

	/** Pinned ones first. */
	#factsOf(conversationId: string): KeyFact[] {
		const all = this.facts.filter((fact) => fact.conversationId === conversationId);
		return [
			...all.filter(({ pinnedAt }) => pinnedAt !== null),
			...all.filter(({ pinnedAt }) => pinnedAt === null),
		];
	}

	#seen(conversationId: string): SeenContext {
		const { maxContextMessages, maxContextTokens } = this.#settings(conversationId);
		const all = this.of(conversationId).filter(({ role }) => role !== "system");
		const full = all.slice(-maxContextMessages);
		const facts = this.#factsOf(conversationId);
		return {
			system: ["You are a patient tutor.", ...facts.map(({ text }) => text)].join("\n"),
			turns: full.map(({ role, content }) => ({ role, content })),
			usedTokens: full.reduce((sum, { content }) => sum + Math.ceil(content.length / 4), 0),
			budget: maxContextTokens,
			firstFullSequence: full[0]?.sequenceNumber ?? null,
			facts: facts.length,
			summaries: this.summaries.filter((summary) => summary.conversationId === conversationId).length,
			recalled: 0,
			hasEarlier: full.length < all.length,
			isLastTurnCut: false,
			...this.seenOver,
		};
	}

	#checked(conversationId: string, typed: string, id: string | null): string {
		const text = typed.trim();
		const refusal = (reason: string) => new CommandFailure("invalid", "text", { field: "text", reason });
		if (text === "") throw refusal("must not be empty");
		if (text.length > 500) throw refusal(`is too long: ${text.length} characters, where 500 are the most`);
		const isThere = this.#factsOf(conversationId).some((fact) => fact.id !== id && fact.text === text);
		if (isThere) throw new CommandFailure("conflict", "This fact is in the list already.");
		return text;
	}

	#drop(gone: readonly KeyFact[], kind: "fact_delete" | "facts_clear", subject: string): Operation {
		const before = this.facts;
		this.facts = before.filter((fact) => !gone.includes(fact));
		for (const fact of gone) this.#tellOf(fact, "deleted");
		return this.record(kind, subject, () => {
			this.facts = before;
			for (const fact of gone) this.#tellOf(fact, "inserted");
		});
	}

	#exchange(changed: KeyFact): KeyFact {
		const fact = { ...changed, updatedAt: this.#later() };
		this.facts = this.facts.map((other) => (other.id === fact.id ? fact : other));
		this.#tellOf(fact, "updated");
		return fact;
	}

	#tellOf({ id, conversationId }: KeyFact, kind: "inserted" | "updated" | "deleted"): void {
		this.tell({ entity: "key_fact", kind, id, conversationId });
	}

	/** Grows with every call. */
	#later(): number {
		this.#moment += 1000;
		return this.#moment;
	}
}
