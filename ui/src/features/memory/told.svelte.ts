import type { CommandFailure } from "../../ipc";
import type { Outcome } from "./memory.svelte";

/** What is told of the verbs of one part: why the last one failed. */
export class Told {
	failure = $state.raw<CommandFailure | null>(null);

	/** What came of it; null also when it failed, which is told, or was not tried. */
	of<T>(outcome: Outcome<T> | null): T | null {
		this.failure = outcome && "failure" in outcome ? outcome.failure : null;
		return outcome && "done" in outcome ? outcome.done : null;
	}
}
