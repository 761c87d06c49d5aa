import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { FakeSound } from "../../../tests/support/fake-sound";
import { aReply } from "../../../tests/support/fixtures";
import type { CommandFailure, Message } from "../../ipc";
import { Player } from "./player.svelte";

function stage(...messages: Message[]) {
	const app = new FakeApp();
	app.messages = messages;
	const sound = new FakeSound();
	const failures: CommandFailure[] = [];
	const world = { rate: 1, speechReady: true };
	const player = new Player(
		{
			audio: (id) => app.chunkAudio(id),
			remake: async (_, id) => void (await app.chunkRetry(id)),
			message: (id) => app.messages.find((message) => message.id === id),
			rate: () => world.rate,
			speechReady: () => world.speechReady,
			failed: (failure) => failures.push(failure),
		},
		sound,
	);
	/** The message changes, as the chat would tell. */
	const change = async (message: Message) => {
		app.messages = app.messages.map((known) => (known.id === message.id ? message : known));
		player.messageChanged(message.id);
		await settled();
	};
	return { app, sound, player, failures, world, change };
}

const spokenIndex = (player: Player, message: Message) =>
	message.chunks.findIndex(({ id }) => id === player.playing?.chunkId && player.playing.phase === "speaking");

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe("playing a message", () => {
	it("speaks its chunks in order with their pauses and points at the one that sounds", async () => {
		const reply = aReply([
			{ text: "One.", pauseAfterMs: 400 },
			{ text: "Two.", pauseAfterMs: 0 },
			{ text: "Three.", pauseAfterMs: 250 },
		]);
		const { player, sound } = stage(reply);
		const whole = player.playMessage(reply.id);
		await settled();
		expect(sound.played).toEqual(["One."]);
		expect(spokenIndex(player, reply)).toBe(0);

		await sound.reachEnd();
		expect(player.playing?.phase).toBe("resting");
		await vi.advanceTimersByTimeAsync(399);
		expect(sound.played).toEqual(["One."]);
		await vi.advanceTimersByTimeAsync(1);
		await settled();
		expect(spokenIndex(player, reply)).toBe(1);

		await sound.reachEnd();
		expect(sound.played).toEqual(["One.", "Two.", "Three."]);
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(250);
		await whole;
		expect(player.playing).toBeNull();
	});

	it("breathes longer when the speech is slower", async () => {
		const reply = aReply([{ text: "One.", pauseAfterMs: 300 }, { text: "Two." }]);
		const { player, sound, world } = stage(reply);
		world.rate = 0.5;
		void player.playMessage(reply.id);
		await settled();
		expect(sound.rates).toEqual([0.5]);
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(599);
		expect(sound.played).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1);
		await settled();
		expect(sound.played).toHaveLength(2);
	});

	it("waits for a chunk that is still in the queue", async () => {
		const reply = aReply([{ text: "Soon.", ttsStatus: "pending" }]);
		const { player, sound, change } = stage(reply);
		void player.playMessage(reply.id);
		await settled();
		expect(sound.played).toEqual([]);
		expect(player.playing).toMatchObject({ phase: "waiting", chunkId: reply.chunks[0]?.id });
		await change({
			...reply,
			chunks: reply.chunks.map((chunk) => ({ ...chunk, ttsStatus: "processing" as const })),
		});
		expect(sound.played).toEqual([]);
		await change({
			...reply,
			chunks: reply.chunks.map((chunk) => ({ ...chunk, ttsStatus: "completed" as const, hasAudio: true })),
		});
		expect(sound.played).toEqual(["Soon."]);
	});

	it("follows a reply that is still being written, to its end", async () => {
		const start = aReply(["First."], { status: "streaming" });
		const { player, sound, change } = stage(start);
		const whole = player.playMessage(start.id);
		await settled();
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(300);
		expect(player.playing).toMatchObject({ phase: "waiting", chunkId: null });

		const longer = aReply(["First.", "Second."], { id: start.id, status: "streaming" });
		await change(longer);
		expect(sound.played).toEqual(["First.", "Second."]);
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(300);
		await change({ ...longer, status: "complete" });
		await whole;
		expect(player.playing).toBeNull();
	});

	it("goes past chunks that failed or have nothing to say, without their pauses", async () => {
		const reply = aReply([
			{ text: "Broken.", ttsStatus: "failed", pauseAfterMs: 9000 },
			{ text: "🎉", hasAudio: false, spokenText: "", pauseAfterMs: 9000 },
			{ text: "Still here." },
		]);
		const { player, sound } = stage(reply);
		void player.playMessage(reply.id);
		await settled();
		expect(sound.played).toEqual(["Still here."]);
	});

	it("goes past what will never be spoken when there is no voice", async () => {
		const reply = aReply([{ text: "Silent.", ttsStatus: "pending" }, { text: "From yesterday." }]);
		const { player, sound, world } = stage(reply);
		world.speechReady = false;
		void player.playMessage(reply.id);
		await settled();
		expect(sound.played).toEqual(["From yesterday."]);
	});

	it("ends when the message is deleted while it waits", async () => {
		const reply = aReply([{ text: "Soon.", ttsStatus: "pending" }]);
		const { app, player } = stage(reply);
		const whole = player.playMessage(reply.id);
		await settled();
		app.messages = [];
		player.messageChanged(reply.id);
		await whole;
		expect(player.playing).toBeNull();
	});
});

