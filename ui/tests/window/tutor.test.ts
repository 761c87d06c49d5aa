import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { aConversation, READY } from "../support/fixtures";
import {
	AWAY,
	button,
	chosen,
	errorAt,
	fill,
	HERE,
	inDialog,
	inTalkWith,
	isOn,
	model,
	offered,
	pick,
	press,
	radios,
	textOf,
	withServer,
} from "../support/tutors";
import { all, find, get, open, openWindow, painted } from "../support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

describe("who answers here", () => {
	it("stands above the conversation, and the dialog offers the built-in partner and each model", async () => {
		await inTalkWith();
		expect(button()).toBe("Who answers here: Built-in partner");
		await press("tutorOpen");
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b", "Qwen3-4B"]);
		expect(chosen()).toEqual(["Built-in partner"]);
		expect(get("tutorDialog").textContent).toContain("Works without a model and without the internet.");
		expect(within(get("tutorServer")).getByTitle("/models/Qwen3-4B.gguf")).toBeTruthy();
	});

	it("is chosen at once, and the dialog stays open", async () => {
		const { app, talk, server } = await inDialog();
		await pick("Qwen3-4B");
		expect(app.tutors.get(talk.id)).toEqual(model(server.id, "/models/Qwen3-4B.gguf"));
		expect(chosen()).toEqual(["Qwen3-4B"]);
		expect(isOn("tutorEverywhere")).toBe(false);
		await press("tutorClose");
		expect(find("tutorDialog")).toBeNull();
		expect(button()).toBe("Who answers here: Qwen3-4B");
		expect(get("tutorOpen").title).toBe("Who answers here: /models/Qwen3-4B.gguf");
	});

	it("is for this conversation alone", async () => {
		const { app, talk } = await inDialog();
		await pick("gemma3:4b");
		await press("tutorClose");
		await open(app.conversations.find(({ id }) => id !== talk.id)?.id ?? "");
		expect(button()).toBe("Who answers here: Built-in partner");
		await open(talk.id);
		expect(button()).toBe("Who answers here: gemma3:4b");
	});

	it("is taken back where it was chosen when it cannot be stored", async () => {
		const { app } = await inDialog();
		app.failNext("conversationSetTutor", "disk_full");
		await pick("gemma3:4b");
		expect(chosen()).toEqual(["Built-in partner"]);
		expect(get("tutorDialog").textContent).toContain("The choice was not saved, so it was taken back.");
		expect(find("errorBanner")).toBeNull();
		await pick("gemma3:4b");
		expect(get("tutorDialog").textContent).not.toContain("taken back");
	});

	it("can be the one for everywhere too, and no longer", async () => {
		const { app, talk, server } = await inDialog();
		await pick("gemma3:4b");
		await press("tutorEverywhere");
		expect(app.settings.tutor).toEqual(model(server.id, "gemma3:4b"));
		expect(isOn("tutorEverywhere")).toBe(true);
		await press("tutorEverywhere");
		expect(app.settings.tutor).toEqual({ kind: "built_in" });
		expect(chosen()).toEqual(["gemma3:4b"]);
		expect(app.tutors.get(talk.id)).toEqual(model(server.id, "gemma3:4b"));
	});

	it("stays here when it is no longer the one for everywhere", async () => {
		const given = withServer();
		given.app.settings = { ...given.app.settings, tutor: model(given.server.id, "gemma3:4b") };
		await inDialog(given);
		expect(chosen()).toEqual(["gemma3:4b"]);
		expect(given.app.tutors.size).toBe(0);
		await press("tutorEverywhere");
		expect(given.app.settings.tutor).toEqual({ kind: "built_in" });
		expect(chosen()).toEqual(["gemma3:4b"]);
		expect(given.app.tutors.get(given.talk.id)).toEqual(model(given.server.id, "gemma3:4b"));
	});

	it("cannot be nobody everywhere: the switch of the built-in partner is on and rests", async () => {
		await inDialog();
		expect(isOn("tutorEverywhere")).toBe(true);
		expect((get("tutorEverywhere") as HTMLInputElement).disabled).toBe(true);
	});

	it("is for everywhere still when it could not be kept for here alone", async () => {
		const given = withServer();
		given.app.settings = { ...given.app.settings, tutor: model(given.server.id, "gemma3:4b") };
		await inDialog(given);
		given.app.failNext("conversationSetTutor", "disk_full");
		await press("tutorEverywhere");
		expect(isOn("tutorEverywhere")).toBe(true);
		expect(given.app.settings.tutor).toEqual(model(given.server.id, "gemma3:4b"));
	});

	it("says so when the choice for everywhere was not saved", async () => {
		const { app } = await inDialog();
		await pick("gemma3:4b");
		app.failNext("settingsUpdate", "read_only");
		await press("tutorEverywhere");
		expect(isOn("tutorEverywhere")).toBe(false);
		expect(get("tutorDialog").textContent).toContain("taken back");
	});

	it("can be left to the settings again", async () => {
		const { app, talk } = await inDialog();
		expect(find("tutorFollow")).toBeNull();
		await pick("gemma3:4b");
		expect(textOf("tutorFollow")).toBe("As everywhere else: Built-in partner");
		await press("tutorFollow");
		expect(app.callsOf("conversationSetTutor").at(-1)).toEqual([talk.id, null]);
		expect(chosen()).toEqual(["Built-in partner"]);
	});

	it("is a text where nothing can be changed", async () => {
		const given = withServer();
		given.app.status = { ...READY, readOnly: "its folder is write-protected" };
		given.app.tutors.set(given.talk.id, model(given.server.id, "gemma3:4b"));
		await inTalkWith(given);
		expect(find("tutorOpen")).toBeNull();
		expect(textOf("tutorHere")).toContain("Who answers here: gemma3:4b");
		await press("settingsOpen");
		expect(textOf("tutorDefault")).toBe("Built-in partner");
		expect(within(get("serversSection")).queryAllByRole("button")).toEqual([]);
	});

	it("is not asked where no conversation is open", async () => {
		const given = withServer();
		given.app.conversations = [];
		await openWindow(given.app);
		expect(find("tutorOpen")).toBeNull();
	});

	it("follows what another window or an undo changes", async () => {
		const { app, talk, server } = await inTalkWith();
		app.tutors.set(talk.id, model(server.id, "gemma3:4b"));
		await app.emit({ entity: "conversation", id: talk.id, conversationId: talk.id });
		await painted();
		expect(button()).toBe("Who answers here: gemma3:4b");
	});
});

