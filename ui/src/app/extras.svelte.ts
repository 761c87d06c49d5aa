import BookmarkIcon from "@lucide/svelte/icons/bookmark";
import Copy from "@lucide/svelte/icons/copy";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import LayoutTemplate from "@lucide/svelte/icons/layout-template";
import Merge from "@lucide/svelte/icons/merge";
import StickyNote from "@lucide/svelte/icons/sticky-note";
import type { MenuGroup, MenuItem } from "../components/menu";
import type { Drafts } from "../drafts/drafts";
import type { OwnTemplates } from "../features/conversations/own-templates.svelte";
import type { PaletteCommand } from "../features/search/palette";
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
	/** The open conversation has become another one, and is read anew; `back` is to be done when that is undone. */
	merged(operation: Operation, back: () => void): void;
}

/**
 * What there is to a conversation beside its messages: notes, bookmarks, copies, a template made of it, and what it can
 * be merged with.
 */
export class Extras {
	/** The notes are open; with a message, to write one on it; with a note, to show that one. */
	notes = $state.raw<{ about: string | null; landOn?: { noteId: string } } | null>(null);
	bookmarksOpen = $state(false);
	mergeOpen = $state(false);
	/** Of which conversation a template is to be made. */
	templateOf = $state.raw<ConversationSummary | null>(null);
	/** The conversation has become another one so many times. */
	generation = $state(0);

	readonly #client: Client;
	readonly #events: ExtrasEvents;
	#copying = false;

	constructor(
		client: Client,
		readonly drafts: Drafts,
		readonly ownTemplates: OwnTemplates,
		events: ExtrasEvents,
	) {
		this.#client = client;
		this.#events = events;
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
				items: this.commands(id).map(({ id, label, icon, run }) => ({ id, label, icon, run })),
			},
			...(readOnly ? [] : [{ id: "copies", items: copies }]),
		];
	}

	/** What the palette offers; notes only where a conversation is open. */
	commands(id: string | null): PaletteCommand[] {
		const notes = {
			id: "notes",
			label: t("conversation.notes"),
			icon: StickyNote,
			run: () => (this.notes = { about: null }),
		};
		const bookmarks = {
			id: "bookmarks",
			label: t("bookmarks.title"),
			icon: BookmarkIcon,
			run: () => (this.bookmarksOpen = true),
		};
		return id === null ? [bookmarks] : [notes, bookmarks];
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
			this.#renew(both);
			this.#events.merged(operation, () => this.#renew(both));
			return null;
		} catch (error) {
			return toFailure(error);
		}
	}

	#renew(ids: readonly string[]): void {
		this.drafts.renew(ids);
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
