import { describe, expect, it } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { SETTINGS } from "../../../tests/support/fixtures";
import { Settings } from "./settings.svelte";

async function loaded(app = new FakeApp()) {
	const settings = new Settings(app);
	await settings.load();
	return { app, settings };
}

describe("a setting", () => {
	it("is in force before it is stored", async () => {
		const { app, settings } = await loaded();
		const slow = app.hold("settingsUpdate");
		const stored = settings.update({ theme: "dark" });
		expect(settings.current.theme).toBe("dark");
		await settled();
		expect(app.settings.theme).toBe("system");
		await slow.release();
		await stored;
		expect(app.settings.theme).toBe("dark");
	});

	it("is taken back and explained when it cannot be stored", async () => {
		const { app, settings } = await loaded();
		app.failNext("settingsUpdate", "read_only");
		await settings.update({ speechRate: 0.75 });
		expect(settings.current).toEqual(SETTINGS);
		expect(settings.saveFailure?.code).toBe("read_only");
		await settings.update({ speechRate: 0.75 });
		expect(settings.saveFailure).toBeNull();
		expect(settings.current.speechRate).toBe(0.75);
	});

	it("is not taken back by the answer to an earlier change", async () => {
		const { app, settings } = await loaded();
		const [slow, slower] = [app.hold("settingsUpdate"), app.hold("settingsUpdate")];
		const first = settings.update({ theme: "dark" });
		const second = settings.update({ theme: "light" });
		await slow.release();
		await first;
		expect(app.settings.theme).toBe("dark");
		expect(settings.current.theme).toBe("light");
		await slower.release();
		await second;
		expect(app.settings.theme).toBe("light");
	});

	it("is stored after the ones before it, also when one of them fails", async () => {
		const { app, settings } = await loaded();
		app.failNext("settingsUpdate", "busy");
		await Promise.all([settings.update({ autoPlay: true }), settings.update({ partnerPace: "slow" })]);
		expect(app.callsOf("settingsUpdate")).toEqual([[{ autoPlay: true }], [{ partnerPace: "slow" }]]);
		expect(settings.current).toEqual({ ...SETTINGS, partnerPace: "slow" });
		expect(settings.saveFailure?.code).toBe("busy");
	});
});

it("the defaults are in force when the settings cannot be read", async () => {
	const app = new FakeApp();
	app.failNext("settingsGet", "corrupt");
	const settings = new Settings(app);
	await expect(settings.load()).rejects.toMatchObject({ code: "corrupt" });
	expect(settings.current.theme).toBe("system");
});
