import type { CefrLevel, ConversationStatus } from "../../ipc";

/** What the list asks for. */
export interface ConversationActions {
	open(id: string): void;
	rename(id: string, title: string): void;
	/** Gives whether it worked. */
	remove(ids: string[]): Promise<boolean>;
	/** Asks into which folder. */
	move(ids: string[]): void;
	/** Asks which tags. */
	tag(ids: string[]): void;
	pin(ids: string[], pinned: boolean): void;
	/** Null is the end of the pinned ones. */
	movePin(id: string, beforeId: string | null): void;
	setStatus(ids: string[], status: ConversationStatus): void;
	setLevel(ids: string[], level: CefrLevel | null): void;
	markRead(ids: string[]): void;
	markUnread(ids: string[]): void;
}
