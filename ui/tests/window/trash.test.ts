import { within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deleteMessage, fillTrash, messages, opener, openTrash, titles } from "../support/deleting";
import { aConversation, NOON } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const names = () => all("recentChange").map((row) => row.querySelector(".name")?.textContent);

/** A window with the trash open, of which one part could not be read. */
async function openTrashWithout(part: "trashList" | "operationList"): Promise<void> {
	const { app } = livedIn();
	app.failNext(part, "io");
	await openWindow(app);
	await openTrash();
}

describe("Ctrl+Z", () => {
	it("takes back the newest, one after the other, outside of texts only", async () => {
		const { app, talk } = await inTalk();
		await deleteMessage(0);
		await deleteMessage(0);
		await user.click(get("composer"));
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(app.callsOf("operationUndo")).toHaveLength(0);

		opener(talk.id)?.focus();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(messages()).toHaveLength(3);
		await user.keyboard("{Meta>}z{/Meta}");
		await painted();
		expect(messages()).toHaveLength(4);
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(get("undoToast").textContent).toContain("nothing to take back");
	});

	it("says what has changed since", async () => {
		const { app, talk } = await inTalk();
		await deleteMessage(1);
		app.failNext("operationUndo", "conflict");
		opener(talk.id)?.focus();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(get("undoToast").textContent).toContain("has changed since");
		expect(find("errorBanner")).toBeNull();
	});
});

describe("Ctrl+Z, where something has changed since,", () => {
	it("goes on to what was done before that, and does not get stuck", async () => {
		const { app, talk } = await inTalk();
		for (let times = 0; times < 3; times += 1) {
			await deleteMessage(0);
		}
		const [newest, second, oldest] = app.operations.map(({ id }) => id);
		app.failNext("operationUndo", "conflict");
		app.failNext("operationUndo", "not_found");
		opener(talk.id)?.focus();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(app.callsOf("operationUndo")).toEqual([[newest], [second], [oldest]]);
		expect(get("undoToast").textContent).toContain("Taken back");
		expect(messages()).toHaveLength(2);
	});

	it("but stops at a failure of another kind", async () => {
		const { app, talk } = await inTalk();
		await deleteMessage(0);
		await deleteMessage(0);
		app.failNext("operationUndo", "disk_full");
		opener(talk.id)?.focus();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(app.callsOf("operationUndo")).toHaveLength(1);
		expect(get("errorCode").textContent).toContain("disk_full");
	});

	it("does nothing behind a dialog", async () => {
		const { app } = await inTalk();
		await deleteMessage(0);
		await openTrash();
		get("trashClose").focus();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(app.callsOf("operationUndo")).toHaveLength(0);
	});
});

describe("recent changes, beside the trash,", () => {
	async function withChanges() {
		const opened = await inTalk();
		await opened.app.conversationRename(opened.talk.id, "In the café");
		await fillTrash(opened.app, 0);
		return opened;
	}
	it("are listed by name and age, newest first, and any of them can be taken back", async () => {
		const { app } = await withChanges();
		expect(names()).toEqual([
			"Deleted “رحلة إلى البحر”",
			"Deleted the message “Hello! What can I get you?”",
			"Renamed to “In the café”",
		]);
		expect(all("recentChange")[0]?.querySelector("time")?.textContent).toMatch(/ago|now/);
		await user.click(all("recentUndo")[2] as Element);
		await painted();
		expect(titles()).toContain("At the café");
		expect(app.operations).toHaveLength(2);
		expect(names()).toHaveLength(2);
		expect(within(get("recentChanges")).getByRole("status").textContent).toContain("Taken back");
		expect(document.activeElement).toBe(all("recentUndo")[1]);
	});

	it("say in words why one cannot be taken back", async () => {
		const { app } = await withChanges();
		app.failNext("operationUndo", "conflict");
		await user.click(all("recentUndo")[0] as Element);
		await painted();
		expect(get("recentChanges").textContent).toContain("has changed since");
		app.failNext("operationUndo", "disk_full");
		await user.click(all("recentUndo")[0] as Element);
		await painted();
		expect(get("recentChanges").textContent).toContain("The disk is full.");
		expect(names()).toHaveLength(3);
	});

	it("say that there are none, and that they could not be read", async () => {
		await openTrashWithout("operationList");
		expect(get("recentChanges").textContent).toContain("could not be read");
		await user.click(within(get("recentChanges")).getByRole("button", { name: "Try again" }));
		await painted();
		expect(get("recentChanges").textContent).toContain("There is nothing to take back.");
	});
});

