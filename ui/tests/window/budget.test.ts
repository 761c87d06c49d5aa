import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { aBackup } from "../support/fixtures";
import { find, get, HOUR, inSettings, livedIn, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const select = () => get("backupBudget") as HTMLSelectElement;
const shown = () => [...select().options].find(({ value }) => value === select().value)?.textContent;

async function choose(label: string): Promise<void> {
	await user.selectOptions(select(), label);
	await painted();
}

describe("the space for backups", () => {
	it("is automatic until the learner chooses", async () => {
		const { app } = await inSettings();
		expect(shown()).toBe("Automatic (500 MB)");
		await choose("2 GB");
		expect(app.callsOf("backupSetBudget")).toEqual([[2000]]);
		expect(shown()).toBe("2 GB");
		await choose("Automatic");
		expect(app.callsOf("backupSetBudget")).toEqual([[2000], [null]]);
	});

	it("may be another one than those that are offered", async () => {
		const { app } = livedIn();
		app.budget = 750;
		await inSettings(app);
		expect(shown()).toBe("750 MB");
	});

	it("that cannot be stored is said, and shown as it is in force", async () => {
		const { app } = await inSettings();
		const held = app.hold("backupSetBudget");
		await choose("5 GB");
		expect(shown()).toBe("5 GB");
		await held.fail("read_only");
		await painted();
		expect(get("errorBanner").textContent).toContain("The change was not saved.");
		expect(shown()).toBe("Automatic (500 MB)");
		await choose("5 GB");
		expect(find("errorBanner")).toBeNull();
		expect(shown()).toBe("5 GB");
	});

	it("chosen twice in a hurry is stored in that order, and shown as chosen last", async () => {
		const { app } = await inSettings();
		const [slow, slower] = [app.hold("backupSetBudget"), app.hold("backupSetBudget")];
		await choose("5 GB");
		await choose("2 GB");
		expect(app.callsOf("backupSetBudget")).toEqual([[5000]]);
		await slow.release();
		await painted();
		expect(shown()).toBe("2 GB");
		expect(app.callsOf("backupSetBudget")).toEqual([[5000], [2000]]);
		await slower.fail("io");
		await painted();
		expect(shown()).toBe("5 GB");
		expect(app.budget).toBe(5000);
	});
});

describe("less space than the backups take", () => {
	/** Backups of 3 GB, and one that a repair has replaced. */
	async function inSpacious() {
		const { app } = livedIn();
		app.budget = 5000;
		app.backups = [0, 1, 2, 3, 4, 5].map((age) =>
			aBackup({ createdAt: Date.now() - age * HOUR, bytes: 5e8 }),
		);
		app.backups.push(aBackup({ createdAt: Date.now() - 9 * HOUR, bytes: 5e8, reason: "replaced" }));
		await inSettings(app);
		return app;
	}

	it("is asked about, with how much would go, and can be thought better of", async () => {
		const app = await inSpacious();
		await choose("2 GB");
		const dialog = get("backupBudgetConfirm").closest("dialog");
		expect(dialog?.textContent).toContain(
			"The backups take 3 GB now. With 2 GB for them, about 1 GB of older",
		);
		expect(dialog?.textContent).toContain("the newest three always stay");
		expect(await violations()).toEqual([]);
		expect(shown()).toBe("5 GB");
		await user.click(get("backupBudgetKeep"));
		await painted();
		expect(find("backupBudgetConfirm")).toBeNull();
		expect(app.callsOf("backupSetBudget")).toEqual([]);
		expect(shown()).toBe("5 GB");
	});

	it("is taken once that was confirmed", async () => {
		const app = await inSpacious();
		await choose("500 MB");
		await user.click(get("backupBudgetConfirm"));
		await painted();
		expect(find("backupBudgetConfirm")).toBeNull();
		expect(app.callsOf("backupSetBudget")).toEqual([[500]]);
		expect(shown()).toBe("500 MB");
	});

	it("may be what is automatic, which is said so", async () => {
		const app = await inSpacious();
		await choose("Automatic");
		const dialog = get("backupBudgetConfirm").closest("dialog");
		expect(dialog?.textContent).toContain("If the automatic space is smaller, older ones are erased at once");
		await user.click(get("backupBudgetConfirm"));
		await painted();
		expect(app.callsOf("backupSetBudget")).toEqual([[null]]);
	});

	it("is asked about also where nobody knows any more what was chosen", async () => {
		const { app } = livedIn();
		app.budgetIsLost = true;
		app.backups = [0, 1, 2, 3, 4, 5].map((age) =>
			aBackup({ createdAt: Date.now() - age * HOUR, bytes: 5e8 }),
		);
		await inSettings(app);
		expect(shown()).toBe("Unlimited, until you choose again");
		await choose("1 GB");
		expect(app.callsOf("backupSetBudget")).toEqual([]);
		await user.click(get("backupBudgetConfirm"));
		await painted();
		expect(app.callsOf("backupSetBudget")).toEqual([[1000]]);
		expect(shown()).toBe("1 GB");
	});

	it("is no question where all of them have room", async () => {
		const app = await inSpacious();
		await choose("20 GB");
		expect(find("backupBudgetConfirm")).toBeNull();
		expect(app.callsOf("backupSetBudget")).toEqual([[20_000]]);
	});

	it("is no question where it is more than there was", async () => {
		const { app } = livedIn();
		app.budget = 500;
		app.backups = [0, 1, 2].map((age) => aBackup({ createdAt: Date.now() - age * HOUR, bytes: 5e8 }));
		await inSettings(app);
		await choose("1 GB");
		expect(find("backupBudgetConfirm")).toBeNull();
		expect(app.callsOf("backupSetBudget")).toEqual([[1000]]);
	});
});
