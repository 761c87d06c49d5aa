import { describe, expect, it } from "vitest";
import { FakeApp, settled } from "../../../tests/support/fake-app";
import { aConversation } from "../../../tests/support/fixtures";
import type { CommandFailure, TutorChoice } from "../../ipc";
import { Tutors } from "./tutors.svelte";

const BUILT_IN: TutorChoice = { kind: "built_in" };

/** Two conversations, a server with two models, and the tutors with the first conversation open. */
async function inConversation() {
	const app = new FakeApp();
	const [one, two] = [aConversation({ title: "Airport" }), aConversation({ title: "周末" })];
	app.conversations = [one, two];
	const server = app.serve("Ollama", "http://127.0.0.1:11434/v1", ["gemma", "qwen"]);
	const [gemma, qwen] = ["gemma", "qwen"].map(
		(model): TutorChoice => ({ kind: "model", serverId: server.id, model }),
	) as [TutorChoice, TutorChoice];
	const reports: CommandFailure[] = [];
	const settings = {
		current: { tutor: BUILT_IN },
		saveFailure: null as CommandFailure | null,
		async update({ tutor }: { tutor: TutorChoice }) {
			settings.current = { tutor };
		},
	};
	const tutors = new Tutors(app, settings, (failure) => reports.push(failure));
	await tutors.look(one.id);
	return { app, tutors, settings, reports, one, two, server, gemma, qwen };
}

describe("a choice", () => {
	it("is in force before it is stored", async () => {
		const { app, tutors, one, gemma } = await inConversation();
		expect(tutors.here).toEqual(BUILT_IN);
		const slow = app.hold("conversationSetTutor");
		const stored = tutors.choose(gemma);
		expect(tutors.here).toEqual(gemma);
		expect(app.tutors.size).toBe(0);
		await slow.release();
		await stored;
		await settled();
		expect(app.tutors.get(one.id)).toEqual(gemma);
		expect(tutors.here).toEqual(gemma);
	});

	it("is taken back and reported when it cannot be stored", async () => {
		const { app, tutors, reports, gemma, qwen } = await inConversation();
		await tutors.choose(gemma);
		app.failNext("conversationSetTutor", "disk_full");
		await tutors.choose(qwen);
		expect(tutors.here).toEqual(gemma);
		expect(reports.map(({ code }) => code)).toEqual(["disk_full"]);
		expect(tutors.failure).toBeNull();
	});

	it("that cannot be stored is told in the dialog while one is open, until the next one", async () => {
		const { app, tutors, reports, gemma, qwen } = await inConversation();
		const close = tutors.attend();
		app.failNext("conversationSetTutor", "disk_full");
		await tutors.choose(gemma);
		expect(tutors.failure?.code).toBe("disk_full");
		expect(reports).toEqual([]);
		await tutors.choose(qwen);
		expect(tutors.failure).toBeNull();
		close();
		app.failNext("conversationSetTutor", "disk_full");
		await tutors.choose(gemma);
		expect(reports).toHaveLength(1);
	});

	it("that was passed on the way to another one is not stored", async () => {
		const { app, tutors, one, gemma, qwen } = await inConversation();
		const slow = app.hold("conversationSetTutor");
		const first = tutors.choose(gemma);
		await settled();
		const choices = [first, tutors.choose(BUILT_IN), tutors.choose(qwen)];
		await slow.release();
		await Promise.all(choices);
		expect(app.callsOf("conversationSetTutor")).toEqual([
			[one.id, gemma],
			[one.id, qwen],
		]);
	});

	it("is not taken back by what was read before it was stored", async () => {
		const { app, tutors, one, gemma } = await inConversation();
		// The one after it is held as well: it would put right at once what the first has done.
		const [old, next] = [app.hold("conversationTutor"), app.hold("conversationTutor")];
		const reading = tutors.look(one.id);
		await tutors.choose(gemma);
		await old.release();
		expect(tutors.here).toEqual(gemma);
		await next.release();
		await reading;
		const slow = app.hold("conversationSetTutor");
		const stored = tutors.choose(BUILT_IN);
		await app.emit({ entity: "conversation", id: one.id });
		expect(tutors.here).toEqual(BUILT_IN);
		await slow.release();
		await stored;
	});

	it("holds for the conversation in which it was made, whatever is open when it is stored", async () => {
		const { app, tutors, one, two, gemma } = await inConversation();
		const slow = app.hold("conversationSetTutor");
		const stored = tutors.choose(gemma);
		await tutors.look(two.id);
		expect(tutors.here).toEqual(BUILT_IN);
		await slow.release();
		await stored;
		expect(tutors.here).toEqual(BUILT_IN);
		expect([...app.tutors]).toEqual([[one.id, gemma]]);
	});

	it("is nobody's while it is not known, and is read again with the news", async () => {
		const { app, tutors, one, two, gemma } = await inConversation();
		const slow = app.hold("conversationTutor");
		const looking = tutors.look(two.id);
		expect([tutors.own, tutors.here]).toEqual([undefined, undefined]);
		await slow.release();
		await looking;
		expect(tutors.own).toBeNull();
		app.tutors.set(two.id, gemma);
		await app.emit({ entity: "conversation", id: one.id });
		expect(tutors.own).toBeNull();
		await app.emit({ entity: "conversation", id: two.id });
		expect(tutors.own).toEqual(gemma);
	});

	it("that cannot be read is reported, unless the conversation is gone", async () => {
		const { app, tutors, reports, two } = await inConversation();
		await tutors.look("0000000000000");
		expect(reports).toEqual([]);
		app.failNext("conversationTutor", "io");
		await tutors.look(two.id);
		expect(reports.map(({ code }) => code)).toEqual(["io"]);
	});
});

