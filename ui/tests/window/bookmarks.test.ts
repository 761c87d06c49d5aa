import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { aMessage, READY } from "../support/fixtures";
import { textIn } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const focused = () => document.activeElement as HTMLElement;
const names = () => all("bookmarkOpen").map((button) => button.textContent?.trim());

async function openBookmarks() {
	await userEvent.keyboard("{Control>}k{/Control}");
	await painted();
	const line = all("searchOption").find((option) => option.textContent?.includes("Bookmarks"));
	await userEvent.click(line as Element);
	await painted();
}

/** Two bookmarks, the newer one in another conversation than the open one. */
async function withBookmarks() {
	const { app, talk } = livedIn();
	const [, , , trip] = app.conversations;
	app.messages.push(
		aMessage({ conversationId: trip?.id ?? "", content: "ذهبت إلى البحر أمس.", sequenceNumber: 1 }),
	);
	await app.bookmarkSet(app.messages[0]?.id ?? "", "Lời chào");
	await app.bookmarkSet(app.messages[4]?.id ?? "", null);
	await openWindow(app);
	await open(talk.id);
	return { app, talk, trip };
}

describe("the bookmarks", () => {
	it("are a command of the palette, newest first, with where they were said", async () => {
		await withBookmarks();
		await openBookmarks();
		expect(names()).toEqual(["ذهبت إلى البحر أمس.", "Hello! What can I get you?"]);
		const [first, second] = all("bookmarkItem");
		expect(first?.textContent).toContain("You · رحلة إلى البحر");
		expect(second?.querySelector(".note")?.textContent).toBe("Lời chào");
	});

	it("open their message, in whichever conversation", async () => {
		const { app } = await withBookmarks();
		await openBookmarks();
		await user.click(all("bookmarkOpen")[0] as Element);
		await painted();
		expect(find("bookmarksDialog")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("رحلة إلى البحر");
		expect(focused().dataset.id).toBe(app.messages[4]?.id);
	});

	it("open a message whose conversation the list has not loaded", async () => {
		const { app, talk } = livedIn();
		app.pageSize = 2;
		const far = app.conversations.at(-1);
		const message = aMessage({ conversationId: far?.id ?? "", content: "Xa lắm" });
		app.messages.push(message);
		await app.bookmarkSet(message.id, null);
		await openWindow(app);
		await open(talk.id);
		await openBookmarks();
		await user.click(get("bookmarkOpen"));
		await painted();
		expect(get("conversationTitle").textContent).toBe("رحلة إلى البحر");
		expect(focused().dataset.id).toBe(message.id);
	});

	it("have notes that are changed in their place, and keep what was typed when that fails", async () => {
		const { app } = await withBookmarks();
		await openBookmarks();
		all("bookmarkEdit")[1]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		app.failNext("bookmarkSet", "busy");
		await user.keyboard(" 👋{Control>}{Enter}{/Control}");
		await painted();
		expect(get("bookmarksDialog").textContent).toContain("The database is busy.");
		expect(textIn("bookmarkNote")).toBe("Lời chào 👋");
		await user.click(get("bookmarkSave"));
		await painted();
		expect(all("bookmarkItem")[1]?.querySelector(".note")?.textContent).toBe("Lời chào 👋");
		expect(focused()).toBe(all("bookmarkEdit")[1]);
	});

	it("are removed with a way back inside the dialog, and the focus stays in the list", async () => {
		const { app } = await withBookmarks();
		await openBookmarks();
		all("bookmarkRemove")[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(names()).toHaveLength(1);
		expect(focused()).toBe(all("bookmarkRemove")[0]);
		expect(screen.getByText(/Removed the bookmark of “ذهبت/)).toBeTruthy();
		await user.click(get("bookmarkUndo"));
		await painted();
		expect(names()).toHaveLength(2);
		expect(app.callsOf("operationUndo")).toHaveLength(1);
	});

	it("come a page at a time, and stay true while they are shown", async () => {
		const { app, talk } = livedIn();
		app.pageSize = 3;
		for (const { id } of app.messages) await app.bookmarkSet(id, null);
		await openWindow(app);
		await open(talk.id);
		await openBookmarks();
		expect(names()).toHaveLength(3);
		await user.click(get("bookmarksMore"));
		await painted();
		expect(names()).toHaveLength(4);
		await app.messageDelete(app.messages[0]?.id ?? "");
		await painted();
		expect(names()).toHaveLength(3);
	});

	it("say that there are none, and why they cannot be read", async () => {
		const { app } = await inTalk();
		app.failNext("bookmarkList", "io");
		await openBookmarks();
		expect(get("bookmarksDialog").textContent).toContain("The bookmarks could not be read.");
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(get("bookmarksDialog").textContent).toContain("There are no bookmarks yet.");
	});

	it("are only read while nothing can be changed", async () => {
		const { app, talk } = livedIn();
		await app.bookmarkSet(app.messages[0]?.id ?? "", "Lời chào");
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await openWindow(app);
		await open(talk.id);
		await openBookmarks();
		expect(names()).toHaveLength(1);
		expect([find("bookmarkEdit"), find("bookmarkRemove")]).toEqual([null, null]);
	});
});
