import { describe, expect, it } from "vitest";
import { FakeApp } from "../../../tests/support/fake-app";
import { READY } from "../../../tests/support/fixtures";
import { Problems } from "./problems.svelte";
import { Start } from "./start.svelte";

describe("the start", () => {
	it("is ready when the app is", async () => {
		const start = new Start(new FakeApp());
		await start.ask();
		expect(start.ready?.schemaVersion).toBe(14);
		expect(start.failure).toBeNull();
	});

	it("keeps code and folder of a failure, and a retry can succeed", async () => {
		const app = new FakeApp();
		app.status = {
			state: "failed",
			dataDir: "/readonly",
			error: { code: "data_dir", message: "not writable", details: {} },
		};
		const start = new Start(app);
		await start.ask();
		expect(start.failure).toMatchObject({ dataDir: "/readonly", error: { code: "data_dir" } });
		app.status = READY;
		await start.ask();
		expect(start.ready).not.toBeNull();
		expect(start.failure).toBeNull();
	});

	it("makes the app try once more when it is asked to", async () => {
		const app = new FakeApp();
		const start = new Start(app);
		await start.ask(true);
		expect(app.calls.map(([command]) => command)).toEqual(["appRetry"]);
		expect(start.ready).not.toBeNull();
	});

	it("has failed when nobody answers", async () => {
		const app = new FakeApp();
		app.failNext("appStatus", "closed");
		const start = new Start(app);
		await start.ask();
		expect(start.failure?.error.code).toBe("closed");
		expect(start.asking).toBe(false);
	});
});

describe("problems", () => {
	it("are shown once for each kind, the newest last", async () => {
		const app = new FakeApp();
		const problems = new Problems();
		const unlisten = await problems.listen(app);
		await app.report({ code: "disk_full", message: "first" });
		await app.report({ code: "io", message: "other" });
		await app.report({ code: "disk_full", message: "second" });
		expect(problems.items.map(({ message }) => message)).toEqual(["other", "second"]);
		problems.dismiss("io");
		expect(problems.items).toHaveLength(1);
		unlisten();
		expect(app.listeners).toBe(0);
	});
});
