import type { Client } from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeStore, settled } from "./fake-store";

export type Command = Exclude<keyof Client, `on${string}`>;

/** A call whose answer is kept back until a test lets it go. */
export interface Held {
	release(): Promise<void>;
	fail(code: string, message?: string, details?: unknown): Promise<void>;
}

/** How the app in memory is called: every call is written down, and can be held back or made to fail. */
export class FakeCalls extends FakeStore {
	readonly calls: [Command, ...unknown[]][] = [];

	readonly #gates = new Map<Command, Promise<void>[]>();

	callsOf(command: Command): unknown[][] {
		return this.calls.filter(([name]) => name === command).map(([, ...args]) => args);
	}

	/** The next call of this command waits. */
	hold(command: Command): Held {
		let settle: { resolve(): void; reject(error: unknown): void } = { resolve() {}, reject() {} };
		this.#gate(
			command,
			new Promise<void>((resolve, reject) => {
				settle = { resolve, reject };
			}),
		);
		return {
			release: async () => {
				settle.resolve();
				await settled();
			},
			fail: async (code, message = code, details = null) => {
				settle.reject(new CommandFailure(code, message, details));
				await settled();
			},
		};
	}

	failNext(command: Command, code: string, message = code, details: unknown = null): void {
		const gate = Promise.reject(new CommandFailure(code, message, details));
		gate.catch(() => {});
		this.#gate(command, gate);
	}

	/** What the call of this command that is made now waits for, if for anything. */
	protected gateOf(command: Command): Promise<void> | undefined {
		return this.#gates.get(command)?.shift();
	}

	#gate(command: Command, gate: Promise<void>): void {
		this.#gates.set(command, [...(this.#gates.get(command) ?? []), gate]);
	}

	protected async answer<T>(command: Command, args: unknown[], make: () => T): Promise<T> {
		this.calls.push([command, ...args]);
		const gate = this.gateOf(command);
		let answer: { value: T } | { error: unknown };
		try {
			answer = { value: structuredClone(make()) };
		} catch (error) {
			answer = { error };
		}
		await gate;
		if ("error" in answer) throw answer.error;
		return answer.value;
	}

	/** For what changes things: held back it is not done yet, and what fails is not done at all. */
	protected async carryOut<T>(command: Command, args: unknown[], make: () => T): Promise<T> {
		this.calls.push([command, ...args]);
		await this.gateOf(command);
		return structuredClone(make());
	}
}
