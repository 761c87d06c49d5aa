import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { violations } from "../support/axe";
import { FakeApp, settled } from "../support/fake-app";
import { aConversation, aFailedStart, NOON, READY, SETTINGS } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("the first start", () => {
	it("welcomes with scenarios, and one click is a conversation with its first line", async () => {
		const { app } = await openWindow();
		expect(screen.getByText("What would you like to talk about?")).toBeTruthy();
		await user.click(screen.getByText("At the café"));
		await painted();
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: app.templates[0]?.id, level: "A1" }]]);
		expect(get("conversationTitle").textContent).toBe("At the café");
		expect(document.activeElement).toBe(get("composer"));
	});

	it("offers free talk without a scenario", async () => {
		const { app } = await openWindow();
		await user.click(document.querySelector('[data-slug="free-talk"]') as Element);
		await painted();
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: null, level: null }]]);
		expect(screen.getByText("The first word is yours")).toBeTruthy();
	});

	it("offers no way back to a list that has nothing in it", async () => {
		await openWindow();
		expect(screen.queryByRole("button", { name: "Back to conversations" })).toBeNull();
	});

	it("offers the way to what is archived where nothing else is left", async () => {
		const app = new FakeApp();
		app.conversations = [aConversation({ title: "Ngày xưa", status: "archived" })];
		await openWindow(app);
		expect(screen.getByRole("button", { name: "Back to conversations" })).toBeTruthy();
	});

	it("is spoken in the learner's language", async () => {
		const app = new FakeApp();
		app.settings = { ...SETTINGS, language: "vi" };
		await openWindow(app);
		expect(screen.getByText("Hôm nay bạn muốn nói về chuyện gì?")).toBeTruthy();
		for (const scenario of ["Phỏng vấn xin việc", "Nói chuyện tự do"])
			expect(screen.getByText(scenario)).toBeTruthy();
		expect(document.documentElement.lang).toBe("vi");
	});
});

describe("a start that takes a while", () => {
	/** So long that what takes a while is shown. */
	const aWhile = () => new Promise((resolve) => setTimeout(resolve, 320));

	it("says what it waits for, and nothing when it is quick", async () => {
		const app = new FakeApp();
		const held = app.hold("appStatus");
		await openWindow(app);
		expect(find("opening")).toBeNull();
		await aWhile();
		expect(get("opening").textContent).toContain("Opening your conversations…");
		expect(find("workProgress")).toBeNull();
		await held.release();
		await painted();
		expect(get("appReady")).toBeTruthy();
	});

	it("because the data is upgraded says so, and how far it is", async () => {
		const app = new FakeApp();
		const held = app.hold("appStatus");
		await openWindow(app);
		await app.progress("upgrade", "copying", 500);
		await aWhile();
		expect(get("opening").textContent).toContain("a backup is made first");
		const bar = screen.getByRole("progressbar", { name: "Bringing your data up to this version" });
		expect(bar.getAttribute("aria-valuetext")).toBe("Copying your data, 15%");
		await app.progress("upgrade", "packing", 1000);
		expect(bar.getAttribute("aria-valuetext")).toBe("Packing the backup, 60%");
		expect(find("workCancel")).toBeNull();
		await held.release();
		await painted();
		expect(get("appReady")).toBeTruthy();
		expect(find("opening")).toBeNull();
		expect(app.listeners).toBe(4);
	});

	it("says so too when it is tried again", async () => {
		const app = new FakeApp();
		app.status = aFailedStart("disk_full");
		await openWindow(app);
		app.status = READY;
		const held = app.hold("appRetry");
		await user.click(get("startRetry"));
		expect(get("startFailure")).toBeTruthy();
		await app.progress("upgrade", "copying", 100);
		await aWhile();
		expect(find("startFailure")).toBeNull();
		expect(get("workProgress").dataset.work).toBe("upgrade");
		await held.release();
		await painted();
		expect(get("appReady")).toBeTruthy();
	});

	it("and then fails says why", async () => {
		const app = new FakeApp();
		app.status = aFailedStart("backup");
		const held = app.hold("appStatus");
		await openWindow(app);
		await app.progress("upgrade", "copying", 100);
		await held.release();
		await painted();
		expect(get("recoveryPage").dataset.code).toBe("backup");
	});
});

