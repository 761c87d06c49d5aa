import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { FakeApp } from "../support/fake-app";
import { aReply, READY, SETTINGS } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("speech", () => {
	it("plays a message, points at the chunk that sounds, and stops", async () => {
		const { sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		expect(sound.played).toEqual(["Hello!"]);
		expect(all("chunk").map(({ dataset }) => dataset.speaking)).toEqual([
			"true",
			"false",
			"false",
			"false",
			"false",
		]);
		await user.click(get("stopAudio"));
		await painted();
		expect(sound.sounding).toBe(false);
		expect(all("chunk").every(({ dataset }) => dataset.speaking === "false")).toBe(true);
	});

	it("plays one chunk by a click on its words or on its button", async () => {
		const { sound } = await inTalk();
		await user.click(screen.getByText("What can I get you?"));
		await painted();
		await user.click(screen.getByRole("button", { name: "Play: Hello!" }));
		await painted();
		expect(sound.played).toEqual(["What can I get you?", "Hello!"]);
	});

	it("retries a chunk that failed and says why it failed", async () => {
		const { app } = await inTalk();
		const retry = get("retryChunk");
		expect(retry.getAttribute("aria-label")).toBe("No sound for this sentence. Try the sound again");
		const described = document.getElementById(retry.getAttribute("aria-describedby") ?? "");
		expect(described?.textContent).toBe("Reason: espeak-ng ended with 1");
		expect(retry.title).toContain("espeak-ng ended with 1");
		await user.click(get("retryChunk"));
		await painted();
		expect(app.callsOf("chunkRetry")).toHaveLength(1);
		expect(all("chunk")[3]?.dataset.ttsStatus).toBe("pending");
	});

	it("makes a sound again whose file is gone, and plays it then", async () => {
		const { app, sound } = await inTalk();
		const lost = all("chunk")[0]?.dataset.id ?? "";
		app.lostFiles.add(lost);
		await user.click(all("playMessage")[0] as Element);
		await painted();
		expect(all("chunk")[0]?.dataset.ttsStatus).toBe("pending");
		expect(screen.getAllByRole("img", { name: "Making the sound…" })).toHaveLength(1);
		await app.speak(lost);
		await painted();
		expect(sound.played).toEqual(["Hello!"]);
		expect(find("errorBanner")).toBeNull();
	});

	it("speaks a new reply by itself only if the learner wants that", async () => {
		const { app, talk, sound } = await inTalk();
		await app.put(aReply(["Quiet."], { conversationId: talk.id, sequenceNumber: 9 }));
		await painted();
		expect(sound.played).toEqual([]);
		await user.click(get("settingsOpen"));
		await user.click(get("autoplayToggle"));
		await user.click(get("settingsClose"));
		await app.put(aReply(["Aloud."], { conversationId: talk.id, sequenceNumber: 10 }));
		await painted();
		expect(sound.played).toEqual(["Aloud."]);
	});

	it("does not speak a reply by itself that was deleted and is put back, nor announces it", async () => {
		const { app, talk } = livedIn();
		app.settings = { ...SETTINGS, autoPlay: true };
		const { sound } = await openWindow(app);
		await open(talk.id);
		for (const index of [0, 2]) {
			await user.click(all("deleteMessage")[index] as Element);
			await painted();
			await user.click(get("undo"));
			await painted();
		}
		expect(all("message")).toHaveLength(4);
		expect(sound.played).toEqual([]);
		expect(document.body.textContent).not.toContain("Your partner says:");
	});

	it("speaks the first line of a new conversation if the learner wants that", async () => {
		const app = new FakeApp();
		app.settings = { ...SETTINGS, autoPlay: true };
		const { sound } = await openWindow(app);
		const create = app.conversationCreate.bind(app);
		app.conversationCreate = async (request) => {
			const created = await create(request);
			app.messages = [aReply(["Welcome!"], { conversationId: created.id })];
			return created;
		};
		await user.click(screen.getByText("At the café"));
		await painted();
		expect(sound.played).toEqual(["Welcome!"]);
	});

	it("takes a new speed at once", async () => {
		const { sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		await user.click(get("settingsOpen"));
		await user.selectOptions(get("rateSelect"), "0.75");
		await painted();
		expect(sound.rates.at(-1)).toBe(0.75);
	});

	it("stops when another conversation is opened", async () => {
		const { app, sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect(sound.sounding).toBe(false);
	});

	it("without a voice is a state and not an error: what was spoken before can still be heard", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, speech: { state: "unavailable", reason: "espeak-ng was not found" } };
		await openWindow(app);
		await open(talk.id);
		await painted();
		expect(get("speechState").dataset.state).toBe("unavailable");
		expect(find("errorBanner")).toBeNull();
		expect(find("retryChunk")).toBeNull();
		expect(all("playMessage")).toHaveLength(2);
		const button = within(get("speechState")).getByRole("button");
		await user.click(button);
		expect(screen.getByText(/Install espeak-ng/)).toBeTruthy();
		expect(await violations()).toEqual([]);
		await user.keyboard("{Escape}");
		expect(button.getAttribute("aria-expanded")).toBe("false");
	});
});
