import BookmarkIcon from "@lucide/svelte/icons/bookmark";
import BookmarkX from "@lucide/svelte/icons/bookmark-x";
import Copy from "@lucide/svelte/icons/copy";
import GitBranch from "@lucide/svelte/icons/git-branch";
import History from "@lucide/svelte/icons/history";
import Info from "@lucide/svelte/icons/info";
import Pencil from "@lucide/svelte/icons/pencil";
import Quote from "@lucide/svelte/icons/quote";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import Scissors from "@lucide/svelte/icons/scissors";
import SmilePlus from "@lucide/svelte/icons/smile-plus";
import SquareCheck from "@lucide/svelte/icons/square-check";
import StickyNote from "@lucide/svelte/icons/sticky-note";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { MenuGroup, MenuItem } from "../../components/menu";
import { t } from "../../i18n/index.svelte";
import type { Message, Reaction } from "../../ipc";
import { PRACTICE_PARTNER } from "./message";

/** What can be done with a message. */
export type MessageAction =
	| "copy"
	| "quote"
	| "regenerate"
	| "resume"
	| "builtIn"
	| "tutor"
	| "edit"
	| "history"
	| "details"
	| "react"
	| "bookmark"
	| "removeBookmark"
	| "bookmarkNote"
	| "note"
	| "notes"
	| "branch"
	| "split"
	| "select"
	| "delete";

export const REACTIONS: readonly Reaction[] = [
	"helpful",
	"perfect",
	"too_easy",
	"too_hard",
	"confusing",
	"incorrect",
];

export function reactionLabel(reaction: Reaction): string {
	switch (reaction) {
		case "helpful":
			return t("react.helpful");
		case "confusing":
			return t("react.confusing");
		case "incorrect":
			return t("react.incorrect");
		case "too_easy":
			return t("react.tooEasy");
		case "too_hard":
			return t("react.tooHard");
		case "perfect":
			return t("react.perfect");
	}
}

/** What depends on where the message stands. */
export interface Surroundings {
	/** Nothing can be changed for now. */
	readOnly: boolean;
	/** Nothing was said before it. */
	isFirst: boolean;
	/** Nothing was said after it. */
	isLast: boolean;
}

/** The menu of a message. What cannot be done with it is not in it. */
export function messageMenu(
	message: Message,
	{ readOnly, isFirst, isLast }: Surroundings,
	act: (action: MessageAction) => void,
): MenuGroup[] {
	const item = (id: MessageAction, label: string, icon: MenuItem["icon"]): MenuItem => ({
		id,
		label,
		icon,
		isDangerous: id === "delete",
		run: () => act(id),
	});
	const whole = message.status !== "streaming";
	const only = (condition: boolean, ...items: MenuItem[]) => (condition ? items : []);
	const groups: MenuGroup[] = [
		{
			id: "words",
			items: [
				item("copy", t("message.copy"), Copy),
				...only(!readOnly, item("quote", t("message.quote"), Quote)),
				...only(!readOnly && message.role === "user", item("edit", t("message.edit"), Pencil)),
				...only(
					!readOnly && isLast && !isFirst && whole && message.role === "assistant",
					item("regenerate", t("message.regenerate"), RefreshCw),
				),
				...only(message.editCount > 0, item("history", t("message.history"), History)),
				...only(whole && message.content.trim() !== "", item("details", t("message.details"), Info)),
			],
		},
		{
			id: "marks",
			items: readOnly
				? []
				: [
						...only(message.role === "assistant" && whole, item("react", t("message.react"), SmilePlus)),
						...only(!message.isBookmarked, item("bookmark", t("message.bookmark"), BookmarkIcon)),
						item("bookmarkNote", t("message.bookmarkNote"), BookmarkIcon),
						...only(message.isBookmarked, item("removeBookmark", t("message.removeBookmark"), BookmarkX)),
						item("note", t("message.note"), StickyNote),
					],
		},
		{
			id: "ways",
			items: readOnly
				? []
				: [
						...only(whole, item("branch", t("message.branch"), GitBranch)),
						...only(!isFirst, item("split", t("message.split"), Scissors)),
						...only(whole, item("select", t("message.select"), SquareCheck)),
						item("delete", t("chat.delete"), Trash2),
					],
		},
	];
	return groups.filter(({ items }) => items.length > 0);
}

/** Of these the learner has to see to something before the same tutor can answer. */
const WANTS_CARE: readonly (string | null)[] = [
	"key_needed",
	"model_unauthorized",
	"model_not_found",
	"model_service_not_found",
	"model_not_a_server",
	"server_removed",
	"address",
];

/** What can be done about a reply that did not come, or broke off; what helps most comes first. */
export function waysOn(message: Message): { action: MessageAction; label: string }[] {
	const hasWords = message.content !== "";
	const isModel = message.model !== PRACTICE_PARTNER;
	const way = (action: MessageAction, label: string, isOffered = true) =>
		isOffered ? [{ action, label }] : [];
	return [
		...way("tutor", t("chat.seeToTutor"), WANTS_CARE.includes(message.failureCode)),
		...way("resume", t("chat.continue"), hasWords),
		...way("regenerate", hasWords ? t("message.regenerate") : t("chat.retryReply")),
		...way("builtIn", t("chat.builtInAnswers"), isModel && message.status === "failed"),
	];
}

/** The words as a quotation in front of an answer. */
export function quoted(content: string): string {
	return content
		.trim()
		.split("\n")
		.map((line) => `> ${line}`)
		.join("\n");
}
