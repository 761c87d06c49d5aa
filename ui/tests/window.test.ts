import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { violations } from "./support/axe";
import { FakeApp, settled } from "./support/fake-app";
import { aConversation, aReply, NOON, READY, SETTINGS } from "./support/fixtures";
import { all, find, get, livedIn, openWindow, painted } from "./support/window";

let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
	user = userEvent.setup();
});

const open = (id: string) =>
	user.click(
		within(document.querySelector(`[data-id="${id}"]`) as HTMLElement).getAllByRole("button")[0] as Element,
	);

async function inTalk() {
	const { app, talk } = livedIn();
	const window = await openWindow(app);
	await open(talk.id);
	await painted();
	return { ...window, talk };
}

describe("the first start", () => {
	it("welcomes with scenarios, and one click is a conversation with its first line", async () => {
		const { app } = await openWindow();
		expect(screen.getByText("What would you like to talk about?")).toBeTruthy();
		await user.click(screen.getByText("At the café"));
		await painted();
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: app.templates[0]?.id, level: "A1" }]]);
		expect(get("conversationTitle").textContent).toBe("At the café");
		expect(document.activeElement).toBe(get("composer"));
	});

	it("offers free talk without a scenario", async () => {
		const { app } = await openWindow();
		await user.click(document.querySelector('[data-slug="free-talk"]') as Element);
		await painted();
		expect(app.callsOf("conversationCreate")).toEqual([[{ templateId: null, level: null }]]);
		expect(screen.getByText("The first word is yours")).toBeTruthy();
	});

	it("is spoken in the learner's language", async () => {
		const app = new FakeApp();
		app.settings = { ...SETTINGS, language: "vi" };
		await openWindow(app);
		expect(screen.getByText("Hôm nay bạn muốn nói về chuyện gì?")).toBeTruthy();
		expect(document.documentElement.lang).toBe("vi");
	});
});

describe("a start that fails", () => {
	it.each([
		["data_dir", "The folder for your data cannot be written."],
		["already_open", "Parlance is already open with this data."],
		["schema_too_new", "Your data was written by a newer Parlance."],
		["corrupt", "The database is damaged."],
		["something_new", "Something unexpected went wrong while opening your data."],
	])("with %s says what happened, what was kept and what to do", async (code, sentence) => {
		const app = new FakeApp();
		app.status = {
			state: "failed",
			dataDir: "/x",
			error: { code: code as "io", message: "os error 30", details: null },
		};
		await openWindow(app);
		expect(get("startFailureMessage").textContent).toBe(sentence);
		expect(get("errorCode").textContent).toContain(code);
		expect(screen.getByText("What was kept")).toBeTruthy();
		expect(screen.getByText("What you can do")).toBeTruthy();
		expect(screen.getByText("/x")).toBeTruthy();
		expect(find("appReady")).toBeNull();
		expect(await violations()).toEqual([]);
	});

	it("can be tried again", async () => {
		const app = new FakeApp();
		app.status = {
			state: "failed",
			dataDir: "/x",
			error: { code: "data_dir", message: "no", details: null },
		};
		await openWindow(app);
		app.status = READY;
		await user.click(get("startRetry"));
		await painted();
		expect(get("appReady")).toBeTruthy();
		expect(find("startFailure")).toBeNull();
	});

	it("to read the settings still opens, with the defaults and a word about it", async () => {
		const app = new FakeApp();
		app.failNext("settingsGet", "corrupt");
		await openWindow(app);
		expect(get("appReady")).toBeTruthy();
		expect(get("errorBanner").textContent).toContain("damaged");
	});
});