describe("a model of a server that was removed", () => {
	it("is said to be gone, and stays chosen until another is", async () => {
		const given = withServer();
		given.app.tutors.set(given.talk.id, model("0000000000000", "org/mistral"));
		await inDialog(given);
		expect(button()).toBe("Who answers here: mistral (its model server was removed)");
		expect(chosen()).toEqual(["mistral (its model server was removed)"]);
		expect(get("tutorDialog").textContent).toContain("so this model can no longer answer");
		expect((get("tutorEverywhere") as HTMLInputElement).disabled).toBe(true);
		await pick("gemma3:4b");
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b", "Qwen3-4B"]);
		expect(given.app.tutors.get(given.talk.id)).toEqual(model(given.server.id, "gemma3:4b"));
	});

	it("is noticed while the conversation is open", async () => {
		const given = withServer();
		given.app.tutors.set(given.talk.id, model(given.server.id, "gemma3:4b"));
		await inTalkWith(given);
		expect(button()).toBe("Who answers here: gemma3:4b");
		await given.app.modelServerDelete(given.server.id);
		await painted();
		expect(button()).toContain("(its model server was removed)");
	});
});

describe("a server that cannot be asked", () => {
	it("says why and can be tried again, and what was chosen of it stays so", async () => {
		const given = withServer();
		given.app.tutors.set(given.talk.id, model(given.server.id, "gemma3:4b"));
		given.app.network.set(HERE, { trouble: "model_not_reachable" });
		await inDialog(given);
		expect(textOf("tutorTrouble")).toBe("The model server cannot be reached. Is it running?");
		expect(chosen()).toEqual(["gemma3:4b"]);
		await pick("Built-in partner");
		await pick("gemma3:4b");
		expect(chosen()).toEqual(["gemma3:4b"]);
		given.app.network.set(HERE, { models: ["gemma3:4b", "llama3"] });
		await press("tutorRetry");
		expect(find("tutorTrouble")).toBeNull();
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b", "llama3"]);
		expect(document.activeElement).toBe(get("tutorServer"));
	});

	it("holds no other server up", async () => {
		const given = withServer();
		given.app.serve("Away", AWAY, ["big"]);
		const slow = given.app.hold("modelServerModels");
		await inDialog(given);
		expect(offered()).toEqual(["Built-in partner", "big"]);
		await slow.release();
		await painted();
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b", "Qwen3-4B", "big"]);
	});

	it("shows that it is being asked only after a moment", async () => {
		const given = withServer();
		const slow = given.app.hold("modelServerModels");
		await inDialog(given);
		expect(get("tutorServer").textContent).not.toContain("Asking");
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(get("tutorServer").textContent).toContain("Asking “Ollama” for its models…");
		await slow.release();
		await painted();
		expect(get("tutorServer").textContent).not.toContain("Asking");
	});

	it("has the last answer in force, not the slowest", async () => {
		const given = withServer();
		const slow = given.app.hold("modelServerModels");
		await inDialog(given);
		await press("tutorClose");
		given.app.network.set(HERE, { models: ["newer"] });
		await press("tutorOpen");
		await slow.release();
		await painted();
		expect(offered()).toEqual(["Built-in partner", "newer"]);
	});

	it("is asked once, whatever is added beside it", async () => {
		const { app, server } = await inDialog();
		app.serve("Away", AWAY, ["big"]);
		await app.emit({ entity: "model_server", kind: "inserted" });
		await painted();
		expect(offered()).toContain("big");
		expect(app.callsOf("modelServerModels").filter(([id]) => id === server.id)).toHaveLength(1);
	});

	it("that has no models says that", async () => {
		const { app } = await inDialog(withServer([]));
		expect(get("tutorServer").textContent).toContain("There are no models on this model server yet.");
		expect(app.callsOf("modelServerModels")).toHaveLength(1);
	});

	it("that has lost the chosen model goes on showing it", async () => {
		const given = withServer();
		given.app.tutors.set(given.talk.id, model(given.server.id, "older"));
		await inDialog(given);
		expect(chosen()).toEqual(["older"]);
		const hint = radios()
			.find(({ checked }) => checked)
			?.getAttribute("aria-describedby");
		expect(document.getElementById(hint ?? "")?.textContent).toContain("does not offer this model");
	});

	it("that loses a model while it is chosen goes on showing it", async () => {
		const { app, server } = await inDialog();
		await pick("Qwen3-4B");
		app.network.set(HERE, { models: ["gemma3:4b"] });
		await app.modelServerUpdate(server.id, { ...server, key: null });
		await painted();
		expect(chosen()).toEqual(["Qwen3-4B"]);
		expect(offered()).toContain("gemma3:4b");
	});

	it("is not in the way when the servers cannot be read", async () => {
		const given = withServer();
		given.app.failNext("modelServerList", "io");
		await inDialog(given);
		expect(offered()).toEqual(["Built-in partner"]);
		expect(screen.getByText(/The model servers could not be read/)).toBeTruthy();
		await user.click(within(get("tutorDialog")).getByRole("button", { name: "Try again" }));
		await painted();
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b", "Qwen3-4B"]);
	});
});

