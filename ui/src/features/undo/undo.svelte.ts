import { type Client, type CommandFailure, type Operation, type OperationKind, toFailure } from "../../ipc";

/** How long a notice stays, unless somebody is on it. */
const STAYS = 8_000;

/** What is said at the edge of the window about something that was done. */
export type UndoNotice =
	| { what: "done"; operation: Operation }
	| { what: "undone"; operation: Operation }
	| { what: "changedSince"; operation: Operation }
	| { what: "nothing" };

/** Offers to take back what was done, for a moment by a button and later by the keyboard. */
export class Undo {
	notice = $state.raw<UndoNotice | null>(null);
	busy = $state(false);

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	/** What to do besides when an operation of this window is taken back. */
	readonly #after = new Map<string, () => void>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(client: Client, failed: (failure: CommandFailure) => void = () => {}) {
		this.#client = client;
		this.#failed = failed;
	}

	/** Says what was done, with a button to take it back. */
	offer(operation: Operation, after?: () => void): void {
		if (after) this.#after.set(operation.id, after);
		this.#say({ what: "done", operation });
	}

	async undo(operation: Operation): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		try {
			await this.#client.operationUndo(operation.id);
			this.#say({ what: "undone", operation });
			this.#after.get(operation.id)?.();
			this.#after.delete(operation.id);
		} catch (error) {
			const failure = toFailure(error);
			if (failure.code === "conflict" || failure.code === "not_found") {
				this.#say({ what: "changedSince", operation });
			} else this.#failed(failure);
		} finally {
			this.busy = false;
		}
	}

	/** Takes back whatever was done last, also before the last start. */
	async undoNewest(): Promise<void> {
		if (this.busy) return;
		try {
			const [newest] = await this.#client.operationList();
			if (newest) await this.undo(newest);
			else this.#say({ what: "nothing" });
		} catch (error) {
			this.#failed(toFailure(error));
		}
	}

	dismiss(): void {
		clearTimeout(this.#timer);
		this.notice = null;
	}

	/** Somebody is on the notice: it stays. */
	pause(): void {
		clearTimeout(this.#timer);
	}

	resume(): void {
		clearTimeout(this.#timer);
		if (this.notice) this.#timer = setTimeout(() => this.dismiss(), STAYS);
	}

	#say(notice: UndoNotice): void {
		this.notice = notice;
		this.resume();
	}
}

/** Whether an operation is about a message; all others are about a conversation. */
export const isOfMessage = (kind: OperationKind): boolean =>
	kind === "message_delete" || kind === "message_restore";
