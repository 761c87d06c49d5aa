import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aBackup } from "../support/fixtures";
import { get, inTalk, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("unsent words", () => {
	it("are in the box at the next start", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Half a thou");
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect(app.drafts.get(talk.id)).toBe("Half a thou");
		document.body.replaceChildren();
		await openWindow(app);
		await open(talk.id);
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Half a thou");
	});

	it("are stored when the window is hidden", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Wait");
		app.drafts.delete(talk.id);
		vi.spyOn(document, "hidden", "get").mockReturnValue(true);
		document.dispatchEvent(new Event("visibilitychange"));
		await painted();
		vi.restoreAllMocks();
		expect(app.drafts.get(talk.id)).toBe("Wait");
	});

	it("are gone with the message that they became", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Here it is{Enter}");
		await painted();
		expect(app.callsOf("messageSend")).toHaveLength(1);
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect(app.drafts.get(talk.id) ?? "").toBe("");
	});

	it("that are on their way to the disk are waited for before the message is sent", async () => {
		const { app, talk } = await inTalk();
		const slow = app.hold("draftSave");
		await user.type(get("composer"), "Here it is");
		window.dispatchEvent(new Event("pagehide"));
		await user.keyboard("{Enter}");
		await painted();
		expect(app.callsOf("messageSend")).toHaveLength(0);
		await slow.release();
		await painted();
		expect(app.callsOf("messageSend")).toEqual([[talk.id, "Here it is"]]);
		expect(app.drafts.has(talk.id)).toBe(false);
	});

	it("that are being sent do not come back when one looks into another conversation meanwhile", async () => {
		const { app, talk } = await inTalk();
		const slow = app.hold("messageSend");
		await user.type(get("composer"), "Here it is{Enter}");
		await painted();
		await open(app.conversations[0]?.id ?? "");
		await open(talk.id);
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("composer"), "{Enter}");
		await slow.release();
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
		expect(app.callsOf("messageSend")).toHaveLength(1);
		expect(app.drafts.get(talk.id) ?? "").toBe("");
	});

	it("that could not be sent are told of also in another conversation", async () => {
		const { app, talk } = await inTalk();
		const slow = app.hold("messageSend");
		await user.type(get("composer"), "Here it is{Enter}");
		await painted();
		await open(app.conversations[0]?.id ?? "");
		await slow.fail("disk_full");
		await painted();
		expect(get("errorCode").textContent).toContain("disk_full");
		await open(talk.id);
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Here it is");
	});

	it("that were taken out of the box do not come back however slow the disk is", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Never mind");
		window.dispatchEvent(new Event("pagehide"));
		await painted();
		expect(app.drafts.get(talk.id)).toBe("Never mind");
		const slow = app.hold("draftSave");
		await user.clear(get("composer"));
		await open(app.conversations[0]?.id ?? "");
		await open(talk.id);
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
		await slow.release();
		await painted();
		expect(app.drafts.get(talk.id)).toBe("");
	});

	it("of before a restore are not written into what was restored", async () => {
		const { app, talk } = await inTalk();
		app.backups = [aBackup()];
		// Twice: what is typed is offered to the disk once more before the restore.
		app.failNext("draftSave", "disk_full");
		app.failNext("draftSave", "disk_full");
		await user.type(get("composer"), "Of before");
		window.dispatchEvent(new Event("pagehide"));
		await painted();
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("backupRestore"));
		await user.click(get("backupConfirm"));
		await painted();
		await painted();
		expect(app.callsOf("backupRestore")).toHaveLength(1);
		expect(app.callsOf("draftSave")).toHaveLength(2);
		expect(app.drafts.has(talk.id)).toBe(false);
	});

	it("that are not kept are said once and stay in the box", async () => {
		const { app, talk } = await inTalk();
		app.failNext("draftSave", "disk_full");
		await user.type(get("composer"), "Keep me");
		window.dispatchEvent(new Event("pagehide"));
		await painted();
		expect(get("draftNotKept").textContent).toContain("The disk is full.");
		expect(screen.queryByRole("alert")).toBeNull();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Keep me");
		expect(app.drafts.get(talk.id)).toBeUndefined();
	});
});
