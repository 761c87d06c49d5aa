/** An error of a command: `code` is what the window acts on, `message` is for people and logs. */
export class CommandFailure extends Error {
	override readonly name = "CommandFailure";

	constructor(
		readonly code: string,
		message: string,
		readonly details: unknown = null,
	) {
		super(message);
	}

	/** Makes a failure of whatever was thrown; what is not an error of a command becomes `internal`. */
	static from(thrown: unknown): CommandFailure {
		if (thrown instanceof CommandFailure) return thrown;
		if (isCommandError(thrown)) return new CommandFailure(thrown.code, thrown.message, thrown.details);
		if (thrown instanceof Error) return new CommandFailure("internal", thrown.message);
		return new CommandFailure("internal", typeof thrown === "string" ? thrown : JSON.stringify(thrown));
	}

	/** A field of `details` as text, or null. */
	detail(name: string): string | null {
		if (typeof this.details !== "object" || this.details === null) return null;
		const value = (this.details as Record<string, unknown>)[name];
		return value === undefined || value === null ? null : String(value);
	}
}

/** Shorthand for `CommandFailure.from`. */
export const toFailure = (thrown: unknown): CommandFailure => CommandFailure.from(thrown);

function isCommandError(value: unknown): value is { code: string; message: string; details?: unknown } {
	return (
		typeof value === "object" &&
		value !== null &&
		"code" in value &&
		typeof value.code === "string" &&
		"message" in value &&
		typeof value.message === "string"
	);
}
