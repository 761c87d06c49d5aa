import { t } from "../../i18n/index.svelte";
import {
	type Client,
	type CommandFailure,
	type FoundModelServer,
	type KeptModelServer,
	type KeyPlace,
	type ModelServer,
	type ModelServerRequest,
	type ReachedModelServer,
	type TutorChoice,
	toFailure,
} from "../../ipc";
import { Freshness } from "../../live/freshness";
import { Listening } from "../../live/listening";
import { Refresher } from "../../live/refresher";
import { Discovery } from "./discovery.svelte";
import { isSame, nameOf } from "./names";
import { ServerModels } from "./server-models.svelte";

const SERVERS = "servers";

/** Who answers where no conversation says otherwise: the settings know. */
export interface DefaultChoice {
	readonly current: { readonly tutor: TutorChoice };
	/** Why the last change was not stored; it is taken back then. */
	readonly saveFailure: CommandFailure | null;
	update(patch: { tutor: TutorChoice }): Promise<void>;
}

/** How a verb went: what came of it, or why it failed. */
export type Outcome<T> = { done: T } | { failure: CommandFailure };

/** What is known of who answers in one conversation; a choice of null means that the settings decide. */
interface Known {
	id: string;
	choice: TutorChoice | null;
}

/** Who answers: in the open conversation, everywhere else, and on which servers there are models. Kept true. */
export class Tutors {
	servers = $state.raw<ModelServer[]>([]);
	/** Whether the servers have ever been read: before that none of them can be said to be gone. */
	isKnown = $state(false);
	/** Why the servers could not be read. */
	loadFailure = $state.raw<CommandFailure | null>(null);
	/** Why the last choice was taken back, for the dialog in which it was made. */
	failure = $state.raw<CommandFailure | null>(null);

	/** Of the open conversation, as shown. */
	#shown = $state.raw<Known | null>(null);
	/** As it is stored, as far as is known. */
	#stored: Known | null = null;
	/** The conversation that is open. */
	#id: string | null = null;
	#wantsServers = false;
	/** How many dialogs show what goes wrong. */
	#attending = 0;
	/** Counts the choices: only the last one of a conversation is worth storing. */
	#choices = 0;
	/** How many choices are not stored yet, by conversation. What is read meanwhile is older than what is shown. */
	readonly #unstored = new Map<string, number>();
	readonly #freshness = new Freshness();
	/** Choices are stored one after the other: two at once could be stored in the wrong order. */
	#queue: Promise<void> = Promise.resolve();

