import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { titles } from "../support/deleting";
import { aConversation, aHit, NOON, READY } from "../support/fixtures";
import {
	aLibrary,
	bulk,
	chooseFromMenu,
	chosen,
	drag,
	focused,
	inLibrary,
	manyConversations,
	menuLines,
	opener,
	pickLine,
	pressKeys,
	row,
	scrollTo,
	toast,
} from "../support/library";
import { all, find, get, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("a list of twenty thousand conversations", () => {
	it("has a few dozen of them on the page, wherever it is scrolled", async () => {
		const app = manyConversations(20_000);
		app.pageSize = 20_000;
		await openWindow(app);
		for (const top of [0, 300_000, 1_190_000]) {
			await scrollTo(top);
			expect(all("conversationItem").length).toBeGreaterThan(10);
			expect(all("conversationItem").length).toBeLessThan(60);
		}
		expect(titles()).toContain("No. 19850");
	});

	it("is loaded page by page as one goes down it, by the keyboard too", async () => {
		const app = manyConversations(170);
		await openWindow(app);
		expect(app.callsOf("conversationList")).toHaveLength(1);
		opener(app.conversations[0]?.id ?? "").focus();
		for (let times = 0; times < 4; times += 1) await pressKeys("{End}");
		expect(focused()).toBe("No. 170");
		expect(app.callsOf("conversationList")).toHaveLength(4);
		expect(get("conversationList").querySelector("[role=grid]")?.getAttribute("aria-rowcount")).toBe("170");
		await pressKeys("{Home}");
		expect(focused()).toBe("No. 1");
	});

	it("goes on by itself while a page does not fill what is in sight", async () => {
		const app = manyConversations(40);
		app.pageSize = 3;
		await openWindow(app);
		await painted();
		expect(all("conversationItem").length).toBeGreaterThan(15);
	});

	it("says that a page could not be read, once, and asks for it again as one goes on", async () => {
		const app = manyConversations(100);
		await openWindow(app);
		app.failNext("conversationList", "io");
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{End}");
		await painted();
		expect(app.callsOf("conversationList")).toHaveLength(2);
		expect(get("errorCode").textContent).toContain("io");
		await pressKeys("{ArrowUp}{Home}{End}{End}");
		expect(focused()).toBe("No. 100");
	});

	it("says where in it a row is, and of how many", async () => {
		await openWindow(manyConversations(120));
		const grid = get("conversationList").querySelector("[role=grid]");
		// Nobody knows yet how many there are.
		expect(grid?.getAttribute("aria-rowcount")).toBe("-1");
		expect(all("conversationItem")[2]?.getAttribute("aria-rowindex")).toBe("3");
	});

	it("is walked page by page, and keeps the focus when it is scrolled away", async () => {
		const app = manyConversations(50);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{PageDown}");
		expect(focused()).toBe("No. 10");
		await pressKeys("{PageUp}{ArrowDown}");
		expect(focused()).toBe("No. 2");
		await scrollTo(2400);
		expect(focused()).toBe("No. 2");
		await pressKeys("{ArrowDown}");
		expect(focused()).toBe("No. 3");
	});
});

describe("what is unread", () => {
	it("is said and shown, and counted beside its place", async () => {
		const { cafe, sea } = await inLibrary();
		expect(opener(cafe.id).textContent).toContain("Unread");
		expect(opener(sea.id).textContent).not.toContain("Unread");
		expect(screen.getByRole("treeitem", { name: "Unread, 1 conversation" })).toBeTruthy();
	});

	it("is read when it is opened, and stays unread when it is marked so by hand", async () => {
		const { app, cafe } = await inLibrary();
		await user.click(opener(cafe.id));
		await painted();
		expect(app.callsOf("conversationMarkRead")).toEqual([[[cafe.id]]]);
		expect(row(cafe.id).textContent).not.toContain("Unread");
		opener(cafe.id).focus();
		await chooseFromMenu("unread");
		expect(row(cafe.id).textContent).toContain("Unread");
		expect(app.callsOf("conversationMarkRead")).toHaveLength(1);
	});

	it("is read also when it is said while the conversation is open", async () => {
		const { app, cafe } = await inLibrary();
		await user.click(opener(cafe.id));
		await painted();
		app.conversations = app.conversations.map((item) =>
			item.id === cafe.id ? { ...item, isUnread: true, lastMessageAt: NOON + 5 } : item,
		);
		await app.emit({ entity: "conversation", id: cafe.id });
		await painted();
		expect(app.callsOf("conversationMarkRead")).toHaveLength(2);
	});

	it("changes nothing where nothing can be changed", async () => {
		const library = aLibrary();
		library.app.status = { ...READY, readOnly: "its folder is write-protected" };
		await inLibrary(library);
		await user.click(opener(library.cafe.id));
		await painted();
		expect(library.app.callsOf("conversationMarkRead")).toHaveLength(0);
	});
});

describe("choosing several", () => {
	it("is done with Space, Shift and the arrows, Ctrl+A, and undone with Escape", async () => {
		const { first, cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys(" ");
		expect(chosen()).toEqual(["At the café"]);
		await pressKeys("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
		expect(chosen()).toEqual(["At the café", "رحلة إلى البحر", "周末"]);
		expect(focused()).toBe("周末");
		await pressKeys("{Shift>}{ArrowUp}{/Shift}");
		expect(chosen()).toEqual(["At the café", "رحلة إلى البحر"]);
		expect(screen.getAllByText("2 selected").some((node) => node.closest("[role=status]"))).toBe(true);
		await pressKeys("{Escape}");
		expect(chosen()).toEqual([]);
		expect(find("bulkBar")).toBeNull();
		opener(first.id).focus();
		await pressKeys("{Control>}a{/Control}");
		expect(chosen()).toHaveLength(5);
	});

	it("is done with Ctrl and Shift and the mouse, and a plain click opens and chooses nothing", async () => {
		const { first, cafe, sea } = await inLibrary();
		await user.keyboard("{Control>}");
		await user.click(opener(first.id));
		await user.click(opener(cafe.id));
		await user.keyboard("{/Control}{Shift>}");
		expect(chosen()).toEqual(["Chuyện đi chợ", "At the café"]);
		await user.click(opener(sea.id));
		await user.keyboard("{/Shift}");
		expect(chosen()).toEqual(["At the café", "رحلة إلى البحر"]);
		await user.click(opener(sea.id));
		await painted();
		expect(chosen()).toEqual([]);
		expect(get("conversationTitle").textContent).toBe("رحلة إلى البحر");
	});

	it("stops at a thousand, and says so", async () => {
		const app = manyConversations(1200);
		app.pageSize = 1200;
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{Control>}a{/Control}");
		expect(get("bulkBar").textContent).toContain("1,000 selected, the most at once");
		await bulk("archive");
		expect(app.callsOf("conversationSetStatus")[0]?.[0]).toHaveLength(1000);
	});

	it("of all loads the list on, to the last one or as far as something can be done at once", async () => {
		const app = manyConversations(170);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{Control>}a{/Control}");
		expect(get("bulkBar").textContent).toContain("170 selected");
		await bulk("archive");
		expect(app.callsOf("conversationSetStatus")[0]?.[0]).toHaveLength(170);
	});

	it("of all stops at a thousand of twenty thousand, whatever is loaded", async () => {
		const app = manyConversations(20_000);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{Control>}a{/Control}");
		await painted();
		expect(get("bulkBar").textContent).toContain("1,000 selected, the most at once");
		expect(app.callsOf("conversationList").length).toBeLessThan(13);
		expect(focused()).toBe("No. 1");
	});

	it("of all says how far it is, and Escape ends it", async () => {
		const app = manyConversations(400);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		const slow = [app.hold("conversationList"), app.hold("conversationList")];
		await pressKeys("{Control>}a{/Control}");
		expect(get("bulkBar").textContent).toContain("Selecting: 50 so far…");
		expect(all("bulkAction").map(({ dataset }) => dataset.action)).toEqual(["clear"]);
		await slow[0]?.release();
		await painted();
		expect(get("bulkBar").textContent).toContain("Selecting: 150 so far…");
		await pressKeys("{Escape}");
		await slow[1]?.release();
		await painted();
		expect(find("bulkBar")).toBeNull();
		expect(chosen()).toEqual([]);
	});

	it("of all takes no more along with what is done meanwhile", async () => {
		const app = manyConversations(400);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		const slow = app.hold("conversationList");
		await pressKeys("{Control>}a{/Control}{ContextMenu}");
		await slow.release();
		await painted();
		await pickLine("status-paused");
		expect(app.callsOf("conversationSetStatus")[0]?.[0]).toHaveLength(50);
		expect(get("bulkBar").textContent).toContain("50 selected");
	});

	it("of all leaves it at what could be loaded, and says why", async () => {
		const app = manyConversations(400);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		app.failNext("conversationList", "busy");
		await pressKeys("{Control>}a{/Control}");
		expect(get("bulkBar").textContent).toContain("50 selected");
		expect(get("errorBanner").textContent).toContain("The database is busy.");
	});

	it("keeps all that are chosen when much is changed at once", async () => {
		const app = manyConversations(400);
		await openWindow(app);
		opener(app.conversations[0]?.id ?? "").focus();
		await pressKeys("{Control>}a{/Control}");
		await painted();
		await bulk("unread");
		await painted();
		expect(app.callsOf("conversationMarkUnread")[0]?.[0]).toHaveLength(400);
		expect(get("bulkBar").textContent).toContain("400 selected");
	});

	it("lets go of what is gone", async () => {
		const { app, cafe, sea } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}");
		await app.conversationDelete(sea.id);
		await painted();
		expect(get("bulkBar").textContent).toContain("1 selected");
	});

	it("is not offered where nothing can be changed", async () => {
		const library = aLibrary();
		library.app.status = { ...READY, readOnly: "its folder is write-protected" };
		await inLibrary(library);
		opener(library.cafe.id).focus();
		await pressKeys(" {ContextMenu}m{Delete}{F2}");
		expect(find("bulkBar") ?? find("conversationMenu") ?? find("moveDialog")).toBeNull();
		expect(find("conversationMore") ?? find("deleteConversation") ?? find("folderNew")).toBeNull();
		expect(titles()).toContain("At the café");
	});
});

describe("the bar for those that are chosen", () => {
	async function withTwo() {
		const library = await inLibrary();
		opener(library.cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}");
		return { ...library, ids: [library.cafe.id, library.sea.id] };
	}

	it("deletes them as one thing, which one undo brings back", async () => {
		const { app, ids } = await withTwo();
		await bulk("delete");
		expect(app.callsOf("conversationDeleteMany")).toEqual([[ids]]);
		expect(titles()).toEqual(["Chuyện đi chợ", "Airport", "周末"]);
		expect(toast()).toContain("Deleted: 2 conversations");
		await user.click(get("undo"));
		await painted();
		expect(titles()).toHaveLength(5);
	});

	it("archives them, and takes them out of the archive again", async () => {
		const { app, ids } = await withTwo();
		await bulk("archive");
		expect(app.callsOf("conversationSetStatus")).toEqual([[ids, "archived"]]);
		expect(titles()).toEqual(["Chuyện đi chợ", "Airport", "周末"]);
		expect(toast()).toContain("Changed the status of 2 conversations");
		expect(document.activeElement?.closest("[role=grid]")).not.toBeNull();
		await user.click(screen.getByRole("treeitem", { name: "Archived" }));
		await painted();
		expect(titles()).toHaveLength(3);
		opener(ids[0] as string).focus();
		await pressKeys("{Control>}a{/Control}");
		await bulk("unarchive");
		expect(get("conversationList").textContent).toContain("Nothing has been archived.");
	});

	it("pins them, marks them as unread and lets go of them", async () => {
		const { app, ids } = await withTwo();
		await bulk("unread");
		expect(app.callsOf("conversationMarkUnread")).toEqual([[ids]]);
		await bulk("pin");
		expect(titles()).toEqual(["Chuyện đi chợ", "Airport", "At the café", "رحلة إلى البحر", "周末"]);
		expect(toast()).toContain("Pinned 2 conversations");
		await bulk("clear");
		expect(find("bulkBar")).toBeNull();
		expect(focused()).toBe("رحلة إلى البحر");
	});

	it("does nothing when it fails, says so and keeps what was chosen", async () => {
		const { app } = await withTwo();
		app.failNext("conversationPin", "disk_full");
		await bulk("pin");
		expect(get("errorBanner").textContent).toContain("The disk is full.");
		expect(chosen()).toHaveLength(2);
	});
});

describe("the menu of a conversation", () => {
	it("opens by the Menu key, by Shift+F10, by a right click and by its button", async () => {
		const { cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("{ContextMenu}");
		expect(screen.getByRole("menu", { name: "Menu of “At the café”" })).toBeTruthy();
		expect(document.activeElement).toBe(all("menuItem")[0]);
		await pressKeys("{Escape}");
		expect(document.activeElement).toBe(opener(cafe.id));
		await pressKeys("{Shift>}{F10}{/Shift}");
		expect(find("conversationMenu")).not.toBeNull();
		await pressKeys("{Escape}");
		await user.pointer({ keys: "[MouseRight]", target: opener(cafe.id) });
		await painted();
		expect(find("conversationMenu")).not.toBeNull();
		await user.click(document.body);
		expect(find("conversationMenu")).toBeNull();
		await user.click(within(row(cafe.id)).getByRole("button", { name: "More for “At the café”" }));
		expect(find("conversationMenu")).not.toBeNull();
	});

	it("is walked with the arrows, the ends and the first letters, and Tab leaves it", async () => {
		const { cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("{ContextMenu}{ArrowUp}");
		expect((document.activeElement as HTMLElement).dataset.action).toBe("delete");
		await pressKeys("{ArrowDown}");
		expect((document.activeElement as HTMLElement).dataset.action).toBe("open");
		await pressKeys("ta");
		expect((document.activeElement as HTMLElement).dataset.action).toBe("tags");
		await pressKeys("{Home}{End}{Tab}");
		expect(find("conversationMenu")).toBeNull();
		expect(document.activeElement).toBe(opener(cafe.id));
	});

	it("renames, sets the status and the level, pins and deletes", async () => {
		const { app, cafe } = await inLibrary();
		opener(cafe.id).focus();
		await chooseFromMenu("rename");
		await user.clear(get("renameInput"));
		await pressKeys("Quán{Enter}");
		expect(titles()).toContain("Quán");
		await chooseFromMenu("status-completed");
		expect(app.callsOf("conversationSetStatus")).toEqual([[[cafe.id], "completed"]]);
		expect(row(cafe.id).textContent).toContain("Completed");
		await chooseFromMenu("level");
		await user.click(screen.getByRole("button", { name: "C1" }));
		await painted();
		expect(app.callsOf("conversationSetLevel")).toEqual([[[cafe.id], "C1"]]);
		expect(row(cafe.id).textContent).toContain("Level C1");
		opener(cafe.id).focus();
		await chooseFromMenu("pin");
		expect(titles().slice(0, 3)).toEqual(["Chuyện đi chợ", "Airport", "Quán"]);
		await chooseFromMenu("delete");
		expect(titles()).not.toContain("Quán");
		expect(toast()).toContain("Deleted: Quán");
	});

	it("is about all that are chosen when it is opened on one of them, and about one alone elsewhere", async () => {
		const { app, cafe, sea, weekend } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}{ContextMenu}");
		expect(menuLines()).not.toContain("rename");
		await pickLine("status-paused");
		expect(app.callsOf("conversationSetStatus")).toEqual([[[cafe.id, sea.id], "paused"]]);
		await user.pointer({ keys: "[MouseRight]", target: opener(weekend.id) });
		await painted();
		expect(chosen()).toEqual([]);
		expect(menuLines()).toContain("rename");
	});

	it("chooses nothing when the key that opened it is held down", async () => {
		const { cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("{ContextMenu}");
		const press = new KeyboardEvent("keydown", {
			key: "Enter",
			repeat: true,
			bubbles: true,
			cancelable: true,
		});
		document.activeElement?.dispatchEvent(press);
		expect(press.defaultPrevented).toBe(true);
	});
});

describe("pinned conversations", () => {
	it("stand apart under a heading, and move with Alt and the arrows", async () => {
		const { app, first, second } = await inLibrary();
		expect(
			within(screen.getByRole("rowgroup", { name: "Pinned" })).getAllByTestId("conversation-item"),
		).toHaveLength(2);
		opener(first.id).focus();
		await pressKeys("{Alt>}{ArrowDown}{/Alt}");
		expect(app.callsOf("conversationMovePin")).toEqual([[first.id, null]]);
		expect(titles().slice(0, 2)).toEqual(["Airport", "Chuyện đi chợ"]);
		await pressKeys("{Alt>}{ArrowDown}{/Alt}");
		expect(app.callsOf("conversationMovePin")).toHaveLength(1);
		await pressKeys("{Alt>}{ArrowUp}{/Alt}");
		expect(app.callsOf("conversationMovePin").at(-1)).toEqual([first.id, second.id]);
		expect(focused()).toBe("Chuyện đi chợ");
	});

	it("move by their menu and by dragging, and an undo puts them back", async () => {
		const { app, first, second, cafe } = await inLibrary();
		opener(second.id).focus();
		await pressKeys("{ContextMenu}");
		expect(menuLines()).not.toContain("down");
		await pickLine("up");
		expect(titles().slice(0, 2)).toEqual(["Airport", "Chuyện đi chợ"]);
		await drag(opener(second.id), row(first.id), 0.9);
		expect(titles().slice(0, 2)).toEqual(["Chuyện đi chợ", "Airport"]);
		await user.click(get("undo"));
		await painted();
		expect(titles().slice(0, 2)).toEqual(["Airport", "Chuyện đi chợ"]);
		await drag(opener(second.id), row(cafe.id));
		expect(app.callsOf("conversationMovePin")).toHaveLength(2);
	});
});

it("tags are two chips and a number, and all of them are said", async () => {
	const { first } = await inLibrary();
	const chips = [...row(first.id).querySelectorAll(".chip")].map((chip) => chip.textContent?.trim());
	expect(chips).toEqual(["đồ ăn", "ngữ pháp"]);
	expect(row(first.id).textContent).toContain("+1");
	expect(row(first.id).textContent).toContain("Tags: đồ ăn, ngữ pháp, slow");
});

it("a search opens any conversation by its title, also one that the list does not show", async () => {
	const { app, old } = await inLibrary();
	app.found = [aHit({ kind: "title", id: old.id, conversationId: old.id, title: old.title })];
	await user.click(get("searchOpen"));
	await user.type(get("searchBox"), "year");
	await new Promise((resolve) => setTimeout(resolve, 150));
	await painted();
	await user.click(all("searchOption").find(({ dataset }) => dataset.id === old.id) as Element);
	await painted();
	expect(get("conversationTitle").textContent).toBe("Last year");
	expect(titles()).not.toContain("Last year");
});

it("a new conversation is shown, wherever the list was", async () => {
	await inLibrary();
	await user.click(screen.getByRole("treeitem", { name: "Archived" }));
	await painted();
	expect(titles()).toEqual(["Last year"]);
	await user.click(get("newConversation"));
	await user.click(all("templateOption")[0] as Element);
	await painted();
	expect(titles()).toHaveLength(6);
	expect(screen.getByRole("treeitem", { name: "All conversations" }).getAttribute("aria-selected")).toBe(
		"true",
	);
});

it("a drag that is given up with Escape, or that goes nowhere, changes nothing and opens nothing", async () => {
	const { app, cafe, work } = await inLibrary();
	const target = document.querySelector(`[data-testid=place][data-id="${work.id}"]`) as Element;
	const fire = (type: string, on: Element, y: number) =>
		on.dispatchEvent(
			new PointerEvent(type, { bubbles: true, button: 0, clientX: 9, clientY: y, pointerType: "mouse" }),
		);
	fire("pointerdown", opener(cafe.id), 300);
	fire("pointermove", target, 100);
	expect((target as HTMLElement).dataset.drop).toBe("into");
	await pressKeys("{Escape}");
	fire("pointerup", target, 100);
	expect((target as HTMLElement).dataset.drop).toBeUndefined();
	await drag(opener(cafe.id), get("composer"));
	expect(app.callsOf("conversationMove")).toHaveLength(0);
	// A finger scrolls.
	const touch = new PointerEvent("pointerdown", {
		bubbles: true,
		button: 0,
		pointerType: "touch",
		clientY: 300,
	});
	opener(cafe.id).dispatchEvent(touch);
	fire("pointermove", target, 100);
	expect((target as HTMLElement).dataset.drop).toBeUndefined();
});

it("a conversation that comes while another place is shown does not show there", async () => {
	const { app } = await inLibrary();
	await user.click(screen.getByRole("treeitem", { name: "Archived" }));
	await painted();
	const fresh = aConversation({ title: "Mới" });
	app.conversations = [fresh, ...app.conversations];
	await app.emit({ entity: "conversation", kind: "inserted", id: fresh.id });
	await painted();
	expect(titles()).toEqual(["Last year"]);
});
