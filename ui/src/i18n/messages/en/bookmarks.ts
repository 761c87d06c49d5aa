export default {
	"bookmark.title": "Bookmark",
	"bookmark.close": "Close without saving",
	"bookmark.note": "Note at the bookmark",
	"bookmark.why": "Why you want to find it again",
	"bookmark.loadFailed": "The note at the bookmark could not be read.",

	"bookmarks.title": "Bookmarks",
	"bookmarks.close": "Close the bookmarks",
	"bookmarks.loading": "Loading the bookmarks…",
	"bookmarks.loadFailed": "The bookmarks could not be read.",
	"bookmarks.nothing": "There are no bookmarks yet. A message is bookmarked from its menu.",
	"bookmarks.edit": "Edit the note",
	"bookmarks.editNamed": "Edit the note of “{name}”",
	"bookmarks.remove": "Remove",
	"bookmarks.removeNamed": "Remove the bookmark of “{name}”",
} as const;