describe("a server that wants a key", () => {
	it("asks for it on the spot, and says where it is kept", async () => {
		const given = withServer();
		given.app.network.set(HERE, { models: ["gemma3:4b"], key: "sk-right" });
		await inDialog(given);
		expect(textOf("tutorTrouble")).toContain("does not accept the key, or wants one");
		expect(screen.getByLabelText("Key for “Ollama”")).toBe(get("tutorKey"));
		expect((get("tutorKey") as HTMLInputElement).type).toBe("password");
		await fill("tutorKey", "sk-right");
		await press("tutorKeySave");
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b"]);
		expect(
			within(get("tutorServer")).getByText("The key is kept in the keychain of your system."),
		).toBeTruthy();
		expect(find("tutorKey")).toBeNull();
		expect(document.activeElement).toBe(get("tutorServer"));
	});

	it("whose key is no longer known gets it by Enter, kept until the end where there is no keychain", async () => {
		const given = withServer();
		given.app.modelServers = [{ ...given.server, usesKey: true }];
		given.app.keyPlace = "until_the_end";
		await inDialog(given);
		expect(textOf("tutorTrouble")).toContain("Please enter it again");
		await fill("tutorKey", "sk-1");
		await user.type(get("tutorKey"), "{Enter}");
		await painted();
		expect(given.app.callsOf("modelServerSetKey")).toEqual([[given.server.id, "sk-1"]]);
		expect(get("tutorServer").textContent).toContain("The key is kept only until Parlance ends");
	});

	it("keeps what was typed when it is no key", async () => {
		const given = withServer();
		given.app.modelServers = [{ ...given.server, usesKey: true }];
		await inDialog(given);
		await fill("tutorKey", "chìa khóa");
		await press("tutorKeySave");
		expect(errorAt("tutorKey")).toContain("This is not a key");
		expect((get("tutorKey") as HTMLInputElement).value).toBe("chìa khóa");
	});
});

