import { toClipboard } from "../../components/clipboard";
import type { MenuPoint } from "../../components/menu";
import type { Drafts } from "../../drafts/drafts";
import type { Rewording } from "../../drafts/rewording.svelte";
import { t } from "../../i18n/index.svelte";
import {
	type Client,
	type CommandFailure,
	type Message,
	type Operation,
	type Rearranged,
	toFailure,
} from "../../ipc";
import { type MessageAction, quoted } from "./actions";
import { Care } from "./care";

/** What opens over the chat for one message. */
export type MessageDialog = "history" | "details" | "bookmarkNote" | "react";

export interface ActorEvents {
	/** Something was done that can be taken back. */
	done(operation: Operation): void;
	failed(failure: CommandFailure): void;
	/** Another conversation was made of this one. */
	rearranged(made: Rearranged): void;
	/** The notes are asked for; with a message, to write one on it. */
	notes(messageId: string | null): void;
	/** A text belongs into the box. */
	quoted(text: string): void;
	/** Several messages are to be chosen, this one among them. */
	select(messageId: string): void;
	/** Who answers is to be chosen. */
	tutor(): void;
	/** A message is to go. */
	remove(messageId: string): void;
	/** Messages that are being changed are about to show it again. */
	editsShowing(): void;
	/** A message is no longer being changed. */
	editEnded(messageId: string): void;
}

/** What is asked for at a message: its menu, the dialogs behind that, and what is done at once. */
export class Actor {
	/** The menu that is open, and where. */
	menu = $state.raw<{ messageId: string; at: MenuPoint } | null>(null);
	dialog = $state.raw<{ what: MessageDialog; messageId: string } | null>(null);
	/** A word about what was done. */
	said = $state("");

	readonly care: Care;
	readonly #client: Client;
	readonly #drafts: Drafts;
	readonly #events: ActorEvents;
	#rearranging = false;
	#answering = false;

	constructor(client: Client, drafts: Drafts, events: ActorEvents) {
		this.#client = client;
		this.#drafts = drafts;
		this.#events = events;
		this.care = new Care(client, drafts, (operation) => events.done(operation));
	}

	act({ id, content }: Message, action: MessageAction): void {
		switch (action) {
			case "regenerate":
				void this.#answer(() => this.#client.messageRegenerate(id, null));
				break;
			case "builtIn":
				void this.#answer(() => this.#client.messageRegenerate(id, { kind: "built_in" }));
				break;
			case "resume":
				void this.#answer(() => this.#client.messageResume(id));
				break;
			case "tutor":
				this.#events.tutor();
				break;
			case "copy":
				void this.#copy(content);
				break;
			case "quote":
				this.#events.quoted(quoted(content));
				break;
			case "edit":
				void this.#telling(() => this.#drafts.begin({ kind: "edit", messageId: id }, content));
				break;
			case "history":
			case "details":
			case "react":
			case "bookmarkNote":
				this.dialog = { what: action, messageId: id };
				break;
			case "bookmark":
				void this.#attempt(() => this.care.bookmark(id, ""), t("message.bookmarked"));
				break;
			case "removeBookmark":
				void this.#attempt(() => this.care.removeBookmark(id), "");
				break;
			case "note":
				this.#events.notes(id);
				break;
			case "notes":
				this.#events.notes(null);
				break;
			case "branch":
				void this.#rearrange(() => this.#client.conversationBranch(id));
				break;
			case "split":
				void this.#rearrange(() => this.#client.conversationSplit(id));
				break;
			case "select":
				this.#events.select(id);
				break;
			case "delete":
				this.#events.remove(id);
				break;
		}
	}

	/** Shows the messages that were being changed when the conversation was left, at an earlier start too. */
	async openEdits(conversationId: string): Promise<void> {
		await this.#telling(() => this.#drafts.openEdits(conversationId, () => this.#events.editsShowing()));
	}

	edit(messageId: string): Rewording | undefined {
		return this.#drafts.rewording({ kind: "edit", messageId });
	}

	/** Saves what a message is to say. Until that is done the words stay where they are. */
	async save(messageId: string, regenerate: boolean): Promise<CommandFailure | null> {
		const text = this.edit(messageId)?.text ?? "";
		const failure = await this.care.edit(messageId, text, regenerate);
		if (!failure) this.endEdit(messageId);
		return failure;
	}

	endEdit(messageId: string): void {
		this.#drafts.end({ kind: "edit", messageId });
		this.#events.editEnded(messageId);
	}

	async #copy(content: string): Promise<void> {
		this.said = (await toClipboard(content)) ? t("message.copied") : t("message.notCopied");
	}

	async #telling(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			this.#events.failed(toFailure(error));
		}
	}

	async #attempt(work: () => Promise<CommandFailure | null>, word: string): Promise<void> {
		const failure = await work();
		if (failure) this.#events.failed(failure);
		else this.said = word;
	}

	/** Once, however often it is asked for: the second would meet the reply of the first. */
	async #answer(work: () => Promise<Operation | null>): Promise<void> {
		if (this.#answering) return;
		this.#answering = true;
		try {
			const operation = await work();
			if (operation) this.#events.done(operation);
		} catch (error) {
			this.#events.failed(toFailure(error));
		} finally {
			this.#answering = false;
		}
	}

	/** Once, however often it is asked for: a copy of a long conversation takes its time. */
	async #rearrange(work: () => Promise<Rearranged>): Promise<void> {
		if (this.#rearranging) return;
		this.#rearranging = true;
		try {
			this.#events.rearranged(await work());
		} catch (error) {
			this.#events.failed(toFailure(error));
		} finally {
			this.#rearranging = false;
		}
	}
}
