import { fireEvent } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { aHit } from "../support/fixtures";
import { find, get, inTalk, livedIn, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

/** The Enter with which an input method ends a word, as WebKit reports it: after the composition. */
async function endComposition(box: HTMLElement): Promise<void> {
	await fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
	await painted();
}

it("the end of a composition sends nothing", async () => {
	const { app } = await inTalk();
	await user.type(get("composer"), "天气");
	await endComposition(get("composer"));
	expect(app.callsOf("messageSend")).toHaveLength(0);
});

it("the end of a composition opens nothing that was found", async () => {
	const { app } = livedIn();
	app.found = [aHit({ title: "天气" })];
	await openWindow(app);
	await user.keyboard("{Control>}k{/Control}");
	await user.type(get("searchBox"), "天");
	await new Promise((resolve) => setTimeout(resolve, 200));
	await painted();
	expect(find("searchOption")).not.toBeNull();
	await endComposition(get("searchBox"));
	expect(find("searchDialog")).not.toBeNull();
});

it("the end of a composition ends no renaming", async () => {
	const { app } = await inTalk();
	await user.click(get("renameConversation"));
	await user.type(get("renameInput"), "天");
	await endComposition(get("renameInput"));
	expect(find("renameInput")).not.toBeNull();
	expect(app.callsOf("conversationRename")).toHaveLength(0);
});

it("the end of a composition makes no tag", async () => {
	const { talk } = await inTalk();
	document.querySelector<HTMLElement>(`[data-id="${talk.id}"] button.open`)?.focus();
	await user.keyboard("t");
	await painted();
	await user.type(get("tagsBox"), "天");
	await endComposition(get("tagsBox"));
	expect((get("tagsBox") as HTMLInputElement).value).toBe("天");
});
