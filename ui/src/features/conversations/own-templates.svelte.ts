import { t } from "../../i18n/index.svelte";
import {
	type CefrLevel,
	type Client,
	type CommandFailure,
	type Operation,
	type Template,
	toFailure,
} from "../../ipc";

/** A template as it stands in the form. */
export interface TemplateDraft {
	name: string;
	level: CefrLevel | null;
	openingMessage: string;
	systemPrompt: string;
}

/** What can be taken back. */
export interface TemplateEvents {
	offer(operation: Operation): void;
	offerMade(made: {
		name: string;
		sentence: string;
		createdAt: number;
		takeBack(): Promise<Operation>;
	}): void;
}

const BLANK: TemplateDraft = { name: "", level: null, openingMessage: "", systemPrompt: "" };

/** What the learner does with templates of their own. The list itself comes from the app. */
export class OwnTemplates {
	busy = $state(false);
	/** Why it was not saved, as long as nothing else was tried. */
	refusal = $state.raw<CommandFailure | null>(null);
	/** Why it was not deleted. */
	failure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;
	readonly #events: TemplateEvents;
	/** What was written and neither saved nor given up, by the template; the new one has no id. */
	readonly #drafts = new Map<string | null, TemplateDraft>();
	/** What a template was to be called and neither saved nor given up, by the conversation it is made of. */
	readonly #names = new Map<string, string>();

	constructor(client: Client, events: TemplateEvents) {
		this.#client = client;
		this.#events = events;
	}

	/** What to begin with in the form: the template, or what was written before. */
	draftOf(template: Template | null): TemplateDraft {
		return this.#drafts.get(template?.id ?? null) ?? asDraft(template);
	}

	/** The form is closed, but that need not mean that its words are not wanted any more. */
	keep(template: Template | null, draft: TemplateDraft): void {
		this.forget(template);
		const before = asDraft(template);
		const fields = Object.keys(before) as (keyof TemplateDraft)[];
		if (fields.some((field) => draft[field] !== before[field])) this.#drafts.set(template?.id ?? null, draft);
	}

	forget(template: Template | null): void {
		this.refusal = null;
		this.#drafts.delete(template?.id ?? null);
	}

	/** Gives whether it worked. */
	save(template: Template | null, draft: TemplateDraft): Promise<boolean> {
		return this.#attempt(async () => {
			if (template) await this.#client.templateUpdate(template.id, draft);
			else await this.#client.templateCreate(draft);
			this.forget(template);
		});
	}

	/** What a template made of the conversation is to be called, if that was written before. */
	nameFor(conversationId: string): string | undefined {
		return this.#names.get(conversationId);
	}

	/** Like `keep`, for the name of a template that is made of a conversation; null forgets it. */
	keepName(conversationId: string, name: string | null): void {
		this.refusal = null;
		if (name === null) this.#names.delete(conversationId);
		else this.#names.set(conversationId, name);
	}

	/** Makes a template of a conversation. Gives whether it worked. */
	saveConversation(conversationId: string, name: string): Promise<boolean> {
		return this.#attempt(async () => {
			const made = await this.#client.templateFromConversation(conversationId, name);
			this.#events.offerMade({
				name: made.name,
				sentence: t("templates.made", { name: made.name }),
				createdAt: made.createdAt,
				takeBack: () => this.#client.templateDelete(made.id),
			});
		});
	}

	async #attempt(work: () => Promise<void>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.refusal = null;
		try {
			await work();
			return true;
		} catch (error) {
			this.refusal = toFailure(error);
			return false;
		} finally {
			this.busy = false;
		}
	}

	async delete(template: Template): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		this.failure = null;
		try {
			const operation = await this.#client.templateDelete(template.id);
			this.forget(template);
			this.#events.offer(operation);
		} catch (error) {
			this.failure = toFailure(error);
		} finally {
			this.busy = false;
		}
	}
}

function asDraft(template: Template | null): TemplateDraft {
	const { name, level, openingMessage, systemPrompt } = template ?? BLANK;
	return { name, level, openingMessage, systemPrompt };
}
