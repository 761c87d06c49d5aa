import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { titles } from "../support/deleting";
import { READY } from "../support/fixtures";
import { aLibrary, bulk, inLibrary, opener, pressKeys, row, toast } from "../support/library";
import { all, find, get, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const option = (name: string) =>
	all("tagOption").find(({ dataset }) => dataset.name === name) as HTMLInputElement;
const tagsOf = (id: string) => row(id).querySelector(".chips")?.getAttribute("title");
const managed = () => all("managedTag").map(({ dataset }) => dataset.name);

describe("the tags of a conversation", () => {
	it("are changed by T and the keyboard alone, a new one among them, and an undo takes it back", async () => {
		const { app, cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("t");
		expect(screen.getByRole("dialog", { name: "Tags of “At the café”" })).toBeTruthy();
		expect(document.activeElement).toBe(get("tagsBox"));
		await pressKeys("Đồ Ăn{Enter}hội thoại{Enter}{Enter}");
		expect(app.callsOf("conversationChangeTags")).toEqual([[[cafe.id], ["hội thoại", "đồ ăn"], []]]);
		expect(tagsOf(cafe.id)).toBe("hội thoại, đồ ăn");
		expect(toast()).toContain("Changed the tags of “At the café”");
		await user.click(get("undo"));
		await painted();
		expect(tagsOf(cafe.id)).toBeUndefined();
	});

	it("of several are all, some or none, and what is left alone stays as it is", async () => {
		const { app, first, sea } = await inLibrary();
		await user.keyboard("{Control>}");
		await user.click(opener(first.id));
		await user.click(opener(sea.id));
		await user.keyboard("{/Control}");
		await bulk("tags");
		expect(option("ngữ pháp").checked).toBe(true);
		expect(option("đồ ăn").indeterminate).toBe(true);
		expect(get("tagsDialog").textContent).toContain("Some have it");
		await user.click(option("ngữ pháp"));
		await user.click(option("slow"));
		await user.click(get("tagsSave"));
		await painted();
		expect(app.callsOf("conversationChangeTags")).toEqual([[[first.id, sea.id], ["slow"], ["ngữ pháp"]]]);
		expect(tagsOf(first.id)).toBe("slow, đồ ăn");
		expect(toast()).toContain("Changed the tags of 2 conversations");
	});

	it("that is typed and not taken is meant all the same", async () => {
		const { app, cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("t");
		await user.type(get("tagsBox"), " bài hát ");
		await user.click(get("tagsSave"));
		await painted();
		expect(app.callsOf("conversationChangeTags")[0]?.[1]).toEqual(["bài hát"]);
	});

	it("stay as they are when the dialog is given up or nothing was changed", async () => {
		const { app, cafe } = await inLibrary();
		opener(cafe.id).focus();
		await pressKeys("t");
		await user.click(option("slow"));
		await user.click(screen.getByRole("button", { name: "Cancel" }));
		await painted();
		opener(cafe.id).focus();
		await pressKeys("t{Enter}");
		expect(find("tagsDialog")).toBeNull();
		expect(app.callsOf("conversationChangeTags")).toHaveLength(0);
	});

	it("that cannot be stored leave the dialog open with what was chosen, and say why", async () => {
		const { app, cafe } = await inLibrary();
		opener(cafe.id).focus();
		app.failNext("conversationChangeTags", "conflict", "A conversation has at most 50 tags.");
		await pressKeys("t");
		await pressKeys("mới{Enter}{Enter}");
		expect(get("tagsDialog").textContent).toContain("at most 50 tags");
		expect(option("mới").checked).toBe(true);
		await pressKeys("{Enter}");
		expect(find("tagsDialog")).toBeNull();
		expect(tagsOf(cafe.id)).toBe("mới");
	});
});

describe("the tags beside the folders", () => {
	it("unfold, and one of them shows its conversations until it is pressed again", async () => {
		await inLibrary();
		expect(all("tagFilter")).toHaveLength(0);
		await user.click(get("tagsFold"));
		const [, grammar] = all("tagFilter");
		const one =
			all("tagFilter").find(({ dataset }) => dataset.name === "ngữ pháp") ?? (grammar as HTMLElement);
		await user.click(one);
		await painted();
		expect(one.getAttribute("aria-pressed")).toBe("true");
		expect(titles()).toEqual(["Chuyện đi chợ", "رحلة إلى البحر"]);
		expect(screen.getByRole("grid", { name: "Conversations with the tag “ngữ pháp”" })).toBeTruthy();
		await user.click(one);
		await painted();
		expect(titles()).toHaveLength(5);
	});

	it("stay unfolded, and everything is shown again when the tag goes", async () => {
		const { app } = await inLibrary();
		await user.click(get("tagsFold"));
		await user.click(all("tagFilter").find(({ dataset }) => dataset.name === "slow") as Element);
		await painted();
		expect(titles()).toEqual(["Chuyện đi chợ"]);
		await app.tagDelete("slow");
		await painted();
		expect(titles()).toHaveLength(5);
		document.body.replaceChildren();
		await openWindow(app);
		expect(all("tagFilter")).toHaveLength(2);
	});

	it("cannot be managed where nothing can be changed", async () => {
		const library = aLibrary();
		library.app.status = { ...READY, readOnly: "its folder is write-protected" };
		await inLibrary(library);
		expect(find("tagsFold")).not.toBeNull();
		expect(find("tagsManage")).toBeNull();
	});
});

describe("managing the tags", () => {
	async function managing() {
		const library = await inLibrary();
		await user.click(get("tagsManage"));
		await painted();
		const of = (name: string) =>
			within(all("managedTag").find(({ dataset }) => dataset.name === name) as HTMLElement);
		return { ...library, of };
	}

	it("shows each with its number of conversations", async () => {
		const { of } = await managing();
		expect(managed().sort()).toEqual(["ngữ pháp", "slow", "đồ ăn"]);
		expect(of("ngữ pháp").getByText("2 conversations")).toBeTruthy();
	});

	it("renames one everywhere, which an undo beside it takes back", async () => {
		const { app, sea, of } = await managing();
		await user.click(of("ngữ pháp").getByRole("button", { name: "Rename “ngữ pháp”" }));
		await user.clear(get("renameInput"));
		await pressKeys("grammar{Enter}");
		expect(app.callsOf("tagRename")).toEqual([["ngữ pháp", "grammar"]]);
		expect(tagsOf(sea.id)).toBe("grammar");
		expect((document.activeElement as HTMLElement).dataset.action).toBe("rename");
		expect(get("manageTags").textContent).toContain("Renamed a tag to “grammar”");
		await user.click(get("tagUndo"));
		await painted();
		expect(tagsOf(sea.id)).toBe("ngữ pháp");
		expect(get("manageTags").textContent).toContain("Taken back: grammar");
	});

	it("asks whether to merge when the new name is that of another tag", async () => {
		const { app, first, of } = await managing();
		await user.click(of("slow").getByRole("button", { name: "Rename “slow”" }));
		await user.clear(get("renameInput"));
		await pressKeys("Ngữ Pháp{Enter}");
		expect(app.callsOf("tagRename")).toHaveLength(0);
		await user.click(get("tagMergeInstead"));
		await painted();
		expect(app.callsOf("tagMerge")).toEqual([["slow", "ngữ pháp"]]);
		expect(tagsOf(first.id)).toBe("ngữ pháp, đồ ăn");
	});

	it("merges one into another that is chosen", async () => {
		const { app, of } = await managing();
		await user.click(of("slow").getByRole("button", { name: "Merge “slow” into another tag" }));
		await user.selectOptions(get("tagMergeSelect"), "đồ ăn");
		await painted();
		expect(app.callsOf("tagMerge")).toEqual([["slow", "đồ ăn"]]);
		expect(managed()).not.toContain("slow");
	});

	it("gives one a colour, which its chips have too, and takes it away", async () => {
		const { app, first, of } = await managing();
		await user.click(of("slow").getByRole("button", { name: "Colour of “slow”" }));
		await user.click(screen.getByRole("radio", { name: "Pink" }));
		await painted();
		await user.click(screen.getByRole("radio", { name: "No colour" }));
		await painted();
		expect(app.callsOf("tagSetColor")).toEqual([
			["slow", "#c2557e"],
			["slow", null],
		]);
		const dots = [...row(first.id).querySelectorAll<HTMLElement>(".dot")];
		expect(dots.map(({ style }) => style.backgroundColor !== "")).toEqual([false, true]);
	});

	it("deletes one from every conversation, once however often it is clicked, and moves the focus on", async () => {
		const { app, first, of } = await managing();
		const button = of("slow").getByRole("button", { name: "Delete “slow”" });
		button.focus();
		await user.dblClick(button);
		await painted();
		expect(app.callsOf("tagDelete")).toEqual([["slow"]]);
		expect(tagsOf(first.id)).toBe("đồ ăn, ngữ pháp");
		expect(get("manageTags").contains(document.activeElement)).toBe(true);
		await user.click(get("tagUndo"));
		await painted();
		expect(managed()).toContain("slow");
	});

	it("that fails says so in the dialog and changes nothing", async () => {
		const { app, of } = await managing();
		app.failNext("tagDelete", "disk_full");
		await user.click(of("slow").getByRole("button", { name: "Delete “slow”" }));
		await painted();
		expect(get("manageTags").textContent).toContain("The disk is full.");
		expect(managed()).toContain("slow");
	});
});
