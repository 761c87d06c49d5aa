import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeApp } from "../support/fake-app";
import { aConversation, NOON, TEMPLATES } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("the conversation list", () => {
	it("opens the newest at the start", async () => {
		const app = new FakeApp();
		app.conversations = [
			aConversation({ title: "Newest" }),
			aConversation({ title: "Older", lastMessageAt: NOON - 1 }),
		];
		await openWindow(app);
		expect(get("conversationTitle").textContent).toBe("Newest");
		expect(all("conversationItem")[0]?.querySelector("[aria-current=page]")).not.toBeNull();
	});

	it("is walked with the arrow keys and is one stop of Tab", async () => {
		await openWindow(livedIn().app);
		const buttons = all("conversationItem").map((item) => item.querySelector("button.open") as HTMLElement);
		expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
		buttons[0]?.focus();
		await user.keyboard("{ArrowDown}");
		expect(document.activeElement).toBe(buttons[1]);
		await user.keyboard("{End}{ArrowDown}");
		expect(document.activeElement).toBe(buttons.at(-1));
		await user.keyboard("{Home}{ArrowUp}");
		expect(document.activeElement).toBe(buttons[0]);
		await user.keyboard("{ArrowDown}{Enter}");
		await painted();
		expect(get("conversationTitle").textContent).toBe("At the café");
	});

	it("renames with F2 and Enter, and gives the focus back", async () => {
		const { app, talk } = livedIn();
		await openWindow(app);
		const button = document.querySelector<HTMLElement>(`[data-id="${talk.id}"] button.open`);
		button?.focus();
		await user.keyboard("{F2}");
		await user.clear(get("renameInput"));
		await user.type(get("renameInput"), "  Quán cà phê  {Enter}");
		await painted();
		expect(app.callsOf("conversationRename")).toEqual([[talk.id, "Quán cà phê"]]);
		expect((document.activeElement as HTMLElement).textContent).toContain("Quán cà phê");
	});

	it.each(["{Escape}", "{Backspace}{Enter}"])(
		"changes nothing when the renaming ends with %s",
		async (keys) => {
			const { app, talk } = livedIn();
			await openWindow(app);
			document.querySelector<HTMLElement>(`[data-id="${talk.id}"] button.open`)?.focus();
			await user.keyboard("{F2}");
			await user.keyboard(keys);
			await painted();
			expect(find("renameInput")).toBeNull();
			expect(app.callsOf("conversationRename")).toHaveLength(0);
		},
	);

	it("renames from the top bar too", async () => {
		const { app, talk } = await inTalk();
		await user.click(get("renameConversation"));
		await user.clear(get("renameInput"));
		await user.type(get("renameInput"), "茶{Enter}");
		await painted();
		expect(app.callsOf("conversationRename")).toEqual([[talk.id, "茶"]]);
		expect(get("conversationTitle").textContent).toBe("茶");
	});

	it("ends a renaming in the top bar when another conversation is opened", async () => {
		const { app, talk } = await inTalk();
		await user.click(get("renameConversation"));
		expect(find("renameInput")).not.toBeNull();
		const other = app.conversations.find(({ id }) => id !== talk.id);
		await open(other?.id ?? "");
		expect(find("renameInput")).toBeNull();
	});

	it("lets a click on the settings end where it began, whatever opens meanwhile", async () => {
		const { app, talk } = livedIn();
		const held = app.hold("conversationList");
		await openWindow(app);
		const button = get("settingsOpen");
		await user.pointer({ keys: "[MouseLeft>]", target: button });
		await held.release();
		await painted();
		expect(document.querySelector(`[data-id="${talk.id}"]`)).toBeTruthy();
		expect(get("settingsOpen")).toBe(button);
		await user.pointer({ keys: "[/MouseLeft]", target: button });
		await painted();
		expect(get("themeSelect")).toBeTruthy();
	});

	it("calls a conversation without a title like its scenario", async () => {
		const { app, talk } = livedIn();
		const [template] = TEMPLATES;
		app.conversations = app.conversations.map((item) =>
			item.id === talk.id ? { ...item, title: " ", templateId: template?.id ?? null } : item,
		);
		await openWindow(app);
		const shown = document.querySelector(`[data-id="${talk.id}"] .title`);
		expect(shown?.textContent).toBe(template?.name);
	});

	it("has a name for a conversation without a title", async () => {
		await openWindow(livedIn().app);
		expect(screen.getByText("Untitled conversation")).toBeTruthy();
	});

	it("says so when it cannot be read, and can be tried again", async () => {
		const { app } = livedIn();
		app.failNext("conversationList", "io");
		await openWindow(app);
		expect(get("conversationList").textContent).toContain("could not be loaded");
		await user.click(within(get("conversationList")).getByRole("button"));
		await painted();
		expect(all("conversationItem")).toHaveLength(4);
	});
});

describe("a new conversation", () => {
	it("is chosen from the scenarios with their levels", async () => {
		const { app } = await inTalk();
		await user.click(get("newConversation"));
		expect(all("templateOption").map(({ dataset }) => dataset.slug)).toEqual([
			"at-the-cafe",
			"job-interview-b1",
			"lost-luggage",
			"free-talk",
		]);
		expect(all("templateOption")[1]?.textContent).toContain("Level B1");
		await user.click(all("templateOption")[1] as Element);
		await painted();
		expect(app.callsOf("conversationCreate")).toHaveLength(1);
		expect(find("templateOption")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("A job interview");
	});

	it("is asked for by a double click too, and given up by a click beside the dialog", async () => {
		await inTalk();
		await user.click(get("newConversation"));
		const dialog = document.querySelector("dialog");
		dialog?.dispatchEvent(new MouseEvent("mousedown", { detail: 2, bubbles: true }));
		await painted();
		expect(dialog?.isConnected && dialog.open).toBe(true);
		dialog?.dispatchEvent(new MouseEvent("mousedown", { detail: 1, bubbles: true }));
		await painted();
		expect(dialog?.isConnected).toBe(false);
	});

	it("that cannot be made says so and leaves what was open", async () => {
		const { app } = await inTalk();
		app.failNext("conversationCreate", "disk_full");
		await user.click(get("newConversation"));
		await user.click(all("templateOption")[0] as Element);
		await painted();
		expect(get("errorBanner").textContent).toContain("The disk is full.");
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(get("conversationTitle").textContent).toBe("At the café");
	});
});

describe("a narrow window", () => {
	const viewport = (width: number) =>
		(window as unknown as { happyDOM: { setViewport(size: { width: number }): void } }).happyDOM.setViewport({
			width,
		});
	beforeEach(() => viewport(480));
	afterEach(() => viewport(1024));

	it("shows one column at a time, each with the settings", async () => {
		const { app, talk } = livedIn();
		await openWindow(app);
		expect(get("appReady").dataset.pane).toBe("list");
		expect(get("settingsOpen").closest("nav")).not.toBeNull();
		expect(document.activeElement).not.toBe(get("composer"));
		await open(talk.id);
		await painted();
		expect(get("appReady").dataset.pane).toBe("chat");
		expect(get("settingsOpen").closest("main")).not.toBeNull();
		await user.click(screen.getByRole("button", { name: "Back to conversations" }));
		expect(get("appReady").dataset.pane).toBe("list");
	});

	it("welcomes at the first start", async () => {
		await openWindow();
		expect(get("appReady").dataset.pane).toBe("chat");
		expect(get("settingsOpen").closest("main")).not.toBeNull();
	});
});