describe("the conversation list", () => {
	it("opens the newest at the start", async () => {
		const app = new FakeApp();
		app.conversations = [
			aConversation({ title: "Newest" }),
			aConversation({ title: "Older", lastMessageAt: NOON - 1 }),
		];
		await openWindow(app);
		expect(get("conversationTitle").textContent).toBe("Newest");
		expect(all("conversationItem")[0]?.querySelector("[aria-current=page]")).not.toBeNull();
	});

	it("is walked with the arrow keys and is one stop of Tab", async () => {
		await openWindow(livedIn().app);
		const buttons = all("conversationItem").map((item) => item.querySelector("button.open") as HTMLElement);
		expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
		buttons[0]?.focus();
		await user.keyboard("{ArrowDown}");
		expect(document.activeElement).toBe(buttons[1]);
		await user.keyboard("{End}{ArrowDown}");
		expect(document.activeElement).toBe(buttons.at(-1));
		await user.keyboard("{Home}{ArrowUp}");
		expect(document.activeElement).toBe(buttons[0]);
		await user.keyboard("{ArrowDown}{Enter}");
		await painted();
		expect(get("conversationTitle").textContent).toBe("At the café");
	});

	it("renames with F2 and Enter, and gives the focus back", async () => {
		const { app, talk } = livedIn();
		await openWindow(app);
		const button = document.querySelector<HTMLElement>(`[data-id="${talk.id}"] button.open`);
		button?.focus();
		await user.keyboard("{F2}");
		await user.clear(get("renameInput"));
		await user.type(get("renameInput"), "  Quán cà phê  {Enter}");
		await painted();
		expect(app.callsOf("conversationRename")).toEqual([[talk.id, "Quán cà phê"]]);
		expect((document.activeElement as HTMLElement).textContent).toContain("Quán cà phê");
	});

	it.each(["{Escape}", "{Backspace}{Enter}"])(
		"changes nothing when the renaming ends with %s",
		async (keys) => {
			const { app, talk } = livedIn();
			await openWindow(app);
			document.querySelector<HTMLElement>(`[data-id="${talk.id}"] button.open`)?.focus();
			await user.keyboard("{F2}");
			await user.keyboard(keys);
			await painted();
			expect(find("renameInput")).toBeNull();
			expect(app.callsOf("conversationRename")).toHaveLength(0);
		},
	);

	it("renames from the top bar too", async () => {
		const { app, talk } = await inTalk();
		await user.click(get("renameConversation"));
		await user.clear(get("renameInput"));
		await user.type(get("renameInput"), "茶{Enter}");
		await painted();
		expect(app.callsOf("conversationRename")).toEqual([[talk.id, "茶"]]);
		expect(get("conversationTitle").textContent).toBe("茶");
	});

	it("has a name for a conversation without a title", async () => {
		await openWindow(livedIn().app);
		expect(screen.getByText("Untitled conversation")).toBeTruthy();
	});

	it("says so when it cannot be read, and can be tried again", async () => {
		const { app } = livedIn();
		app.failNext("conversationList", "io");
		await openWindow(app);
		expect(get("conversationList").textContent).toContain("could not be loaded");
		await user.click(within(get("conversationList")).getByRole("button"));
		await painted();
		expect(all("conversationItem")).toHaveLength(4);
	});
});

describe("a new conversation", () => {
	it("is chosen from the scenarios with their levels", async () => {
		const { app } = await inTalk();
		await user.click(get("newConversation"));
		expect(all("templateOption").map(({ dataset }) => dataset.slug)).toEqual([
			"at-the-cafe",
			"job-interview",
			"lost-luggage",
			"free-talk",
		]);
		expect(all("templateOption")[1]?.textContent).toContain("Level B2");
		await user.click(all("templateOption")[1] as Element);
		await painted();
		expect(app.callsOf("conversationCreate")).toHaveLength(1);
		expect(find("templateOption")).toBeNull();
		expect(get("conversationTitle").textContent).toBe("A job interview");
	});

	it("that cannot be made says so and leaves what was open", async () => {
		const { app } = await inTalk();
		app.failNext("conversationCreate", "disk_full");
		await user.click(get("newConversation"));
		await user.click(all("templateOption")[0] as Element);
		await painted();
		expect(get("errorBanner").textContent).toContain("The disk is full.");
		expect(get("errorCode").textContent).toContain("disk_full");
		expect(get("conversationTitle").textContent).toBe("At the café");
	});
});

