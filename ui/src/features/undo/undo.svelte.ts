import { type Client, type CommandFailure, type Operation, type OperationKind, toFailure } from "../../ipc";
import { subjectOf } from "./words";

/** How long a notice stays, unless somebody is on it. */
const STAYS = 8_000;

/** Something new. The app remembers no operation for it: what takes it back is to delete it. */
export interface Made {
	name: string;
	/** What was done, in words. */
	sentence: string;
	createdAt: number;
	/** Gives the operation that the deletion is. */
	takeBack(): Promise<Operation>;
}

/** What is said at the edge of the window about something that was done. */
export type UndoNotice =
	| { what: "done"; operation: Operation }
	| { what: "made"; made: Made }
	| { what: "undone"; name: string }
	| { what: "changedSince"; name: string }
	| { what: "nothing" };

type Around = (operation: Operation, carryOut: () => Promise<unknown>) => Promise<unknown>;

/** Offers to take back what was done, for a moment by a button and later by the keyboard. */
export class Undo {
	notice = $state.raw<UndoNotice | null>(null);
	busy = $state(false);

	readonly #client: Client;
	readonly #failed: (failure: CommandFailure) => void;
	readonly #around: Around;
	/** What to do besides when an operation of this window is taken back. */
	readonly #after = new Map<string, () => void>();
	/** Deletions that took back what was made. They are for the list of changes, and not what was done last. */
	readonly #takingBack = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `around` does what has to be done before and after an operation is taken back. */
	constructor(
		client: Client,
		failed: (failure: CommandFailure) => void = () => {},
		around: Around = (_, carryOut) => carryOut(),
	) {
		this.#client = client;
		this.#failed = failed;
		this.#around = around;
	}

	/** Says what was done, with a button to take it back. */
	offer(operation: Operation, after?: () => void): void {
		if (after) this.#after.set(operation.id, after);
		this.#say({ what: "done", operation });
	}

	/** Says what was made, with a button to take it back. */
	offerMade(made: Made): void {
		this.#say({ what: "made", made });
	}

	/** Says what was done last if it was of this kind: for what does not tell itself how to take it back. */
	async offerNewest(kind: OperationKind): Promise<void> {
		try {
			const [newest] = await this.#client.operationList();
			if (newest?.kind === kind) this.offer(newest);
		} catch (error) {
			this.#failed(toFailure(error));
		}
	}

	/** Takes it back, and says how that went. */
	async undo(operation: Operation): Promise<void> {
		if (this.busy) return;
		const failure = await this.takeBack(operation);
		this.#tell(subjectOf(operation), failure);
	}

	/** Deletes what was made, and says how that went. */
	async unmake({ name, takeBack }: Made): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		try {
			const { id } = await takeBack();
			this.#takingBack.add(id);
			this.#tell(name, null);
		} catch (error) {
			this.#tell(name, toFailure(error));
		} finally {
			this.busy = false;
		}
	}

	/** Takes it back without a word. Gives why that failed, or null. */
	async takeBack(operation: Operation): Promise<CommandFailure | null> {
		this.busy = true;
		try {
			await this.#around(operation, () => this.#client.operationUndo(operation.id));
			if (this.notice?.what === "done" && this.notice.operation.id === operation.id) this.dismiss();
			this.#after.get(operation.id)?.();
			this.#after.delete(operation.id);
			return null;
		} catch (error) {
			return toFailure(error);
		} finally {
			this.busy = false;
		}
	}

	/**
	 * Takes back whatever was done last and still can be, also before the last start. What has changed since
	 * stays in the list: it must not be in the way of everything before it.
	 */
	async undoNewest(): Promise<void> {
		if (this.busy) return;
		try {
			const all = await this.#client.operationList();
			const operations = all.filter(({ id }) => !this.#takingBack.has(id));
			const made = this.notice?.what === "made" ? this.notice.made : null;
			if (made && (operations[0]?.createdAt ?? 0) <= made.createdAt) return await this.unmake(made);
			for (const operation of operations) {
				if (this.busy) return;
				const failure = await this.takeBack(operation);
				if (failure === null || !isRefusal(failure)) return this.#tell(subjectOf(operation), failure);
			}
			const [newest] = operations;
			this.#say(newest ? { what: "changedSince", name: subjectOf(newest) } : { what: "nothing" });
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

	/** How it went to take something back. */
	#tell(name: string, failure: CommandFailure | null): void {
		if (failure === null) this.#say({ what: "undone", name });
		else if (isRefusal(failure)) this.#say({ what: "changedSince", name });
		else this.#failed(failure);
	}

	#say(notice: UndoNotice): void {
		this.notice = notice;
		this.resume();
	}
}

/** The thing has changed since, or was taken back already: there is nothing to mend. */
export const isRefusal = ({ code }: CommandFailure): boolean => code === "conflict" || code === "not_found";
