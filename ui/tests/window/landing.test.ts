import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { FakeApp } from "../support/fake-app";
import { aHit, aMessage } from "../support/fixtures";
import { act } from "../support/messages";
import { all, find, get, livedIn, open, openWindow, painted } from "../support/window";

/** A talk of a thousand messages, and another one that is open. */
async function longTalk() {
	const { app, talk } = livedIn();
	app.messages = Array.from({ length: 1000 }, (_, index) =>
		aMessage({ conversationId: talk.id, sequenceNumber: index + 1, content: `Câu số ${index + 1}` }),
	);
	await openWindow(app);
	return { app, talk };
}

async function openHit(app: FakeApp, conversationId: string, messageId: string) {
	app.found = [aHit({ conversationId, messageId, id: messageId })];
	await userEvent.keyboard("{Control>}k{/Control}");
	await painted();
	await userEvent.type(get("searchBox"), "số");
	await new Promise((resolve) => setTimeout(resolve, 160));
	await painted();
	await userEvent.keyboard("{Enter}");
	await painted();
}

const idAt = (app: FakeApp, place: number) => app.messages[place - 1]?.id ?? "";
const focused = () => (document.activeElement as HTMLElement).dataset.id;
const landed = () => document.querySelector<HTMLElement>("article.standsOut")?.dataset.id;

describe("a hit of the search", () => {
	it("opens its conversation at its message, which has the focus and stands out for a moment", async () => {
		const { app, talk } = await longTalk();
		await openHit(app, talk.id, idAt(app, 300));
		expect(get("conversationTitle").textContent).toBe("At the café");
		expect(all("message")).toHaveLength(50);
		expect(screen.getByText("Câu số 300")).toBeTruthy();
		expect(focused()).toBe(idAt(app, 300));
		expect(landed()).toBe(idAt(app, 300));
		await new Promise((resolve) => setTimeout(resolve, 2_600));
		await painted();
		expect(landed()).toBeUndefined();
	}, 20_000);

	it("has the focus also while messages are being selected, and what is selected far away stays so", async () => {
		const { app, talk } = await longTalk();
		await open(talk.id);
		await act(0, "select");
		const begun = all("messageBox")[0]?.dataset.row;
		const far = idAt(app, 300);
		await openHit(app, talk.id, far);
		expect((document.activeElement as HTMLElement).dataset.row).toBe(far);
		await userEvent.keyboard(" ");
		await painted();
		expect(get("selectionCount").textContent).toBe("2 selected");
		await userEvent.keyboard("{Delete}");
		await painted();
		expect(app.callsOf("messageDeleteMany")).toEqual([[[far, begun]]]);
	}, 20_000);

	it("can be opened again, also in the conversation that is open already", async () => {
		const { app, talk } = await longTalk();
		await open(talk.id);
		for (const place of [990, 20, 990]) {
			await openHit(app, talk.id, idAt(app, place));
			expect(focused()).toBe(idAt(app, place));
		}
	});

	it("whose message is gone says so, and shows the conversation", async () => {
		const { app, talk } = await longTalk();
		await openHit(app, talk.id, "00000000GONE0");
		expect(get("messageGone").textContent).toContain("This message is no longer there.");
		expect(screen.getByText("Câu số 1000")).toBeTruthy();
		await userEvent.click(within(get("messageGone")).getByRole("button"));
		expect(find("messageGone")).toBeNull();
	});

	it("that cannot be read can be tried again, and then lands", async () => {
		const { app, talk } = await longTalk();
		app.failNext("messageList", "busy");
		await openHit(app, talk.id, idAt(app, 300));
		await userEvent.click(screen.getByText("Try again"));
		await painted();
		expect(focused()).toBe(idAt(app, 300));
	});
});

describe("from far up", () => {
	it("the newest message is one button away, and the focus stays in the messages", async () => {
		const { app, talk } = await longTalk();
		await openHit(app, talk.id, idAt(app, 10));
		expect(screen.queryByText("Câu số 1000")).toBeNull();
		get("toNewest").focus();
		await userEvent.keyboard("{Enter}");
		await painted();
		expect(screen.getByText("Câu số 1000")).toBeTruthy();
		expect(find("toNewest")).toBeNull();
		expect(document.activeElement?.getAttribute("aria-label")).toBe("Messages");
	});

	it("what one says goes to the end, which is shown", async () => {
		const { app, talk } = await longTalk();
		await openHit(app, talk.id, idAt(app, 10));
		await userEvent.type(get("composer"), "Xin chào!{Enter}");
		await painted();
		expect(all("message").at(-1)?.textContent).toContain("Xin chào!");
		expect(screen.getByText("Câu số 1000")).toBeTruthy();
	});
});