describe("the composer", () => {
	it("sends with Enter, and Shift+Enter starts a new line", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Two lines,{Shift>}{Enter}{/Shift}one message.{Enter}");
		await painted();
		expect(app.callsOf("messageSend")).toEqual([[talk.id, "Two lines,\none message."]]);
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
	});

	it.each([
		["isComposing", { isComposing: true }],
		["key code 229", { keyCode: 229 }],
	])("does not send with the Enter that ends a composition (%s)", async (_, init) => {
		const { app } = await inTalk();
		await user.type(get("composer"), "にほん");
		get("composer").dispatchEvent(
			new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
		);
		await painted();
		expect(app.callsOf("messageSend")).toHaveLength(0);
	});

	it("has nothing to send while it is blank", async () => {
		await inTalk();
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("composer"), "   ");
		expect((get("send") as HTMLButtonElement).disabled).toBe(true);
		await user.type(get("composer"), "a");
		expect((get("send") as HTMLButtonElement).disabled).toBe(false);
	});

	it("keeps the words and says the sentence when sending fails", async () => {
		const { app } = await inTalk();
		app.failNext("messageSend", "invalid", "content is too long", { field: "content", reason: "too long" });
		await user.type(get("composer"), "Keep me.{Enter}");
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Keep me.");
		expect(get("errorBanner").textContent).toContain(
			"Not sent. Your words are still in the box. This is too long.",
		);
		expect(get("errorCode").textContent).toContain("invalid");
		await user.click(get("send"));
		await painted();
		expect(find("errorBanner")).toBeNull();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
	});

	it("keeps what was typed in each conversation while another is open", async () => {
		const { app, talk } = await inTalk();
		await user.type(get("composer"), "Half a thou");
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("");
		await open(talk.id);
		await painted();
		expect((get("composer") as HTMLTextAreaElement).value).toBe("Half a thou");
	});

	it("offers to stop while a reply is written", async () => {
		const { app, talk } = await inTalk();
		const reply = aReply(["I was "], { conversationId: talk.id, sequenceNumber: 9, status: "streaming" });
		await app.put(reply);
		await painted();
		expect(find("send")).toBeNull();
		await user.click(get("stop"));
		expect(app.callsOf("messageStop")).toEqual([[talk.id]]);
		await app.put({ ...reply, status: "interrupted" });
		await painted();
		expect(get("send")).toBeTruthy();
	});
});

describe("the messages", () => {
	it("carry who said them and how far they are", async () => {
		await inTalk();
		expect(all("message").map(({ dataset }) => [dataset.role, dataset.status])).toEqual([
			["assistant", "complete"],
			["user", "complete"],
			["assistant", "interrupted"],
			["system", "complete"],
		]);
		expect(screen.getByText("Interrupted")).toBeTruthy();
	});

	it("show people's words as words, never as markup", async () => {
		await inTalk();
		expect(document.querySelector("main script")).toBeNull();
		expect(screen.getByText(/<script>alert/)).toBeTruthy();
	});

	it("show the chunks of a reply with their state, and the words after them", async () => {
		const { app, talk } = await inTalk();
		await app.put(
			aReply(["It costs ", { text: "four pounds. ", ttsStatus: "processing" }], {
				conversationId: talk.id,
				sequenceNumber: 9,
				status: "streaming",
				rest: "Anything el",
			}),
		);
		await painted();
		const reply = all("message").at(-1) as HTMLElement;
		const chunks = within(reply).getAllByTestId("chunk");
		expect(chunks.map(({ dataset }) => [dataset.index, dataset.ttsStatus, dataset.speaking])).toEqual([
			["0", "completed", "false"],
			["1", "processing", "false"],
		]);
		expect(reply.textContent).toContain("Anything el");
		expect(chunks.every((chunk) => chunk.querySelector("svg.lucide"))).toBe(true);
	});

	it("announce a reply once, when it is whole", async () => {
		const { app, talk } = await inTalk();
		const live = document.querySelector("[aria-live=polite]") as HTMLElement;
		const reply = aReply(["Four "], { conversationId: talk.id, sequenceNumber: 9, status: "streaming" });
		await app.put(reply);
		await app.put({ ...reply, content: "Four pounds." });
		await painted();
		expect(live.textContent).toBe("");
		await app.put({ ...reply, content: "Four pounds.", status: "complete" });
		await painted();
		expect(live.textContent).toBe("Your partner says: Four pounds.");
		expect(live.closest("[aria-live]")).toBe(document.querySelectorAll("[aria-live]")[0]);
	});

	it("say so when they cannot be read, and can be tried again", async () => {
		const { app, talk } = livedIn();
		app.conversations = [talk];
		app.failNext("messageList", "corrupt");
		await openWindow(app);
		expect(screen.getByText(/The messages could not be loaded/)).toBeTruthy();
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(all("message")).toHaveLength(4);
	});
});

