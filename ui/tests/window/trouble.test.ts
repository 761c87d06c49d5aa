import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/ipc";
import { violations } from "../support/axe";
import { aMessage, aReply, READY, SETTINGS } from "../support/fixtures";
import { article, offered, openMenu } from "../support/messages";
import { all, find, get, livedIn, open, openWindow, painted } from "../support/window";

/** A talk that ends with a reply of this kind to "Xin chào". */
async function endingWith(
	reply: Partial<Message>,
	text = "",
	prepare?: (app: ReturnType<typeof livedIn>["app"]) => void,
) {
	const { app, talk } = livedIn();
	const conversationId = talk.id;
	app.messages = [
		aMessage({ conversationId, sequenceNumber: 1, content: "Xin chào" }),
		aReply(text === "" ? [] : [text], { conversationId, sequenceNumber: 2, model: "qwen3", ...reply }),
	];
	prepare?.(app);
	await openWindow(app);
	await open(talk.id);
	return { app, talk, reply: app.messages[1] as Message };
}

const ways = () => all("replyWay").map(({ dataset }) => dataset.action);

async function goOn(action: string) {
	const way = all("replyWay").find(({ dataset }) => dataset.action === action);
	await userEvent.click(way as Element);
	await painted();
}

describe("a reply that did not come", () => {
	it("says why, and can be tried again or left to the built-in partner", async () => {
		await endingWith({ status: "failed", failureCode: "model_not_reachable" });
		expect(get("replyTrouble").textContent).toContain("The model server cannot be reached.");
		expect(get("replyTrouble").textContent).not.toContain("What had been said is kept.");
		expect(ways()).toEqual(["regenerate", "builtIn"]);
	});

	it("is tried again in its place", async () => {
		const { app, reply } = await endingWith({ status: "failed", failureCode: "model_timed_out" });
		await goOn("regenerate");
		expect(app.callsOf("messageRegenerate")).toEqual([[reply.id, null]]);
		expect(find("replyTrouble")).toBeNull();
		expect(article(1).dataset.status).toBe("streaming");
		expect(find("undoToast")).toBeNull();
	});

	it("is left to the built-in partner this once", async () => {
		const { app, reply } = await endingWith({ status: "failed", failureCode: "model_overloaded" });
		await goOn("builtIn");
		expect(app.callsOf("messageRegenerate")).toEqual([[reply.id, { kind: "built_in" }]]);
		expect(app.callsOf("conversationSetTutor")).toEqual([]);
	});

	it("leads to the tutor where the learner has to see to something", async () => {
		await endingWith({ status: "failed", failureCode: "key_needed" });
		expect(ways()).toEqual(["tutor", "regenerate", "builtIn"]);
		await goOn("tutor");
		expect(get("tutorDialog")).toBeTruthy();
	});

	it("has a sentence for a reason that nobody knows", async () => {
		await endingWith({ status: "failed", failureCode: "of_a_newer_version" });
		expect(get("replyTrouble").textContent).toContain("The reply could not be finished.");
	});

	it("asks once, however often it is clicked", async () => {
		const { app } = await endingWith({ status: "failed", failureCode: "model_garbage" });
		const held = app.hold("messageRegenerate");
		await goOn("regenerate");
		await goOn("regenerate");
		await held.release();
		expect(app.callsOf("messageRegenerate")).toHaveLength(1);
	});

	it("tells of what stands in the way", async () => {
		const { app } = await endingWith({ status: "failed", failureCode: "model_garbage" });
		app.failNext("messageRegenerate", "disk_full");
		await goOn("regenerate");
		expect(get("errorBanner").textContent).toContain("The disk is full.");
		expect(ways()).toContain("regenerate");
	});
});

describe("a reply that broke off", () => {
	it("keeps its words and is gone on with", async () => {
		const { app, reply } = await endingWith({ status: "failed", failureCode: "model_cut_off" }, "我想 say");
		expect(get("replyTrouble").textContent).toContain("What had been said is kept.");
		expect(ways()).toEqual(["resume", "regenerate", "builtIn"]);
		await goOn("resume");
		expect(app.callsOf("messageResume")).toEqual([[reply.id]]);
		expect(article(1).dataset.status).toBe("streaming");
		expect(article(1).textContent).toContain("我想 say");
	});

	it("can be answered anew, which can be taken back", async () => {
		const { app } = await endingWith({ status: "interrupted" }, "Half a");
		expect(ways()).toEqual(["resume", "regenerate"]);
		await goOn("regenerate");
		expect(app.operations[0]?.kind).toBe("reply_replace");
		expect(get("undoToast").textContent).toContain("Xin chào");
		await userEvent.click(get("undo"));
		await painted();
		expect(article(1).textContent).toContain("Half a");
	});

	it("offers nothing once something was said after it", async () => {
		await endingWith({ status: "failed", failureCode: "model_cut_off" }, "Half", (app) => {
			const [first] = app.messages;
			app.messages.push(aMessage({ conversationId: first?.conversationId ?? "", sequenceNumber: 3 }));
		});
		expect(find("replyTrouble")).toBeNull();
	});

	it("offers nothing where nothing can be changed", async () => {
		await endingWith({ status: "failed", failureCode: "model_cut_off" }, "Half", (app) => {
			app.status = { ...READY, readOnly: "its folder is write-protected" };
		});
		expect(find("replyTrouble")).toBeNull();
	});
});

describe("the last reply", () => {
	it("is answered anew by its menu, and no other is", async () => {
		const { app, reply } = await endingWith({ status: "complete" }, "Chào bạn!");
		await openMenu(0);
		expect(offered()).not.toContain("regenerate");
		await userEvent.keyboard("{Escape}");
		await painted();
		await openMenu(1);
		await userEvent.click(
			all("messageMenuItem").find(({ dataset }) => dataset.action === "regenerate") as Element,
		);
		await painted();
		expect(app.callsOf("messageRegenerate")).toEqual([[reply.id, null]]);
	});
});

it.each(["light", "dark"] as const)("axe finds nothing wrong with it in %s", async (theme) => {
	await endingWith({ status: "failed", failureCode: "key_needed" }, "Half", (app) => {
		app.settings = { ...SETTINGS, theme };
	});
	expect(ways()).toHaveLength(4);
	expect(await violations()).toEqual([]);
});
