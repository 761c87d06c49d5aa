import type { Sound } from "../../src/features/chat/sound";
import { settled } from "./fake-app";

/** A loudspeaker that plays until a test says that the end is reached. */
export class FakeSound implements Sound {
	/** What was played, as text: the fake app's audio is the chunk's words. */
	readonly played: string[] = [];
	readonly rates: number[] = [];
	#end: ((error?: unknown) => void) | null = null;

	get sounding(): boolean {
		return this.#end !== null;
	}

	play(bytes: ArrayBuffer, rate: number): Promise<void> {
		this.played.push(new TextDecoder().decode(bytes).replace("RIFF ", "").trim());
		this.rates.push(rate);
		return new Promise((resolve, reject) => {
			this.#end = (error) => (error === undefined ? resolve() : reject(error));
		});
	}

	async reachEnd(): Promise<void> {
		this.#settle();
		await settled();
	}

	async breakDown(): Promise<void> {
		this.#settle(new Error("no decoder"));
		await settled();
	}

	stop(): void {
		this.#settle();
	}

	setRate(rate: number): void {
		this.rates.push(rate);
	}

	#settle(error?: unknown): void {
		const end = this.#end;
		this.#end = null;
		end?.(error);
	}
}
