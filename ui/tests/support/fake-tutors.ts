import type {
	FoundModelServer,
	KeptModelServer,
	KeyPlace,
	ModelServer,
	ModelServerRequest,
	Operation,
	TutorChoice,
} from "../../src/ipc";
import { CommandFailure } from "../../src/ipc/failure";
import { FakeMessages } from "./fake-messages";
import { found } from "./fake-store";
import { anId, aReply, aServer, NOON } from "./fixtures";

/** What answers at an address: models, for whoever has the key if it wants one; or the trouble with it. */
export type AtAddress = { models: string[]; key?: string } | { trouble: string };

/** Who answers in the app in memory: the choices, the model servers and what they say. */
export class FakeTutors extends FakeMessages {
	/** Who was chosen, by conversation. */
	readonly tutors = new Map<string, TutorChoice>();
	modelServers: ModelServer[] = [];
	/** By address; at any other nobody can be reached. */
	readonly network = new Map<string, AtAddress>();
	/** By server. */
	readonly keys = new Map<string, string>();
	/** Where keys are put. */
	keyPlace: KeyPlace = "keychain";
	/** What runs on this computer; what it has is in the network. */
	onThisComputer: { name: string; address: string }[] = [];
	#edition = NOON;

	messageRegenerate(id: string, tutor: TutorChoice | null) {
		return this.carryOut("messageRegenerate", [id, tutor], (): Operation | null => {
			const before = found(this.messages, id);
			const { conversationId, sequenceNumber } = before;
			const thread = this.of(conversationId);
			const said = thread.at(-2);
			if (thread.at(-1)?.id !== id || before.role !== "assistant" || said?.role !== "user") {
				throw new CommandFailure("conflict", "This is not an answer to something that you said.");
			}
			this.delete("message", id);
			this.operations = this.operations.slice(1);
			const chosen = tutor ?? this.tutors.get(conversationId) ?? null;
			const model = chosen?.kind === "model" ? chosen.model : "practice-partner";
			const reply = aReply([], { conversationId, sequenceNumber, status: "streaming", model });
			this.messages = [...this.messages, reply];
			this.tell({ kind: "inserted", id: reply.id, conversationId });
			if (before.content === "") return null;
			return this.record("reply_replace", said.content, () => {
				this.messages = this.messages.filter((message) => message.id !== reply.id);
				this.tell({ kind: "deleted", id: reply.id, conversationId });
				this.restore("message", id);
				this.operations = this.operations.slice(1);
			});
		});
	}

	messageResume(id: string) {
		return this.carryOut("messageResume", [id], () => {
			const before = found(this.messages, id);
			if (before.status !== "interrupted" && before.status !== "failed") {
				throw new CommandFailure("conflict", "This is not a reply that broke off.");
			}
			const resumed = { ...before, status: "streaming" as const, failureCode: null };
			this.messages = this.messages.map((message) => (message.id === id ? resumed : message));
			this.tell({ id, conversationId: before.conversationId });
			return null;
		});
	}

	conversationTutor(id: string) {
		return this.answer("conversationTutor", [id], () => {
			found(this.conversations, id);
			return this.tutors.get(id) ?? null;
		});
	}

	conversationSetTutor(id: string, tutor: TutorChoice | null) {
		return this.carryOut("conversationSetTutor", [id, tutor], () => {
			found(this.conversations, id);
			if (tutor?.kind === "model") found(this.modelServers, tutor.serverId);
			if (tutor) this.tutors.set(id, tutor);
			else this.tutors.delete(id);
			this.tell({ entity: "conversation", id, conversationId: id });
			return null;
		});
	}

	modelServerDiscover() {
		return this.answer("modelServerDiscover", [], (): FoundModelServer[] =>
			this.onThisComputer.map(({ name, address }) => ({
				name,
				address,
				models: this.#ask(address, undefined),
				isKnown: this.modelServers.some((server) => server.address === address),
			})),
		);
	}

	modelServerList() {
		return this.answer("modelServerList", [], () => this.modelServers);
	}

