import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { FakeApp } from "../support/fake-app";
import { aConversation, aReply, READY, SETTINGS } from "../support/fixtures";
import { all, get, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	function themed(app = new FakeApp()) {
		app.settings = { ...SETTINGS, theme };
		return app;
	}

	it("with the welcome", async () => {
		await openWindow(themed());
		expect(document.documentElement.dataset.theme).toBe(theme);
		expect(await violations()).toEqual([]);
	});

	it("with a chat, a streaming reply and a problem", async () => {
		const { app, talk } = livedIn();
		await openWindow(themed(app));
		await open(talk.id);
		await app.put(
			aReply([{ text: "One. ", ttsStatus: "processing" }], {
				conversationId: talk.id,
				sequenceNumber: 9,
				status: "streaming",
				rest: "Tw",
			}),
		);
		await app.report({ code: "disk_full", message: "full" });
		await user.click(all("playMessage")[0] as Element);
		await painted();
		expect(await violations()).toEqual([]);
	});

	it("with an empty chat and a title being edited", async () => {
		const app = themed();
		app.conversations = [aConversation({ title: "Quiet" })];
		await openWindow(app);
		await user.click(get("renameConversation"));
		expect(await violations()).toEqual([]);
	});

	it("with the page of a start that failed", async () => {
		const app = themed();
		app.status = {
			state: "failed",
			dataDir: "/home/linh/.local/share/parlance",
			error: { code: "data_dir", message: "Permission denied (os error 13)", details: {} },
		};
		await openWindow(app);
		expect(get("startFailure")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with a chat that has no voice, and the card that says why", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, speech: { state: "unavailable", reason: "espeak-ng was not found" } };
		await openWindow(themed(app));
		await open(talk.id);
		await user.click(within(get("speechState")).getByRole("button"));
		expect(document.documentElement.dataset.theme).toBe(theme);
		expect(screen.getByText("espeak-ng was not found")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with the settings open", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("settingsOpen"));
		expect(await violations()).toEqual([]);
	});

	it("with the trash, its question, and an offer to undo", async () => {
		const { app, talk } = livedIn();
		await openWindow(themed(app));
		await open(talk.id);
		await user.click(all("deleteMessage")[0] as Element);
		await user.click(all("deleteConversation")[0] as Element);
		await painted();
		expect(get("undoToast")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await user.click(get("trashOpen"));
		await painted();
		expect(all("trashItem")).toHaveLength(2);
		expect(await violations()).toEqual([]);
		await user.click(all("trashErase")[0] as Element);
		expect(get("trashConfirm")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with words that are not kept", async () => {
		const { app, talk } = livedIn();
		await openWindow(themed(app));
		await open(talk.id);
		await user.click(get("composer"));
		await user.paste("x".repeat(100_001));
		await waitFor(() => get("draftNotKept"));
		expect(await violations()).toEqual([]);
	});

	it("with the scenarios open", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("newConversation"));
		expect(await violations()).toEqual([]);
	});
});

it("axe does see what is wrong", async () => {
	const page = document.createElement("main");
	page.innerHTML = `<button></button><img src="x.png">`;
	document.body.append(page);
	expect(await violations(page)).toHaveLength(2);
	page.remove();
});