describe("the offer to undo", () => {
	beforeEach(() => {
		vi.useFakeTimers({ shouldAdvanceTime: true });
		user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime.bind(vi) });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it("goes after eight seconds, but not while somebody is on it", async () => {
		await inTalk();
		await deleteMessage(0);
		await vi.advanceTimersByTimeAsync(7_000);
		get("undo").focus();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(find("undoToast")).not.toBeNull();
		get("undo").blur();
		await vi.advanceTimersByTimeAsync(7_000);
		await user.hover(get("undoToast"));
		await vi.advanceTimersByTimeAsync(60_000);
		expect(find("undoToast")).not.toBeNull();
		await user.unhover(get("undoToast"));
		await vi.advanceTimersByTimeAsync(8_100);
		expect(find("undoToast")).toBeNull();
	});

	it.each(["the mouse goes first", "the focus goes first"])(
		"stays for whoever is left on it: %s",
		async (first) => {
			await inTalk();
			await deleteMessage(0);
			await user.hover(get("undoToast"));
			get("undo").focus();
			const leave = [() => user.unhover(get("undoToast")), async () => get("undo").blur()];
			if (first === "the focus goes first") leave.reverse();
			await leave[0]?.();
			await vi.advanceTimersByTimeAsync(60_000);
			expect(find("undoToast")).not.toBeNull();
			await leave[1]?.();
			await vi.advanceTimersByTimeAsync(8_100);
			expect(find("undoToast")).toBeNull();
		},
	);

	/** By the keyboard: the mouse stays where it is. */
	async function deleteOpenTalk(): Promise<void> {
		document.querySelector<HTMLElement>(".selected button.open")?.focus();
		await user.keyboard("{Delete}");
		await painted();
	}

	it("is a new one where the mouse was when the last one went", async () => {
		await inTalk();
		await deleteMessage(0);
		await user.hover(get("undoToast"));
		await user.click(within(get("undoToast")).getByRole("button", { name: "Dismiss" }));
		expect(find("undoToast")).toBeNull();
		await deleteOpenTalk();
		get("undo").focus();
		get("undo").blur();
		await vi.advanceTimersByTimeAsync(8_100);
		expect(find("undoToast")).toBeNull();
	});

	it("stays when it becomes another one under the mouse", async () => {
		await inTalk();
		await deleteMessage(0);
		await user.hover(get("undoToast"));
		await deleteOpenTalk();
		expect(get("undoToast").textContent).toContain("At the café");
		await vi.advanceTimersByTimeAsync(60_000);
		expect(find("undoToast")).not.toBeNull();
	});
});

