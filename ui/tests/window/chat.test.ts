import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { aReply } from "../support/fixtures";
import { all, find, get, inTalk, livedIn, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("the composer", () => {
	it("sends with Enter, and Shift+Enter starts a new line", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Two lines,{Shift>}{Enter}{/Shift}one message.{Enter}");
		await painted();
		expect(app.callsOf("messageSend")).toEqual([[talk.id, "Two lines,\none message."]]);
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
	});

	it.each([
		["isComposing", { isComposing: true }],
		["key code 229", { keyCode: 229 }],
	])("does not send with the Enter that ends a composition (%s)", async (_, init) => {
		const { app } = await inTalk();
		await user.type(get("composer"), "にほん");
		get("composer").dispatchEvent(
			new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
		);
		await painted();
		expect(app.callsOf("messageSend")).toHaveLength(0);
	});

	it("has nothing to send while it is blank", async () => {
		await inTalk();
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("composer"), "   ");
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("composer"), "a");
		expect((get("send") as HTMLButtonElement).disabled).toBe(false);
	});

	it("keeps the words and says the sentence when sending fails", async () => {
		const { app } = await inTalk();
		app.failNext("messageSend", "invalid", "content is too long", {
			field: "content",
			reason: "is too long: 100001 characters, where 100000 are the most",
		});
		await user.type(get("composer"), "Keep me.{Enter}");
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Keep me.");
		expect(get("errorBanner").textContent).toContain(
			"Not sent. Your words are still in the box. This is too long.",
		);
		expect(get("errorCode").textContent).toContain("invalid");
		await user.click(get("send"));
		await painted();
		expect(find("errorBanner")).toBeNull();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
	});

	it("keeps what was typed in each conversation while another is open", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Half a thou");
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
		await open(talk.id);
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Half a thou");
	});

	it("offers to stop while a reply is written", async () => {
		const { app, talk } = await inTalk();
		const reply = aReply(["I was "], { conversationId: talk.id, sequenceNumber: 9, status: "streaming" });
		await app.put(reply);
		await painted();
		expect(find("send")).toBeNull();
		await user.click(get("stop"));
		expect(app.callsOf("messageStop")).toEqual([[talk.id]]);
		await app.put({ ...reply, status: "interrupted" });
		await painted();
		expect(get("send")).toBeTruthy();
	});
});

describe("the messages", () => {
	it("carry who said them and how far they are", async () => {
		await inTalk();
		expect(all("message").map(({ dataset }) => [dataset.role, dataset.status])).toEqual([
			["assistant", "complete"],
			["user", "complete"],
			["assistant", "interrupted"],
			["system", "complete"],
		]);
		expect(screen.getByText("Interrupted")).toBeTruthy();
	});

	it("show people's words as words, never as markup", async () => {
		await inTalk();
		expect(document.querySelector("main script")).toBeNull();
		expect(screen.getByText(/<script>alert/)).toBeTruthy();
	});

	it("show the chunks of a reply with their state, and the words after them", async () => {
		const { app, talk } = await inTalk();
		await app.put(
			aReply(["It costs ", { text: "four pounds. ", ttsStatus: "processing" }], {
				conversationId: talk.id,
				sequenceNumber: 9,
				status: "streaming",
				rest: "Anything el",
			}),
		);
		await painted();
		const reply = all("message").at(-1) as HTMLElement;
		const chunks = within(reply).getAllByTestId("chunk");
		expect(chunks.map(({ dataset }) => [dataset.index, dataset.ttsStatus, dataset.speaking])).toEqual([
			["0", "completed", "false"],
			["1", "processing", "false"],
		]);
		expect(reply.textContent).toContain("Anything el");
		expect(chunks.every((chunk) => chunk.querySelector("svg.lucide"))).toBe(true);
	});

	it("run in the direction of their words, a chunk with its icon and its state", async () => {
		const { app, talk } = await inTalk();
		await app.put(aReply(["ماذا تريد أن تشرب؟"], { conversationId: talk.id, sequenceNumber: 9 }));
		await painted();
		const chunk = all("chunk").at(-1) as HTMLElement;
		expect(chunk.dir).toBe("auto");
		// A descendant with a direction of its own would be left out when the browser looks for one.
		expect(chunk.querySelector("[dir]")).toBeNull();
		expect(all("messageWords").every(({ dir }) => dir === "auto")).toBe(true);
	});

	it("announce a reply once, when it is whole", async () => {
		const { app, talk } = await inTalk();
		const live = document.querySelector("[aria-live=polite]") as HTMLElement;
		const reply = aReply(["Four "], { conversationId: talk.id, sequenceNumber: 9, status: "streaming" });
		await app.put(reply);
		await app.put({ ...reply, content: "Four pounds." });
		await painted();
		expect(live.textContent).toBe("");
		await app.put({ ...reply, content: "Four pounds.", status: "complete" });
		await painted();
		expect(live.textContent).toBe("Your partner says: Four pounds.");
		expect(live.closest("[aria-live]")).toBe(document.querySelectorAll("[aria-live]")[0]);
	});

	it("say so when they cannot be read, and can be tried again", async () => {
		const { app, talk } = livedIn();
		app.conversations = [talk];
		app.failNext("messageList", "corrupt");
		await openWindow(app);
		expect(screen.getByText(/The messages could not be loaded/)).toBeTruthy();
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(all("message")).toHaveLength(4);
	});
});
