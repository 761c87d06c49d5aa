import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteMessage, messages } from "../support/deleting";
import { READY } from "../support/fixtures";
import { chooseOfConversation, textIn, write } from "../support/messages";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const own = () => all("ownTemplate").map((item) => item.textContent);

/** The names of the learner's own templates, as the cards show them. */
async function ownInCards(): Promise<(string | null)[]> {
	await user.click(get("newConversation"));
	await painted();
	return own();
}

async function naming() {
	const opened = await inTalk();
	await chooseOfConversation("saveTemplate");
	return opened;
}

async function save() {
	await user.click(get("templateSave"));
	await painted();
}

describe("saving a conversation as a template", () => {
	it("shows its name before, and the template is among the own ones", async () => {
		const { app, talk } = await naming();
		expect(textIn("templateName")).toBe("At the café");
		expect(document.activeElement).toBe(get("templateName"));
		await write("templateName", "Quán cà phê 🥐");
		await save();
		expect(app.callsOf("templateFromConversation")).toEqual([[talk.id, "Quán cà phê 🥐"]]);
		expect(find("saveTemplateDialog")).toBeNull();
		expect(get("undoToast").textContent).toContain("Saved the template “Quán cà phê 🥐”");
		expect(await ownInCards()).toEqual([expect.stringContaining("Quán cà phê 🥐")]);
	});

	it("is done by Enter, with the name that the conversation has", async () => {
		const { app, talk } = await naming();
		await user.keyboard("{Enter}");
		await painted();
		expect(app.callsOf("templateFromConversation")).toEqual([[talk.id, "At the café"]]);
	});

	it("asks for a name where the conversation has none", async () => {
		const { app } = livedIn();
		await openWindow(app);
		await open(app.conversations[2]?.id ?? "");
		await chooseOfConversation("saveTemplate");
		expect(textIn("templateName")).toBe("");
		expect((get("templateSave") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("templateName"), "   {Enter}");
		await painted();
		expect(app.callsOf("templateFromConversation")).toHaveLength(0);
	});

	it.each([
		["the button of the toast", async () => user.click(get("undo"))],
		["the keys for that", async () => user.keyboard("{Control>}z{/Control}")],
	])("is taken back by %s, and only that", async (_, takeBack) => {
		const { app } = await inTalk();
		await deleteMessage(0);
		await chooseOfConversation("saveTemplate");
		await save();
		await takeBack();
		await painted();
		expect(app.callsOf("templateDelete")).toHaveLength(1);
		expect(get("undoToast").textContent).toContain("Taken back: At the café");
		expect(messages()).toHaveLength(3);
		expect(await ownInCards()).toEqual([]);
	});

	it("and taken back stays so: the keys then take back what was done before", async () => {
		await inTalk();
		await deleteMessage(0);
		await chooseOfConversation("saveTemplate");
		await save();
		await user.click(get("undo"));
		await painted();
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(messages()).toHaveLength(4);
		expect(await ownInCards()).toEqual([]);
	});

	it("does not stand in the way of what was done after it", async () => {
		const { app } = await naming();
		await save();
		const [made] = app.templates.slice(-1);
		await app.conversationRename(app.conversations[0]?.id ?? "", "茶");
		app.operations = app.operations.map((one) => ({ ...one, createdAt: (made?.createdAt ?? 0) + 1 }));
		await user.keyboard("{Control>}z{/Control}");
		await painted();
		expect(app.conversations[0]?.title).toBe("Chuyện đi chợ");
		expect(app.callsOf("templateDelete")).toHaveLength(0);
	});

	it("cannot be taken back when the template is gone already, and that is said", async () => {
		const { app } = await naming();
		await save();
		app.failNext("templateDelete", "not_found");
		await user.click(get("undo"));
		await painted();
		expect(get("undoToast").textContent).toContain("At the café has changed since");
	});

	it("says at the name why it was refused, and the name is still there", async () => {
		const { app } = await naming();
		const details = { field: "name", reason: "is too long: 300 characters, where 200 are the most" };
		app.failNext("templateFromConversation", "invalid", "", details);
		await write("templateName", "Dài quá");
		await save();
		const field = get("templateName");
		expect(field.getAttribute("aria-invalid")).toBe("true");
		expect(document.getElementById(`${field.id}-error`)?.textContent).toContain("This is too long.");
		expect(screen.getByRole("alert").textContent).toBe("The template was not saved.");
		expect(textIn("templateName")).toBe("Dài quá");
		await save();
		expect(await ownInCards()).toEqual([expect.stringContaining("Dài quá")]);
	});

	it.each([
		["conflict", "The template was not saved. You have 500 templates already. Delete one first."],
		["disk_full", "The template was not saved. The disk is full."],
	])("that fails with %s says so in the dialog", async (code, sentence) => {
		const { app } = await naming();
		app.failNext("templateFromConversation", code);
		await save();
		expect(screen.getByRole("alert").textContent).toContain(sentence);
		expect(find("undoToast")).toBeNull();
		expect(app.templates.filter(({ isBuiltIn }) => !isBuiltIn)).toEqual([]);
	});

	it("keeps a name that was written when the dialog is closed, unless it was given up", async () => {
		const { app } = await naming();
		await write("templateName", "Half a na");
		await user.click(screen.getByRole("button", { name: "Close" }));
		await painted();
		await open(app.conversations[0]?.id ?? "");
		await chooseOfConversation("saveTemplate");
		expect(textIn("templateName")).toBe("Chuyện đi chợ");
		await user.click(get("templateCancel"));
		await open(app.conversations[1]?.id ?? "");
		await chooseOfConversation("saveTemplate");
		expect(textIn("templateName")).toBe("Half a na");
		await user.click(get("templateCancel"));
		await painted();
		await chooseOfConversation("saveTemplate");
		expect(textIn("templateName")).toBe("At the café");
	});

	it("is done once, however often it is asked for", async () => {
		const { app } = await naming();
		const slow = app.hold("templateFromConversation");
		await user.keyboard("{Enter}{Enter}");
		await user.click(get("templateSave"));
		await slow.release();
		await painted();
		expect(app.callsOf("templateFromConversation")).toHaveLength(1);
	});

	it("is not offered while nothing can be changed", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await openWindow(app);
		await open(talk.id);
		await expect(chooseOfConversation("saveTemplate")).rejects.toThrow("not offered");
	});
});