describe("the trash", () => {
	async function withTrash() {
		const opened = await inTalk();
		await fillTrash(opened.app, 1);
		return opened;
	}

	it("shows what lies in it and the day of its end", async () => {
		await withTrash();
		const [conversation, message] = all("trashItem");
		expect(conversation?.dataset.kind).toBe("conversation");
		expect(conversation?.textContent).toContain("رحلة إلى البحر");
		expect(message?.textContent).toContain("Tôi đi chợ");
		expect(message?.textContent).toContain("At the café");
		expect(message?.querySelector("time")?.dateTime).toBe(new Date(NOON + 30 * 86_400_000).toISOString());
		expect(message?.textContent).toMatch(/Erased for ever on April \d+/);
	});

	it("gives things back", async () => {
		const { app } = await withTrash();
		const [item] = all("trashItem");
		await user.click(within(item as HTMLElement).getByTestId("trash-restore"));
		await painted();
		expect(app.callsOf("trashRestore")).toEqual([["conversation", item?.dataset.id]]);
		expect(all("trashItem")).toHaveLength(1);
		expect(titles()).toContain("رحلة إلى البحر");
		expect(names()[0]).toBe("Put back “رحلة إلى البحر”");
		await user.click(within(all("trashItem")[0] as HTMLElement).getByTestId("trash-restore"));
		await painted();
		expect(messages()).toHaveLength(4);
		expect(get("trashNothing")).toBeTruthy();
	});

	it("has again what was put back, when that is taken back", async () => {
		await withTrash();
		await user.click(all("trashRestore")[0] as Element);
		await painted();
		await user.click(all("recentUndo")[0] as Element);
		await painted();
		expect(all("trashItem")).toHaveLength(2);
		expect(titles()).not.toContain("رحلة إلى البحر");
	});

	it("erases only after a question, which mentions backups", async () => {
		const { app } = await withTrash();
		await user.click(all("trashErase")[1] as Element);
		expect(get("trashConfirm").textContent).toContain("Backups");
		await user.click(get("trashKeep"));
		await painted();
		expect(app.callsOf("trashErase")).toHaveLength(0);
		expect(all("trashItem")).toHaveLength(2);
		const id = all("trashItem")[1]?.dataset.id;
		await user.click(all("trashErase")[1] as Element);
		await user.click(get("trashConfirmErase"));
		await painted();
		expect(app.callsOf("trashErase")).toEqual([["message", id]]);
		expect(all("trashItem")).toHaveLength(1);
	});

	it("says what was done and keeps the focus among what is left", async () => {
		const { app } = await withTrash();
		const slow = app.hold("trashRestore");
		await user.click(all("trashRestore")[0] as Element);
		await painted();
		expect(document.activeElement).toBe(all("trashRestore")[0]);
		await slow.release();
		await painted();
		expect(get("trashDone").getAttribute("role")).toBe("status");
		expect(get("trashDone").textContent).toContain("Put back: رحلة إلى البحر");
		expect(document.activeElement).toBe(all("trashRestore")[0]);
		await user.click(all("trashErase")[0] as Element);
		await user.click(get("trashConfirmErase"));
		await painted();
		expect(get("trashDone").textContent).toContain("Erased:");
		expect(get("trashDone").textContent).not.toContain("رحلة");
		expect(document.activeElement).toBe(get("trashDialog"));
	});

	it("shows as much as before when something was put back from far down", async () => {
		const { app } = livedIn();
		app.pageSize = 2;
		app.conversations = Array.from({ length: 7 }, (_, index) => aConversation({ title: `Talk ${index}` }));
		await openWindow(app);
		for (const { id } of [...app.conversations]) await app.conversationDelete(id);
		await openTrash();
		await user.click(get("trashMore"));
		await painted();
		expect(all("trashItem")).toHaveLength(4);
		const id = all("trashItem")[3]?.dataset.id ?? "";
		await user.click(all("trashRestore")[3] as Element);
		await painted();
		expect(all("trashItem")).toHaveLength(4);
		expect(all("trashItem").map(({ dataset }) => dataset.id)).not.toContain(id);
		await user.click(get("trashMore"));
		await painted();
		expect(all("trashItem")).toHaveLength(6);
	});

	describe.each(["trashErase", "trashEmpty"] as const)("when it is erased by %s", (command) => {
		async function erasing() {
			const { app } = await withTrash();
			const held = app.hold(command);
			await user.click(all(command)[0] as Element);
			await user.click(get("trashConfirmErase"));
			await painted();
			return { app, held };
		}

		it("cannot be closed meanwhile: a failure would be told to nobody", async () => {
			const { held } = await erasing();
			const dialog = get("trashDialog").closest("dialog") as HTMLDialogElement;
			expect((get("trashClose") as HTMLButtonElement).disabled).toBe(true);
			dialog.close();
			await painted();
			expect(dialog.open).toBe(true);
			await held.release();
			await painted();
			expect((get("trashClose") as HTMLButtonElement).disabled).toBe(false);
			await user.click(get("trashClose"));
			expect(find("trashDialog")).toBeNull();
		});

		it("but not to the end is out of sight, and the rest comes at the next start", async () => {
			const { app, held } = await erasing();
			app.trash = command === "trashEmpty" ? [] : app.trash.slice(1);
			await held.fail("io");
			await painted();
			const alert = within(get("trashDialog")).getByRole("alert");
			expect(alert.textContent).toContain("What is left is erased when Parlance starts next.");
			expect(alert.textContent).toContain("io");
			expect(alert.textContent).not.toContain("try again");
			expect(all("trashItem")).toHaveLength(app.trash.length);
		});

		it("but not at all is still there, and says why", async () => {
			const { held } = await erasing();
			await held.fail("disk_full");
			await painted();
			expect(within(get("trashDialog")).getByRole("alert").textContent).toContain("The disk is full.");
			expect(all("trashItem")).toHaveLength(2);
		});
	});

	it("is emptied only after a question", async () => {
		const { app } = await withTrash();
		await user.click(get("trashEmpty"));
		await user.click(get("trashConfirmErase"));
		await painted();
		expect(app.callsOf("trashEmpty")).toHaveLength(1);
		expect(get("trashNothing")).toBeTruthy();
	});

	it("says why a message cannot come back, and goes on", async () => {
		const { app, talk } = await inTalk();
		await deleteMessage(1);
		await app.conversationDelete(talk.id);
		await openTrash();
		await user.click(all("trashRestore")[1] as Element);
		await painted();
		expect(get("trashDialog").textContent).toContain("Put that back first");
		expect(all("trashItem")).toHaveLength(2);
		await user.click(all("trashRestore")[0] as Element);
		await painted();
		await user.click(all("trashRestore")[0] as Element);
		await painted();
		expect(get("trashNothing")).toBeTruthy();
	});

	it("says so when it cannot be read, and can be tried again", async () => {
		await openTrashWithout("trashList");
		expect(get("trashDialog").textContent).toContain("could not be read");
		await user.click(within(get("trashDialog")).getByRole("button", { name: "Try again" }));
		await painted();
		expect(get("trashNothing")).toBeTruthy();
	});

	it("is read a page at a time and kept true while it is open", async () => {
		const { app } = livedIn();
		app.pageSize = 2;
		await openWindow(app);
		for (const { id } of [...app.conversations.slice(0, 3)]) await app.conversationDelete(id);
		await openTrash();
		expect(all("trashItem")).toHaveLength(2);
		await user.click(get("trashMore"));
		await painted();
		expect(all("trashItem")).toHaveLength(3);
		app.trash = app.trash.slice(0, 1);
		await app.emit({ entity: "conversation", kind: "inserted" });
		await painted();
		expect(all("trashItem")).toHaveLength(1);
	});
});
