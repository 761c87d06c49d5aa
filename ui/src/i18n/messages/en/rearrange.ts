export default {
	"merge.title": "Merge with another conversation",
	"merge.close": "Close without merging",
	"merge.hint":
		"Everything of the chosen conversation goes into “{title}”, in the order of time. What is left of it goes into the trash. This can be undone.",
	"merge.search": "Search by title",
	"merge.legend": "Conversation to merge",
	"merge.found": "{count, plural, one {# conversation} other {# conversations}}",
	"merge.confirm": "Merge",
	"merge.failed": "Nothing was merged.",
} as const;
