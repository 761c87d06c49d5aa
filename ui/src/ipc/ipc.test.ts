import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, describe, expect, it } from "vitest";
import { errorSentence } from "../i18n/errors";
import { CommandFailure, client } from ".";

afterEach(() => clearMocks());

/** Answers every command; what was asked is recorded. */
function backend(answer: (command: string) => unknown) {
	const asked: [string, unknown][] = [];
	mockIPC((command, args) => {
		asked.push([command, args]);
		return answer(command);
	});
	return asked;
}

describe("the client", () => {
	it("names commands and arguments as the app knows them", async () => {
		const asked = backend(() => null);
		await client.appStatus();
		await client.conversationCreate({ templateId: "T", level: "A1" });
		await client.conversationList(null, 50, null);
		await client.conversationRename("C", "Chợ nổi");
		await client.conversationMove(["C"], null);
		await client.conversationChangeTags(["C"], ["đồ ăn"], []);
		await client.conversationMovePin("C", "D");
		await client.folderMove("F", null, "G");
		await client.tagMerge("a", "b");
		await client.messageSend("C", "Xin chào 👋");
		await client.messageList("C", null, 50);
		await client.messageList("C", { before: 7 }, 50);
		await client.messageList("C", { after: 7 }, 50);
		await client.messageList("C", { around: "M" }, 50);
		await client.messageStop("C");
		await client.chunkRetry("K");
		await client.settingsUpdate({ theme: "dark" });
		await client.backupList();
		await client.backupCreate();
		await client.backupRestore("2026.plbackup");
		await client.backupSetBudget(null);
		await client.workCancel();
		await client.doctorReport();
		await client.doctorRepair();
		await client.doctorRescue();
		await client.appOpenFolder();
		await client.appReport();
		await client.messageEdit("M", "Xin chào!", true);
		await client.reactionSet("M", "too_easy", null);
		await client.noteCreate("C", null, "Ghi nhớ");
		await client.conversationMerge("C", "D");
		expect(asked).toEqual([
			["app_status", {}],
			["conversation_create", { request: { templateId: "T", level: "A1" } }],
			["conversation_list", { cursor: null, limit: 50, filter: null }],
			["conversation_rename", { id: "C", title: "Chợ nổi" }],
			["conversation_move", { ids: ["C"], folderId: null }],
			["conversation_change_tags", { ids: ["C"], add: ["đồ ăn"], remove: [] }],
			["conversation_move_pin", { id: "C", beforeId: "D" }],
			["folder_move", { id: "F", parentFolderId: null, beforeId: "G" }],
			["tag_merge", { name: "a", into: "b" }],
			["message_send", { conversationId: "C", content: "Xin chào 👋" }],
			...[
				{ beforeSequence: null, afterSequence: null, around: null },
				{ beforeSequence: 7, afterSequence: null, around: null },
				{ beforeSequence: null, afterSequence: 7, around: null },
				{ beforeSequence: null, afterSequence: null, around: "M" },
			].map((place) => ["message_list", { conversationId: "C", ...place, limit: 50 }]),
			["message_stop", { conversationId: "C" }],
			["chunk_retry", { id: "K" }],
			["settings_update", { patch: { theme: "dark" } }],
			["backup_list", {}],
			["backup_create", {}],
			["backup_restore", { name: "2026.plbackup" }],
			["backup_set_budget", { megabytes: null }],
			["work_cancel", {}],
			["doctor_report", {}],
			["doctor_repair", {}],
			["doctor_rescue", {}],
			["app_open_folder", {}],
			["app_report", {}],
			["message_edit", { id: "M", content: "Xin chào!", regenerate: true }],
			["reaction_set", { messageId: "M", reaction: "too_easy", feedback: null }],
			["note_create", { conversationId: "C", messageId: null, content: "Ghi nhớ" }],
			["conversation_merge", { intoId: "C", fromId: "D" }],
		]);
	});

	it("gives audio as bytes", async () => {
		const bytes = new Uint8Array([82, 73, 70, 70]).buffer;
		const asked = backend(() => bytes);
		expect(await client.chunkAudio("K")).toBe(bytes);
		expect(asked).toEqual([["chunk_audio", { id: "K" }]]);
	});

	const half = "ok \ud83d";
	it.each<[string, () => Promise<unknown>]>([
		["a message", () => client.messageSend("C", half)],
		["a new title", () => client.conversationRename("C", half)],
		["the title of a new conversation", () => client.conversationCreate({ level: "A1", title: half })],
		["an id", () => client.messageGet(half)],
	])("%s with half a character is not sent", async (_, send) => {
		const asked = backend(() => null);
		const failure = await send().catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: "invalid" });
		expect(errorSentence(failure as CommandFailure)).toContain("a character in it that cannot be stored");
		expect(asked).toEqual([]);
	});

	it.each(["messageGet", "chunkAudio"] as const)(
		"%s throws the app's errors with code and details",
		async (command) => {
			backend(() => {
				throw { code: "not_found", message: "no such row", details: { field: "id" } };
			});
			const failure = await client[command]("X").catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(CommandFailure);
			expect(failure).toMatchObject({ code: "not_found", message: "no such row", details: { field: "id" } });
		},
	);

	it.each([
		["a sentence of Tauri's", "invalid args `id` for command `message_get`"],
		["an Error", new Error("the channel is closed")],
		["nonsense", { odd: true }],
	])("turns %s into an internal failure", async (_, thrown) => {
		backend(() => {
			throw thrown;
		});
		const failure = await client.messageGet("X").catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(CommandFailure);
		expect((failure as CommandFailure).code).toBe("internal");
		expect((failure as CommandFailure).message).not.toBe("");
	});
});
