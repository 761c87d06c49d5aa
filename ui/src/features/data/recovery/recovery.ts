import type { CommandFailure } from "../../../ipc";

/**
 * Failures of the start in which the data itself is well, or nobody knows of any data: there is nothing to
 * restore or to repair, and the offer would only lead somebody to replace what is good.
 */
const NOTHING_TO_RECOVER = ["already_open", "data_dir", "busy", "disk_full", "closed"];

/** Whether a failed start leads to the recovery page. */
export function needsRecovery({ code }: CommandFailure): boolean {
	return !NOTHING_TO_RECOVER.includes(code);
}

/** Whether what is there is known to be lost, so that restoring is the first thing to do. */
export function isLost({ code }: CommandFailure): boolean {
	return code === "corrupt" || code === "missing";
}

/** The newest schema that this app reads, where the failure says so. */
export function supportedSchema(failure: CommandFailure): number | null {
	const supported = Number.parseInt(failure.detail("supported") ?? "", 10);
	return Number.isNaN(supported) ? null : supported;
}
