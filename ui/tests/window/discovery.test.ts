import { cleanup, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { READY } from "../support/fixtures";
import { HERE, inDialog, offered, press, textOf, withServer } from "../support/tutors";
import { all, find, get, inSettings, livedIn, open, openWindow, painted } from "../support/window";

/** A lived-in app without any server, and its talk with the dialog open. */
const withoutServers = () => inDialog({ ...livedIn(), server: undefined as never });

describe("looking for models on this computer", () => {
	it("finds what is not in the list, and one press puts it there with its models", async () => {
		const { app } = await withoutServers();
		app.onThisComputer = [
			{ name: "Ollama", address: HERE },
			{ name: "LM Studio", address: "http://127.0.0.1:1234/v1" },
		];
		app.network.set(HERE, { models: ["gemma3:4b"] });
		app.network.set("http://127.0.0.1:1234/v1", { models: [] });
		const slow = app.hold("modelServerDiscover");
		await press("tutorLook");
		expect(textOf("tutorFound")).toBe("Looking for models on this computer…");
		await slow.release();
		await painted();
		expect(textOf("tutorFound")).toBe("2 model servers were found");
		expect(all("foundServer").map(({ textContent }) => textContent)).toEqual([
			expect.stringContaining("1 model"),
			expect.stringContaining("There are no models"),
		]);
		expect(all("foundServerUse")[0]?.getAttribute("aria-label")).toBe(`Use Ollama, ${HERE}`);
		await press("foundServerUse");
		expect(app.callsOf("modelServerCreate")).toEqual([
			[{ name: "Ollama", address: HERE, allowsPlainHttp: false, usesKey: false, key: null }],
		]);
		expect(offered()).toEqual(["Built-in partner", "gemma3:4b"]);
		expect(textOf("serverAdded")).toBe("Added: Ollama");
		expect(all("foundServer")).toHaveLength(1);
		expect(document.activeElement).toBe(get("foundServerUse"));
		await press("foundServerUse");
		expect(document.activeElement).toBe(get("tutorLook"));
	});

	describe("by itself, while there is no server", () => {
		/** Something runs on this computer, and who answers was not asked yet. */
		async function withOllama() {
			const { app, talk } = livedIn();
			app.onThisComputer = [{ name: "Ollama", address: HERE }];
			app.network.set(HERE, { models: ["gemma3:4b"] });
			await openWindow(app);
			await open(talk.id);
			return app;
		}

		it("begins when it is asked who answers, and shows what was found", async () => {
			const app = await withOllama();
			expect(app.callsOf("modelServerDiscover")).toEqual([]);
			const slow = app.hold("modelServerDiscover");
			await press("tutorOpen");
			expect(textOf("tutorFound")).toBe("Looking for models on this computer…");
			await slow.release();
			await painted();
			expect(textOf("tutorFound")).toBe("1 model server was found");
			await press("foundServerUse");
			expect(offered()).toEqual(["Built-in partner", "gemma3:4b"]);
		});

		it("begins in the settings too, once in a window, and what was found stays in sight", async () => {
			const app = await withOllama();
			await press("settingsOpen");
			expect(within(get("serversSection")).getByText("1 model server was found")).toBeTruthy();
			await press("settingsClose");
			await press("tutorOpen");
			expect(all("foundServer")).toHaveLength(1);
			expect(app.callsOf("modelServerDiscover")).toHaveLength(1);
		});

		it("says that nothing runs there, and what could be started", async () => {
			await withoutServers();
			expect(textOf("tutorFound")).toContain("start it and look again");
			expect(get("tutorDialog").querySelector("[role=alert]")).toBeNull();
		});

		it("is cancelled by closing, and begins again the next time", async () => {
			const app = await withOllama();
			const slow = app.hold("modelServerDiscover");
			await press("tutorOpen");
			await press("tutorClose");
			await slow.fail("io");
			await painted();
			expect(find("errorCode")).toBeNull();
			await press("tutorOpen");
			expect(textOf("tutorFound")).toBe("1 model server was found");
			expect(find("errorCode")).toBeNull();
		});

		it("goes on for the settings when the dialog above them is closed", async () => {
			const app = await withOllama();
			const slow = app.hold("modelServerDiscover");
			await press("settingsOpen");
			await press("tutorDefaultChange");
			await press("tutorClose");
			await slow.release();
			await painted();
			expect(textOf("tutorFound")).toBe("1 model server was found");
		});

		it("says in a sentence and by its code what went wrong", async () => {
			const app = await withOllama();
			app.failNext("modelServerDiscover", "io");
			await press("tutorOpen");
			expect(screen.getByText(/This did not work\. Reading or writing/)).toBeTruthy();
			expect(textOf("errorCode")).toBe("Code: io");
			await press("tutorLook");
			expect(find("errorCode")).toBeNull();
			expect(all("foundServer")).toHaveLength(1);
		});

		it("does not begin where there is one, nor while that is not known", async () => {
			const { app } = await inDialog();
			expect(app.callsOf("modelServerDiscover")).toEqual([]);
			expect(textOf("tutorFound")).toBe("");
			await press("tutorClose");
			cleanup();
			const other = await withOllama();
			other.failNext("modelServerList", "busy");
			await press("tutorOpen");
			expect(other.callsOf("modelServerDiscover")).toEqual([]);
		});

		it("does not begin where nothing can be changed, nor for whoever comes for the data", async () => {
			const app = await withOllama();
			await userEvent.keyboard("{Control>}k{/Control}");
			await userEvent.type(get("searchBox"), "your da");
			await new Promise((resolve) => setTimeout(resolve, 160));
			await userEvent.keyboard("{Enter}");
			await painted();
			expect(get("serversSection")).toBeTruthy();
			expect(app.callsOf("modelServerDiscover")).toEqual([]);
			cleanup();
			const fixed = livedIn().app;
			fixed.status = { ...READY, readOnly: "its file is write-protected" };
			await inSettings(fixed);
			expect(fixed.callsOf("modelServerDiscover")).toEqual([]);
		});
	});

	it("says in a friendly way that nothing was found, and what could be started", async () => {
		await withoutServers();
		await press("tutorLook");
		const sentence = textOf("tutorFound") ?? "";
		for (const program of ["Ollama", "LM Studio", "llama.cpp"]) expect(sentence).toContain(program);
		expect(get("tutorDialog").querySelector("a")).toBeNull();
	});

	it("says that what was found is known already", async () => {
		const given = withServer();
		given.app.onThisComputer = [{ name: "Ollama", address: HERE }];
		await inDialog(given);
		await press("tutorLook");
		expect(textOf("tutorFound")).toContain("in the list already");
		expect(find("foundServer")).toBeNull();
	});

	it("says why it could not be looked, and why one was not added", async () => {
		const { app } = await withoutServers();
		app.failNext("modelServerDiscover", "io");
		await press("tutorLook");
		expect(screen.getByText(/This did not work\. Reading or writing/)).toBeTruthy();
		app.onThisComputer = [{ name: "Ollama", address: HERE }];
		app.network.set(HERE, { models: ["gemma3:4b"] });
		await press("tutorLook");
		app.failNext("modelServerCreate", "disk_full");
		await press("foundServerUse");
		expect(screen.getByText(/This did not work\. The disk is full/)).toBeTruthy();
		expect(all("foundServer")).toHaveLength(1);
	});
});
