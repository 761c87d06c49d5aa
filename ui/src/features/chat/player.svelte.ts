import { type Chunk, CommandFailure, type Message, toFailure } from "../../ipc";
import type { Sound } from "./sound";

export interface PlayerSources {
	/** Fails with `not_found` if the file is gone. */
	audio(chunkId: string): Promise<ArrayBuffer>;
	/** Has the sound made again; when this settles, `message` tells of it. */
	remake(messageId: string, chunkId: string): Promise<void>;
	/** The message as it is now, or undefined when it is gone. */
	message(messageId: string): Message | undefined;
	rate(): number;
	/** Whether a chunk without sound can still get one. */
	speechReady(): boolean;
	failed?(failure: CommandFailure): void;
}

export interface Playing {
	messageId: string;
	/** Null while the next chunk has not been written yet. */
	chunkId: string | null;
	/** `waiting`: for the words or the queue; `fetching`: the sound; `resting`: the pause after a chunk. */
	phase: "waiting" | "fetching" | "speaking" | "resting";
	whole: boolean;
}

/** One playing; a run that was stopped finds out when it goes on. */
interface Run {
	stopped: boolean;
	wake: (() => void) | null;
}

class Stopped extends Error {}

/** Speaks messages: chunk after chunk, each with its pause, following a reply that is still coming. */
export class Player {
	playing = $state.raw<Playing | null>(null);

	readonly #sources: PlayerSources;
	readonly #sound: Sound;
	#run: Run | null = null;

	constructor(sources: PlayerSources, sound: Sound) {
		this.#sources = sources;
		this.#sound = sound;
	}

	/** Speaks all chunks of a message, from `fromIndex` on. */
	playMessage(messageId: string, fromIndex = 0): Promise<void> {
		return this.#start(async (run) => {
			for (let index = fromIndex; ; index += 1) {
				const chunk = await this.#nextChunk(run, messageId, index);
				if (!chunk) return;
				const spoken = await this.#speak(run, chunk, true);
				if (spoken) await this.#rest(run, chunk);
			}
		});
	}

	/** Speaks one chunk. */
	playChunk(messageId: string, chunkId: string): Promise<void> {
		return this.#start(async (run) => {
			const chunk = this.#sources.message(messageId)?.chunks.find(({ id }) => id === chunkId);
			if (chunk) await this.#speak(run, chunk, false);
		});
	}

	stop(): void {
		const run = this.#run;
		this.#run = null;
		this.playing = null;
		if (!run) return;
		run.stopped = true;
		this.#sound.stop();
		run.wake?.();
	}

	/** To be called when a message has changed: what is waited for may have come. */
	messageChanged(messageId: string): void {
		if (this.playing?.messageId === messageId) this.#run?.wake?.();
	}

	setRate(rate: number): void {
		this.#sound.setRate(rate);
	}

	async #start(play: (run: Run) => Promise<void>): Promise<void> {
		this.stop();
		const run: Run = { stopped: false, wake: null };
		this.#run = run;
		try {
			await play(run);
		} catch (error) {
			if (!(error instanceof Stopped) && !run.stopped) this.#sources.failed?.(toFailure(error));
		} finally {
			if (this.#run === run) {
				this.#run = null;
				this.playing = null;
			}
		}
	}

	/** The chunk at `index`, waited for while the reply is still being written; null after the last. */
	async #nextChunk(run: Run, messageId: string, index: number): Promise<Chunk | null> {
		for (;;) {
			const message = this.#sources.message(messageId);
			if (!message) return null;
			const chunk = message.chunks.find(({ chunkIndex }) => chunkIndex === index);
			if (chunk) return chunk;
			if (message.status !== "streaming") return null;
			this.playing = { messageId, chunkId: null, phase: "waiting", whole: true };
			await this.#change(run);
		}
	}

	/** Speaks a chunk once its sound is there. Gives false if it has none and will get none. */
	async #speak(run: Run, chunk: Chunk, whole: boolean): Promise<boolean> {
		const { messageId, id: chunkId } = chunk;
		const bytes = await this.#fetch(run, chunk, whole);
		if (!bytes) return false;
		this.playing = { messageId, chunkId, phase: "speaking", whole };
		await this.#sound.play(bytes, this.#sources.rate()).catch((error: unknown) => {
			throw new CommandFailure("playback", toFailure(error).message);
		});
		this.#check(run);
		return true;
	}

	/**
	 * The sound of a chunk, waited for; null if it gets none. A file that has gone is made again once,
	 * and if that does not help it is said: one lost file does not end the whole message.
	 */
	async #fetch(run: Run, chunk: Chunk, whole: boolean): Promise<ArrayBuffer | null> {
		const { messageId, id: chunkId } = chunk;
		for (let remade = false; ; remade = true) {
			const ready = await this.#sounding(run, chunk, whole);
			if (!ready?.hasAudio) return null;
			this.playing = { messageId, chunkId, phase: "fetching", whole };
			const bytes = await this.#sources.audio(chunkId).catch(nullIfGone);
			this.#check(run);
			if (bytes) return bytes;
			if (remade || !this.#sources.speechReady()) {
				this.#sources.failed?.(new CommandFailure("sound_lost", `chunk ${chunkId} has lost its file`));
				return null;
			}
			this.playing = { messageId, chunkId, phase: "waiting", whole };
			await this.#sources.remake(messageId, chunkId);
			this.#check(run);
		}
	}

	/** Waits until the queue has done with the chunk; null if that will not happen. */
	async #sounding(run: Run, chunk: Chunk, whole: boolean): Promise<Chunk | null> {
		const { messageId, id: chunkId } = chunk;
		for (;;) {
			const current = this.#sources.message(messageId)?.chunks.find(({ id }) => id === chunkId);
			if (!current) return null;
			if (current.ttsStatus === "completed" || current.ttsStatus === "failed") return current;
			if (!this.#sources.speechReady()) return null;
			this.playing = { messageId, chunkId, phase: "waiting", whole };
			await this.#change(run);
		}
	}

	async #rest(run: Run, chunk: Chunk): Promise<void> {
		if (chunk.pauseAfterMs <= 0) return;
		this.playing = { messageId: chunk.messageId, chunkId: chunk.id, phase: "resting", whole: true };
		await new Promise<void>((resolve) => {
			// A slower voice takes longer breaths.
			const timer = setTimeout(resolve, chunk.pauseAfterMs / this.#sources.rate());
			run.wake = () => {
				if (!run.stopped) return;
				clearTimeout(timer);
				resolve();
			};
		});
		run.wake = null;
		this.#check(run);
	}

	/** Waits until `messageChanged` or `stop` is called. */
	async #change(run: Run): Promise<void> {
		await new Promise<void>((resolve) => {
			run.wake = resolve;
		});
		run.wake = null;
		this.#check(run);
	}

	#check(run: Run): void {
		if (run.stopped) throw new Stopped();
	}
}

function nullIfGone(error: unknown): null {
	if (toFailure(error).code === "not_found") return null;
	throw error;
}
