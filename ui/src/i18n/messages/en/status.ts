export default {
	"readOnly.banner": "You can read everything; for now nothing can be changed.",
	"readOnly.folder": "The data folder is write-protected.",
	"readOnly.file": "The file with your conversations is write-protected.",
	"readOnly.empty":
		"There is no conversation here yet. One can begin as soon as something can be changed again.",
	"readOnly.data":
		"The data folder is write-protected: for now nothing can be backed up, restored or repaired.",
	"readOnly.composer":
		"Sending is off while nothing can be changed. You can write on; your words stay in the box.",

	"notice.ledgerRepaired":
		"The list of updates in your data was not right and has been put right, after a backup. Your conversations are as they were.",
	"notice.restoreFinished":
		"A restore that had been interrupted was finished at this start. What was there before is kept as an undo copy for 30 days.",
	"notice.rowsDamaged": "Some of your data is damaged; everything else can be used.",
	"notice.restored":
		"Restored: this is how everything was on {when}. What you had before is kept as an undo copy for 30 days.",
	"notice.backupFailed": "The automatic backup failed. Your conversations are safe where they are.",
	"notice.backupDoubtful": "Something is wrong with a backup. Your conversations are safe where they are.",
	"notice.openSettings": "Open settings",

	"problem.dismiss": "Dismiss",
	"problem.code": "Code: {code}",
	"problem.detail": "Details",

	"failure.title": "Parlance could not start",
	"failure.kept": "What was kept",
	"failure.todo": "What you can do",
	"failure.folder": "Data folder",
	"failure.retry": "Try again",
	"failure.retrying": "Trying again…",
	"failure.notRetried": "It was not tried again.",
	"failure.data_dir.what": "The folder for your data cannot be written.",
	"failure.data_dir.kept": "Nothing was changed. Whatever was in the folder is still there.",
	"failure.data_dir.todo":
		"Check that the folder belongs to you and that the disk is not write-protected, then try again.",
	"failure.already_open.what": "Parlance is already open with this data.",
	"failure.already_open.kept": "Nothing was changed. The other window has all your conversations.",
	"failure.already_open.todo": "Go on in the other window, or close it and try again.",
	"failure.schema_too_new.what": "Your data was written by a newer Parlance.",
	"failure.schema_too_new.whatBy":
		"Your data was written by Parlance {version}, which is newer than this one.",
	"failure.schema_too_new.kept": "Nothing was changed, so the newer version will find everything as it was.",
	"failure.schema_too_new.todo":
		"Install the newest version of Parlance and start it again: everything is there then. If that is not possible, you can go back to a backup from before the upgrade.",
	"failure.corrupt.what": "The database is damaged.",
	"failure.corrupt.kept": "The file was left exactly as it was found. No empty one was put in its place.",
	"failure.corrupt.todo":
		"Restore a backup: that is the surest way. You can also have a copy repaired, or save what is readable first.",
	"failure.missing.what": "The file with your conversations is not where it should be.",
	"failure.missing.kept": "Nothing was changed, and no empty file was put in its place.",
	"failure.missing.todo":
		"If the data folder is on a disk that is not connected, connect it and try again. Otherwise restore a backup.",
	"failure.backup.what":
		"Your data has to be updated, and the backup that comes before that could not be made.",
	"failure.backup.kept": "Nothing was updated, so everything is as it was.",
	"failure.backup.todo":
		"See that the disk has room and that the data folder can be written, then try again.",
	"failure.disk_full.what": "The disk is full.",
	"failure.disk_full.kept": "Everything saved before is still there.",
	"failure.disk_full.todo": "Free some space and try again.",
	"failure.read_only.what": "The database can be read but not written.",
	"failure.read_only.kept": "Nothing was changed.",
	"failure.read_only.todo":
		"Make the data folder writable for your account and try again. There is no need to restore anything.",
	"failure.busy.what": "Another program is using the database.",
	"failure.busy.kept": "Nothing was changed.",
	"failure.busy.todo":
		"Close other programs that use the data folder, such as a sync or backup tool, and try again.",
	"failure.io.what": "Reading or writing your data failed.",
	"failure.io.kept": "Everything saved before is still there, unless the disk itself is damaged.",
	"failure.io.todo": "Check the disk and its cable or connection, then try again.",
	"failure.other.what": "Something unexpected went wrong while opening your data.",
	"failure.other.kept": "Nothing was changed.",
	"failure.other.todo": "Try again. If it happens once more, the log file in the data folder says more.",
} as const;