describe("stopping", () => {
	it("silences the chunk and forgets the rest", async () => {
		const reply = aReply(["One.", "Two."]);
		const { player, sound, failures } = stage(reply);
		const whole = player.playMessage(reply.id);
		await settled();
		player.stop();
		await whole;
		await vi.advanceTimersByTimeAsync(10_000);
		expect(sound.sounding).toBe(false);
		expect(sound.played).toEqual(["One."]);
		expect(player.playing).toBeNull();
		expect(failures).toEqual([]);
	});

	it("ends a pause at once", async () => {
		const reply = aReply([{ text: "One.", pauseAfterMs: 60_000 }, { text: "Two." }]);
		const { player, sound } = stage(reply);
		const whole = player.playMessage(reply.id);
		await settled();
		await sound.reachEnd();
		player.stop();
		await whole;
		expect(vi.getTimerCount()).toBe(0);
		expect(sound.played).toEqual(["One."]);
	});

	it("ends waiting, and what comes later is not spoken", async () => {
		const reply = aReply([{ text: "Late.", ttsStatus: "pending" }]);
		const { player, sound, change } = stage(reply);
		const whole = player.playMessage(reply.id);
		await settled();
		player.stop();
		await whole;
		await change({
			...reply,
			chunks: reply.chunks.map((chunk) => ({ ...chunk, ttsStatus: "completed" as const })),
		});
		expect(sound.played).toEqual([]);
	});

	it("is not undone by audio that arrives afterwards", async () => {
		const reply = aReply(["Slow."]);
		const { app, player, sound } = stage(reply);
		const audio = app.hold("chunkAudio");
		const whole = player.playMessage(reply.id);
		await settled();
		player.stop();
		await audio.release();
		await whole;
		expect(sound.played).toEqual([]);
	});
});

describe("one chunk", () => {
	it("is spoken alone", async () => {
		const reply = aReply(["One.", "Two."]);
		const { player, sound } = stage(reply);
		const playing = player.playChunk(reply.id, reply.chunks[1]?.id ?? "");
		await settled();
		expect(sound.played).toEqual(["Two."]);
		await sound.reachEnd();
		await playing;
		expect(player.playing).toBeNull();
	});

	it("takes over from a message that is playing", async () => {
		const reply = aReply(["One.", "Two.", "Three."]);
		const { player, sound } = stage(reply);
		const first = player.playMessage(reply.id);
		await settled();
		void player.playChunk(reply.id, reply.chunks[2]?.id ?? "");
		await first;
		await settled();
		expect(sound.played).toEqual(["One.", "Three."]);
		expect(spokenIndex(player, reply)).toBe(2);
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(5_000);
		expect(sound.played).toEqual(["One.", "Three."]);
	});
});

