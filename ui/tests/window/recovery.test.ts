import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { violations } from "../support/axe";
import { FakeApp } from "../support/fake-app";
import { aBackup, aConversation, aFailedStart, READY } from "../support/fixtures";
import { all, find, get, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const HOUR = 3_600_000;

function broken(code = "corrupt", details: Record<string, string> = {}) {
	const app = new FakeApp();
	app.status = aFailedStart(code, details);
	app.backups = [
		aBackup({ createdAt: Date.now() - HOUR, problem: "It is cut off." }),
		aBackup({ createdAt: Date.now() - 2 * HOUR, reason: "replaced" }),
		aBackup({ createdAt: Date.now() - 3 * HOUR, reason: "quit" }),
		aBackup({ createdAt: Date.now() - 4 * HOUR }),
	];
	app.restored = { status: READY, conversations: [aConversation({ title: "Back again" })], messages: [] };
	return app;
}

const item = (name: string | undefined) =>
	all("backupItem").find(({ dataset }) => dataset.name === name) as HTMLElement;
const radio = (name: string | undefined) => within(item(name)).getByRole("radio") as HTMLInputElement;

describe("a database that cannot be opened", () => {
	it.each([
		["corrupt", "The database is damaged."],
		["missing", "is not where it should be"],
		["schema_too_new", "written by a newer Parlance"],
		["io", "Reading or writing your data failed."],
		["read_only", "can be read but not written"],
		["backup", "the backup that comes before that could not be made"],
		["internal", "Something unexpected went wrong"],
		["something_new", "Something unexpected went wrong"],
	])("with %s leads to the recovery page", async (code, sentence) => {
		const app = broken(code);
		await openWindow(app);
		expect(get("recoveryPage").dataset.code).toBe(code);
		expect(get("startFailureMessage").textContent).toContain(sentence);
		expect(screen.getByText("What was kept")).toBeTruthy();
		expect(screen.getByText("What you can do")).toBeTruthy();
		expect(get("errorCode").textContent).toContain(code);
		expect(screen.getByText("technical")).toBeTruthy();
		for (const name of ["recoveryRestore", "openFolder", "copyReport", "startRetry"] as const)
			expect(get(name)).toBeTruthy();
		for (const name of ["doctorCheck", "rescue"] as const)
			expect([name, find(name) !== null]).toEqual([name, code !== "missing"]);
		expect(document.body.textContent).not.toMatch(/\bdelet|\berase|\bremov/i);
		expect(await violations()).toEqual([]);
	});

	it.each(["already_open", "data_dir", "busy", "disk_full", "closed"])(
		"with %s has nothing to recover, and no offer that could do harm",
		async (code) => {
			await openWindow(broken(code));
			expect(get("startFailure")).toBeTruthy();
			expect(get("startRetry")).toBeTruthy();
			expect(find("recoveryPage")).toBeNull();
		},
	);

	it("is explained in the system's language, since no settings can be read", async () => {
		vi.spyOn(navigator, "languages", "get").mockReturnValue(["vi-VN"]);
		await openWindow(broken());
		expect(screen.getByText("Cơ sở dữ liệu bị hỏng.")).toBeTruthy();
	});

	it("can be tried again", async () => {
		const app = broken("io");
		await openWindow(app);
		app.status = READY;
		await user.click(get("startRetry"));
		await painted();
		expect(get("appReady")).toBeTruthy();
	});
});

describe("a database that cannot be opened, tried again while other work is under way,", () => {
	it.each(["corrupt", "io"])("stays with %s what it was, and says why it was not tried", async (code) => {
		const app = broken(code);
		await openWindow(app);
		const rescuing = app.hold("doctorRescue");
		await user.click(get("rescue"));
		await user.click(get("startRetry"));
		await painted();
		expect(get("recoveryPage").dataset.code).toBe(code);
		expect(get("recoveryPage").textContent).not.toContain("Something unexpected");
		expect(get("errorBanner").textContent).toContain("It was not tried again. Something else is under way.");
		expect(screen.getByText("/home/linh/.local/share/parlance")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await rescuing.release();
		app.status = READY;
		await user.click(get("startRetry"));
		await painted();
		expect(get("appReady")).toBeTruthy();
	});
});

describe("the backups on the recovery page", () => {
	it("have the newest good one chosen and recommended", async () => {
		const app = broken();
		await openWindow(app);
		const best = app.backups[2]?.name;
		expect(all("backupItem")[0]?.dataset.name).toBe(best);
		expect(item(best).textContent).toContain("Recommended");
		expect(item(best).textContent).toContain("4 conversations, 16 messages");
		expect(item(best).textContent).toContain("3.4 MB");
		expect(item(best).textContent).toContain("3 hours ago");
		expect(radio(best).checked).toBe(true);
	});

	it("say of those that cannot be restored why, and do not let them be chosen", async () => {
		const app = broken();
		await openWindow(app);
		const [bad, undo] = app.backups;
		expect(radio(bad?.name).disabled).toBe(true);
		expect(item(bad?.name).textContent).toContain("It is cut off.");
		expect(item(undo?.name).textContent).toContain("Undo copy");
		expect(radio(undo?.name).disabled).toBe(false);
	});

	it("lead into the app when one is restored", async () => {
		const app = broken();
		await openWindow(app);
		await user.click(radio(app.backups[3]?.name));
		await user.click(get("recoveryRestore"));
		const dialog = get("backupConfirm").closest("dialog");
		expect(dialog?.textContent).toContain("kept as an undo copy for 30 days");
		await user.click(get("backupConfirm"));
		await painted();
		expect(app.callsOf("backupRestore")).toEqual([[app.backups[3]?.name]]);
		expect(get("conversationTitle").textContent).toBe("Back again");
		expect(find("recoveryPage")).toBeNull();
		expect(get("noticeBanner").dataset.notice).toBe("restored");
	});

	it("can be restored with the keyboard alone", async () => {
		const app = broken();
		await openWindow(app);
		radio(app.backups[2]?.name).focus();
		for (let presses = 0; presses < 20 && document.activeElement !== get("recoveryRestore"); presses += 1)
			await user.tab();
		await user.keyboard("{Enter}");
		get("backupConfirm").focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(get("appReady")).toBeTruthy();
	});

	it("stay on the page when the restore fails, with a sentence and the code", async () => {
		const app = broken();
		await openWindow(app);
		app.failNext("backupRestore", "disk_full", "No room.");
		await user.click(get("recoveryRestore"));
		await user.click(get("backupConfirm"));
		await painted();
		const dialog = get("backupConfirm").closest("dialog") as HTMLElement;
		expect(within(dialog).getByRole("alert").textContent).toContain("The backup was not restored.");
		expect(within(dialog).getByRole("alert").textContent).toContain("Code: disk_full");
		expect(get("recoveryPage")).toBeTruthy();
	});

	it("are listed anew when what was restored cannot be opened either", async () => {
		const app = broken();
		app.restored = { status: aFailedStart("io"), conversations: [], messages: [] };
		await openWindow(app);
		await user.click(get("recoveryRestore"));
		await user.click(get("backupConfirm"));
		await painted();
		expect(get("recoveryPage").dataset.code).toBe("io");
		expect(document.querySelector("dialog")).toBeNull();
		expect(app.callsOf("backupList")).toHaveLength(2);
	});

	it("may be none at all", async () => {
		const app = broken();
		app.backups = [];
		await openWindow(app);
		expect(screen.getByText(/There is no backup in the data folder/)).toBeTruthy();
		expect(find("recoveryRestore")).toBeNull();
	});

	it("may all be unusable", async () => {
		const app = broken();
		app.backups = app.backups.slice(0, 1);
		await openWindow(app);
		expect(screen.getByText(/None of these can be restored/)).toBeTruthy();
		expect((get("recoveryRestore") as HTMLButtonElement).disabled).toBe(true);
	});

	it("may be undo copies only, of which none is recommended", async () => {
		const app = broken();
		app.backups = app.backups.slice(0, 2);
		await openWindow(app);
		expect(screen.getByText(/only an undo copy/)).toBeTruthy();
		expect((get("recoveryRestore") as HTMLButtonElement).disabled).toBe(true);
		await user.click(radio(app.backups[1]?.name));
		expect((get("recoveryRestore") as HTMLButtonElement).disabled).toBe(false);
	});

	it("may be 500, of which a few are shown at first", async () => {
		const app = broken();
		app.backups = Array.from({ length: 500 }, (_, index) =>
			aBackup({ createdAt: Date.now() - index * HOUR }),
		);
		await openWindow(app);
		expect(all("backupItem")).toHaveLength(5);
		await user.click(get("backupsMore"));
		expect(all("backupItem")).toHaveLength(55);
	});

	it("that cannot be listed are said to be so, and the rest of the page works", async () => {
		const app = broken();
		app.failNext("backupList", "io");
		await openWindow(app);
		expect(get("errorBanner").textContent).toContain("The backups could not be listed.");
		expect(get("doctorCheck")).toBeTruthy();
	});

	it("can be asked for again when they could not be listed", async () => {
		const app = broken();
		app.failNext("backupList", "io");
		await openWindow(app);
		app.failNext("backupList", "io");
		await user.click(get("backupListRetry"));
		await painted();
		expect(get("errorBanner")).toBeTruthy();
		expect(document.activeElement).toBe(get("backupListRetry"));
		await user.click(get("backupListRetry"));
		await painted();
		expect(find("errorBanner")).toBeNull();
		expect(all("backupItem")).toHaveLength(4);
	});
});

describe("data of a newer Parlance", () => {
	const details = { found: "14", supported: "11", writtenBy: "0.4.0" };

	it("says which one, and offers the backup from before the upgrade with what it lacks", async () => {
		const app = broken("schema_too_new", details);
		app.backups = [
			aBackup({ createdAt: Date.now() - HOUR, schemaVersion: 14, appVersion: "0.4.0" }),
			aBackup({ createdAt: Date.now() - 2 * HOUR, reason: "migration" }),
		];
		await openWindow(app);
		expect(get("startFailureMessage").textContent).toContain("written by Parlance 0.4.0");
		const [newer, before] = app.backups;
		expect(item(before?.name).textContent).toContain("From before the upgrade");
		expect(radio(before?.name).checked).toBe(true);
		expect(radio(newer?.name).disabled).toBe(true);
		expect(item(newer?.name).textContent).toContain("made by Parlance 0.4.0");
		expect(screen.getByText(/What was said since then is not in it/)).toBeTruthy();
	});
});

describe("a database that is missing", () => {
	it("can be begun anew, which is asked first and takes nothing away", async () => {
		const app = broken("missing");
		await openWindow(app);
		await user.click(get("beginAnew"));
		const dialog = get("beginAnewConfirm").closest("dialog") as HTMLElement;
		expect(dialog.textContent).toContain("Everything in the data folder stays there");
		expect(dialog.textContent).toContain("You can still restore one later");
		expect(dialog.textContent).not.toMatch(/\bdelet|\berase|\bremov/i);
		await user.click(get("beginAnewCancel"));
		expect(find("beginAnewConfirm")).toBeNull();
		expect(app.callsOf("appBeginAnew")).toEqual([]);

		await user.click(get("beginAnew"));
		await user.click(get("beginAnewConfirm"));
		await painted();
		expect(app.callsOf("appBeginAnew")).toHaveLength(1);
		expect(get("appReady")).toBeTruthy();
		expect(screen.getByText("What would you like to talk about?")).toBeTruthy();
		expect(document.querySelector("dialog")).toBeNull();
	});

	it("says why nothing was begun, and lets it be asked again", async () => {
		const app = broken("missing");
		await openWindow(app);
		app.failNext("appBeginAnew", "disk_full", "No room.");
		await user.click(get("beginAnew"));
		await user.click(get("beginAnewConfirm"));
		await painted();
		expect(get("errorBanner").textContent).toContain("Nothing was begun.");
		expect(get("errorBanner").textContent).toContain("No room.");
		expect(get("recoveryPage")).toBeTruthy();
		await user.click(get("beginAnewCancel"));
		await user.click(get("beginAnew"));
		expect(find("errorBanner")).toBeNull();
		await user.click(get("beginAnewConfirm"));
		await painted();
		expect(get("appReady")).toBeTruthy();
	});

	it("without a backup is not told to look for something to repair or to save", async () => {
		const app = broken("missing");
		app.backups = [];
		await openWindow(app);
		expect(screen.getByText("There is no backup in the data folder.")).toBeTruthy();
		expect(get("recoveryPage").textContent).not.toMatch(/repair|readable/i);
	});

	it("has that as its last choice, after the restore", async () => {
		await openWindow(broken("missing"));
		const buttons = screen.getAllByRole("button");
		expect(buttons.at(-1)).toBe(get("beginAnew"));
	});

	it.each(["corrupt", "schema_too_new", "io", "read_only", "backup", "internal"])(
		"is the only one that can be: with %s there may be something to save",
		async (code) => {
			await openWindow(broken(code));
			expect(get("recoveryPage")).toBeTruthy();
			expect(find("beginAnew")).toBeNull();
		},
	);
});

describe("repair and rescue without a database", () => {
	it("repair a copy and lead into the app, with a word on what was saved", async () => {
		const app = broken();
		app.doctor = { ok: false, text: "2 pages cannot be read.", canRepair: true };
		await openWindow(app);
		await user.click(get("doctorCheck"));
		await painted();
		expect(get("doctorReport").textContent).toBe("2 pages cannot be read.");
		await user.click(get("doctorRepair"));
		await painted();
		expect(get("doctorOutcome").textContent).toContain("15 of 16 messages");
		expect(get("appReady")).toBeTruthy();
	});

	it("save what is readable and say where", async () => {
		const app = broken();
		await openWindow(app);
		await user.click(get("rescue"));
		await painted();
		expect(get("rescueOutcome").textContent).toContain("parlance/rescued/2026-03-14");
		expect(get("rescueOutcome").textContent).toContain("15 messages");
		app.failNext("doctorRescue", "disk_full");
		await user.click(get("rescue"));
		await painted();
		expect(find("rescueOutcome")).toBeNull();
		expect(get("errorBanner").textContent).toContain("It could not be saved.");
	});
});