describe("the choice for everywhere", () => {
	it("decides where nothing was chosen", async () => {
		const { tutors, gemma, qwen, two } = await inConversation();
		await tutors.chooseByDefault(gemma);
		expect(tutors.here).toEqual(gemma);
		await tutors.choose(qwen);
		expect(tutors.here).toEqual(qwen);
		await tutors.choose(null);
		await tutors.look(two.id);
		expect(tutors.here).toEqual(gemma);
	});

	it("can be another one while nothing changes here", async () => {
		const { app, tutors, one, gemma } = await inConversation();
		await tutors.chooseByDefault(gemma);
		await tutors.keepForHere(BUILT_IN);
		expect([tutors.byDefault, tutors.here]).toEqual([BUILT_IN, gemma]);
		expect(app.tutors.get(one.id)).toEqual(gemma);
	});

	it("stays if it would change what is here", async () => {
		const { app, tutors, gemma } = await inConversation();
		await tutors.chooseByDefault(gemma);
		app.failNext("conversationSetTutor", "read_only");
		await tutors.keepForHere(BUILT_IN);
		expect([tutors.byDefault, tutors.here]).toEqual([gemma, gemma]);
	});

	it("says why it was not stored", async () => {
		const { app, tutors, settings, reports, gemma } = await inConversation();
		app.failNext("appOpenFolder", "read_only");
		await app.appOpenFolder().catch((failure) => {
			settings.saveFailure = failure;
		});
		await tutors.chooseByDefault(gemma);
		expect(reports.map(({ code }) => code)).toEqual(["read_only"]);
	});
});

describe("the servers", () => {
	it("are not asked for before they are wanted, and are kept fresh then", async () => {
		const { app, tutors, gemma, server } = await inConversation();
		await app.emit({ entity: "model_server", kind: "inserted" });
		expect(app.callsOf("modelServerList")).toEqual([]);
		expect(tutors.isRemoved(gemma)).toBe(false);
		await tutors.want();
		expect(tutors.servers.map(({ name }) => name)).toEqual(["Ollama"]);
		await app.modelServerDelete(server.id);
		await settled();
		expect(tutors.servers).toEqual([]);
		expect(tutors.isRemoved(gemma)).toBe(true);
		expect(tutors.label(gemma)).toBe("gemma (its model server was removed)");
	});

	it("are wanted where a model answers, so that one that is gone is noticed", async () => {
		const { app, tutors, two, gemma } = await inConversation();
		app.tutors.set(two.id, gemma);
		app.modelServers = [];
		await tutors.look(two.id);
		await settled();
		expect(tutors.isRemoved(gemma)).toBe(true);
	});

	it("that cannot be read are said to be so, and gone only when that is known", async () => {
		const { app, tutors, gemma } = await inConversation();
		app.modelServers = [];
		app.failNext("modelServerList", "io");
		await tutors.want();
		expect(tutors.loadFailure?.code).toBe("io");
		expect(tutors.isRemoved(gemma)).toBe(false);
		await tutors.want();
		expect(tutors.loadFailure).toBeNull();
		expect(tutors.isRemoved(gemma)).toBe(true);
	});

	it("get a key, and use one from then on", async () => {
		const { app, tutors, server } = await inConversation();
		expect(await tutors.giveKey(server, "sk-1")).toEqual({ done: "keychain" });
		expect(app.modelServers[0]?.usesKey).toBe(true);
		app.keyPlace = "until_the_end";
		expect(await tutors.giveKey({ ...server, usesKey: true }, "sk-2")).toEqual({ done: "until_the_end" });
		expect(app.keys.get(server.id)).toBe("sk-2");
		expect(app.callsOf("modelServerUpdate")).toHaveLength(1);
	});

	it("tell their models, and only the answer to the last question counts", async () => {
		const { app, tutors, server } = await inConversation();
		const models = tutors.modelsOf(server.id);
		expect(tutors.modelsOf(server.id)).toBe(models);
		const slow = app.hold("modelServerModels");
		const first = models.ask();
		app.network.set(server.address, { models: ["llama"] });
		await models.ask();
		expect([models.models, models.asking]).toEqual([["llama"], false]);
		await slow.fail("tutor", "", { failure: "model_timed_out" });
		await first;
		expect([models.models, models.failure]).toEqual([["llama"], null]);
	});

	it("that were found are known by their address", async () => {
		const { tutors, server } = await inConversation();
		const [known, news] = [server.address, "http://127.0.0.1:8080/v1"].map((address) => ({
			name: "x",
			address,
			models: [],
			isKnown: address === server.address,
		}));
		expect([known, news].map((one) => one && tutors.has(one))).toEqual([true, false]);
		await tutors.want();
		await tutors.remove(server.id);
		expect(known && tutors.has(known)).toBe(false);
	});
});

it("nothing is listened to any more at the end, and nothing is shown that comes later", async () => {
	const { app, tutors, two } = await inConversation();
	expect(app.listeners).toBe(1);
	const slow = app.hold("conversationTutor");
	const looking = tutors.look(two.id);
	tutors.close();
	await slow.release();
	await looking;
	expect([app.listeners, tutors.own]).toEqual([0, undefined]);
});
