import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { FakeApp } from "../support/fake-app";
import {
	aBackup,
	aConversation,
	aFailedStart,
	aHit,
	aReply,
	aTemplate,
	NOON,
	READY,
	SETTINGS,
} from "../support/fixtures";
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

	function damaged(app: FakeApp) {
		app.backups = [
			aBackup(),
			aBackup({ createdAt: NOON - 1e7, reason: "replaced" }),
			aBackup({ createdAt: NOON - 2e7, problem: "It is cut off." }),
		];
		app.doctor = { ok: false, text: "2 pages cannot be read.\n14 of 16 messages can.", canRepair: true };
		app.lastFailure = { code: "disk_full", message: "No room.", details: {} };
		return app;
	}

	it("with the data in the settings, the doctor's report, and work under way", async () => {
		const { app } = livedIn();
		await openWindow(damaged(themed(app)));
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("doctorCheck"));
		app.hold("backupCreate");
		await user.click(get("backupNow"));
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(get("workProgress")).toBeTruthy();
		expect(get("doctorReport")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with a restore that is to be confirmed, is under way, and has failed", async () => {
		const { app } = livedIn();
		await openWindow(damaged(themed(app)));
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(all("backupRestore")[1] as Element);
		expect(await violations()).toEqual([]);
		const held = app.hold("backupRestore");
		await user.click(get("backupConfirm"));
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(get("workProgress")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await held.fail("backup");
		await painted();
		expect(all("errorCode").map(({ textContent }) => textContent)).toContain("Code: backup");
		expect(await violations()).toEqual([]);
	});

	it("with the report to copy", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("copyReport"));
		await painted();
		expect(get("reportCopy")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with the recovery page, its reports and its dialog", async () => {
		const app = damaged(themed());
		app.status = aFailedStart("corrupt");
		await openWindow(app);
		document.documentElement.dataset.theme = theme;
		await user.click(get("doctorCheck"));
		await user.click(get("rescue"));
		await painted();
		expect(get("rescueOutcome")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await user.click(get("recoveryRestore"));
		expect(await violations()).toEqual([]);
	});

	it("with the page of an upgrade under way", async () => {
		const app = themed();
		const held = app.hold("appStatus");
		await openWindow(app);
		document.documentElement.dataset.theme = theme;
		await app.progress("upgrade", "copying", 500);
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(get("workProgress").dataset.work).toBe("upgrade");
		expect(await violations()).toEqual([]);
		await held.release();
	});

	it("with an empty profile to begin with, and why it was not begun", async () => {
		const app = themed();
		app.status = aFailedStart("missing");
		await openWindow(app);
		document.documentElement.dataset.theme = theme;
		expect(await violations()).toEqual([]);
		await user.click(get("beginAnew"));
		expect(await violations()).toEqual([]);
		app.failNext("appBeginAnew", "io");
		await user.click(get("beginAnewConfirm"));
		await painted();
		expect(get("errorBanner")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with every banner at once, and what a repair has done", async () => {
		const { app, talk } = livedIn();
		app.status = {
			...READY,
			readOnly: "its file is write-protected",
			notices: ["rows_damaged", "ledger_repaired"],
		};
		damaged(themed(app));
		await openWindow(app);
		await open(talk.id);
		await app.report({ code: "backup", message: "The backup failed: no room.", details: { reason: "io" } });
		await app.report({ code: "corrupt", message: "Damaged." });
		await app.report({ code: "cancelled", message: "Cancelled." });
		await painted();
		expect(get("readOnlyBanner")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("doctorCheck"));
		await painted();
		await user.click(get("doctorRepair"));
		await painted();
		expect(get("doctorOutcome")).toBeTruthy();
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

	it("with the search, before and after something is found", async () => {
		const { app, talk } = livedIn();
		app.recentSearches = ["天气"];
		app.found = [
			aHit({ conversationId: talk.id }),
			...Array.from({ length: 6 }, () => aHit({ kind: "title", role: null })),
		];
		await openWindow(themed(app));
		await user.click(get("searchOpen"));
		await painted();
		expect(await violations()).toEqual([]);
		await user.type(get("searchBox"), "天气");
		await waitFor(() => expect(all("searchOption").length).toBeGreaterThan(5));
		expect(await violations()).toEqual([]);
	});

	it("with the scenarios open", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("newConversation"));
		expect(await violations()).toEqual([]);
	});

	it("with templates of the learner's own, and one being written that was refused", async () => {
		const { app } = livedIn();
		app.templates = [...app.templates, aTemplate({ level: "B1", openingMessage: "Xin chào!" }), aTemplate()];
		await openWindow(themed(app));
		await user.click(get("newConversation"));
		expect(await violations()).toEqual([]);
		app.failNext("templateCreate", "invalid", "", { field: "name", reason: "must not be empty" });
		await user.click(get("templateNew"));
		await user.type(get("templateName"), "x");
		await user.click(get("templateSave"));
		await painted();
		expect(get("templateName").getAttribute("aria-invalid")).toBe("true");
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
