import { render, screen } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";
import { aMessage } from "../../../tests/support/fixtures";
import type { Message } from "../../ipc";
import SelectionBar from "./SelectionBar.svelte";
import { MessageSelection } from "./selection.svelte";

let shown: Message[];
const removed: string[][] = [];
const said: string[] = [];

beforeEach(() => {
	shown = [];
	removed.length = 0;
	said.length = 0;
});

/** So many messages, of which each says its number. */
const talk = (count: number) =>
	Array.from({ length: count }, (_, index) =>
		aMessage({ id: `m${index}`, sequenceNumber: index, content: `${index}` }),
	);

function selection(): MessageSelection {
	return new MessageSelection({
		messages: () => shown,
		row: () => null,
		viewport: () => null,
		changing: () => {},
		focusMessage: () => true,
		focusComposer: () => {},
		remove: async (ids) => {
			removed.push(ids);
			return true;
		},
		said: (text) => said.push(text),
	});
}

/** Presses keys where the bar is. */
function press(init: KeyboardEventInit) {
	screen
		.getByRole("group")
		.parentElement?.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init }));
}

it("no more messages can be selected than can be deleted at once, and the bar says so", async () => {
	shown = talk(1003);
	const chosen = selection();
	render(SelectionBar, { selection: chosen });
	await chosen.begin("m1002");
	press({ key: "a", ctrlKey: true });
	chosen.press("m1001", false);
	expect([chosen.count, chosen.has("m1002"), chosen.has("m1001")]).toEqual([1000, true, false]);
	await vi.waitFor(() =>
		expect(screen.getByRole("group").textContent).toContain("1,000 selected, the most at once"),
	);
	expect(screen.getByRole("status").textContent).toBe("1,000 selected, the most at once");
	press({ key: "Delete" });
	await vi.waitFor(() => expect(removed.map((ids) => new Set(ids).size)).toEqual([1000]));
});

it("a range upwards keeps what is nearest to where it began when there is no room for all", async () => {
	shown = talk(1500);
	const chosen = selection();
	await chosen.begin("m1499");
	chosen.press("m0", true);
	expect([chosen.count, chosen.has("m500"), chosen.has("m499")]).toEqual([1000, true, false]);
});

it("what is selected stays so when it is far from the place that is read, and goes when it is deleted there", async () => {
	shown = talk(5);
	const chosen = selection();
	const written = vi.spyOn(navigator.clipboard, "writeText");
	await chosen.begin("m3");
	chosen.press("m1", true);
	shown = shown.slice(3);
	expect(chosen.count).toBe(3);
	await chosen.copy();
	expect(written.mock.lastCall).toEqual(["You: 1\n\nYou: 2\n\nYou: 3"]);
	chosen.changed("m2");
	await chosen.remove();
	expect(removed).toEqual([["m1", "m3"]]);
});
