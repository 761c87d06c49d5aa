import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { messages, opener, titles } from "../support/deleting";
import { aHit, aMessage, READY } from "../support/fixtures";
import { chooseOfConversation, textIn } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("duplicating a conversation", () => {
	it.each([
		["duplicate", true, 4],
		["duplicateEmpty", false, 0],
	] as const)("(%s) opens the copy, and can be taken back", async (action, withHistory, count) => {
		const { app, talk } = await inTalk();
		await chooseOfConversation(action);
		expect(app.callsOf("conversationDuplicate")).toEqual([[talk.id, withHistory]]);
		expect(titles().filter((title) => title === "At the café")).toHaveLength(2);
		expect(messages()).toHaveLength(count);
		expect(get("undoToast").textContent).toContain("Duplicated “At the café”");
		await user.click(get("undo"));
		await painted();
		expect(titles().filter((title) => title === "At the café")).toHaveLength(1);
		expect(messages()).toHaveLength(4);
	});

	it("is done once, however often it is asked for, and says why it fails", async () => {
		const { app } = await inTalk();
		const slow = app.hold("conversationDuplicate");
		await chooseOfConversation("duplicate");
		await chooseOfConversation("duplicate");
		await slow.fail("disk_full");
		await painted();
		expect(app.callsOf("conversationDuplicate")).toHaveLength(1);
		expect(get("errorCode").textContent).toContain("disk_full");
	});
});

describe("a branch", () => {
	/** A branch of the first two messages, which is open. */
	async function branched() {
		const opened = await inTalk();
		const [, second] = opened.app.messages.filter(({ conversationId }) => conversationId === opened.talk.id);
		const { conversation } = await opened.app.conversationBranch(second?.id ?? "");
		await painted();
		await open(conversation.id);
		return { ...opened, branch: conversation, from: second?.id ?? "" };
	}

	it("names the conversation it came from, and leads to the message at which it left", async () => {
		const { app, from } = await branched();
		expect(messages()).toHaveLength(2);
		expect(get("originLink").textContent).toContain("From “At the café”");
		await user.click(get("originLink"));
		await painted();
		expect(messages()).toHaveLength(4);
		expect(document.activeElement?.closest("[data-id]")?.getAttribute("data-id")).toBe(from);
		expect(find("originLink")).toBeNull();
		expect(app.callsOf("conversationBranch")).toEqual([[from]]);
	});

	it("names it also when the list does not show it, and follows its name", async () => {
		const { app, talk, branch } = await branched();
		await app.conversationRename(talk.id, "Quán cà phê");
		await app.emit({ entity: "conversation", id: talk.id });
		await painted();
		expect(get("originLink").textContent).toContain("From “Quán cà phê”");
		app.conversations = app.conversations.map((item) =>
			item.id === talk.id ? { ...item, status: "archived" } : item,
		);
		await app.emit({ entity: "conversation", id: talk.id });
		await painted();
		await open(app.conversations.find(({ id }) => ![talk.id, branch.id].includes(id))?.id ?? "");
		await open(branch.id);
		expect(titles()).not.toContain("Quán cà phê");
		expect(get("originLink").textContent).toContain("From “Quán cà phê”");
	});

	it("says nothing of a conversation that is in the trash, and speaks of what fails otherwise", async () => {
		const { app, talk, branch } = await branched();
		await app.conversationDelete(talk.id);
		await painted();
		const other = app.conversations.find(({ id }) => id !== branch.id)?.id ?? "";
		await open(other);
		await open(branch.id);
		expect(find("originLink")).toBeNull();
		expect(find("errorBanner")).toBeNull();
		await open(other);
		app.failNext("conversationGet", "io");
		await open(branch.id);
		expect(get("errorCode").textContent).toContain("io");
	});

	it("names the conversation it came from no more when that is deleted, and again when that is undone", async () => {
		const { talk } = await branched();
		opener(talk.id)?.focus();
		await user.keyboard("{Delete}");
		await painted();
		expect(titles().filter((title) => title === "At the café")).toHaveLength(1);
		expect(find("originLink")).toBeNull();
		await user.click(get("undo"));
		await painted();
		expect(get("originLink").textContent).toContain("From “At the café”");
		expect(messages()).toHaveLength(2);
	});

	it("names it as soon as it is put back, also when the list does not show it, and follows its name", async () => {
		const { app, talk, branch } = await branched();
		app.conversations = app.conversations.map((item) =>
			item.id === talk.id ? { ...item, status: "archived" } : item,
		);
		await app.emit({ entity: "conversation", id: talk.id });
		await app.conversationDelete(talk.id);
		await open(app.conversations.find(({ id }) => ![talk.id, branch.id].includes(id))?.id ?? "");
		await open(branch.id);
		expect(find("originLink")).toBeNull();
		await app.trashRestore("conversation", talk.id);
		await painted();
		expect(titles().filter((title) => title === "At the café")).toHaveLength(1);
		expect(get("originLink").textContent).toContain("From “At the café”");
		await app.conversationRename(talk.id, "Quán cà phê");
		await app.emit({ entity: "conversation", id: talk.id });
		await painted();
		expect(get("originLink").textContent).toContain("From “Quán cà phê”");
	});

	it("asks again for the one it came from when news was lost", async () => {
		const { app, talk } = await branched();
		app.conversations = app.conversations.filter(({ id }) => id !== talk.id);
		await app.resync();
		await painted();
		expect(find("originLink")).toBeNull();
	});
});