describe("a start that fails", () => {
	it.each([
		["data_dir", "The folder for your data cannot be written."],
		["already_open", "Parlance is already open with this data."],
		["schema_too_new", "Your data was written by a newer Parlance."],
		["corrupt", "The database is damaged."],
		["something_new", "Something unexpected went wrong while opening your data."],
	])("with %s says what happened, what was kept and what to do", async (code, sentence) => {
		const app = new FakeApp();
		app.status = {
			state: "failed",
			dataDir: "/x",
			error: { code: code as "io", message: "os error 30", details: {} },
		};
		await openWindow(app);
		expect(get("startFailureMessage").textContent).toBe(sentence);
		expect(get("errorCode").textContent).toContain(code);
		expect(screen.getByText("What was kept")).toBeTruthy();
		expect(screen.getByText("What you can do")).toBeTruthy();
		expect(screen.getByText("/x")).toBeTruthy();
		expect(find("appReady")).toBeNull();
		expect(await violations()).toEqual([]);
	});

	it("can be tried again", async () => {
		const app = new FakeApp();
		app.status = {
			state: "failed",
			dataDir: "/x",
			error: { code: "data_dir", message: "no", details: {} },
		};
		await openWindow(app);
		app.status = READY;
		await user.click(get("startRetry"));
		await painted();
		expect(get("appReady")).toBeTruthy();
		expect(find("startFailure")).toBeNull();
	});

	it("keeps the focus on the button while it is tried again", async () => {
		const app = new FakeApp();
		app.status = aFailedStart("disk_full");
		await openWindow(app);
		const slow = app.hold("appRetry");
		await user.click(get("startRetry"));
		expect(get("startRetry").getAttribute("aria-disabled")).toBe("true");
		expect((get("startRetry") as HTMLButtonElement).disabled).toBe(false);
		await user.click(get("startRetry"));
		await slow.release();
		await painted();
		expect(app.callsOf("appRetry")).toHaveLength(1);
		expect(document.activeElement).toBe(get("startRetry"));
	});

	it("stays what it was when it could not even be tried again, and says so", async () => {
		const app = new FakeApp();
		app.status = aFailedStart("disk_full");
		await openWindow(app);
		app.failNext("appRetry", "conflict");
		await user.click(get("startRetry"));
		await painted();
		expect(get("startFailureMessage").textContent).toBe("The disk is full.");
		expect(get("errorBanner").textContent).toContain("It was not tried again.");
		await user.click(get("startRetry"));
		await painted();
		expect(find("errorBanner")).toBeNull();
	});

	it("to read the settings still opens, with the defaults and a word about it", async () => {
		const app = new FakeApp();
		app.failNext("settingsGet", "corrupt");
		await openWindow(app);
		expect(get("appReady")).toBeTruthy();
		expect(get("errorBanner").textContent).toContain("damaged");
	});
});

describe("problems of the app itself", () => {
	it("are said aloud until they are dismissed", async () => {
		const { app } = await inTalk();
		await app.report({ code: "disk_full", message: "SQLITE_FULL" });
		await painted();
		expect(get("errorBanner").getAttribute("role")).toBe("alert");
		await user.click(screen.getByRole("button", { name: "Dismiss" }));
		expect(find("errorBanner")).toBeNull();
	});
});

describe("what nobody caught", () => {
	it("is said aloud", async () => {
		await openWindow();
		window.dispatchEvent(new ErrorEvent("error", { error: new Error("oops"), message: "oops" }));
		await painted();
		expect(get("errorBanner").textContent).toContain("Something unexpected went wrong.");
		expect(get("errorCode").textContent).toContain("internal");
	});

	it("is not said when it is only the browser's layout that took longer", async () => {
		await openWindow();
		window.dispatchEvent(new ErrorEvent("error", { message: "ResizeObserver loop limit exceeded" }));
		await painted();
		expect(find("errorBanner")).toBeNull();
	});

	it("breaks a page that cannot be drawn, says so, and lets it be tried again", async () => {
		const { app, talk } = livedIn();
		const broken = app.messages[0] as { createdAt: number };
		broken.createdAt = Number.NaN;
		await openWindow(app);
		await open(talk.id);
		await painted();
		expect(get("errorBanner")).toBeTruthy();
		broken.createdAt = NOON;
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(get("appReady")).toBeTruthy();
		await open(talk.id);
		await painted();
		expect(all("message")).toHaveLength(4);
	});
});

describe("placeholders", () => {
	it("do not flash when the answer is there within a tenth of a second", async () => {
		const { app } = livedIn();
		const slow = app.hold("conversationList");
		vi.useFakeTimers();
		try {
			const opening = openWindow(app);
			await vi.advanceTimersByTimeAsync(90);
			await opening;
			expect(get("conversationList").querySelector("[role=status]")).toBeNull();
			await vi.advanceTimersByTimeAsync(20);
			expect(get("conversationList").querySelector("[role=status]")).not.toBeNull();
			await slow.release();
			await vi.advanceTimersByTimeAsync(1);
			await settled();
			expect(get("conversationList").querySelector("[role=status]")).toBeNull();
		} finally {
			vi.useRealTimers();
		}
	});
});

describe("the window lets go of everything", () => {
	it("when it is closed", async () => {
		const { app, unmount } = await inTalk();
		expect(app.listeners).toBe(6);
		unmount();
		await settled();
		expect(app.listeners).toBe(0);
	});
});
