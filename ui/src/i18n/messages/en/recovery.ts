export default {
	"recovery.title": "Your conversations could not be opened",
	"recovery.restoreTitle": "Restore a backup",
	"recovery.restoreHint":
		"Choose the moment to go back to. Each backup was opened and checked when it was made.",
	"recovery.upgradeHint":
		"You can go on with this Parlance from a backup that it can read. What was said since then is not in it. It stays in the newer data, which is kept as an undo copy for 30 days.",
	"recovery.recommended": "Recommended",
	"recovery.beforeUpgrade": "From before the upgrade",
	"recovery.others": "All other backups",
	"recovery.chosen": "Chosen: {when}",
	"recovery.chooseOne": "Backup to restore",
	"recovery.none":
		"There is no backup in the data folder. Below you can have a copy repaired, or save what is readable.",
	"recovery.noneMissing": "There is no backup in the data folder.",
	"recovery.noneUsable": "None of these can be restored as things are.",
	"recovery.onlyUndoCopies":
		"There is no backup that was checked, only an undo copy: what a restore or a repair replaced. It may be damaged itself.",
	"recovery.restore": "Restore this backup",
	"recovery.repairTitle": "Look for damage and repair",
	"recovery.rescueTitle": "Save what is readable",
	"recovery.rescueHint":
		"Writes everything that can still be read into a new folder beside your data. Nothing else is touched.",

	"anew.start": "Begin with an empty profile",
	"anew.title": "Begin with an empty profile?",
	"anew.what": "Parlance then starts as on the first day, without any of your conversations.",
	"anew.kept":
		"Everything in the data folder stays there, the backups too. You can still restore one later, in the settings.",
	"anew.confirm": "Begin empty",
	"anew.failed": "Nothing was begun.",
} as const;