	readonly #client: Client;
	readonly #default: DefaultChoice;
	readonly #report: (failure: CommandFailure) => void;
	/** The look for what runs on this computer. */
	readonly discovery = new Discovery(() => this.#client.modelServerDiscover());
	readonly #models = new Map<string, ServerModels>();
	readonly #refresher = new Refresher((what) => (what === SERVERS ? this.#readServers() : this.#read(what)));
	readonly #listening: Listening;

	constructor(client: Client, byDefault: DefaultChoice, report: (failure: CommandFailure) => void) {
		this.#client = client;
		this.#default = byDefault;
		this.#report = report;
		this.#listening = new Listening(() =>
			client.onDataChanged((changes, resync) => {
				const isOurs = changes.some(({ entity, id }) => entity === "conversation" && id === this.#id);
				if (this.#id !== null && (resync || isOurs)) void this.#refresher.request(this.#id);
				const isServer = changes.some(({ entity }) => entity === "model_server");
				if (this.#wantsServers && (resync || isServer)) void this.#refresher.request(SERVERS);
			}),
		);
	}

	/** Who answers where nothing else was chosen. */
	get byDefault(): TutorChoice {
		return this.#default.current.tutor;
	}

	/** Who was chosen for the open conversation; null: nobody, and undefined while that is not known. */
	get own(): TutorChoice | null | undefined {
		return this.#shown?.choice;
	}

	/** Who answers in the open conversation, undefined while that is not known. */
	get here(): TutorChoice | undefined {
		return this.own === null ? this.byDefault : this.own;
	}

	/** What the choice is called, said to be gone if its server is. */
	label(choice: TutorChoice, whole = false): string {
		const name = nameOf(choice, whole);
		return this.isRemoved(choice) ? t("tutor.removedName", { name }) : name;
	}

	/** Whether it is a model of a server that is no longer there. */
	isRemoved(choice: TutorChoice): boolean {
		return choice.kind === "model" && this.isKnown && !this.servers.some(({ id }) => id === choice.serverId);
	}

	/** This conversation is open from now on; null for none. */
	async look(id: string | null): Promise<void> {
		if (id !== this.#id) {
			this.#id = id;
			this.#shown = null;
			this.#stored = null;
		}
		if (id !== null) await this.#refresher.request(id);
	}

	/** The servers are wanted from now on. */
	async want(): Promise<void> {
		this.#wantsServers = true;
		await this.#refresher.request(SERVERS);
	}

	close(): void {
		this.#listening.stop();
		this.#refresher.stop();
	}

	/** A dialog is open that shows what goes wrong; gives what is to be called when it closes. */
	attend(): () => void {
		this.#attending += 1;
		this.failure = null;
		return () => {
			this.#attending -= 1;
		};
	}

	modelsOf(serverId: string): ServerModels {
		let models = this.#models.get(serverId);
		if (!models) {
			models = new ServerModels(() => this.#client.modelServerModels(serverId));
			this.#models.set(serverId, models);
		}
		return models;
	}

	/** Who answers in the open conversation from now on; null: whoever the settings say. In force at once. */
	choose(choice: TutorChoice | null): Promise<void> {
		const id = this.#id;
		if (id === null) return Promise.resolve();
		this.#choices += 1;
		this.#count(id, 1);
		const number = this.#choices;
		this.failure = null;
		this.#shown = { id, choice };
		this.#queue = this.#queue.then(() => this.#store({ id, choice }, number));
		return this.#queue;
	}

	/** Who answers where nothing else was chosen from now on. */
	async chooseByDefault(choice: TutorChoice): Promise<void> {
		this.failure = null;
		await this.#default.update({ tutor: choice });
		if (this.#default.saveFailure) this.#fail(this.#default.saveFailure);
	}

	/**
	 * Who answers here is no longer who answers everywhere: elsewhere it is `instead` from now on, and here it stays as it
	 * is, also where only the settings said so.
	 */
	async keepForHere(instead: TutorChoice): Promise<void> {
		const { here } = this;
		if (here && this.own === null) {
			await this.choose(here);
			// It was taken back, so the other choice would decide here too.
			if (!this.own || !isSame(this.own, here)) return;
		}
		await this.chooseByDefault(instead);
	}

	/** Whether a server that was found is in the list already. */
	has({ address, isKnown }: FoundModelServer): boolean {
		return this.isKnown ? this.servers.some((server) => server.address === address) : isKnown;
	}

	test(id: string | null, server: ModelServerRequest): Promise<ReachedModelServer> {
		return this.#client.modelServerTest(id, server);
	}

	/** Adds a server, or changes the one of this id. */
	save(id: string | null, server: ModelServerRequest): Promise<Outcome<KeptModelServer>> {
		return this.#do(() =>
			id === null ? this.#client.modelServerCreate(server) : this.#client.modelServerUpdate(id, server),
		);
	}

	/** Has this model of a server say what messages mean, if it can; null: none. It is tried, which may take a while. */
	findByMeaning(id: string, model: string | null): Promise<Outcome<ModelServer>> {
		return this.#do(() => this.#client.modelServerSetEmbeddingModel(id, model));
	}

	remove(id: string): Promise<Outcome<null>> {
		return this.#do(async () => {
			await this.#client.modelServerDelete(id);
			this.#models.delete(id);
			return null;
		});
	}

	/** Gives a server its key; says where that was put. */
	giveKey({ id, name, address, allowsPlainHttp, usesKey }: ModelServer, key: string) {
		return this.#do(async (): Promise<KeyPlace | null> => {
			if (usesKey) return this.#client.modelServerSetKey(id, key);
			// It was thought to need none.
			const server = { name, address, allowsPlainHttp, usesKey: true, key };
			return (await this.#client.modelServerUpdate(id, server)).keyPlace;
		});
	}

	async #do<T>(verb: () => Promise<T>): Promise<Outcome<T>> {
		try {
			const done = await verb();
			await this.want();
			return { done };
		} catch (error) {
			return { failure: toFailure(error) };
		}
	}

	#fail(failure: CommandFailure): void {
		if (this.#attending > 0) this.failure = failure;
		else this.#report(failure);
	}

	async #store(wish: Known, number: number): Promise<void> {
		const isLast = () => number === this.#choices;
		// What was chosen since is stored in its place: arrow keys walk through a list by choosing everything in it.
		if (isLast() || this.#shown?.id !== wish.id) {
			try {
				await this.#client.conversationSetTutor(wish.id, wish.choice);
				if (this.#id === wish.id) this.#stored = wish;
			} catch (error) {
				if (isLast() && this.#id === wish.id) this.#shown = this.#stored;
				this.#fail(toFailure(error));
			}
		}
		this.#count(wish.id, -1);
		// What was read meanwhile did not count.
		if (this.#id === wish.id) void this.#refresher.request(wish.id);
	}

	/** So many more choices of the conversation are on their way. What was asked for before is no news from now on. */
	#count(id: string, more: number): void {
		this.#unstored.set(id, (this.#unstored.get(id) ?? 0) + more);
		this.#freshness.accept(id, this.#freshness.ask());
	}

	async #read(id: string): Promise<void> {
		const asked = this.#freshness.ask();
		const isWanted = () => id === this.#id && !this.#listening.stopped;
		try {
			await this.#listening.start();
			const choice = await this.#client.conversationTutor(id);
			if (!isWanted() || this.#unstored.get(id) || !this.#freshness.accept(id, asked)) return;
			this.#stored = { id, choice };
			this.#shown = this.#stored;
			// Only so can it be seen that its server is gone.
			if ((choice ?? this.byDefault).kind === "model" && !this.#wantsServers) void this.want();
		} catch (error) {
			const failure = toFailure(error);
			// Whoever shows the conversation says that it is gone.
			if (isWanted() && failure.code !== "not_found") this.#report(failure);
		}
	}

	async #readServers(): Promise<void> {
		try {
			await this.#listening.start();
			const servers = await this.#client.modelServerList();
			if (this.#listening.stopped) return;
			this.servers = servers;
			this.isKnown = true;
			this.loadFailure = null;
		} catch (error) {
			if (!this.#listening.stopped) this.loadFailure = toFailure(error);
		}
	}
}
