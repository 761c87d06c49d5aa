import BookmarkIcon from "@lucide/svelte/icons/bookmark";
import Bot from "@lucide/svelte/icons/bot";
import Brain from "@lucide/svelte/icons/brain";
import Copy from "@lucide/svelte/icons/copy";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import History from "@lucide/svelte/icons/history";
import LayoutTemplate from "@lucide/svelte/icons/layout-template";
import Merge from "@lucide/svelte/icons/merge";
import StickyNote from "@lucide/svelte/icons/sticky-note";
import type { MenuGroup, MenuItem } from "../components/menu";
import type { Drafts } from "../drafts/drafts";
import type { OwnTemplates } from "../features/conversations/own-templates.svelte";
import { Memory } from "../features/memory/memory.svelte";
import type { PaletteCommand } from "../features/search/palette";
import { type DefaultChoice, Tutors } from "../features/tutor/tutors.svelte";
import { t } from "../i18n/index.svelte";
import {
	type Client,
	type CommandFailure,
	type ConversationSummary,
	type Operation,
	type Rearranged,
	toFailure,
} from "../ipc";

export interface ExtrasEvents {
	failed(failure: CommandFailure): void;
	/** Another conversation is to be opened, and this offered to be taken back. */
	made(made: Rearranged): void;
	/** The open conversation has become another one, and is read anew. */
	merged(operation: Operation): void;
}

/** What was asked for when the notes were opened. With another conversation they stay open, and it does not count. */
export interface OpenNotes {
	conversationId: string;
	/** The message on which one is to be written; null for one on the conversation. */
	about: string | null;
	/** The note to be shown, until it is. */
	landOn?: { noteId: string };
}

/** What stands beside the chat. */
type Side = OpenNotes | "memory" | null;

/**
 * What there is to a conversation beside its messages: who answers in it and what is remembered for that, notes,
 * bookmarks, copies, a template made of it, and what it can be merged with.
 */
export class Extras {
	bookmarksOpen = $state(false);
	mergeOpen = $state(false);
	/** The log is open. */
	eventsOpen = $state(false);
	/** It is chosen who answers. */
	tutorOpen = $state(false);
	/** Of which conversation a template is to be made. */
	templateOf = $state.raw<ConversationSummary | null>(null);
	/** The conversation has become another one so many times. */
	generation = $state(0);
	readonly tutors: Tutors;
	readonly memory: Memory;

	/** What is open beside the chat: there is room for one thing. */
	#side = $state.raw<Side>(null);
	/** The same for whoever asks while something goes from the page: there the state is still what it was. */
	#next: Side = null;
	readonly #client: Client;
	readonly #events: ExtrasEvents;
	#copying = false;

	constructor(
		client: Client,
		readonly drafts: Drafts,
		readonly ownTemplates: OwnTemplates,
		settings: DefaultChoice,
		events: ExtrasEvents,
	) {
		this.#client = client;
		this.#events = events;
		this.tutors = new Tutors(client, settings, (failure) => events.failed(failure));
		this.memory = new Memory(client);
	}

	/** The notes that are open. */
	get notes(): OpenNotes | null {
		return this.#side === "memory" ? null : this.#side;
	}

