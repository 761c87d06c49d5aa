import Archive from "@lucide/svelte/icons/archive";
import ArchiveRestore from "@lucide/svelte/icons/archive-restore";
import ArrowDown from "@lucide/svelte/icons/arrow-down";
import ArrowUp from "@lucide/svelte/icons/arrow-up";
import FolderInput from "@lucide/svelte/icons/folder-input";
import GraduationCap from "@lucide/svelte/icons/graduation-cap";
import Mail from "@lucide/svelte/icons/mail";
import MailOpen from "@lucide/svelte/icons/mail-open";
import MessageSquare from "@lucide/svelte/icons/message-square";
import Pencil from "@lucide/svelte/icons/pencil";
import Pin from "@lucide/svelte/icons/pin";
import PinOff from "@lucide/svelte/icons/pin-off";
import SquareCheck from "@lucide/svelte/icons/square-check";
import Tags from "@lucide/svelte/icons/tags";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { MenuGroup, MenuItem } from "../../components/menu";
import { t } from "../../i18n/index.svelte";
import type { ConversationStatus, ConversationSummary } from "../../ipc";
import type { ConversationActions } from "./actions";

/** What the menu needs besides what every list does. */
export interface MenuActions extends ConversationActions {
	edit(id: string): void;
	toggle(id: string): void;
	askLevel(ids: string[]): void;
	removeRows(ids: string[]): void;
	/** One place up or down among the pinned ones; null where there is none. */
	shiftPin(id: string, by: -1 | 1): (() => void) | null;
}

const STATUSES = ["active", "paused", "completed", "archived"] as const;

export function statusLabel(status: ConversationStatus): string {
	switch (status) {
		case "active":
			return t("status.active");
		case "paused":
			return t("status.paused");
		case "completed":
			return t("status.completed");
		case "archived":
			return t("status.archived");
	}
}

/** The menu of one conversation, or of all that are chosen. */
export function conversationMenu(items: readonly ConversationSummary[], actions: MenuActions): MenuGroup[] {
	const ids = items.map(({ id }) => id);
	const [only] = items.length === 1 ? items : [];
	return [
		...(only ? [aloneGroup(only, actions)] : []),
		{ id: "order", items: orderItems(items, ids, actions) },
		{
			id: "status",
			label: t("status.label"),
			items: STATUSES.map((status) => ({
				id: `status-${status}`,
				label: statusLabel(status),
				checked: items.every((item) => item.status === status),
				run: () => actions.setStatus(ids, status),
			})),
		},
		{
			id: "end",
			items: [
				{
					id: "delete",
					label: t("list.menuDelete"),
					icon: Trash2,
					keys: "Delete",
					isDangerous: true,
					run: () => actions.removeRows(ids),
				},
			],
		},
	];
}

function aloneGroup({ id }: ConversationSummary, actions: MenuActions): MenuGroup {
	return {
		id: "alone",
		items: [
			{
				id: "open",
				label: t("list.menuOpen"),
				icon: MessageSquare,
				keys: "Enter",
				run: () => actions.open(id),
			},
			{ id: "rename", label: t("list.menuRename"), icon: Pencil, keys: "F2", run: () => actions.edit(id) },
			{
				id: "select",
				label: t("list.menuSelect"),
				icon: SquareCheck,
				keys: "Space",
				run: () => actions.toggle(id),
			},
		],
	};
}

function orderItems(items: readonly ConversationSummary[], ids: string[], actions: MenuActions): MenuItem[] {
	const isPinned = items.every(({ pinnedAt }) => pinnedAt !== null);
	const unread = items.filter(({ isUnread }) => isUnread).map(({ id }) => id);
	const [alone] = ids.length === 1 ? ids : [];
	const [up, down] =
		alone === undefined ? [null, null] : [actions.shiftPin(alone, -1), actions.shiftPin(alone, 1)];
	return [
		{ id: "move", label: t("list.menuMove"), icon: FolderInput, keys: "M", run: () => actions.move(ids) },
		{ id: "tags", label: t("list.menuTags"), icon: Tags, keys: "T", run: () => actions.tag(ids) },
		{ id: "level", label: t("list.menuLevel"), icon: GraduationCap, run: () => actions.askLevel(ids) },
		isPinned
			? { id: "unpin", label: t("list.unpin"), icon: PinOff, run: () => actions.pin(ids, false) }
			: { id: "pin", label: t("list.pin"), icon: Pin, run: () => actions.pin(ids, true) },
		...(up ? [{ id: "up", label: t("list.moveUp"), icon: ArrowUp, keys: "Alt+↑", run: up }] : []),
		...(down ? [{ id: "down", label: t("list.moveDown"), icon: ArrowDown, keys: "Alt+↓", run: down }] : []),
		...(unread.length > 0
			? [{ id: "read", label: t("list.markRead"), icon: MailOpen, run: () => actions.markRead(unread) }]
			: []),
		...(unread.length < ids.length
			? [{ id: "unread", label: t("list.markUnread"), icon: Mail, run: () => actions.markUnread(ids) }]
			: []),
	];
}

/** The buttons over the list while several are chosen. */
export function bulkItems(items: readonly ConversationSummary[], actions: MenuActions): MenuItem[] {
	const ids = items.map(({ id }) => id);
	const isPinned = items.every(({ pinnedAt }) => pinnedAt !== null);
	const isArchived = items.every(({ status }) => status === "archived");
	return [
		{ id: "move", label: t("list.menuMove"), icon: FolderInput, run: () => actions.move(ids) },
		{ id: "tags", label: t("list.menuTags"), icon: Tags, run: () => actions.tag(ids) },
		isPinned
			? { id: "unpin", label: t("list.unpin"), icon: PinOff, run: () => actions.pin(ids, false) }
			: { id: "pin", label: t("list.pin"), icon: Pin, run: () => actions.pin(ids, true) },
		isArchived
			? {
					id: "unarchive",
					label: t("list.unarchive"),
					icon: ArchiveRestore,
					run: () => actions.setStatus(ids, "active"),
				}
			: {
					id: "archive",
					label: t("list.archive"),
					icon: Archive,
					run: () => actions.setStatus(ids, "archived"),
				},
		{ id: "unread", label: t("list.markUnread"), icon: Mail, run: () => actions.markUnread(ids) },
		{ id: "delete", label: t("list.menuDelete"), icon: Trash2, run: () => actions.removeRows(ids) },
	];
}
