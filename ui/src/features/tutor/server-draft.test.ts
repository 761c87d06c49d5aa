import { describe, expect, it } from "vitest";
import { aServer } from "../../../tests/support/fixtures";
import { source } from "../../../tests/support/sources";
import { CommandFailure } from "../../ipc";
import { draftOf, refusalOf, requestOf } from "./server-draft";

const ADDRESS = "http://models.example.com/v1";

describe("what the app is asked with", () => {
	it("has a key where one was typed, and no name where none was", () => {
		const draft = { ...draftOf(null), address: ADDRESS, name: "  " };
		expect(requestOf(draft, null)).toEqual({
			name: null,
			address: ADDRESS,
			allowsPlainHttp: false,
			usesKey: false,
			key: null,
		});
		expect(requestOf({ ...draft, key: "sk-1" }, null)).toMatchObject({ usesKey: true, key: "sk-1" });
		expect(requestOf({ ...draft, key: " " }, null)).toMatchObject({ usesKey: false, key: null });
	});

	it("keeps the key that is there, until none is needed any more", () => {
		const server = aServer({ usesKey: true });
		const draft = draftOf(server);
		expect(requestOf(draft, server)).toMatchObject({ name: "Ollama", usesKey: true, key: null });
		expect(requestOf({ ...draft, key: "sk-2" }, server)).toMatchObject({ usesKey: true, key: "sk-2" });
		expect(requestOf({ ...draft, key: "sk-2", dropsKey: true }, server)).toMatchObject({
			usesKey: false,
			key: null,
		});
	});

	it("sends unencrypted only to the address that the learner was warned of", () => {
		const server = aServer({ address: ADDRESS, allowsPlainHttp: true });
		const draft = draftOf(server);
		expect(requestOf(draft, server).allowsPlainHttp).toBe(true);
		expect(requestOf({ ...draft, address: "http://other.example.com" }, server).allowsPlainHttp).toBe(false);
		expect(requestOf({ ...draftOf(null), address: "" }, null).allowsPlainHttp).toBe(false);
	});
});

describe("a refusal", () => {
	const fieldOf = (code: string, message: string, details: unknown) =>
		refusalOf(new CommandFailure(code, message, details));

	it.each([
		["malformed", /looks like/],
		["scheme", /begins with http/],
		["credentials", /user name or a password/],
		["unencrypted", /unencrypted/],
	])("of an address that is %s stands there", (kind, sentence) => {
		expect(fieldOf("invalid", "", { field: "address", kind })).toEqual({
			field: "address",
			sentence: expect.stringMatching(sentence),
		});
	});

	it("stands at the field that it is about, if it is about one", () => {
		expect(fieldOf("invalid", "", { field: "key" }).field).toBe("key");
		expect(fieldOf("invalid", "", { field: "name", reason: "is too long: 101" })).toEqual({
			field: "name",
			sentence: "This is too long. Please shorten it.",
		});
		expect(fieldOf("conflict", "This model server is in the list already.", null)).toEqual({
			field: "address",
			sentence: "This model server is in the list already.",
		});
		expect(fieldOf("conflict", "There are too many model servers.", null)).toEqual({
			field: "other",
			sentence: "There are too many model servers. Remove one first.",
		});
		expect(fieldOf("read_only", "", null).field).toBe("other");
	});

	it("has the very words of the storage layer to go by", () => {
		const { text } = source("../src-tauri/storage/src/model_server.rs");
		expect(text).toContain('"This model server is in the list already."');
		expect(text).toContain('"There are too many model servers."');
	});
});