describe("merging conversations", () => {
	async function choosing() {
		const opened = await inTalk();
		const from = opened.app.conversations[3];
		opened.app.messages.push(
			...[1, 2, 3].map((sequenceNumber) =>
				aMessage({ conversationId: from?.id ?? "", content: `بحر ${sequenceNumber}`, sequenceNumber }),
			),
		);
		await chooseOfConversation("merge");
		return { ...opened, from: from?.id ?? "" };
	}

	const choice = (id: string) => all("mergeChoice").find(({ dataset }) => dataset.id === id) as HTMLElement;

	it("that have too many tags for one says so, and changes nothing", async () => {
		const { app, from } = await choosing();
		await user.click(choice(from));
		app.failNext(
			"conversationMerge",
			"conflict",
			"Together these conversations have more than 50 tags; take some off first.",
		);
		await user.click(get("mergeConfirm"));
		await painted();
		expect(get("mergeDialog").textContent).toContain("more than 50 tags. Take some off first.");
		expect(titles()).toContain("رحلة إلى البحر");
	});

	it("offers the others, and puts the chosen one into the open one", async () => {
		const { app, talk, from } = await choosing();
		expect(all("mergeChoice")).toHaveLength(3);
		expect((get("mergeConfirm") as HTMLButtonElement).disabled).toBe(true);
		await user.click(choice(from));
		await user.click(get("mergeConfirm"));
		await painted();
		expect(app.callsOf("conversationMerge")).toEqual([[talk.id, from]]);
		expect(find("mergeDialog")).toBeNull();
		expect(messages()).toHaveLength(7);
		expect(titles()).not.toContain("رحلة إلى البحر");
		expect(get("undoToast").textContent).toContain("Merged into “At the café”");
		await user.click(get("undo"));
		await painted();
		expect(titles()).toContain("رحلة إلى البحر");
		expect(messages()).toHaveLength(4);
	});

	it("finds one by its title", async () => {
		const { app, from } = await choosing();
		app.found = [aHit({ kind: "title", conversationId: from, title: "رحلة إلى البحر" })];
		await user.type(get("mergeSearch"), "بحر");
		await new Promise((resolve) => setTimeout(resolve, 200));
		await painted();
		expect(all("mergeChoice").map(({ dataset }) => dataset.id)).toEqual([from]);
	});

	it("stores what is typed before, and shows what is there afterwards", async () => {
		const { app, talk, from } = await choosing();
		await user.keyboard("{Escape}");
		await painted();
		await user.type(get("composer"), "Half a thought");
		await chooseOfConversation("merge");
		await user.click(choice(from));
		const merging = app.hold("conversationMerge");
		await user.click(get("mergeConfirm"));
		await painted();
		expect(app.drafts.get(talk.id)).toBe("Half a thought");
		app.drafts.set(talk.id, "Half a thought\nand another one");
		await merging.release();
		await painted();
		expect(textIn("composer")).toBe("Half a thought\nand another one");
	});

	it("is not begun while what is typed cannot be stored, and says why", async () => {
		const { app, from } = await choosing();
		await user.keyboard("{Escape}");
		await painted();
		app.failNext("draftSave", "disk_full");
		app.failNext("draftSave", "disk_full");
		await user.type(get("composer"), "Keep me");
		await chooseOfConversation("merge");
		await user.click(choice(from));
		await user.click(get("mergeConfirm"));
		await painted();
		expect(app.callsOf("conversationMerge")).toHaveLength(0);
		expect(get("mergeDialog").textContent).toContain("Nothing was merged. The disk is full.");
		expect(textIn("composer")).toBe("Keep me");
	});

	it("that fails says why, and can be tried again", async () => {
		const { app, from } = await choosing();
		app.failNext("conversationMerge", "conflict");
		await user.click(choice(from));
		await user.click(get("mergeConfirm"));
		await painted();
		expect(get("mergeDialog").textContent).toContain("Nothing was merged.");
		await user.click(get("mergeConfirm"));
		await painted();
		expect(find("mergeDialog")).toBeNull();
	});
});

it("a conversation that cannot be changed offers what only shows something", async () => {
	const { app, talk } = livedIn();
	app.status = { ...READY, readOnly: "its file is write-protected" };
	await openWindow(app);
	await open(talk.id);
	await user.click(get("topBarMenu"));
	await painted();
	expect(all("topBarMenuItem").map(({ dataset }) => dataset.action)).toEqual([
		"notes",
		"memory",
		"bookmarks",
		"events",
	]);
	expect(screen.getByRole("menu", { name: "More about this conversation" })).toBeTruthy();
});