	set notes(notes: OpenNotes | null) {
		// What closes late closes nothing else.
		if (notes !== null || this.#next !== "memory") this.#open(notes);
	}

	/** What the tutor remembers is open. */
	get memoryOpen(): boolean {
		return this.#side === "memory";
	}

	set memoryOpen(isOpen: boolean) {
		if (isOpen) this.#open("memory");
		else if (this.#next === "memory") this.#open(null);
	}

	#open(side: Side): void {
		this.#next = side;
		this.#side = side;
	}

	/** This conversation is open from now on; null for none. */
	async look(id: string | null): Promise<void> {
		await Promise.all([this.tutors.look(id), this.memory.look(id)]);
	}

	close(): void {
		this.tutors.close();
		this.memory.close();
	}

	/** A model answers in the open conversation: only then there is something that it does not see. */
	get modelAnswers(): boolean {
		return this.tutors.here?.kind === "model";
	}

	/** From which message on whoever answers sees everything; null: it is not known, or nothing is cut off. */
	seenFrom(id: string): number | null {
		const seen = this.modelAnswers ? this.memory.of(id)?.seen : undefined;
		// What a model is never told, such as a message without words, may come before all that it is told.
		return seen?.hasEarlier ? seen.firstFullSequence : null;
	}

	/** The menu of the open conversation. */
	menu(conversation: ConversationSummary, readOnly: boolean): MenuGroup[] {
		const { id } = conversation;
		const copies: MenuItem[] = [
			{
				id: "duplicate",
				label: t("conversation.duplicate"),
				icon: CopyPlus,
				run: () => void this.#duplicate(id, true),
			},
			{
				id: "duplicateEmpty",
				label: t("conversation.duplicateEmpty"),
				icon: Copy,
				run: () => void this.#duplicate(id, false),
			},
			{
				id: "saveTemplate",
				label: t("conversation.saveTemplate"),
				icon: LayoutTemplate,
				run: () => (this.templateOf = conversation),
			},
			{ id: "merge", label: t("conversation.merge"), icon: Merge, run: () => (this.mergeOpen = true) },
		];
		return [
			{
				id: "beside",
				items: this.#beside(id).map(({ id, label, icon, run }) => ({ id, label, icon, run })),
			},
			...(readOnly ? [] : [{ id: "copies", items: copies }]),
		];
	}

	/** What the palette offers; what belongs to a conversation only where one is open. */
	commands(id: string | null, readOnly: boolean): PaletteCommand[] {
		if (id === null) return [this.#bookmarks];
		const tutor = {
			id: "tutor",
			label: t("tutor.title"),
			icon: Bot,
			run: () => (this.tutorOpen = true),
		};
		return [...(readOnly ? [] : [tutor]), ...this.#beside(id)];
	}

	get #bookmarks(): PaletteCommand {
		return {
			id: "bookmarks",
			label: t("bookmarks.title"),
			icon: BookmarkIcon,
			run: () => (this.bookmarksOpen = true),
		};
	}

	/** What there is to read beside the messages of a conversation. */
	#beside(id: string): PaletteCommand[] {
		const notes = {
			id: "notes",
			label: t("conversation.notes"),
			icon: StickyNote,
			run: () => (this.notes = { conversationId: id, about: null }),
		};
		const memory = {
			id: "memory",
			label: t("conversation.memory"),
			icon: Brain,
			run: () => (this.memoryOpen = true),
		};
		const events = {
			id: "events",
			label: t("conversation.events"),
			icon: History,
			run: () => (this.eventsOpen = true),
		};
		return [notes, memory, this.#bookmarks, events];
	}

	/** This note was shown, or is not there: where the notes are shown anew, nobody is to land on it again. */
	landed(on: { noteId: string }): void {
		if (this.notes?.landOn !== on) return;
		const { conversationId, about } = this.notes;
		this.notes = { conversationId, about };
	}

	/** A note on this message was written, or is not to be: the next one is on the conversation. */
	leaveMessage(messageId: string | null): void {
		if (this.notes?.about === messageId) this.notes = { ...this.notes, about: null };
	}

	/**
	 * Puts a conversation into another one. What is typed and not sent or saved goes along, so it has to be on the disk before
	 * and is read anew afterwards. Gives why it could not be, or null.
	 */
	async merge(into: string, from: string): Promise<CommandFailure | null> {
		const both = [into, from];
		const failure = await this.drafts.settle(both);
		if (failure) return failure;
		try {
			const { operation } = await this.#client.conversationMerge(into, from);
			this.drafts.renew(both);
			this.generation += 1;
			this.#events.merged(operation);
			return null;
		} catch (error) {
			return toFailure(error);
		}
	}

	/**
	 * Carries out an undo. One of a merge parts what is typed and not sent, so that has to be on the disk before, and is
	 * read anew afterwards.
	 */
	async undo({ kind }: Operation, carryOut: () => Promise<unknown>): Promise<void> {
		if (kind !== "conversation_merge") {
			await carryOut();
			return;
		}
		const failure = await this.drafts.settleAll();
		if (failure) throw failure;
		await carryOut();
		this.drafts.renewBoxes();
		this.generation += 1;
	}

	/** Once, however often it is asked for: a copy of a long conversation takes its time. */
	async #duplicate(id: string, withHistory: boolean): Promise<void> {
		if (this.#copying) return;
		this.#copying = true;
		try {
			this.#events.made(await this.#client.conversationDuplicate(id, withHistory));
		} catch (error) {
			this.#events.failed(toFailure(error));
		} finally {
			this.#copying = false;
		}
	}
}
