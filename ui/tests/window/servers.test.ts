import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeApp } from "../support/fake-app";
import {
	AWAY,
	button,
	errorAt,
	fill,
	HERE,
	inDialog,
	isOn,
	model,
	offered,
	pick,
	press,
	textOf,
	withServer,
} from "../support/tutors";
import { all, find, get, inSettings, livedIn, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const PLAIN = "http://models.example.com/v1";

/** A lived-in app without any server, and its talk with the dialog open. */
const withoutServers = () => inDialog({ ...livedIn(), server: undefined as never });

async function inForm() {
	const given = await withoutServers();
	await press("serverAdd");
	return given;
}

describe("the form of a model server", () => {
	it("adds one, and says where its key was put", async () => {
		const { app } = await inForm();
		app.network.set(AWAY, { models: ["big"], key: "sk-1" });
		await fill("serverAddress", `${AWAY}/`);
		await fill("serverName", "Ở xa 🌏");
		await fill("serverKey", "sk-1");
		await press("serverSave");
		expect(find("serverForm")).toBeNull();
		expect(app.callsOf("modelServerCreate")).toEqual([
			[{ name: "Ở xa 🌏", address: `${AWAY}/`, allowsPlainHttp: false, usesKey: true, key: "sk-1" }],
		]);
		expect(offered()).toEqual(["Built-in partner", "big"]);
		expect(textOf("serverAdded")).toBe("Added: Ở xa 🌏");
		expect(screen.getByText("The key is kept in the keychain of your system.")).toBeTruthy();
	});

	it("needs an address and no more, and Enter saves", async () => {
		const { app } = await inForm();
		expect((get("serverSave") as HTMLButtonElement).disabled).toBe(true);
		expect((get("serverTest") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("serverAddress"), `${AWAY}{Enter}`);
		await painted();
		expect(app.modelServers).toMatchObject([{ name: "models.example.com", usesKey: false }]);
	});

	it.each([
		["not an address", /This is not an address/],
		["ftp://example.com", /begins with http/],
		["https://me:secret@example.com/v1", /user name or a password/],
	])("says what is wrong with %s where it was typed", async (address, sentence) => {
		const { app } = await inForm();
		await fill("serverAddress", address);
		await fill("serverKey", "sk-1");
		await press("serverSave");
		expect(errorAt("serverAddress")).toMatch(sentence);
		expect(textOf("serverRefusal")).toContain("Not saved. What you have typed is still here.");
		expect((get("serverAddress") as HTMLInputElement).value).toBe(address);
		expect((get("serverKey") as HTMLInputElement).value).toBe("sk-1");
		expect(app.modelServers).toEqual([]);
		await fill("serverAddress", AWAY);
		expect(errorAt("serverAddress")).toBeUndefined();
	});

	it("says what is wrong with a key and a name where they were typed", async () => {
		await inForm();
		await fill("serverAddress", AWAY);
		await fill("serverKey", "hai từ");
		await press("serverSave");
		expect(errorAt("serverKey")).toContain("This is not a key");
		await fill("serverKey", "");
		await fill("serverName", "x".repeat(101));
		await press("serverSave");
		expect(errorAt("serverKey")).toBeUndefined();
		expect(errorAt("serverName")).toContain("too long");
	});

	it("says that a server is in the list already", async () => {
		await inDialog();
		await press("serverAdd");
		await fill("serverAddress", HERE);
		await press("serverSave");
		expect(errorAt("serverAddress")).toBe("This model server is in the list already.");
	});

	it("says what else went wrong, and keeps what was typed", async () => {
		const { app } = await inForm();
		app.failNext("modelServerCreate", "disk_full");
		await fill("serverAddress", AWAY);
		await press("serverSave");
		expect(textOf("serverRefusal")).toMatch(/^Not saved\..*The disk is full/s);
		expect((get("serverAddress") as HTMLInputElement).value).toBe(AWAY);
	});

	it("warns of an address to which everything goes unencrypted, and sends there only if that is wanted", async () => {
		const { app } = await inForm();
		expect(find("serverPlain")).toBeNull();
		await fill("serverAddress", PLAIN);
		await press("serverSave");
		expect(errorAt("serverAddress")).toContain("everything is sent unencrypted");
		expect(isOn("serverPlain")).toBe(false);
		await press("serverPlain");
		expect(errorAt("serverAddress")).toBeUndefined();
		await fill("serverAddress", "http://other.example.com");
		expect(find("serverPlain")).toBeNull();
		await press("serverSave");
		expect(errorAt("serverAddress")).toContain("everything is sent unencrypted");
		expect(app.modelServers).toEqual([]);
		await press("serverPlain");
		await press("serverSave");
		expect(app.modelServers).toMatchObject([{ address: "http://other.example.com", allowsPlainHttp: true }]);
	});

	it("is closed without a trace", async () => {
		const { app } = await inForm();
		await fill("serverAddress", AWAY);
		await press("serverCancel");
		expect(find("serverForm")).toBeNull();
		expect(app.callsOf("modelServerCreate")).toEqual([]);
		await press("serverAdd");
		expect((get("serverAddress") as HTMLInputElement).value).toBe("");
	});
});

describe("a test of the connection", () => {
	it("says how many models there are, or why not, and can be tried again", async () => {
		const { app } = await inForm();
		await fill("serverAddress", AWAY);
		await press("serverTest");
		expect(textOf("serverRefusal")).toBe("The model server cannot be reached. Is it running?");
		app.network.set(AWAY, { models: ["a", "b"] });
		await press("serverTest");
		expect(textOf("serverRefusal")).toBe("");
		expect(textOf("serverTested")).toBe("It answers, and has 2 models.");
		app.network.set(AWAY, { models: [] });
		await press("serverTest");
		expect(textOf("serverTested")).toBe("It answers, but has no models yet.");
		expect(app.modelServers).toEqual([]);
	});

	it("says nothing of what was typed since", async () => {
		const { app } = await inForm();
		app.network.set(AWAY, { models: ["a"] });
		await fill("serverAddress", AWAY);
		await press("serverTest");
		expect(textOf("serverTested")).toBe("It answers, and has 1 model.");
		await fill("serverKey", "sk-1");
		expect(textOf("serverTested")).toBe("");
	});

	it.each([
		["fails", [], "It answers, and has 3 models."],
		["succeeds", ["a"], ""],
	])("has the last answer in force when a slower one %s", async (_, models, said) => {
		const { app } = await inForm();
		if (models.length > 0) app.network.set(AWAY, { models });
		await fill("serverAddress", AWAY);
		const slow = app.hold("modelServerTest");
		await press("serverTest");
		expect(textOf("serverTested")).toBe("Asking the model server…");
		if (said === "") app.network.delete(AWAY);
		else app.network.set(AWAY, { models: ["a", "b", "c"] });
		await press("serverTest");
		const before = [said, said === "" ? "The model server cannot be reached. Is it running?" : ""];
		expect([textOf("serverTested"), textOf("serverRefusal")]).toEqual(before);
		await slow.release();
		await painted();
		expect([textOf("serverTested"), textOf("serverRefusal")]).toEqual(before);
	});

	it("says at the address that it is none, and offers to send unencrypted", async () => {
		await inForm();
		await fill("serverAddress", PLAIN);
		await press("serverTest");
		expect(errorAt("serverAddress")).toContain("unencrypted");
		expect(textOf("serverRefusal")).toBe("");
		expect(isOn("serverPlain")).toBe(false);
	});
});

describe("the servers in the settings", () => {
	async function inSection(given = withServer()) {
		await inSettings(given.app);
		return given;
	}

	it("say who answers where nothing else was chosen, and let that be changed", async () => {
		const { app, server } = await inSection();
		expect(textOf("tutorDefault")).toBe("Built-in partner");
		await press("tutorDefaultChange");
		expect(screen.getByRole("heading", { name: "Who answers where nothing else was chosen?" })).toBeTruthy();
		expect(find("tutorEverywhere")).toBeNull();
		await pick("Qwen3-4B");
		expect(app.settings.tutor).toEqual(model(server.id, "/models/Qwen3-4B.gguf"));
		expect(app.tutors.size).toBe(0);
		await press("tutorClose");
		expect(textOf("tutorDefault")).toBe("Qwen3-4B");
		expect(button()).toBe("Who answers here: Qwen3-4B");
	});

	it("can be none at all", async () => {
		await inSection({ ...livedIn(), server: undefined as never });
		expect(get("serversSection").textContent).toContain("The built-in partner needs none.");
	});

	it("keep the key that one has, unless another is typed or none is needed", async () => {
		const given = withServer();
		given.app.modelServers = [{ ...given.server, usesKey: true }];
		given.app.keys.set(given.server.id, "sk-1");
		await inSection(given);
		await press("serverEdit");
		expect(get("serverForm").textContent).toContain("Leave it empty to keep the key that it has.");
		await fill("serverName", "Bếp");
		await press("serverSave");
		expect(given.app.modelServers).toMatchObject([{ name: "Bếp", usesKey: true }]);
		expect(given.app.keys.get(given.server.id)).toBe("sk-1");
		expect(textOf("serverDone")).toBe("Saved: Bếp");
		expect(screen.queryByText(/The key is kept/)).toBeNull();
		await press("serverEdit");
		await fill("serverKey", "sk-2");
		await press("serverSave");
		expect(given.app.keys.get(given.server.id)).toBe("sk-2");
		expect(screen.getByText("The key is kept in the keychain of your system.")).toBeTruthy();
		await press("serverEdit");
		await press("serverNoKey");
		expect(find("serverKey")).toBeNull();
		await press("serverSave");
		expect(given.app.keys.size).toBe(0);
		expect(given.app.modelServers).toMatchObject([{ usesKey: false }]);
	});

	it("say that a key does not go along to another address", async () => {
		const given = withServer();
		given.app.modelServers = [{ ...given.server, usesKey: true }];
		await inSection(given);
		await press("serverEdit");
		await fill("serverAddress", AWAY);
		expect(get("serverForm").textContent).toContain("The key was for the other address.");
	});

	it("are asked for a server's models anew when it has become another one", async () => {
		const given = await inDialog();
		given.app.network.set(AWAY, { models: ["big"] });
		await given.app.modelServerUpdate(given.server.id, {
			name: "Ollama",
			address: AWAY,
			allowsPlainHttp: false,
			usesKey: false,
			key: null,
		});
		await painted();
		expect(offered()).toEqual(["Built-in partner", "big"]);
	});

	it("are removed after a question, and what chose them says so", async () => {
		const given = withServer();
		const [open] = given.app.conversations;
		given.app.tutors.set(open?.id ?? "", model(given.server.id, "gemma3:4b"));
		const other = given.app.serve("Away", AWAY, []);
		await inSection(given);
		await press("serverRemove");
		expect(get("serversSection").textContent).toContain("Remove it for good, with its key if it has one?");
		expect(document.activeElement).toBe(get("serverKeep"));
		await press("serverKeep");
		expect(document.activeElement).toBe(all("serverRemove")[0]);
		expect(given.app.callsOf("modelServerDelete")).toEqual([]);
		await press("serverRemove");
		given.app.failNext("modelServerDelete", "busy");
		await press("serverRemoveConfirm");
		expect(get("serversSection").textContent).toContain("It was not removed.");
		await press("serverRemoveConfirm");
		expect(all("serverItem").map(({ dataset }) => dataset.id)).toEqual([other.id]);
		expect(textOf("serverDone")).toBe("Removed: Ollama");
		expect(document.activeElement?.closest("li")?.dataset.id).toBe(other.id);
		await press("settingsClose");
		expect(button()).toContain("gemma3:4b (its model server was removed)");
	});

	it("can be found and added there too", async () => {
		const { app } = livedIn();
		app.onThisComputer = [{ name: "Ollama", address: HERE }];
		app.network.set(HERE, { models: [] });
		await inSettings(app);
		await press("tutorLook");
		await press("foundServerUse");
		expect(all("serverItem")).toHaveLength(1);
		await press("serverAdd");
		await fill("serverAddress", AWAY);
		await press("serverSave");
		expect(all("serverItem")).toHaveLength(2);
	});

	it("show hostile names as words", async () => {
		const app = new FakeApp();
		app.serve("<img src=x>\u202Eabc", AWAY, []);
		await inSettings(app);
		expect(document.querySelector("dialog img")).toBeNull();
		expect(within(get("serverItem")).getByText("<img src=x>\u202Eabc").dir).toBe("auto");
	});
});
