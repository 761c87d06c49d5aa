import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settled } from "../../../tests/support/fake-app";
import { ElementSound } from "./sound";

const elements: FakeElement[] = [];

/** What of an audio element is used; happy-dom's cannot play. */
class FakeElement {
	src = "";
	playbackRate = 1;
	defaultPlaybackRate = 1;
	preservesPitch = false;
	error: { message: string } | null = null;
	onended: (() => void) | null = null;
	onerror: ((event: unknown) => void) | null = null;
	playing = false;
	refuses: Error | null = null;

	constructor() {
		elements.push(this);
	}

	async play() {
		if (this.refuses) throw this.refuses;
		this.playing = true;
	}

	pause() {
		this.playing = false;
	}

	removeAttribute(name: string) {
		if (name === "src") this.src = "";
	}
}

const WAV = new TextEncoder().encode("RIFF....WAVE").buffer as ArrayBuffer;
const OGG = new TextEncoder().encode("OggS....").buffer as ArrayBuffer;

let urls: Set<string>;
let blobs: Blob[];

beforeEach(() => {
	elements.length = 0;
	urls = new Set();
	blobs = [];
	vi.stubGlobal("Audio", FakeElement);
	vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
		blobs.push(blob as Blob);
		const url = `blob:${blobs.length}`;
		urls.add(url);
		return url;
	});
	vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void urls.delete(url));
});
afterEach(() => vi.unstubAllGlobals());

function loudspeaker() {
	const sound = new ElementSound();
	const element = elements[0];
	if (!element) throw new Error("no element");
	return { sound, element };
}

describe("a loudspeaker", () => {
	it("plays a Blob at the speed asked for, with the pitch kept, and lets go of it at the end", async () => {
		const { sound, element } = loudspeaker();
		const end = sound.play(WAV, 0.75);
		expect(element).toMatchObject({
			src: "blob:1",
			playbackRate: 0.75,
			defaultPlaybackRate: 0.75,
			preservesPitch: true,
		});
		expect(element.playing).toBe(true);
		expect(urls.size).toBe(1);
		element.onended?.();
		await end;
		expect(urls.size).toBe(0);
		expect(element.src).toBe("");
	});

	it("says what kind of sound it is", () => {
		const { sound } = loudspeaker();
		void sound.play(WAV, 1);
		void sound.play(OGG, 1);
		void sound.play(new ArrayBuffer(0), 1);
		expect(blobs.map(({ type }) => type)).toEqual(["audio/wav", "audio/ogg", "audio/wav"]);
	});

	it("stops at once and lets go", async () => {
		const { sound, element } = loudspeaker();
		const end = sound.play(WAV, 1);
		sound.stop();
		await end;
		expect(element.playing).toBe(false);
		expect(urls.size).toBe(0);
		sound.stop();
	});

	it("ends the first sound when a second one begins", async () => {
		const { sound, element } = loudspeaker();
		const first = sound.play(WAV, 1);
		const second = sound.play(WAV, 1);
		await first;
		expect(element.src).toBe("blob:2");
		expect([...urls]).toEqual(["blob:2"]);
		element.onended?.();
		await second;
	});

	it("fails and lets go when the sound cannot be decoded", async () => {
		const { sound, element } = loudspeaker();
		const end = sound.play(WAV, 1);
		element.error = { message: "unknown format" };
		element.onerror?.(new Event("error"));
		await expect(end).rejects.toThrow("unknown format");
		expect(urls.size).toBe(0);
	});

	it("fails and lets go when it is not allowed to play", async () => {
		const { sound, element } = loudspeaker();
		element.refuses = new Error("not allowed");
		await expect(sound.play(WAV, 1)).rejects.toThrow("not allowed");
		expect(urls.size).toBe(0);
	});

	it("is not disturbed by a late failure of a sound that was stopped", async () => {
		const { sound, element } = loudspeaker();
		element.refuses = new Error("aborted");
		const first = sound.play(WAV, 1);
		element.refuses = null;
		const second = sound.play(WAV, 1);
		await first;
		await settled();
		expect([...urls]).toEqual(["blob:2"]);
		element.onended?.();
		await second;
	});
});
