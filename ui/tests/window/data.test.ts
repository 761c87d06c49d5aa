import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { testids } from "../../src/testids";
import { settled } from "../support/fake-app";
import { aBackup, aConversation, aFailedStart, READY, SETTINGS } from "../support/fixtures";
import { all, backups, find, get, HOUR, inSettings, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

/** So long that what takes a while is shown. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 320));

describe("a restore", () => {
	it("takes three clicks from the chat, and the window then shows what was restored", async () => {
		const { app } = livedIn();
		app.backups = backups(3);
		app.restored = {
			status: READY,
			conversations: [aConversation({ title: "From last week" })],
			messages: [],
		};
		await openWindow(app);
		app.settings = { ...SETTINGS, theme: "dark" };

		await user.click(get("settingsOpen"));
		await painted();
		await user.click(all("backupRestore")[1] as Element);
		await user.click(get("backupConfirm"));
		await painted();

		expect(app.callsOf("backupRestore")).toEqual([[app.backups[1]?.name]]);
		expect(all("conversationItem")).toHaveLength(1);
		expect(get("conversationTitle").textContent).toBe("From last week");
		expect(document.documentElement.dataset.theme).toBe("dark");
		expect(document.querySelector("dialog")).toBeNull();
		expect(get("noticeBanner").dataset.notice).toBe("restored");
		expect(get("noticeBanner").textContent).toContain("kept as an undo copy for 30 days");
		await user.click(screen.getByRole("button", { name: "Dismiss" }));
		expect(find("noticeBanner")).toBeNull();
	});

	it("says beforehand what is in the backup, what is not, and that everything is kept", async () => {
		await inSettings();
		await user.click(all("backupRestore")[0] as Element);
		const dialog = get("backupConfirm").closest("dialog") as HTMLElement;
		expect(dialog.textContent).toContain("4 conversations, 16 messages");
		expect(dialog.textContent).toContain("What was said after that is not in it.");
		expect(dialog.textContent).toContain("kept as an undo copy for 30 days");
	});

	it("can be thought better of", async () => {
		const { app } = await inSettings();
		await user.click(all("backupRestore")[0] as Element);
		await user.click(get("workCancel"));
		expect(find("backupConfirm")).toBeNull();
		expect(app.callsOf("backupRestore")).toEqual([]);
		expect(get("dataSection")).toBeTruthy();
	});

	it("shows how far it is, and its dialog cannot be closed meanwhile", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupRestore");
		await user.click(all("backupRestore")[0] as Element);
		await user.click(get("backupConfirm"));
		expect(find("workProgress")).toBeNull();
		await aWhile();
		await app.progress("restore", "unpacking", 500);
		const bar = screen.getByRole("progressbar", { name: "Restoring a backup" });
		expect(bar.getAttribute("aria-valuetext")).toBe("Unpacking the backup, 15%");
		expect(get("workProgress").dataset).toMatchObject({ work: "restore", stage: "unpacking" });
		const dialog = bar.closest("dialog") as HTMLDialogElement;
		dialog.close();
		await painted();
		expect(dialog.open).toBe(true);
		await app.progress("restore", "replacing", 0);
		expect(get("workCancel").getAttribute("aria-disabled")).toBe("true");
		await held.release();
		await painted();
		expect(find("workProgress")).toBeNull();
	});

	it("of an older backup says that it is brought up to this version", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupRestore");
		await user.click(all("backupRestore")[0] as Element);
		await user.click(get("backupConfirm"));
		await aWhile();
		for (const stage of ["unpacking", "checking", "indexing"] as const)
			await app.progress("restore", stage, 1000);
		await app.progress("restore", "replacing", 1000);
		expect(screen.getByRole("progressbar").getAttribute("aria-valuetext")).toBe(
			"Putting it in its place, 90%",
		);
		await app.progress("upgrade", "copying", 1000);
		await app.progress("upgrade", "checking", 1000);
		expect(screen.getByRole("progressbar").getAttribute("aria-valuetext")).toBe(
			"Bringing your data up to this version, 95%",
		);
		expect(get("workCancel").getAttribute("aria-disabled")).toBe("true");
		await held.release();
		await painted();
		expect(find("workProgress")).toBeNull();
	});

	it("that is cancelled is no alarm, and can be begun again", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupRestore");
		await user.click(all("backupRestore")[0] as Element);
		await user.click(get("backupConfirm"));
		await user.click(get("workCancel"));
		expect(app.callsOf("workCancel")).toHaveLength(1);
		expect(get("workCancel").textContent).toContain("Cancelling…");
		await held.fail("cancelled");
		await painted();
		expect(get("workCancelled").getAttribute("role")).toBe("status");
		expect(screen.queryByRole("alert")).toBeNull();
		await user.click(get("backupConfirm"));
		await painted();
		expect(find("dataSection")).toBeNull();
	});

	it("that fails stays where it is, with a sentence, the reason and the code", async () => {
		const { app } = await inSettings();
		const reason = `A very long reason: ${"and so on ".repeat(70)}`.trim();
		app.failNext("backupRestore", "backup", `The backup failed: ${reason}`);
		await user.click(all("backupRestore")[0] as Element);
		await user.click(get("backupConfirm"));
		await painted();
		expect(get("errorBanner").textContent).toContain("The backup was not restored.");
		expect(get("errorBanner").textContent).toContain(reason);
		expect(get("errorBanner").textContent).not.toContain("The backup failed");
		expect(get("errorCode").textContent).toContain("backup");
		expect(get("appReady")).toBeTruthy();
		// What was open may have been closed for it.
		expect(app.callsOf("appStatus")).toHaveLength(2);
	});

	it("after whose failure nothing can be opened leads to the recovery page", async () => {
		const { app } = await inSettings();
		app.failNext("backupRestore", "io");
		await user.click(all("backupRestore")[0] as Element);
		app.status = aFailedStart("corrupt");
		await user.click(get("backupConfirm"));
		await painted();
		expect(get("recoveryPage").dataset.code).toBe("corrupt");
	});
});

describe("the list of backups", () => {
	it("says that there are none yet", async () => {
		const { app } = livedIn();
		await openWindow(app);
		await user.click(get("settingsOpen"));
		await painted();
		expect(get("backupStatus").textContent).toContain("No backup yet");
		expect(screen.getByText("There are no backups yet.")).toBeTruthy();
	});

	it("of 500 shows a few, and more on demand", async () => {
		const { app } = livedIn();
		app.backups = backups(500);
		await inSettings(app);
		expect(get("backupStatus").textContent).toContain("500 backups, 1.7 GB of 500 MB");
		expect(all("backupItem")).toHaveLength(3);
		await user.click(get("backupsMore"));
		expect(all("backupItem")).toHaveLength(53);
		expect(document.activeElement).toBe(get("backupsMore"));
	});

	it("goes on at the first new one when there is no more to show", async () => {
		await inSettings();
		await user.click(get("backupsMore"));
		await painted();
		expect(find("backupsMore")).toBeNull();
		expect(document.activeElement).toBe(all("backupRestore")[3]);
	});

	it("marks undo copies, and says of those that cannot be restored why", async () => {
		const { app } = livedIn();
		app.backups = [
			aBackup({ createdAt: Date.now(), reason: "replaced" }),
			aBackup({ createdAt: Date.now() - HOUR, problem: "It is cut off." }),
			aBackup({
				createdAt: Date.now() - 2 * HOUR,
				schemaVersion: READY.schemaVersion + 1,
				appVersion: "0.4.0",
			}),
		];
		await inSettings(app);
		const [undo, damaged, newer] = all("backupItem");
		expect(undo?.dataset.reason).toBe("replaced");
		expect(undo?.textContent).toContain("Undo copy");
		expect(within(undo as HTMLElement).getByTestId(testids.backupRestore)).toBeTruthy();
		expect(damaged?.textContent).toContain("It is cut off.");
		expect(newer?.textContent).toContain("Parlance 0.4.0, which is newer");
		for (const item of [damaged, newer])
			expect(within(item as HTMLElement).queryByTestId(testids.backupRestore)).toBeNull();
		expect(get("backupStatus").textContent).not.toContain("3 backups");
		expect(get("backupStatus").textContent).toContain("2 backups, 6.8 MB of 500 MB");
	});

	it("names each button by its backup", async () => {
		await inSettings();
		const names = all("backupRestore").map((button) => button.getAttribute("aria-label"));
		expect(new Set(names).size).toBe(3);
		expect(names.every((name) => name?.startsWith("Restore the backup of "))).toBe(true);
	});

	it("that cannot be read says so and can be asked for again", async () => {
		const { app } = livedIn();
		app.backups = backups(2);
		app.failNext("backupList", "io", "Permission denied");
		await inSettings(app);
		expect(get("errorBanner").textContent).toContain("The backups could not be listed.");
		await user.click(within(get("dataSection")).getByRole("button", { name: "Try again" }));
		await painted();
		expect(all("backupItem")).toHaveLength(2);
	});
});

describe("a backup by hand", () => {
	it("is in the list afterwards and said to be whole", async () => {
		const { app } = await inSettings();
		await user.click(get("backupNow"));
		await painted();
		expect(app.callsOf("backupCreate")).toHaveLength(1);
		expect(all("backupItem")[0]?.dataset.reason).toBe("manual");
		expect(get("backupStatus").textContent).toContain("The new backup was checked");
		expect(document.activeElement).toBe(get("backupNow"));
	});

	it("shows how far it is, keeps the focus, and can be cancelled", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupCreate");
		await user.click(get("backupNow"));
		await aWhile();
		await app.progress("backup", "copying", 500);
		expect(screen.getByRole("progressbar").getAttribute("aria-valuetext")).toBe("Copying your data, 20%");
		expect(document.activeElement).toBe(get("workCancel"));
		await user.click(get("workCancel"));
		await held.fail("cancelled");
		await painted();
		expect(get("workCancelled").textContent).toBe("Cancelled. Nothing was changed.");
		expect(find("errorBanner")).toBeNull();
		expect(document.activeElement).toBe(get("backupNow"));
	});

	it("goes on when the settings are closed", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupCreate");
		await user.click(get("backupNow"));
		await user.click(get("settingsClose"));
		await user.click(get("settingsOpen"));
		await aWhile();
		expect(get("workProgress")).toBeTruthy();
		await held.release();
		await painted();
		expect(find("workProgress")).toBeNull();
	});

	it("that fails says that nothing else is lost, and why", async () => {
		const { app } = await inSettings();
		app.failNext("backupCreate", "disk_full", "This needs 41 MB of free disk space, and 2 MB are free.");
		await user.click(get("backupNow"));
		await painted();
		expect(get("errorBanner").textContent).toContain("Your conversations are safe where they are.");
		expect(get("errorBanner").textContent).toContain("2 MB are free");
		expect(get("errorCode").textContent).toContain("disk_full");
	});

	it("stands beside what the last failure was", async () => {
		const { app } = livedIn();
		app.lastFailure = { code: "disk_full", message: "No room.", details: {} };
		await inSettings(app);
		expect(get("errorBanner").textContent).toContain("The last automatic backup failed.");
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(get("errorBanner").textContent).toContain("The disk is full.");
	});

	it("and says of a failure of the backup itself only why", async () => {
		const { app } = livedIn();
		app.lastFailure = { code: "backup", message: "The backup failed: its hash is another one.", details: {} };
		await inSettings(app);
		expect(get("errorBanner").textContent).toContain("safe where they are. Its hash is another one.");
		expect(get("errorBanner").textContent).not.toContain("The backup failed");
		expect(get("errorCode").textContent).toContain("backup");
	});
});

describe("the doctor", () => {
	it("says that everything is in order, and offers no repair then", async () => {
		await inSettings();
		await user.click(get("doctorCheck"));
		await painted();
		expect(get("doctorReport").textContent).toContain("Looked at 11 tables");
		expect(get("doctorReport").dataset.ok).toBe("true");
		expect(find("doctorRepair")).toBeNull();
	});

	it("repairs a copy, says what was done, and the window shows the repaired data", async () => {
		const { app } = livedIn();
		app.doctor = { ok: false, text: "2 pages cannot be read.", canRepair: true };
		app.restored = { status: READY, conversations: [aConversation({ title: "Saved" })], messages: [] };
		await inSettings(app);
		await user.click(get("doctorCheck"));
		await painted();
		await user.click(get("doctorRepair"));
		await painted();
		expect(get("doctorOutcome").textContent).toContain("15 of 16 messages were saved");
		await user.click(get("doctorGoOn"));
		expect(find("doctorOutcome")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("Saved");
	});

	it("that cannot look, or cannot repair, says so", async () => {
		const { app } = livedIn();
		app.doctor = { ok: false, text: "2 pages cannot be read.", canRepair: true };
		await inSettings(app);
		app.failNext("doctorReport", "io");
		await user.click(get("doctorCheck"));
		await painted();
		expect(get("errorBanner").textContent).toContain("could not be checked");
		await user.click(get("doctorCheck"));
		await painted();
		app.failNext("doctorRepair", "disk_full");
		await user.click(get("doctorRepair"));
		await painted();
		expect(get("errorBanner").textContent).toContain("The file is as it was.");
		// What was open may have been closed for it.
		expect(app.callsOf("appStatus")).toHaveLength(2);
		app.doctor = { ok: false, text: "Nothing can be read.", canRepair: false };
		await user.click(get("doctorCheck"));
		await painted();
		expect(screen.getByText(/A repair cannot help/)).toBeTruthy();
		expect(find("doctorRepair")).toBeNull();
	});
});

describe("what came of it,", () => {
	async function reopen() {
		await user.click(get("settingsClose"));
		await user.click(get("settingsOpen"));
		await painted();
	}

	it("once it was read, is not there any more when the settings are opened again", async () => {
		const { app } = await inSettings();
		app.failNext("backupSetBudget", "read_only");
		await user.selectOptions(get("backupBudget"), "5 GB");
		await user.click(get("backupNow"));
		await user.click(get("doctorCheck"));
		await painted();
		expect(get("backupStatus").textContent).toContain("The new backup was checked");
		expect(get("doctorReport")).toBeTruthy();
		expect(find("errorBanner")).not.toBeNull();

		app.lastFailure = { code: "disk_full", message: "No room.", details: {} };
		await reopen();
		expect(get("backupStatus").textContent).not.toContain("The new backup was checked");
		expect(get("errorBanner").textContent).toContain("The last automatic backup failed.");
		expect(find("doctorReport")).toBeNull();
	});

	it("and of what failed, neither", async () => {
		const { app } = livedIn();
		app.doctor = { ok: false, text: "2 pages cannot be read.", canRepair: true };
		await inSettings(app);
		await user.click(get("doctorCheck"));
		await painted();
		for (const command of ["backupCreate", "doctorRepair"] as const) app.failNext(command, "io");
		await user.click(get("backupNow"));
		await user.click(get("doctorRepair"));
		await painted();
		app.failNext("doctorReport", "io");
		await user.click(get("doctorCheck"));
		await painted();
		expect(all("errorBanner")).toHaveLength(3);
		await reopen();
		expect(find("errorBanner")).toBeNull();
	});

	it("when it came while they were closed, is still to be read", async () => {
		const { app } = await inSettings();
		for (const [command, button] of [
			["backupCreate", "backupNow"],
			["doctorReport", "doctorCheck"],
		] as const) {
			const held = app.hold(command);
			await user.click(get(button));
			await user.click(get("settingsClose"));
			await held.fail("io");
			await painted();
			await user.click(get("settingsOpen"));
			await painted();
			expect([command, all("errorBanner").length]).toEqual([command, 1]);
		}
		expect(get("errorBanner").textContent).toContain("Your data could not be checked.");
	});

	it("is told beside the last failure where it was cancelled", async () => {
		const { app } = livedIn();
		app.lastFailure = { code: "disk_full", message: "No room.", details: {} };
		await inSettings(app);
		app.failNext("backupCreate", "cancelled");
		await user.click(get("backupNow"));
		await painted();
		expect(get("workCancelled")).toBeTruthy();
		expect(get("errorBanner").textContent).toContain("The last automatic backup failed.");
	});
});

describe("a report", () => {
	it("is shown before it is copied, and copied where that is possible", async () => {
		await inSettings();
		await user.click(get("copyReport"));
		await painted();
		const area = screen.getByRole("textbox", { name: "Report" }) as HTMLTextAreaElement;
		expect(area.value).toContain("SQLite 3.53.2");
		await user.click(get("reportCopy"));
		await painted();
		expect(screen.getByText("Copied. You can paste it anywhere now.")).toBeTruthy();
		expect(await navigator.clipboard.readText()).toBe(area.value);
	});

	it("is selected for copying by hand where there is no clipboard", async () => {
		vi.spyOn(navigator, "clipboard", "get").mockReturnValue(undefined as unknown as Clipboard);
		await inSettings();
		await user.click(get("copyReport"));
		await painted();
		await user.click(get("reportCopy"));
		await painted();
		const area = screen.getByRole("textbox", { name: "Report" }) as HTMLTextAreaElement;
		expect(screen.getByText(/Press Ctrl\+C/)).toBeTruthy();
		expect(document.activeElement).toBe(area);
		expect(area.selectionEnd - area.selectionStart).toBe(area.value.length);
	});

	it("that cannot be made, and a folder that cannot be opened, are said", async () => {
		const { app } = await inSettings();
		app.failNext("appOpenFolder", "io");
		await user.click(get("openFolder"));
		await painted();
		expect(get("errorBanner").textContent).toContain("The folder could not be opened.");
		await user.click(get("openFolder"));
		await painted();
		expect(find("errorBanner")).toBeNull();
		app.failNext("appReport", "internal");
		await user.click(get("copyReport"));
		await painted();
		expect(get("errorBanner").textContent).toContain("could not be put together");
	});
});

it("the window lets go of everything when it is closed during a backup", async () => {
	const { app } = livedIn();
	const held = app.hold("backupCreate");
	const { unmount } = await inSettings(app);
	await user.click(get("backupNow"));
	unmount();
	await held.release();
	await settled();
	expect(app.listeners).toBe(0);
});

describe("the rebuilding of the search", () => {
	it("shows how far it is, and says when it is done", async () => {
		const { app } = await inSettings();
		const held = app.hold("searchRebuild");
		await user.click(get("searchRebuild"));
		await app.progress("reindex", "indexing", 250);
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(get("workProgress").textContent).toContain("25");
		await held.release();
		await painted();
		expect(find("workProgress")).toBeNull();
		expect(get("searchIndex").textContent).toContain("The search is complete.");
	});

	it("goes on in the background when nobody wants to wait, and says so", async () => {
		const { app } = await inSettings();
		const held = app.hold("searchRebuild");
		await user.click(get("searchRebuild"));
		await new Promise((resolve) => setTimeout(resolve, 320));
		await user.click(get("workCancel"));
		await held.fail("cancelled");
		await painted();
		expect(app.callsOf("workCancel")).toHaveLength(1);
		expect(get("workCancelled").textContent).toContain("rebuilt in the background");
	});

	it("that fails says why", async () => {
		const { app } = await inSettings();
		app.failNext("searchRebuild", "disk_full");
		await user.click(get("searchRebuild"));
		await painted();
		expect(get("searchIndex").textContent).toContain("The search could not be rebuilt. The disk is full.");
	});

	it("is not offered where nothing can be written", async () => {
		const { app } = livedIn();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await inSettings(app);
		expect(find("dataSection")).not.toBeNull();
		expect(find("searchRebuild")).toBeNull();
	});
});
