/** What end-to-end tests hold on to. Elements that stand for data carry it in `data-*` beside the id. */
export const testids = {
	opening: "opening",
	appReady: "app-ready",
	conversationList: "conversation-list",
	conversationItem: "conversation-item", // data-id
	conversationMore: "conversation-more",
	conversationMenu: "conversation-menu",
	menuItem: "menu-item", // data-action
	bulkBar: "bulk-bar",
	bulkAction: "bulk-action", // data-action
	levelOption: "level-option", // data-action="A1|…|none"
	folderTree: "folder-tree",
	place: "place", // data-id: of a folder, or "all|unread|archived"
	folderNew: "folder-new",
	folderMore: "folder-more",
	folderMenu: "folder-menu",
	folderDialog: "folder-dialog",
	folderName: "folder-name",
	folderIcon: "folder-icon",
	folderSave: "folder-save",
	moveDialog: "move-dialog",
	moveBox: "move-box",
	movePlace: "move-place", // data-id, empty for no folder
	tagsFold: "tags-fold",
	tagFilter: "tag-filter", // data-name
	tagsManage: "tags-manage",
	tagsDialog: "tags-dialog",
	tagsBox: "tags-box",
	tagMake: "tag-make",
	tagOption: "tag-option", // data-name
	tagsSave: "tags-save",
	manageTags: "manage-tags",
	managedTag: "managed-tag", // data-name
	tagColours: "tag-colours",
	tagMergeSelect: "tag-merge-select",
	tagMergeInstead: "tag-merge-instead",
	tagUndo: "tag-undo",
	newConversation: "new-conversation",
	templateOption: "template-option", // data-slug; "free-talk" for a conversation without a template
	templateLevel: "template-level", // data-value: the slug of the situation at that level
	levelFilter: "level-filter", // data-value: a level, or empty for all
	ownTemplate: "own-template", // data-id
	templateNew: "template-new",
	templateEdit: "template-edit",
	templateDelete: "template-delete",
	templateForm: "template-form",
	templateName: "template-name",
	templateLevelSelect: "template-level-select",
	templateOpening: "template-opening",
	templatePrompt: "template-prompt",
	templateSave: "template-save",
	templateCancel: "template-cancel",
	saveTemplateDialog: "save-template-dialog",
	conversationTitle: "conversation-title",
	renameConversation: "rename-conversation",
	deleteConversation: "delete-conversation",
	deleteMessage: "delete-message",
	draftNotKept: "draft-not-kept",
	undoToast: "undo-toast",
	undo: "undo",
	trashOpen: "trash-open",
	trashDialog: "trash-dialog",
	trashClose: "trash-close",
	trashDone: "trash-done",
	trashNothing: "trash-nothing",
	trashItem: "trash-item", // data-kind="conversation|message|note", data-id
	trashRestore: "trash-restore",
	trashErase: "trash-erase",
	trashMore: "trash-more",
	trashEmpty: "trash-empty",
	trashConfirm: "trash-confirm",
	trashKeep: "trash-keep",
	trashConfirmErase: "trash-confirm-erase",
	recentChanges: "recent-changes",
	recentChange: "recent-change", // data-kind, data-id
	recentUndo: "recent-undo",
	searchOpen: "search-open",
	searchDialog: "search-dialog",
	searchBox: "search-box",
	searchClose: "search-close",
	searchOption: "search-option", // data-what="command|recent|hit|more", of a hit data-kind and data-id
	searchNothing: "search-nothing",
	searchMore: "search-more",
	searchAll: "search-all",
	searchOperator: "search-operator", // data-operator
	searchForget: "search-forget",
	searchIncomplete: "search-incomplete",
	searchIndex: "search-index",
	searchRebuild: "search-rebuild",
	renameInput: "rename-input",
	composer: "composer",
	send: "send",
	stop: "stop",
	message: "message", // data-id, data-role, data-status
	messageWords: "message-words", // of a message: its words that are not in chunks
	chunk: "chunk", // data-id, data-index, data-tts-status, data-speaking="true|false"
	playMessage: "play-message",
	stopAudio: "stop-audio",
	retryChunk: "retry-chunk",
	toNewest: "to-newest",
	messageMore: "message-more",
	messageMenu: "message-menu",
	messageMenuItem: "message-menu-item", // data-action
	messageEditor: "message-editor",
	messageEditText: "message-edit-text",
	messageSave: "message-save",
	messageSaveAnew: "message-save-anew",
	messageCancel: "message-cancel",
	messageEdited: "message-edited",
	messageReaction: "message-reaction",
	messageBookmarked: "message-bookmarked",
	messageNotes: "message-notes",
	chatSaid: "chat-said",
	messageBox: "message-box", // data-row: of a message while several can be chosen
	selectionBar: "selection-bar",
	selectionAction: "selection-action", // data-action
	selectionCount: "selection-count",
	historyDialog: "history-dialog",
	historyClose: "history-close",
	historyItem: "history-item", // data-id
	historyRestore: "history-restore",
	bookmarkDialog: "bookmark-dialog",
	bookmarkNote: "bookmark-note",
	bookmarkSave: "bookmark-save",
	bookmarkRemove: "bookmark-remove",
	reactDialog: "react-dialog",
	reactChoice: "react-choice", // value
	reactFeedback: "react-feedback",
	reactSave: "react-save",
	reactClear: "react-clear",
	originLink: "origin-link",
	topBarMenu: "top-bar-menu",
	topBarMenuItem: "top-bar-menu-item", // data-action
	notesPanel: "notes-panel",
	notesClose: "notes-close",
	noteNew: "note-new",
	noteAdd: "note-add",
	noteGeneral: "note-general",
	noteItem: "note-item", // data-id
	noteText: "note-text",
	noteSave: "note-save",
	noteEdit: "note-edit",
	noteDelete: "note-delete",
	noteOpen: "note-open",
	bookmarksDialog: "bookmarks-dialog",
	bookmarksClose: "bookmarks-close",
	bookmarksMore: "bookmarks-more",
	bookmarkItem: "bookmark-item", // data-id of its message
	bookmarkOpen: "bookmark-open",
	bookmarkEdit: "bookmark-edit",
	bookmarkUndo: "bookmark-undo",
	mergeDialog: "merge-dialog",
	mergeSearch: "merge-search",
	mergeChoice: "merge-choice", // data-id
	mergeConfirm: "merge-confirm",
	messageGone: "message-gone",
	newerLoading: "newer-loading",
	settingsOpen: "settings-open",
	themeSelect: "theme-select",
	languageSelect: "language-select",
	paceSelect: "pace-select",
	autoplayToggle: "autoplay-toggle",
	rateSelect: "rate-select",
	settingsClose: "settings-close",
	errorBanner: "error-banner",
	errorCode: "error-code",
	startFailure: "start-failure",
	startFailureMessage: "start-failure-message",
	startRetry: "start-retry",
	speechState: "speech-state", // data-state="ready|unavailable"
	olderLoading: "older-loading",

	// Backups, repair and the page of a database that does not open.
	recoveryPage: "recovery-page", // data-code
	recoveryRestore: "recovery-restore",
	beginAnew: "begin-anew",
	beginAnewCancel: "begin-anew-cancel",
	beginAnewConfirm: "begin-anew-confirm",
	dataSection: "data-section",
	backupListRetry: "backup-list-retry",
	backupStatus: "backup-status",
	backupNow: "backup-now",
	backupBudget: "backup-budget",
	backupBudgetKeep: "backup-budget-keep",
	backupBudgetConfirm: "backup-budget-confirm",
	backupItem: "backup-item", // data-name, data-reason
	backupRestore: "backup-restore", // in a backup-item of the settings
	backupConfirm: "backup-confirm",
	backupsMore: "backups-more",
	workProgress: "work-progress", // data-work, data-stage
	workCancel: "work-cancel",
	workCancelled: "work-cancelled",
	doctorCheck: "doctor-check",
	doctorReport: "doctor-report", // data-ok
	doctorRepair: "doctor-repair",
	doctorOutcome: "doctor-outcome",
	doctorGoOn: "doctor-go-on",
	rescue: "rescue",
	rescueOutcome: "rescue-outcome",
	openFolder: "open-folder",
	copyReport: "copy-report",
	reportCopy: "report-copy",
	openTrash: "open-trash",
	readOnlyBanner: "read-only-banner",
	noticeBanner: "notice-banner", // data-notice
	backupProblem: "backup-problem",
} as const;
