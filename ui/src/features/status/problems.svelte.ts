import type { Client } from "../../ipc";

export interface Problem {
	code: string;
	message: string;
	details?: unknown;
}

/** What went wrong and is still to be read: one entry for each kind, the newest last. */
export class Problems {
	items = $state.raw<Problem[]>([]);

	report(problem: Problem): void {
		this.items = [...this.items.filter(({ code }) => code !== problem.code), problem];
	}

	dismiss(code: string): void {
		this.items = this.items.filter((problem) => problem.code !== code);
	}

	/** What is shown has been exchanged: what was wrong with what was there before is no news any more. */
	clear(): void {
		this.items = [];
	}

	/** Takes in what the app reports by itself; gives the way to stop. */
	listen(client: Client): Promise<() => void> {
		return client.onProblem((problem) => this.report(problem));
	}
}