	modelServerCreate(request: ModelServerRequest) {
		return this.carryOut("modelServerCreate", [request], () => {
			const server = aServer({ ...this.#checked(request, null), createdAt: this.#next() });
			this.modelServers = [...this.modelServers, server];
			this.tell({ entity: "model_server", kind: "inserted", id: server.id });
			return this.#keep(server, request.key);
		});
	}

	modelServerUpdate(id: string, request: ModelServerRequest) {
		return this.carryOut("modelServerUpdate", [id, request], () => {
			const before = found(this.modelServers, id);
			const server = { ...before, ...this.#checked(request, id), updatedAt: this.#next() };
			this.modelServers = this.modelServers.map((other) => (other.id === id ? server : other));
			if (server.address !== before.address || !server.usesKey) this.keys.delete(id);
			this.tell({ entity: "model_server", id });
			return this.#keep(server, request.key);
		});
	}

	modelServerDelete(id: string) {
		return this.carryOut("modelServerDelete", [id], () => {
			found(this.modelServers, id);
			this.modelServers = this.modelServers.filter((server) => server.id !== id);
			this.keys.delete(id);
			this.tell({ entity: "model_server", kind: "deleted", id });
			return null;
		});
	}

	modelServerModels(id: string) {
		return this.answer("modelServerModels", [id], () => {
			const { address, usesKey } = found(this.modelServers, id);
			if (usesKey && !this.keys.has(id)) throw trouble("key_needed");
			return this.#ask(address, this.keys.get(id));
		});
	}

	modelServerTest(id: string | null, request: ModelServerRequest) {
		return this.answer("modelServerTest", [id, request], () => {
			const { address, usesKey } = this.#read(request);
			const known =
				id !== null && found(this.modelServers, id).address === address ? this.keys.get(id) : undefined;
			return { address, models: this.#ask(address, usesKey ? (request.key ?? known) : undefined) };
		});
	}

	modelServerSetKey(id: string, key: string) {
		return this.carryOut("modelServerSetKey", [id, key], () => {
			found(this.modelServers, id);
			this.keys.set(id, checkedKey(key));
			return this.keyPlace;
		});
	}

	modelServerSetEmbeddingModel(id: string, model: string | null) {
		return this.carryOut("modelServerSetEmbeddingModel", [id, model], () => {
			const before = found(this.modelServers, id);
			const isThere = model === null || this.#ask(before.address, this.keys.get(id)).includes(model);
			if (!isThere) throw trouble("model_not_found");
			const server = { ...before, embeddingModel: model, updatedAt: this.#next() };
			this.modelServers = this.modelServers.map((other) => (other.id === id ? server : other));
			this.tell({ entity: "model_server", id });
			return server;
		});
	}

	#ask(address: string, key: string | undefined): string[] {
		const there = this.network.get(address) ?? { trouble: "model_not_reachable" };
		if ("trouble" in there) throw trouble(there.trouble);
		if (there.key !== undefined && there.key !== key) throw trouble("model_unauthorized");
		return there.models;
	}

	#keep(server: ModelServer, key: string | null): KeptModelServer {
		if (key === null || !server.usesKey) return { server, keyPlace: null };
		this.keys.set(server.id, checkedKey(key));
		return { server, keyPlace: this.keyPlace };
	}

	/** As it is stored, if it can be. */
	#checked(request: ModelServerRequest, id: string | null) {
		const server = this.#read(request);
		if (this.modelServers.some((other) => other.id !== id && other.address === server.address)) {
			throw new CommandFailure("conflict", "This model server is in the list already.");
		}
		return server;
	}

	#read({ name, address: text, allowsPlainHttp, usesKey, key }: ModelServerRequest) {
		if (key !== null && usesKey) checkedKey(key);
		const url = readAddress(text);
		const isPrivate = /^(localhost|127\.|10\.|192\.168\.|\[::1\])/.test(url.hostname);
		if (url.protocol === "http:" && !isPrivate && !allowsPlainHttp) throw addressError("unencrypted");
		if (name !== null && name.length > 100) {
			const reason = `is too long: ${name.length} characters, where 100 are the most`;
			throw new CommandFailure("invalid", "name", { field: "name", reason });
		}
		const address = url.href.replace(/\/+$/, "");
		return { name: name ?? url.host, address, allowsPlainHttp, usesKey };
	}

	/** Grows with every change. */
	#next(): number {
		this.#edition += 1000;
		return this.#edition;
	}

	/** A server in the list that has these models. */
	serve(name: string, address: string, models: string[], over: Partial<ModelServer> = {}): ModelServer {
		const server = aServer({ id: anId(), name, address, ...over });
		this.modelServers = [...this.modelServers, server];
		this.network.set(address, { models });
		return server;
	}
}

const trouble = (failure: string) =>
	new CommandFailure("tutor", "The model server cannot be asked.", { failure });

const addressError = (kind: string) => new CommandFailure("invalid", kind, { field: "address", kind });

function readAddress(text: string): URL {
	let url: URL;
	try {
		url = new URL(text.trim());
	} catch {
		throw addressError("malformed");
	}
	if (url.protocol !== "http:" && url.protocol !== "https:") throw addressError("scheme");
	if (url.username !== "" || url.password !== "") throw addressError("credentials");
	return url;
}

function checkedKey(text: string): string {
	const key = text.trim();
	if (!/^[!-~]+$/.test(key)) throw new CommandFailure("invalid", "key", { field: "key" });
	return key;
}
