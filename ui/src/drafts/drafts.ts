import { SvelteMap } from "svelte/reactivity";
import type { Client, CommandFailure, DraftOf } from "../ipc";
import { DraftKeeper } from "./draft-keeper.svelte";
import { Rewording } from "./rewording.svelte";

/** What something is to say that says something already. */
export type RewordingOf = Extract<DraftOf, { kind: "edit" | "note_edit" }>;

/**
 * All that is typed and not sent or saved, for as long as the data is the same. It outlives the pages on which
 * it is typed.
 */
export class Drafts {
	readonly #client: Client;
	readonly #keepers = new Map<string, DraftKeeper>();
	/** What is being changed, and has a box. */
	readonly #rewordings = new SvelteMap<string, Rewording>();

	constructor(client: Client) {
		this.#client = client;
	}

	of(of: DraftOf): DraftKeeper {
		const key = keyOf(of);
		let keeper = this.#keepers.get(key);
		if (!keeper) {
			keeper = new DraftKeeper(this.#client, of);
			this.#keepers.set(key, keeper);
		}
		return keeper;
	}

	/** The other words for a message or a note, while it is being changed. */
	rewording(of: RewordingOf): Rewording | undefined {
		return this.#rewordings.get(keyOf(of));
	}

	/**
	 * Begins to change what says `said` now, with the words that were not saved last time. As long as these cannot
	 * be read it fails and there is no box: new words would be stored over them. It fails also when they can never
	 * be read, and there is a box all the same.
	 */
	async begin(of: RewordingOf, said: string): Promise<void> {
		const keeper = this.of(of);
		try {
			await keeper.load();
		} finally {
			if (keeper.isKnown && !this.rewording(of))
				this.#rewordings.set(keyOf(of), new Rewording(keeper, keeper.text || said, true));
		}
	}

	/** It is no longer being changed: what is not saved is not to be kept either. */
	end(of: RewordingOf): void {
		this.#rewordings.delete(keyOf(of));
		const keeper = this.of(of);
		keeper.typed("");
		keeper.flush();
	}

	/**
	 * Gives the messages of a conversation their boxes again that are being changed. `showing` is told before the
	 * first one is there.
	 */
	async openEdits(conversationId: string, showing: () => void): Promise<void> {
		const edits = await this.#client.draftListEdits(conversationId);
		// Where there is a keeper, it knows better: what was ended here may still be on its way from the disk.
		const unknown = edits.filter(({ messageId }) => !this.#keepers.has(keyOf({ kind: "edit", messageId })));
		if (unknown.length > 0) showing();
		for (const { messageId, content } of unknown) {
			const of = { kind: "edit", messageId } as const;
			const keeper = new DraftKeeper(this.#client, of, content);
			this.#keepers.set(keyOf(of), keeper);
			this.#rewordings.set(keyOf(of), new Rewording(keeper, content, false));
		}
	}

	flush(): void {
		for (const keeper of this.#keepers.values()) keeper.flush();
	}

	/** Ends when what is typed in the boxes of these conversations is stored. Gives why it could not be. */
	async settle(conversationIds: readonly string[]): Promise<CommandFailure | null> {
		for (const of of boxesOf(conversationIds)) {
			const failure = await this.#keepers.get(keyOf(of))?.settle();
			if (failure) return failure;
		}
		return null;
	}

	/** Ends when all that can be stored is. Gives why something could not be. */
	async settleAll(): Promise<CommandFailure | null> {
		const failures = await Promise.all([...this.#keepers.values()].map((keeper) => keeper.settle()));
		return failures.find((failure) => failure !== null) ?? null;
	}

	/**
	 * What the disk has for the boxes of these conversations is another text than before, and is to be read anew.
	 * Whoever shows one has to ask for its keeper again.
	 */
	renew(conversationIds: readonly string[]): void {
		for (const of of boxesOf(conversationIds)) this.#forget(keyOf(of));
	}

	/** The same for the boxes of every conversation. */
	renewBoxes(): void {
		for (const [key, keeper] of this.#keepers) if (keeper.isOfConversation) this.#forget(key);
	}

	#forget(key: string): void {
		this.#keepers.get(key)?.discard();
		this.#keepers.delete(key);
	}

	close(): void {
		for (const keeper of this.#keepers.values()) keeper.close();
	}

	/** The data is another one, in which none of this was typed. */
	discard(): void {
		for (const keeper of this.#keepers.values()) keeper.discard();
		this.#rewordings.clear();
	}
}

function keyOf(of: DraftOf): string {
	switch (of.kind) {
		case "message":
		case "note":
			return `${of.kind} ${of.conversationId}`;
		case "edit":
			return `edit ${of.messageId}`;
		case "note_edit":
			return `note_edit ${of.noteId}`;
	}
}

/** The boxes that a conversation has one of each. */
function boxesOf(conversationIds: readonly string[]): DraftOf[] {
	return conversationIds.flatMap((conversationId) => [
		{ kind: "message", conversationId },
		{ kind: "note", conversationId },
	]);
}
