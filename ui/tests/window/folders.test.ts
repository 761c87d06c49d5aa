import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { titles } from "../support/deleting";
import { aFolder } from "../support/fixtures";
import {
	aLibrary,
	bulk,
	chooseFromMenu,
	drag,
	inLibrary,
	menuLines,
	opener,
	place,
	pressKeys,
	toast,
} from "../support/library";
import { all, find, get, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const places = () => all("place").map((item) => item.querySelector(".name")?.textContent);
const tree = () => within(screen.getByRole("tree"));
const focusedPlace = () => (document.activeElement as HTMLElement).dataset.id;

async function goTo(id: string) {
	await user.click(place(id));
	await painted();
}

describe("the tree", () => {
	it("has fixed places and then the folders, each told with its level and place", async () => {
		const { travel, japan, work } = await inLibrary();
		expect(places()).toEqual(["All conversations", "Unread", "Archived", "Du lịch", "Work"]);
		place(travel.id).focus();
		await pressKeys("{ArrowRight}");
		expect(places()).toEqual(["All conversations", "Unread", "Archived", "Du lịch", "日本", "Work"]);
		expect(place(travel.id).getAttribute("aria-expanded")).toBe("true");
		expect(place(japan.id).getAttribute("aria-level")).toBe("2");
		expect(place(japan.id).getAttribute("aria-setsize")).toBe("1");
		expect(place(work.id).getAttribute("aria-posinset")).toBe("5");
		expect(place(work.id).getAttribute("aria-setsize")).toBe("5");
		expect(place(work.id).hasAttribute("aria-expanded")).toBe(false);
		expect(tree().getByRole("treeitem", { name: "Du lịch, 1 conversation" })).toBeTruthy();
	});

	it("is walked with the arrows and the ends, in and out, and is one stop of Tab", async () => {
		const { travel, japan, work } = await inLibrary();
		expect(all("place").filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
		place("all").focus();
		await pressKeys("{End}");
		expect(focusedPlace()).toBe(work.id);
		await pressKeys("{ArrowUp}{ArrowRight}{ArrowRight}");
		expect(focusedPlace()).toBe(japan.id);
		await pressKeys("{ArrowLeft}");
		expect(focusedPlace()).toBe(travel.id);
		await pressKeys("{ArrowLeft}");
		expect(place(japan.id)).toBeNull();
		await pressKeys("{Home}");
		expect(focusedPlace()).toBe("all");
	});

	it("remembers what is open in it", async () => {
		const { app, travel } = await inLibrary();
		await user.click(place(travel.id).querySelector(".fold") as Element);
		expect(places()).toContain("日本");
		document.body.replaceChildren();
		await openWindow(app);
		expect(places()).toContain("日本");
	});

	it("shows the conversations of a place, and tells the list which one", async () => {
		const { travel } = await inLibrary();
		place("all").focus();
		await pressKeys("{ArrowDown}{Enter}");
		expect(titles()).toEqual(["At the café"]);
		await goTo(travel.id);
		expect(titles()).toEqual(["Airport"]);
		expect(screen.getByRole("grid", { name: "Conversations in “Du lịch”" })).toBeTruthy();
		expect(place(travel.id).getAttribute("aria-selected")).toBe("true");
		expect(get("conversationTitle").textContent).toBe("Chuyện đi chợ");
	});

	it("goes back to everything when the folder it shows is gone", async () => {
		const { app, work } = await inLibrary();
		await goTo(work.id);
		expect(get("conversationList").textContent).toContain("Nothing is in this folder yet.");
		await app.folderDelete(work.id);
		await painted();
		expect(place("all").getAttribute("aria-selected")).toBe("true");
		expect(titles()).toHaveLength(5);
	});

	it("of ten thousand folders has a few dozen on the page", async () => {
		const library = aLibrary();
		library.app.folders = Array.from({ length: 10_000 }, (_, index) => aFolder({ name: `No. ${index}` }));
		await inLibrary(library);
		expect(all("place").length).toBeLessThan(60);
		place("all").focus();
		await pressKeys("{End}");
		expect(document.activeElement?.textContent).toContain("No. 9999");
	});

	it("that cannot be read says so and leaves the conversations as they are", async () => {
		const library = aLibrary();
		library.app.failNext("folderList", "io");
		await inLibrary(library);
		expect(get("errorBanner").textContent).toContain("Reading or writing on the disk failed.");
		expect(titles()).toHaveLength(5);
	});
});

describe("a folder", () => {
	it("is made with a name, a colour and an icon", async () => {
		const { app } = await inLibrary();
		await user.click(get("folderNew"));
		await painted();
		expect(document.activeElement).toBe(get("folderName"));
		await user.type(get("folderName"), "Phim ảnh");
		await user.click(screen.getByRole("radio", { name: "Teal" }));
		await user.click(screen.getByRole("button", { name: "🎬" }));
		await user.click(get("folderSave"));
		await painted();
		expect(app.callsOf("folderCreate")).toEqual([
			[{ name: "Phim ảnh", color: "#2a9d8f", icon: "🎬", parentFolderId: null }],
		]);
		expect(find("folderDialog")).toBeNull();
		expect(places()).toContain("Phim ảnh");
	});

	it("is made within another one by its menu, by the keyboard alone", async () => {
		const { app, work } = await inLibrary();
		place(work.id).focus();
		await chooseFromMenu("new");
		await pressKeys("Interviews{Enter}");
		expect(app.callsOf("folderCreate")[0]?.[0]).toMatchObject({
			name: "Interviews",
			parentFolderId: work.id,
		});
		expect(place(work.id).getAttribute("aria-expanded")).toBe("true");
		expect(places()).toContain("Interviews");
	});

	it("whose name is taken is not made: the dialog says so and keeps what was typed", async () => {
		const { app } = await inLibrary();
		await user.click(get("folderNew"));
		await painted();
		await pressKeys("work{Enter}");
		expect(get("folderDialog").textContent).toContain("a folder of this name is there already");
		expect((get("folderName") as HTMLInputElement).value).toBe("work");
		expect(app.folders).toHaveLength(3);
	});

	it("is renamed with F2, and a failure leaves the old name and says why", async () => {
		const { app, work } = await inLibrary();
		place(work.id).focus();
		await pressKeys("{F2}");
		await user.clear(get("renameInput"));
		await pressKeys("Công việc{Enter}");
		expect(app.callsOf("folderUpdate")).toEqual([[work.id, { name: "Công việc" }]]);
		expect(places()).toContain("Công việc");
		expect(focusedPlace()).toBe(work.id);
		app.failNext("folderUpdate", "disk_full");
		await pressKeys("{F2}x{Enter}");
		expect(get("errorBanner").textContent).toContain("The disk is full.");
		expect(places()).toContain("Công việc");
	});

	it("is given another look, and loses its icon", async () => {
		const { app, travel } = await inLibrary();
		place(travel.id).focus();
		await chooseFromMenu("edit");
		expect((get("folderIcon") as HTMLInputElement).value).toBe("✈️");
		await user.clear(get("folderIcon"));
		await user.click(screen.getByRole("radio", { name: "No colour" }));
		await user.click(get("folderSave"));
		await painted();
		expect(app.callsOf("folderUpdate")).toEqual([[travel.id, { name: "Du lịch", color: null, icon: null }]]);
	});

	it("is deleted with the Delete key; its conversations stay, and an undo brings it back", async () => {
		const { travel } = await inLibrary();
		await goTo(travel.id);
		place(travel.id).focus();
		await pressKeys("{Delete}");
		expect(places()).not.toContain("Du lịch");
		expect(titles()).toContain("Airport");
		expect(toast()).toContain("Deleted the folder “Du lịch”");
		expect(document.activeElement?.getAttribute("role")).toBe("treeitem");
		await user.click(get("undo"));
		await painted();
		expect(places()).toContain("Du lịch");
		await goTo(travel.id);
		expect(titles()).toEqual(["Airport"]);
	});

	it("has no menu where it cannot be changed, and the fixed places never have one", async () => {
		await inLibrary();
		place("archived").focus();
		await pressKeys("{ContextMenu}{F2}{Delete}m");
		expect(find("folderMenu") ?? find("renameInput") ?? find("moveDialog")).toBeNull();
	});
});

describe("moving a folder", () => {
	it("by its dialog offers every place but itself and what is in it", async () => {
		const { app, travel, work } = await inLibrary();
		place(travel.id).focus();
		await pressKeys("m");
		expect(all("movePlace").map(({ dataset }) => dataset.id)).toEqual(["", work.id]);
		await pressKeys("wor{Enter}");
		expect(app.callsOf("folderMove")).toEqual([[travel.id, work.id, null]]);
		expect(place(travel.id).getAttribute("aria-level")).toBe("2");
		expect(toast()).toContain("Moved the folder “Du lịch”");
		await user.click(get("undo"));
		await painted();
		expect(place(travel.id).getAttribute("aria-level")).toBe("1");
	});

	it("by Alt and the arrows or its menu goes one place up or down", async () => {
		const { app, travel, work } = await inLibrary();
		place(work.id).focus();
		await pressKeys("{Alt>}{ArrowUp}{/Alt}");
		expect(app.callsOf("folderMove")).toEqual([[work.id, null, travel.id]]);
		expect(places().slice(3)).toEqual(["Work", "Du lịch"]);
		expect(focusedPlace()).toBe(work.id);
		await pressKeys("{Alt>}{ArrowUp}{/Alt}{ContextMenu}");
		expect(menuLines()).not.toContain("up");
		await pressKeys("{Escape}");
		await chooseFromMenu("down");
		expect(places().slice(3)).toEqual(["Du lịch", "Work"]);
		expect(app.callsOf("folderMove")).toHaveLength(2);
	});

	it("by dragging goes into a folder, before it and after it, and never into itself", async () => {
		const { app, travel, japan, work } = await inLibrary();
		await drag(place(work.id), place(travel.id), 0.1);
		expect(app.callsOf("folderMove").at(-1)).toEqual([work.id, null, travel.id]);
		await drag(place(work.id), place(travel.id), 0.9);
		expect(app.callsOf("folderMove").at(-1)).toEqual([work.id, null, null]);
		await drag(place(work.id), place(travel.id));
		expect(app.callsOf("folderMove").at(-1)).toEqual([work.id, travel.id, null]);
		expect(places().slice(3)).toEqual(["Du lịch", "日本", "Work"]);
		await drag(place(travel.id), place(japan.id));
		expect(app.callsOf("folderMove")).toHaveLength(3);
	});

	it("that cannot be says why and leaves it", async () => {
		const library = aLibrary();
		library.app.folders = [
			...library.app.folders,
			aFolder({ name: "Work", parentFolderId: library.travel.id }),
		];
		await inLibrary(library);
		await drag(place(library.work.id), place(library.travel.id));
		expect(get("errorBanner").textContent).toContain("a folder of this name is there already");
		expect(places()).toContain("Work");
	});
});

describe("moving conversations", () => {
	it("by M finds a folder by some letters without their accents, and an undo takes it back", async () => {
		const { app, cafe, travel } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("m");
		expect(document.activeElement).toBe(get("moveBox"));
		expect(get("moveDialog").textContent).toContain("Du lịch › 日本");
		await pressKeys("lich{Enter}");
		expect(app.callsOf("conversationMove")).toEqual([[[cafe.id], travel.id]]);
		expect(find("moveDialog")).toBeNull();
		expect(toast()).toContain("Moved “At the café”");
		await goTo(travel.id);
		expect(titles()).toEqual(["Airport", "At the café"]);
		await user.click(get("undo"));
		await painted();
		expect(titles()).toEqual(["Airport"]);
	});

	it("takes them out of their folder too, and says where they are", async () => {
		const { app, second, travel } = await inLibrary();
		opener(second.id).focus();
		await chooseFromMenu("move");
		const here = all("movePlace").find(({ textContent }) => textContent?.includes("It is here"));
		expect(here?.dataset.id).toBe(travel.id);
		await user.click(all("movePlace")[0] as Element);
		await painted();
		expect(app.callsOf("conversationMove")).toEqual([[[second.id], null]]);
	});

	it("by dragging takes all that are chosen, or the one that is dragged", async () => {
		const { app, cafe, sea, weekend, work } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}");
		await drag(opener(cafe.id), place(work.id));
		expect(app.callsOf("conversationMove")).toEqual([[[cafe.id, sea.id], work.id]]);
		await drag(opener(weekend.id), place(work.id));
		expect(app.callsOf("conversationMove").at(-1)).toEqual([[weekend.id], work.id]);
		expect(place(work.id).getAttribute("aria-label")).toBe("Work, 3 conversations");
	});

	it("by dragging onto all conversations takes them out of their folders, and an undo puts them back", async () => {
		const { app, second, travel } = await inLibrary();
		await goTo(travel.id);
		await drag(opener(second.id), place("all"));
		expect(app.callsOf("conversationMove")).toEqual([[[second.id], null]]);
		expect(titles()).toEqual([]);
		await user.click(get("undo"));
		await painted();
		expect(titles()).toEqual(["Airport"]);
	});

	it("by dragging goes to no place that is not one to lie in, and a folder stays where it is", async () => {
		const { app, second, work } = await inLibrary();
		await drag(opener(second.id), place("archived"));
		await drag(opener(second.id), place("unread"));
		await drag(place(work.id), place("all"));
		expect([...app.callsOf("conversationMove"), ...app.callsOf("folderMove")]).toEqual([]);
	});

	it("of several is asked for by their bar", async () => {
		const { app, cafe, work } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}");
		await bulk("move");
		expect(screen.getByRole("dialog", { name: "Move 2 conversations" })).toBeTruthy();
		await pressKeys("{ArrowUp}{Enter}");
		expect(app.callsOf("conversationMove")[0]?.[1]).toBe(work.id);
	});

	it("that fails says so and leaves them where they are", async () => {
		const { app, cafe, work } = await inLibrary();
		app.failNext("conversationMove", "busy");
		await drag(opener(cafe.id), place(work.id));
		expect(get("errorBanner").textContent).toContain("The database is busy.");
		expect(app.conversations.find(({ id }) => id === cafe.id)?.folderId).toBeNull();
	});

	it("says when no folder is called so", async () => {
		const { cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("mzzz{Enter}");
		expect(get("moveDialog").textContent).toContain("No folder is called like that.");
	});
});
