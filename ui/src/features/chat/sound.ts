/** Something that can play one piece of audio at a time. */
export interface Sound {
	/** Plays from the beginning and settles when the end is reached or `stop` is called. */
	play(bytes: ArrayBuffer, rate: number): Promise<void>;
	stop(): void;
	setRate(rate: number): void;
}

/**
 * Plays through an `<audio>` element and Blob URLs: WebKitGTK plays neither Tauri's asset protocol nor
 * data of a custom scheme.
 */
export class ElementSound implements Sound {
	readonly #element = new Audio();
	#release: (() => void) | null = null;

	play(bytes: ArrayBuffer, rate: number): Promise<void> {
		this.stop();
		const url = URL.createObjectURL(new Blob([bytes], { type: mediaType(bytes) }));
		const element = this.#element;
		return new Promise((resolve, reject) => {
			const finish = (settle: () => void) => {
				if (this.#release !== release) return;
				this.#release = null;
				element.onended = null;
				element.onerror = null;
				element.pause();
				element.removeAttribute("src");
				URL.revokeObjectURL(url);
				settle();
			};
			const release = () => finish(resolve);
			const fail = (reason: unknown) =>
				finish(() => reject(reason instanceof Error ? reason : new Error(element.error?.message || "audio")));
			this.#release = release;
			element.onended = release;
			element.onerror = fail;
			element.src = url;
			this.setRate(rate);
			element.play().catch(fail);
		});
	}

	stop(): void {
		this.#release?.();
	}

	setRate(rate: number): void {
		// Loading a new source resets playbackRate to the default, so both are set.
		this.#element.defaultPlaybackRate = rate;
		this.#element.playbackRate = rate;
		this.#element.preservesPitch = true;
	}
}

function mediaType(bytes: ArrayBuffer): string {
	const magic = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength)));
	return magic === "OggS" ? "audio/ogg" : "audio/wav";
}
