import { within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { READY } from "../support/fixtures";
import { AWAY, chosen, fill, offered, pick, press, radios, textOf, withServer } from "../support/tutors";
import { all, find, get, inSettings, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const MODELS = ["gemma3:4b", "org/nomic-embed-text", "qwen3", "BAAI/bge-m3"];
const NONE = "By words only (no model)";

/** The settings of an app with a server that has these models, perhaps with one of them for meaning. */
async function inServers(models = MODELS, embeddingModel: string | null = null) {
	const given = withServer(models);
	given.app.modelServers = given.app.modelServers.map((server) => ({ ...server, embeddingModel }));
	await inSettings(given.app);
	return given;
}

/** The same with the choice of a model for meaning open. */
async function inChoice(models = MODELS, embeddingModel: string | null = null) {
	const given = await inServers(models, embeddingModel);
	await press("serverMeaningChange");
	return given;
}

const headings = () => [...get("meaningDialog").querySelectorAll("h3")].map(({ textContent }) => textContent);
const stored = (app: { modelServers: { embeddingModel: string | null }[] }) =>
	app.modelServers[0]?.embeddingModel;

describe("each server", () => {
	it("says how is found what was said", async () => {
		await inServers(MODELS, "org/nomic-embed-text");
		expect(textOf("serverMeaning")).toBe("Finds earlier messages by what they mean: nomic-embed-text");
		expect(get("serverMeaning").title).toBe("org/nomic-embed-text");
		expect(get("serverMeaningChange").getAttribute("aria-label")).toBe(
			"Change… How “Ollama” finds what was said",
		);
	});

	it("finds it by words as long as nothing was chosen, also where nothing can be changed", async () => {
		const { app } = withServer();
		app.status = { ...READY, readOnly: "its file is write-protected" };
		await inSettings(app);
		expect(textOf("serverMeaning")).toBe("Finds earlier messages by their words only");
		expect(find("serverMeaningChange")).toBeNull();
	});
});

describe("the choice of a model for meaning", () => {
	it("begins with none, and with those that are made for it", async () => {
		await inChoice();
		expect(offered()).toEqual([NONE, "nomic-embed-text", "bge-m3", "gemma3:4b", "qwen3"]);
		expect(chosen()).toEqual([NONE]);
		expect(headings()).toEqual(["Made for this", "Other models"]);
		expect(get("meaningDialog").textContent).toContain(
			"what you and your tutor say is sent to this model server",
		);
	});

	it("has no heading over nothing", async () => {
		await inChoice(["qwen3"]);
		expect(headings()).toEqual(["Other models"]);
	});

	it("tries at once, says so, keeps it, and tells it where the dialog was opened", async () => {
		const { app, server } = await inChoice();
		const held = app.hold("modelServerSetEmbeddingModel");
		await pick("nomic-embed-text");
		expect(textOf("meaningState")).toBe("Trying…");
		expect(chosen()).toEqual(["nomic-embed-text"]);
		expect(radios().map(({ disabled }) => disabled)).toEqual([true, false, true, true, true]);
		expect(app.callsOf("modelServerSetEmbeddingModel")).toEqual([[server.id, "org/nomic-embed-text"]]);
		await held.release();
		await painted();
		expect(find("meaningDialog")).toBeNull();
		expect(textOf("serverDone")).toBe(
			"Ollama now finds earlier messages by what they mean, with nomic-embed-text",
		);
		expect(textOf("serverMeaning")).toBe("Finds earlier messages by what they mean: nomic-embed-text");
	});

	it("can be taken back", async () => {
		const { app } = await inChoice(MODELS, "org/nomic-embed-text");
		expect(chosen()).toEqual(["nomic-embed-text"]);
		await pick(NONE);
		expect(stored(app)).toBeNull();
		expect(textOf("serverDone")).toBe("Ollama now finds earlier messages by their words only");
	});

	it("that fails is said with the dialog still open, and changes nothing", async () => {
		const { app } = await inChoice();
		app.failNext("modelServerSetEmbeddingModel", "tutor", "", { failure: "model_server_failed" });
		await pick("gemma3:4b");
		expect(textOf("meaningRefusal")).toBe("Not changed: gemma3:4b. The model server has failed.");
		expect([chosen(), stored(app)]).toEqual([[NONE], null]);
		await pick("bge-m3");
		expect(find("meaningDialog")).toBeNull();
		expect(stored(app)).toBe("BAAI/bge-m3");
	});

	it("that fails after the dialog was closed is said all the same", async () => {
		const { app } = await inChoice();
		const held = app.hold("modelServerSetEmbeddingModel");
		await pick("gemma3:4b");
		await press("meaningClose");
		await held.fail("tutor", "", { failure: "model_timed_out" });
		await painted();
		expect(textOf("serverDone")).toBe("Not changed: gemma3:4b. The model server took too long to answer.");
	});

	it("is not tried on the way there by arrow keys, but by Enter", async () => {
		const { app } = await inChoice();
		radios()[0]?.focus();
		await user.keyboard("{ArrowDown}");
		await user.keyboard("{ArrowDown}");
		await painted();
		expect(chosen()).toEqual(["bge-m3"]);
		expect(app.callsOf("modelServerSetEmbeddingModel")).toEqual([]);
		await user.keyboard("{Enter}");
		await painted();
		expect(stored(app)).toBe("BAAI/bge-m3");
		expect(find("meaningDialog")).toBeNull();
	});

	it("of what is chosen already changes nothing", async () => {
		const { app } = await inChoice();
		radios()[0]?.focus();
		await user.keyboard("{Enter}");
		await painted();
		expect(find("meaningDialog")).toBeNull();
		expect(app.callsOf("modelServerSetEmbeddingModel")).toEqual([]);
	});

	it("keeps a model that the server no longer has", async () => {
		await inChoice(["qwen3"], "org/nomic-embed-text");
		expect(offered()).toEqual([NONE, "nomic-embed-text", "qwen3"]);
		expect(chosen()).toEqual(["nomic-embed-text"]);
		expect(get("meaningDialog").textContent).toContain("does not offer this model at the moment");
	});

	it("can be found among many by a part of its name", async () => {
		await inChoice([...Array.from({ length: 20 }, (_, index) => `model-${index}`), "all-MiniLM-L6"]);
		expect(offered().slice(0, 2)).toEqual([NONE, "all-MiniLM-L6"]);
		await user.type(get("tutorFilter"), "minilm");
		await painted();
		expect(offered()).toEqual([NONE, "all-MiniLM-L6"]);
	});

	it("says why the models are not known, asks again, and asks for a key that is wanted", async () => {
		const { app } = withServer();
		app.modelServers = [];
		app.serve("Away", AWAY, [], { usesKey: true });
		app.network.set(AWAY, { models: ["e5-small"], key: "sk-1" });
		await inSettings(app);
		await press("serverMeaningChange");
		expect(offered()).toEqual([NONE]);
		expect(textOf("tutorTrouble")).toContain("The key of the model server is not known.");
		await fill("tutorKey", "sk-1");
		await press("tutorKeySave");
		expect(offered()).toEqual([NONE, "e5-small"]);
		expect(
			within(get("meaningDialog")).getByText("The key is kept in the keychain of your system."),
		).toBeTruthy();
		expect(all("tutorRetry")).toEqual([]);
	});
});
