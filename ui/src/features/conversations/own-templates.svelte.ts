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

const BLANK: TemplateDraft = { name: "", level: null, openingMessage: "", systemPrompt: "" };

/** What the learner does with templates of their own. The list itself comes from the app. */
export class OwnTemplates {
	busy = $state(false);
	/** Why it was not saved, as long as nothing else was tried. */
	refusal = $state.raw<CommandFailure | null>(null);
	/** Why it was not deleted. */
	failure = $state.raw<CommandFailure | null>(null);

	readonly #client: Client;
	readonly #deleted: (operation: Operation) => void;
	/** What was written and neither saved nor given up, by the template; the new one has no id. */
	readonly #drafts = new Map<string | null, TemplateDraft>();

	constructor(client: Client, deleted: (operation: Operation) => void = () => {}) {
		this.#client = client;
		this.#deleted = deleted;
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
	async save(template: Template | null, draft: TemplateDraft): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.refusal = null;
		try {
			if (template) await this.#client.templateUpdate(template.id, draft);
			else await this.#client.templateCreate(draft);
			this.forget(template);
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
			this.#deleted(operation);
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
