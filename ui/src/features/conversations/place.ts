import { nameKey } from "../../i18n/name-key";
import type { ConversationSummary, ListFilter } from "../../ipc";

/** Which conversations the list shows. */
export type Place =
	| { what: "all" }
	| { what: "unread" }
	| { what: "archived" }
	| { what: "folder"; id: string }
	| { what: "tag"; name: string };

export const ALL: Place = { what: "all" };

/** The place as the app is asked for it; null for the app's own choice, all but archived ones. */
export function filterOf(place: Place): ListFilter | null {
	switch (place.what) {
		case "all":
			return null;
		case "unread":
			return { unread: true };
		case "archived":
			return { status: { only: "archived" } };
		case "folder":
			return { folder: { in: place.id } };
		case "tag":
			return { tag: place.name };
	}
}

/** Whether the app would list the conversation there. */
export function belongs(item: ConversationSummary, place: Place): boolean {
	if (place.what === "archived") return item.status === "archived";
	if (item.status === "archived") return false;
	switch (place.what) {
		case "all":
			return true;
		case "unread":
			return item.isUnread;
		case "folder":
			return item.folderId === place.id;
		case "tag":
			return item.tags.some((tag) => nameKey(tag) === nameKey(place.name));
	}
}