describe("a sound whose file is gone", () => {
	const told = (failures: CommandFailure[]) => failures.map(({ code }) => code);

	it("is made again, waited for and spoken, and the message goes on", async () => {
		const reply = aReply(["One.", { text: "Two.", pauseAfterMs: 0 }, "Three."]);
		const [, lost] = reply.chunks;
		const { app, player, sound, failures } = stage(reply);
		app.lostFiles.add(lost?.id ?? "");
		void player.playMessage(reply.id);
		await settled();
		await sound.reachEnd();
		await vi.advanceTimersByTimeAsync(300);
		expect(app.callsOf("chunkRetry")).toEqual([[lost?.id]]);
		expect(player.playing).toMatchObject({ chunkId: lost?.id, phase: "waiting" });
		expect(sound.played).toEqual(["One."]);

		await app.speak(lost?.id ?? "");
		player.messageChanged(reply.id);
		await settled();
		expect(sound.played).toEqual(["One.", "Two."]);
		await sound.reachEnd();
		expect(sound.played).toEqual(["One.", "Two.", "Three."]);
		expect(failures).toEqual([]);
	});

	it("is asked for once: gone again, it is said and the next chunk is spoken", async () => {
		const reply = aReply(["Lost.", "Two."]);
		const lost = reply.chunks[0]?.id ?? "";
		const { app, player, sound, failures } = stage(reply);
		app.lostFiles.add(lost);
		void player.playMessage(reply.id);
		await settled();
		await app.speak(lost);
		app.lostFiles.add(lost);
		player.messageChanged(reply.id);
		await settled();
		expect(app.callsOf("chunkRetry")).toHaveLength(1);
		expect(told(failures)).toEqual(["sound_lost"]);
		expect(sound.played).toEqual(["Two."]);
	});

	it("that cannot be made again is passed over", async () => {
		const reply = aReply(["Lost.", "Two."]);
		const { app, player, sound, change } = stage(reply);
		app.lostFiles.add(reply.chunks[0]?.id ?? "");
		void player.playMessage(reply.id);
		await settled();
		await change({
			...reply,
			chunks: reply.chunks.map((chunk, index) =>
				index === 0 ? { ...chunk, ttsStatus: "failed" as const, hasAudio: false } : chunk,
			),
		});
		expect(sound.played).toEqual(["Two."]);
	});

	it("is not asked for when nothing can speak: it is said at once", async () => {
		const reply = aReply(["Lost.", "Two."]);
		const { app, player, sound, failures, world } = stage(reply);
		world.speechReady = false;
		app.lostFiles.add(reply.chunks[0]?.id ?? "");
		void player.playMessage(reply.id);
		await settled();
		expect(app.callsOf("chunkRetry")).toEqual([]);
		expect(told(failures)).toEqual(["sound_lost"]);
		expect(sound.played).toEqual(["Two."]);
	});

	it("is asked for again in another playing", async () => {
		const reply = aReply(["Lost."]);
		const lost = reply.chunks[0]?.id ?? "";
		const { app, player, sound } = stage(reply);
		for (const _ of [1, 2]) {
			app.lostFiles.add(lost);
			const playing = player.playChunk(reply.id, lost);
			await settled();
			await app.speak(lost);
			player.messageChanged(reply.id);
			await settled();
			await sound.reachEnd();
			await playing;
		}
		expect(app.callsOf("chunkRetry")).toHaveLength(2);
		expect(sound.played).toEqual(["Lost.", "Lost."]);
	});

	it("is not spoken after all when the learner has stopped meanwhile", async () => {
		const reply = aReply(["Lost."]);
		const lost = reply.chunks[0]?.id ?? "";
		const { app, player, sound, failures } = stage(reply);
		app.lostFiles.add(lost);
		const retry = app.hold("chunkRetry");
		const playing = player.playMessage(reply.id);
		await settled();
		player.stop();
		await retry.release();
		await playing;
		await app.speak(lost);
		player.messageChanged(reply.id);
		await settled();
		expect(sound.played).toEqual([]);
		expect(failures).toEqual([]);
	});
});

describe("failures", () => {
	it("of the audio are told and end the playing", async () => {
		const reply = aReply(["One.", "Two."]);
		const { app, player, failures } = stage(reply);
		app.failNext("chunkAudio", "io");
		await player.playMessage(reply.id);
		expect(failures.map(({ code }) => code)).toEqual(["io"]);
		expect(player.playing).toBeNull();
	});

	it("of the loudspeaker are told and end the playing", async () => {
		const reply = aReply(["One."]);
		const { player, sound, failures } = stage(reply);
		const playing = player.playMessage(reply.id);
		await settled();
		await sound.breakDown();
		await playing;
		expect(failures.map(({ code }) => code)).toEqual(["playback"]);
		expect(player.playing).toBeNull();
	});
});
