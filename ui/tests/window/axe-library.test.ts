import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { SETTINGS } from "../support/fixtures";
import { aLibrary, chooseFromMenu, inLibrary, opener, place, pressKeys } from "../support/library";
import { all, get, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	async function themed() {
		const library = aLibrary();
		library.app.settings = { ...SETTINGS, theme };
		await inLibrary(library);
		expect(document.documentElement.dataset.theme).toBe(theme);
		return library;
	}

	it("with folders, tags and a selection", async () => {
		const { cafe, travel } = await themed();
		await user.click(get("tagsFold"));
		place(travel.id).focus();
		await pressKeys("{ArrowRight}");
		opener(cafe.id).focus();
		await pressKeys(" {Shift>}{ArrowDown}{/Shift}");
		expect(await violations()).toEqual([]);
	});

	it("with a name that is being changed, in the list and in the tree", async () => {
		const { cafe, work } = await themed();
		opener(cafe.id).focus();
		await pressKeys("{F2}");
		expect(await violations()).toEqual([]);
		await pressKeys("{Escape}");
		place(work.id).focus();
		await pressKeys("{F2}");
		expect(await violations()).toEqual([]);
	});

	it("with a place that is empty", async () => {
		const { work } = await themed();
		await user.click(place(work.id));
		await painted();
		expect(await violations()).toEqual([]);
	});

	it("with the menus", async () => {
		const { first, work } = await themed();
		opener(first.id).focus();
		await pressKeys("{ContextMenu}");
		expect(all("menuItem").length).toBeGreaterThan(8);
		expect(await violations()).toEqual([]);
		await pressKeys("{Escape}");
		place(work.id).focus();
		await pressKeys("{ContextMenu}");
		expect(await violations()).toEqual([]);
	});

	it("with the dialogs of conversations", async () => {
		const { cafe } = await themed();
		opener(cafe.id).focus();
		for (const action of ["move", "tags", "level"]) {
			await chooseFromMenu(action);
			expect(document.querySelector("dialog")).not.toBeNull();
			expect(await violations()).toEqual([]);
			await user.click(document.querySelector("dialog .head button") as Element);
			await painted();
			opener(cafe.id).focus();
		}
	});

	it("with the dialogs of folders and tags", async () => {
		await themed();
		await user.click(get("folderNew"));
		await painted();
		expect(await violations()).toEqual([]);
		await user.click(document.querySelector("dialog .head button") as Element);
		await painted();
		await user.click(get("tagsManage"));
		await painted();
		for (const action of ["colour", "merge"]) {
			await user.click(get("manageTags").querySelector(`[data-action=${action}]`) as Element);
			expect(await violations()).toEqual([]);
		}
	});
});
