import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeApp } from "../support/fake-app";
import { aBackup, READY, SETTINGS } from "../support/fixtures";
import { all, find, get, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("data that can only be read", () => {
	async function readOnly(reason = "The disk is write-protected.") {
		const { app, talk } = livedIn();
		app.status = { ...READY, readOnly: reason };
		app.conversations = [talk];
		await openWindow(app);
		await painted();
		return app;
	}

	/** The settings, with a backup and with damage that was found. */
	async function inDamagedSettings(app: FakeApp): Promise<void> {
		app.backups = [aBackup()];
		app.doctor = { ok: false, text: "2 pages cannot be read.", canRepair: true };
		await user.click(get("settingsOpen"));
		await painted();
		await user.click(get("doctorCheck"));
		await painted();
	}

	it("has a banner that stays and says why", async () => {
		await readOnly();
		expect(get("readOnlyBanner").textContent).toContain("You can read everything");
		expect(get("readOnlyBanner").textContent).toContain("The disk is write-protected.");
		expect(get("readOnlyBanner").querySelector("[lang=en]")?.textContent).toBe(
			"The disk is write-protected.",
		);
		expect(within(get("readOnlyBanner")).queryByRole("button")).toBeNull();
	});

	it.each([
		["en", "The data folder is write-protected."],
		["vi", "Thư mục dữ liệu được chống ghi."],
	] as const)("has the reasons of the app in whole sentences, in %s", async (language, sentence) => {
		const { app } = livedIn();
		app.status = { ...READY, readOnly: "its folder is write-protected" };
		app.settings = { ...SETTINGS, language };
		await openWindow(app);
		expect(get("readOnlyBanner").textContent).toContain(sentence);
		expect(get("readOnlyBanner").textContent).not.toContain("its folder");
		expect(get("readOnlyBanner").querySelector("[lang]")).toBeNull();
	});

	it("offers no change of anything, neither by buttons nor by keys", async () => {
		const { app, talk } = livedIn();
		await app.messageDelete(app.messages[0]?.id ?? "");
		app.status = { ...READY, readOnly: "The disk is write-protected." };
		app.conversations = [talk];
		await openWindow(app);
		await painted();
		expect(all("message")).toHaveLength(3);
		const opener = document.querySelector<HTMLElement>("button.open");
		opener?.focus();
		expect(opener?.getAttribute("aria-keyshortcuts")).toBeNull();
		await user.keyboard("{F2}{Delete}{Control>}z{/Control}");
		await painted();
		await user.click(get("trashOpen"));
		await painted();
		expect(all("trashItem")).toHaveLength(1);
		expect(all("recentChange")).toHaveLength(1);
		for (const name of ["trashRestore", "trashErase", "trashEmpty", "recentUndo"] as const)
			expect([name, find(name)]).toEqual([name, null]);
		await user.click(get("trashClose"));
		await inDamagedSettings(app);
		for (const name of [
			"newConversation",
			"templateOption",
			"backupNow",
			"backupRestore",
			"backupBudget",
			"doctorRepair",
			"deleteMessage",
			"deleteConversation",
			"renameConversation",
			"renameInput",
		] as const)
			expect([name, find(name)]).toEqual([name, null]);
		expect(app.callsOf("conversationDelete")).toEqual([]);
		expect(app.callsOf("operationUndo")).toEqual([]);
		expect(get("dataSection").textContent).toContain("nothing can be backed up, restored or repaired");
	});

	it("offers no back-up by the banner of one that failed", async () => {
		const app = await readOnly();
		await app.report({ code: "backup", message: "The backup failed: no room.", details: { reason: "io" } });
		await painted();
		expect(within(get("backupProblem")).queryByRole("button", { name: "Back up now" })).toBeNull();
		expect(within(get("backupProblem")).getByRole("button", { name: "Open settings" })).toBeTruthy();
	});

	it("shows what can be read of backups, and looks for damage", async () => {
		const app = await readOnly();
		await inDamagedSettings(app);
		expect(all("backupItem")).toHaveLength(1);
		expect(get("backupStatus").textContent).toContain("Last backup");
		expect(get("doctorReport").textContent).toContain("2 pages");
		expect(get("openFolder")).toBeTruthy();
		expect(get("copyReport")).toBeTruthy();
	});

	it("and has no conversation in it says that none can begin", async () => {
		const app = new FakeApp();
		app.status = { ...READY, readOnly: "its folder is write-protected" };
		await openWindow(app);
		expect(screen.getByText(/There is no conversation here yet/)).toBeTruthy();
		expect(find("templateOption")).toBeNull();
		expect(find("newConversation")).toBeNull();
	});

	it("where the file alone is fixed, can be backed up, restored and repaired beside it", async () => {
		const app = await readOnly("its file is write-protected");
		await inDamagedSettings(app);
		for (const name of ["backupNow", "backupRestore", "backupBudget", "doctorRepair"] as const)
			expect([name, all(name).length]).toEqual([name, 1]);
		expect(find("newConversation")).toBeNull();
	});

	it("takes what is typed, sends nothing and says why", async () => {
		const app = await readOnly();
		await user.type(get("composer"), "Xin chào{Enter}");
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Xin chào");
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		expect(app.callsOf("messageSend")).toEqual([]);
		const hint = document.getElementById(get("composer").getAttribute("aria-describedby") ?? "");
		expect(hint?.textContent).toContain("Sending is off");
	});
});

describe("what the start has found", () => {
	it.each([
		["ledger_repaired", "has been put right"],
		["restore_finished", "was finished at this start"],
		["rows_damaged", "Some of your data is damaged; everything else can be used."],
	] as const)("%s is said in words, once", async (code, words) => {
		const { app } = livedIn();
		app.status = { ...READY, notices: [code] };
		await openWindow(app);
		expect(all("noticeBanner")).toHaveLength(1);
		expect(get("noticeBanner").textContent).toContain(words);
		expect(within(get("noticeBanner")).getByRole("status")).toBeTruthy();
		await user.click(screen.getByRole("button", { name: "Dismiss" }));
		expect(find("noticeBanner")).toBeNull();
	});
});

describe("damage that was found", () => {
	const toSettings = (place: HTMLElement) =>
		user.click(within(place).getByRole("button", { name: "Open settings" }));

	it("at the start leads to where it can be repaired", async () => {
		const { app } = livedIn();
		app.status = { ...READY, notices: ["rows_damaged"] };
		app.doctor = { ok: false, text: "3 rows cannot be read.", canRepair: true };
		await openWindow(app);
		await toSettings(get("noticeBanner"));
		await user.click(get("doctorCheck"));
		await painted();
		expect(get("doctorReport").textContent).toContain("3 rows");
		expect(screen.getByText(/kept as an undo copy for 30 days/)).toBeTruthy();
		await user.click(get("doctorRepair"));
		await painted();
		expect(app.callsOf("doctorRepair")).toHaveLength(1);
		expect(get("doctorOutcome")).toBeTruthy();
	});

	it("while the app runs leads there too", async () => {
		const { app } = livedIn();
		await openWindow(app);
		await app.report({ code: "corrupt", message: "A check has found damage in your data." });
		await painted();
		await toSettings(get("errorBanner"));
		expect(get("doctorCheck")).toBeTruthy();
	});

	it("is not all that can be found: other notices lead nowhere", async () => {
		const { app } = livedIn();
		app.status = { ...READY, notices: ["ledger_repaired"] };
		await openWindow(app);
		expect(within(get("noticeBanner")).getAllByRole("button")).toHaveLength(1);
	});
});

describe("an automatic backup that failed", () => {
	async function failed() {
		const { app } = livedIn();
		app.backups = [aBackup()];
		await openWindow(app);
		const message = "The backup failed: The disk is full, so this was not saved.";
		await app.report({ code: "backup", message, details: { reason: "disk_full" } });
		await painted();
		return app;
	}

	it("is said aloud, with the reason and what is safe", async () => {
		await failed();
		const banner = get("backupProblem");
		expect(within(banner).getByRole("alert").textContent).toContain("The automatic backup failed.");
		expect(banner.textContent).toContain("safe where they are");
		expect(banner.textContent).toContain("The disk is full, so this was not saved.");
		expect(banner.textContent).not.toContain("The backup failed");
	});

	it("is something else than a backup that is not whole, which is said as it is", async () => {
		const { app } = livedIn();
		await openWindow(app);
		await app.report({
			code: "backup",
			message: "The newest backup was restored for trial and is not whole.",
		});
		await painted();
		expect(get("backupProblem").textContent).toContain("Something is wrong with a backup.");
		expect(get("backupProblem").textContent).toContain("restored for trial and is not whole.");
		expect(get("backupProblem").textContent).not.toContain("The automatic backup failed");
	});

	it("can be made up for at once", async () => {
		const app = await failed();
		await user.click(within(get("backupProblem")).getByRole("button", { name: "Back up now" }));
		await painted();
		expect(app.callsOf("backupCreate")).toHaveLength(1);
		expect(find("backupProblem")).toBeNull();
	});

	it("stays, with the new reason, when that fails too", async () => {
		const app = await failed();
		app.failNext("backupCreate", "disk_full", "No room: 1 MB is free.");
		await user.click(within(get("backupProblem")).getByRole("button", { name: "Back up now" }));
		await painted();
		expect(get("backupProblem").textContent).toContain("The automatic backup failed.");
		expect(get("backupProblem").textContent).toContain("1 MB is free");
	});

	it("leads to the settings", async () => {
		await failed();
		await user.click(within(get("backupProblem")).getByRole("button", { name: "Open settings" }));
		await painted();
		expect(get("dataSection")).toBeTruthy();
	});
});

it("what was cancelled is a quiet note, wherever it is told", async () => {
	const app = new FakeApp();
	await openWindow(app);
	await app.report({ code: "cancelled", message: "cancelled" });
	await painted();
	expect(get("errorBanner").getAttribute("role")).toBe("status");
});
