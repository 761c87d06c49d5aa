import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { get, inTalk, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("the settings", () => {
	it("apply at once and are stored", async () => {
		const { app } = await inTalk();
		await user.click(get("settingsOpen"));
		await user.selectOptions(get("themeSelect"), "dark");
		expect(document.documentElement.dataset.theme).toBe("dark");
		await user.selectOptions(get("languageSelect"), "vi");
		expect(screen.getByText("Cài đặt")).toBeTruthy();
		await user.selectOptions(get("paceSelect"), "slow");
		await user.selectOptions(get("themeSelect"), "system");
		await painted();
		expect(document.documentElement.dataset.theme).toBeUndefined();
		expect(app.callsOf("settingsUpdate")).toEqual([
			[{ theme: "dark" }],
			[{ language: "vi" }],
			[{ partnerPace: "slow" }],
			[{ theme: "system" }],
		]);
	});

	it("take a change back that was not saved, and say so", async () => {
		const { app } = await inTalk();
		app.failNext("settingsUpdate", "read_only");
		await user.click(get("settingsOpen"));
		await user.selectOptions(get("themeSelect"), "dark");
		await painted();
		expect(document.documentElement.dataset.theme).toBeUndefined();
		expect((get("themeSelect") as HTMLSelectElement).value).toBe("system");
		expect(screen.getByText(/was not saved/)).toBeTruthy();
	});

	it("close and leave nothing behind", async () => {
		await inTalk();
		await user.click(get("settingsOpen"));
		await user.click(get("settingsClose"));
		expect(document.querySelector("dialog")).toBeNull();
	});
});
