export default {
	"language.name": "English",

	"app.name": "Parlance",
	"app.loading": "Opening your conversations…",
	"app.upgrading": "Your data is being brought up to this version; a backup is made first.",

	"time.today": "Today",
	"time.yesterday": "Yesterday",

	"welcome.title": "What would you like to talk about?",
	"welcome.text":
		"Choose a scene and your partner says the first line. Answer in your own words; mistakes are welcome here.",
	"welcome.private": "Everything stays on this computer.",
} as const;
