import { type MessageKey, t } from "../../i18n/index.svelte";
import type { ConversationEvent, EventType } from "../../ipc";

/** What entries are about; by that the log is narrowed. */
export type EventGroup = "words" | "order" | "notes" | "memory";

/** The compiler sees to it that none is missing. */
const GROUPS: Record<EventType, EventGroup> = {
	conversation_created: "order",
	conversation_renamed: "order",
	conversation_deleted: "order",
	conversation_restored: "order",
	message_sent: "words",
	message_said: "words",
	reply_started: "words",
	reply_finished: "words",
	reply_resumed: "words",
	message_deleted: "words",
	message_restored: "words",
	message_erased: "words",
	messages_imported: "words",
	conversation_moved: "order",
	conversation_tagged: "order",
	conversation_pinned: "order",
	conversation_unpinned: "order",
	conversation_pin_moved: "order",
	conversation_status_changed: "order",
	conversation_level_changed: "order",
	conversation_tutor_changed: "words",
	conversation_duplicated: "order",
	conversation_branched: "order",
	conversation_split: "order",
	conversation_split_undone: "order",
	conversation_merged: "order",
	conversation_merge_undone: "order",
	message_edited: "words",
	message_edit_undone: "words",
	messages_deleted: "words",
	messages_restored: "words",
	message_bookmarked: "notes",
	bookmark_removed: "notes",
	reaction_set: "notes",
	reaction_cleared: "notes",
	note_created: "notes",
	note_updated: "notes",
	note_deleted: "notes",
	note_restored: "notes",
	note_erased: "notes",
	memory_context_built: "memory",
	memory_summarised: "memory",
	memory_facts_extracted: "memory",
	memory_settings_changed: "memory",
	memory_fact_created: "memory",
	memory_fact_updated: "memory",
	memory_facts_deleted: "memory",
	memory_facts_restored: "memory",
	memory_summary_updated: "memory",
	memory_summaries_deleted: "memory",
};

export const EVENT_GROUPS: readonly EventGroup[] = ["words", "order", "notes", "memory"];

/** The kinds of a group; none stands for all. */
export function kindsOf(group: EventGroup | null): EventType[] {
	return (Object.keys(GROUPS) as EventType[]).filter((kind) => GROUPS[kind] === group);
}

/** What happened, as a sentence. */
export function eventSentence({ eventType, eventData }: ConversationEvent): string {
	if (eventType === "reply_finished")
		return t(ENDS[dataOf(eventData).status ?? ""] ?? "event.reply_finished");
	return t(`event.${eventType}` as MessageKey & "event.message_sent");
}

const ENDS: Record<string, "event.reply_stopped" | "event.reply_failed"> = {
	interrupted: "event.reply_stopped",
	failed: "event.reply_failed",
};

/** What belongs to it and can be told in a word: who answers, which status, which level. */
export function eventDetail({ eventType, eventData }: ConversationEvent): string {
	const data = dataOf(eventData);
	switch (eventType) {
		case "conversation_tutor_changed":
			return tutorName(data.tutor);
		case "conversation_level_changed":
			return data.level ?? "";
		case "messages_imported":
		case "messages_deleted":
		case "messages_restored":
			return data.count ?? "";
		default:
			return "";
	}
}

/** What the entries that are told in a word hold, each as a text. */
type Data = Partial<Record<"status" | "tutor" | "level" | "count" | "model", string>>;

/** A log that cannot be read is no reason to show nothing of it. */
function dataOf(json: string): Data {
	try {
		const data: unknown = JSON.parse(json);
		if (typeof data !== "object" || data === null) return {};
		const texts = Object.entries(data).map(([key, value]): [string, string] => [
			key,
			typeof value === "object" ? JSON.stringify(value) : String(value),
		]);
		return Object.fromEntries(texts);
	} catch {
		return {};
	}
}

function tutorName(json: string | undefined): string {
	if (json === undefined || json === "null") return t("event.tutorOfSettings");
	const { model } = dataOf(json);
	return model ?? t("event.tutorBuiltIn");
}