describe("speech", () => {
	it("plays a message, points at the chunk that sounds, and stops", async () => {
		const { sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		expect(sound.played).toEqual(["Hello!"]);
		expect(all("chunk").map(({ dataset }) => dataset.speaking)).toEqual([
			"true",
			"false",
			"false",
			"false",
			"false",
		]);
		await user.click(get("stopAudio"));
		await painted();
		expect(sound.sounding).toBe(false);
		expect(all("chunk").every(({ dataset }) => dataset.speaking === "false")).toBe(true);
	});

	it("plays one chunk by a click on its words or on its button", async () => {
		const { sound } = await inTalk();
		await user.click(screen.getByText("What can I get you?"));
		await painted();
		await user.click(screen.getByRole("button", { name: "Play: Hello!" }));
		await painted();
		expect(sound.played).toEqual(["What can I get you?", "Hello!"]);
	});

	it("retries a chunk that failed and says why it failed", async () => {
		const { app } = await inTalk();
		expect(get("retryChunk").getAttribute("aria-label")).toContain("espeak-ng ended with 1");
		await user.click(get("retryChunk"));
		await painted();
		expect(app.callsOf("chunkRetry")).toHaveLength(1);
		expect(all("chunk")[3]?.dataset.ttsStatus).toBe("pending");
	});

	it("speaks a new reply by itself only if the learner wants that", async () => {
		const { app, talk, sound } = await inTalk();
		await app.put(aReply(["Quiet."], { conversationId: talk.id, sequenceNumber: 9 }));
		await painted();
		expect(sound.played).toEqual([]);
		await user.click(get("settingsOpen"));
		await user.click(get("autoplayToggle"));
		await user.click(get("settingsClose"));
		await app.put(aReply(["Aloud."], { conversationId: talk.id, sequenceNumber: 10 }));
		await painted();
		expect(sound.played).toEqual(["Aloud."]);
	});

	it("speaks the first line of a new conversation if the learner wants that", async () => {
		const app = new FakeApp();
		app.settings = { ...SETTINGS, autoPlay: true };
		const { sound } = await openWindow(app);
		const create = app.conversationCreate.bind(app);
		app.conversationCreate = async (request) => {
			const created = await create(request);
			app.messages = [aReply(["Welcome!"], { conversationId: created.id })];
			return created;
		};
		await user.click(screen.getByText("At the café"));
		await painted();
		expect(sound.played).toEqual(["Welcome!"]);
	});

	it("takes a new speed at once", async () => {
		const { sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		await user.click(get("settingsOpen"));
		await user.selectOptions(get("rateSelect"), "0.75");
		await painted();
		expect(sound.rates.at(-1)).toBe(0.75);
	});

	it("stops when another conversation is opened", async () => {
		const { app, sound } = await inTalk();
		await user.click(all("playMessage")[0] as Element);
		await painted();
		await open(app.conversations[0]?.id ?? "");
		await painted();
		expect(sound.sounding).toBe(false);
	});

	it("without a voice is a state and not an error: what was spoken before can still be heard", async () => {
		const { app, talk } = livedIn();
		app.status = { ...READY, speech: { state: "unavailable", reason: "espeak-ng was not found" } };
		await openWindow(app);
		await open(talk.id);
		await painted();
		expect(get("speechState").dataset.state).toBe("unavailable");
		expect(find("errorBanner")).toBeNull();
		expect(find("retryChunk")).toBeNull();
		expect(all("playMessage")).toHaveLength(2);
		const button = within(get("speechState")).getByRole("button");
		await user.click(button);
		expect(screen.getByText(/Install espeak-ng/)).toBeTruthy();
		expect(await violations()).toEqual([]);
		await user.keyboard("{Escape}");
		expect(button.getAttribute("aria-expanded")).toBe("false");
	});
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

describe("a narrow window", () => {
	const viewport = (width: number) =>
		(window as unknown as { happyDOM: { setViewport(size: { width: number }): void } }).happyDOM.setViewport({
			width,
		});
	beforeEach(() => viewport(480));
	afterEach(() => viewport(1024));

	it("shows one column at a time, each with the settings", async () => {
		const { app, talk } = livedIn();
		await openWindow(app);
		expect(get("appReady").dataset.pane).toBe("list");
		expect(get("settingsOpen").closest("nav")).not.toBeNull();
		expect(document.activeElement).not.toBe(get("composer"));
		await open(talk.id);
		await painted();
		expect(get("appReady").dataset.pane).toBe("chat");
		expect(get("settingsOpen").closest("main")).not.toBeNull();
		await user.click(screen.getByRole("button", { name: "Back to conversations" }));
		expect(get("appReady").dataset.pane).toBe("list");
	});

	it("welcomes at the first start", async () => {
		await openWindow();
		expect(get("appReady").dataset.pane).toBe("chat");
		expect(get("settingsOpen").closest("main")).not.toBeNull();
	});
});

describe("problems of the app itself", () => {
	it("are said aloud until they are dismissed", async () => {
		const { app } = await inTalk();
		await app.report({ code: "disk_full", message: "SQLITE_FULL" });
		await painted();
		expect(get("errorBanner").getAttribute("role")).toBe("alert");
		await user.click(screen.getByRole("button", { name: "Dismiss" }));
		expect(find("errorBanner")).toBeNull();
	});
});

describe("what nobody caught", () => {
	it("is said aloud", async () => {
		await openWindow();
		window.dispatchEvent(new ErrorEvent("error", { error: new Error("oops"), message: "oops" }));
		await painted();
		expect(get("errorBanner").textContent).toContain("Something unexpected went wrong.");
		expect(get("errorCode").textContent).toContain("internal");
	});

	it("is not said when it is only the browser's layout that took longer", async () => {
		await openWindow();
		window.dispatchEvent(new ErrorEvent("error", { message: "ResizeObserver loop limit exceeded" }));
		await painted();
		expect(find("errorBanner")).toBeNull();
	});

	it("breaks a page that cannot be drawn, says so, and lets it be tried again", async () => {
		const { app, talk } = livedIn();
		const broken = app.messages[0] as { createdAt: number };
		broken.createdAt = Number.NaN;
		await openWindow(app);
		await open(talk.id);
		await painted();
		expect(get("errorBanner")).toBeTruthy();
		broken.createdAt = NOON;
		await user.click(screen.getByText("Try again"));
		await painted();
		expect(get("appReady")).toBeTruthy();
		await open(talk.id);
		await painted();
		expect(all("message")).toHaveLength(4);
	});
});

describe("placeholders", () => {
	it("do not flash when the answer is there within a tenth of a second", async () => {
		const { app } = livedIn();
		const slow = app.hold("conversationList");
		vi.useFakeTimers();
		try {
			const opening = openWindow(app);
			await vi.advanceTimersByTimeAsync(90);
			await opening;
			expect(get("conversationList").querySelector("[role=status]")).toBeNull();
			await vi.advanceTimersByTimeAsync(20);
			expect(get("conversationList").querySelector("[role=status]")).not.toBeNull();
			await slow.release();
			await vi.advanceTimersByTimeAsync(1);
			await settled();
			expect(get("conversationList").querySelector("[role=status]")).toBeNull();
		} finally {
			vi.useRealTimers();
		}
	});
});

describe("the window lets go of everything", () => {
	it("when it is closed", async () => {
		const { app, unmount } = await inTalk();
		expect(app.listeners).toBe(3);
		unmount();
		await settled();
		expect(app.listeners).toBe(0);
	});
});

describe.each(["light", "dark"] as const)("axe finds nothing wrong in %s", (theme) => {
	function themed(app = new FakeApp()) {
		app.settings = { ...SETTINGS, theme };
		return app;
	}

	it("with the welcome", async () => {
		await openWindow(themed());
		expect(document.documentElement.dataset.theme).toBe(theme);
		expect(await violations()).toEqual([]);
	});

	it("with a chat, a streaming reply and a problem", async () => {
		const { app, talk } = livedIn();
		await openWindow(themed(app));
		await open(talk.id);
		await app.put(
			aReply([{ text: "One. ", ttsStatus: "processing" }], {
				conversationId: talk.id,
				sequenceNumber: 9,
				status: "streaming",
				rest: "Tw",
			}),
		);
		await app.report({ code: "disk_full", message: "full" });
		await user.click(all("playMessage")[0] as Element);
		await painted();
		expect(await violations()).toEqual([]);
	});

	it("with an empty chat and a title being edited", async () => {
		const app = themed();
		app.conversations = [aConversation({ title: "Quiet" })];
		await openWindow(app);
		await user.click(get("renameConversation"));
		expect(await violations()).toEqual([]);
	});

	it("with the settings open", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("settingsOpen"));
		expect(await violations()).toEqual([]);
	});

	it("with the scenarios open", async () => {
		await openWindow(themed(livedIn().app));
		await user.click(get("newConversation"));
		expect(await violations()).toEqual([]);
	});
});

it("axe does see what is wrong", async () => {
	const page = document.createElement("main");
	page.innerHTML = `<button></button><img src="x.png">`;
	document.body.append(page);
	expect(await violations(page)).toHaveLength(2);
	page.remove();
});
