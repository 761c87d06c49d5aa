import { errorSentence } from "../../i18n/errors";
import { t } from "../../i18n/index.svelte";
import type { CommandFailure, ModelServer, ModelServerRequest } from "../../ipc";

/** A server as it stands in the form. */
export interface ServerDraft {
	address: string;
	name: string;
	/** Never filled in by the app, which does not hand keys out. */
	key: string;
	/** The key that it has is to be forgotten. */
	dropsKey: boolean;
	/** The address to which the learner wants to send all the same, unencrypted as it is. */
	plainFor: string | null;
}

export function draftOf(server: ModelServer | null): ServerDraft {
	const address = server?.address ?? "";
	return {
		address,
		name: server?.name ?? "",
		key: "",
		dropsKey: false,
		plainFor: server?.allowsPlainHttp ? address : null,
	};
}

/** What the app is asked with. `server` is the one that is changed. */
export function requestOf(draft: ServerDraft, server: ModelServer | null): ModelServerRequest {
	const key = draft.dropsKey || draft.key.trim() === "" ? null : draft.key;
	const name = draft.name.trim();
	return {
		name: name === "" ? null : name,
		address: draft.address,
		// Whoever was warned of one address was not warned of another.
		allowsPlainHttp: draft.plainFor !== null && draft.plainFor === draft.address.trim(),
		usesKey: !draft.dropsKey && (key !== null || server?.usesKey === true),
		key,
	};
}

/** Why this was refused, at the field that it is about; `other` is about none. */
export function refusalOf(failure: CommandFailure): {
	field: "address" | "name" | "key" | "other";
	sentence: string;
} {
	const field = failure.detail("field");
	if (failure.code === "invalid" && field === "address") {
		return { field, sentence: addressSentence(failure.detail("kind")) ?? errorSentence(failure) };
	}
	if (failure.code === "invalid" && field === "key") return { field, sentence: t("server.keyWrong") };
	if (failure.code === "invalid" && field === "name") return { field, sentence: errorSentence(failure) };
	if (failure.code === "conflict" && failure.message === IS_THERE) {
		return { field: "address", sentence: errorSentence(failure) };
	}
	return { field: "other", sentence: errorSentence(failure) };
}

/** As the storage layer says it, word for word. */
const IS_THERE = "This model server is in the list already.";

/** The address is that of a stranger's network, to which everything would go unencrypted. */
export function isUnencrypted(failure: CommandFailure): boolean {
	return failure.code === "invalid" && failure.detail("kind") === "unencrypted";
}

function addressSentence(kind: string | null): string | null {
	switch (kind) {
		case "malformed":
			return t("server.malformed");
		case "scheme":
			return t("server.scheme");
		case "credentials":
			return t("server.credentials");
		case "unencrypted":
			return t("server.unencrypted");
		default:
			return null;
	}
}