describe("many models", () => {
	const many = Array.from({ length: 300 }, (_, index) => `org/Model-${index + 1}`);

	it("can be filtered, and a few need no filter", async () => {
		await inDialog(withServer(many));
		expect(radios()).toHaveLength(301);
		await user.type(get("tutorFilter"), "mODEL-29");
		await painted();
		expect(offered()).toEqual([
			"Built-in partner",
			"Model-29",
			...Array.from({ length: 10 }, (_, index) => `Model-${290 + index}`),
		]);
		expect(within(get("tutorServer")).getByText("11 models")).toBeTruthy();
		await pick("Model-291");
		await user.clear(get("tutorFilter"));
		await user.type(get("tutorFilter"), "nothing");
		await painted();
		expect(offered()).toEqual(["Built-in partner"]);
		expect(screen.getByText("No model is called like that.")).toBeTruthy();
		await user.clear(get("tutorFilter"));
		await painted();
		expect(chosen()).toEqual(["Model-291"]);
	});

	it("of ten and fewer have no filter", async () => {
		await inDialog(withServer(many.slice(0, 10)));
		expect(find("tutorFilter")).toBeNull();
	});
});

describe("hostile names", () => {
	const NAMES = [
		"<img src=x onerror=alert(1)>",
		"\u202Egpj.exe",
		"نموذج ٤",
		"👨‍👩‍👧‍👦".repeat(30),
		`${"a".repeat(250)}.gguf`,
		"{name} '{' #",
	];

	it("of models and servers are words and nothing else", async () => {
		const given = withServer(NAMES);
		given.app.modelServers = [{ ...given.server, name: "<b>سيرفر</b> {name} '" }];
		await inDialog(given);
		expect(offered().slice(1)).toEqual([...NAMES.slice(0, 4), "a".repeat(250), NAMES[5]]);
		expect(document.querySelector("dialog img, dialog b")).toBeNull();
		for (const radio of radios()) {
			const name = document.getElementById(radio.getAttribute("aria-labelledby") ?? "");
			expect(name?.dir).toBe("auto");
		}
		for (const [index, name] of NAMES.entries()) {
			await user.click(radios()[index + 1] as Element);
			await painted();
			expect(given.app.tutors.get(given.talk.id)).toEqual(model(given.server.id, name));
			expect(button()).toContain(name.replace(".gguf", ""));
		}
	});
});

it("everything can be done by keyboard alone", async () => {
	const { app, talk, server } = await inTalkWith();
	get("tutorOpen").focus();
	await user.keyboard("{Enter}");
	await painted();
	expect(find("tutorDialog")).not.toBeNull();
	radios()[0]?.focus();
	await user.keyboard("{ArrowDown}");
	await painted();
	expect(app.tutors.get(talk.id)).toEqual(model(server.id, "gemma3:4b"));
	expect(document.activeElement).toBe(radios()[1]);
	await user.tab();
	expect(document.activeElement).toBe(get("tutorEverywhere"));
	await user.keyboard(" ");
	await painted();
	expect(app.settings.tutor).toEqual(model(server.id, "gemma3:4b"));
	await user.tab();
	expect(document.activeElement).toBe(get("tutorLook"));
	await user.keyboard("{Enter}");
	await painted();
	expect(textOf("tutorFound")).toContain("No models were found on this computer");
	await user.tab();
	await user.keyboard("{Enter}");
	await painted();
	expect(document.activeElement).toBe(get("serverAddress"));
	await user.keyboard("{Tab}");
	expect(document.activeElement).toBe(get("serverName"));
});

it("the conversation that is open when the dialog opens is the one that is asked about", async () => {
	const given = withServer();
	const other = aConversation({ title: "Sân bay" });
	given.app.conversations = [...given.app.conversations, other];
	await inTalkWith(given);
	await open(other.id);
	await press("tutorOpen");
	await pick("gemma3:4b");
	expect([...given.app.tutors.keys()]).toEqual([other.id]);
	expect(all("tutorChoice")).toHaveLength(3);
});
