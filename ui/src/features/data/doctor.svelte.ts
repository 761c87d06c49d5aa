import {
	type Client,
	type CommandFailure,
	type DoctorReport,
	type RepairOutcome,
	toFailure,
} from "../../ipc";
import { LongWork } from "./work.svelte";

/** Looks for damage in the data, and has a copy repaired. */
export class Doctor {
	report = $state.raw<DoctorReport | null>(null);
	checking = $state(false);
	checkFailure = $state.raw<CommandFailure | null>(null);
	readonly repairing: LongWork;

	readonly #client: Client;

	constructor(client: Client) {
		this.#client = client;
		this.repairing = new LongWork(client, "repair");
	}

	async check(): Promise<void> {
		if (this.checking) return;
		this.checking = true;
		this.checkFailure = null;
		try {
			this.report = await this.#client.doctorReport();
		} catch (error) {
			this.report = null;
			this.checkFailure = toFailure(error);
		} finally {
			this.checking = false;
		}
	}

	/** What was found was read: it says nothing of another day. */
	forget(): void {
		if (this.checking || this.repairing.running) return;
		this.report = null;
		this.checkFailure = null;
		this.repairing.forget();
	}

	/**
	 * Gives what was done, or null; `repairing.failure` says why. `settle` stores what can be of what is typed in the
	 * window, before that is kept.
	 */
	async repair(settle?: () => Promise<unknown>): Promise<RepairOutcome | null> {
		const outcome = await this.repairing.run(async () => {
			await settle?.();
			return this.#client.doctorRepair();
		});
		if (outcome) this.report = null;
		return outcome;
	}
}
