import { describe, expect, it } from "vitest";
import { violations } from "../support/axe";
import { READY, SETTINGS } from "../support/fixtures";
import { AWAY, fill, HERE, inDialog, inTalkWith, model, pick, press, withServer } from "../support/tutors";
import { all, get, inSettings, livedIn, painted } from "../support/window";

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	/** With a server that has many models, one that wants a key, and one that is gone and was chosen. */
	function themed() {
		const given = withServer(Array.from({ length: 12 }, (_, index) => `model-${index}`));
		const { app, talk } = given;
		app.settings = { ...SETTINGS, theme };
		app.serve("Away", AWAY, [], { usesKey: true });
		app.tutors.set(talk.id, model("0000000000000", "gone"));
		app.onThisComputer = [{ name: "LM Studio", address: "http://127.0.0.1:1234/v1" }];
		app.network.set("http://127.0.0.1:1234/v1", { models: ["one"] });
		return given;
	}

	it("with who answers above the conversation, also where that cannot be changed", async () => {
		const given = themed();
		given.app.status = { ...READY, readOnly: "its file is write-protected" };
		await inTalkWith(given);
		expect(document.documentElement.dataset.theme).toBe(theme);
		expect(get("tutorHere")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with the dialog, its filter, a key that is wanted, and what was found", async () => {
		await inDialog(themed());
		expect(await violations()).toEqual([]);
		await press("tutorLook");
		expect(get("foundServer")).toBeTruthy();
		expect(get("tutorFilter")).toBeTruthy();
		await fill("tutorKey", "không");
		await press("tutorKeySave");
		expect(get("tutorKey").getAttribute("aria-invalid")).toBe("true");
		await pick("model-3");
		expect(get("tutorFollow")).toBeTruthy();
		expect(await violations()).toEqual([]);
	});

	it("with what was found by itself, with nothing, and with what went wrong", async () => {
		const { app } = livedIn();
		app.settings = { ...SETTINGS, theme };
		app.failNext("modelServerDiscover", "io");
		await inSettings(app);
		expect(get("errorCode")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await press("tutorLook");
		expect(get("tutorFound").textContent).toContain("No models");
		expect(await violations()).toEqual([]);
	});

	it("with the form, an address that is warned of, and a test that failed", async () => {
		await inDialog(themed());
		await press("serverAdd");
		expect(await violations()).toEqual([]);
		await fill("serverAddress", "http://models.example.com");
		await press("serverSave");
		expect(get("serverPlain")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await fill("serverAddress", HERE.replace("11434", "9"));
		await press("serverTest");
		expect(get("serverRefusal").textContent).toContain("cannot be reached");
		expect(await violations()).toEqual([]);
	});

	it("with the choice of how is found what was said, while one is tried and after it was refused", async () => {
		const given = withServer([
			...Array.from({ length: 12 }, (_, index) => `model-${index}`),
			"nomic-embed-text",
		]);
		given.app.settings = { ...SETTINGS, theme };
		await inSettings(given.app);
		await press("serverMeaningChange");
		expect(await violations()).toEqual([]);
		const held = given.app.hold("modelServerSetEmbeddingModel");
		await pick("nomic-embed-text");
		expect(get("meaningState").textContent).toContain("Trying…");
		expect(await violations()).toEqual([]);
		await held.fail("tutor", "", { failure: "model_server_failed" });
		await painted();
		expect(get("meaningRefusal").textContent).toContain("Not changed");
		expect(await violations()).toEqual([]);
	});

	it("with the servers in the settings, the question before one goes, and the form of one with a key", async () => {
		await inSettings(themed().app);
		await press("serverRemove");
		expect(get("serverKeep")).toBeTruthy();
		expect(await violations()).toEqual([]);
		await press("serverEdit", 1);
		expect(all("serverNoKey")).toHaveLength(1);
		expect(await violations()).toEqual([]);
		await press("serverCancel");
		await press("tutorDefaultChange");
		expect(await violations()).toEqual([]);
	});
});
