import { t } from "../../i18n/index.svelte";
import { sameDay } from "../../i18n/time";
import type { Backup, BackupReason } from "../../ipc";

const REASONS = {
	scheduled: "backup.reason.scheduled",
	quit: "backup.reason.quit",
	manual: "backup.reason.manual",
	migration: "backup.reason.migration",
	import: "backup.reason.import",
	restore: "backup.reason.restore",
	repair: "backup.reason.repair",
	delete: "backup.reason.delete",
	replaced: "backup.reason.replaced",
} as const satisfies Record<BackupReason, string>;

/** What a backup was made for, in words. */
export function reasonOf({ reason }: Backup): string {
	return t(REASONS[reason]);
}

/** Whether it is what a restore or a repair replaced, and not a backup that was checked. */
export function isUndoCopy({ reason }: Backup): boolean {
	return reason === "replaced";
}

/** Whether this app can restore it; `supported` is the newest schema that it reads, if that is known. */
export function isUsable(backup: Backup, supported: number | null): boolean {
	return backup.problem === null && !isTooNew(backup, supported);
}

export function isTooNew({ schemaVersion }: Backup, supported: number | null): boolean {
	return supported !== null && schemaVersion > supported;
}

/**
 * The backup to begin with: the newest that can be restored. One without a word in it is passed over while
 * there are others, since a database that was lost may have been backed up empty before that was noticed.
 */
export function recommended(backups: readonly Backup[], supported: number | null): Backup | null {
	const usable = backups.filter((backup) => isUsable(backup, supported) && !isUndoCopy(backup));
	return usable.find(({ counts }) => (counts?.messages ?? 0) > 0) ?? usable[0] ?? null;
}

/** Backups by the learner's days, in the order in which they come. */
export function byDay(backups: readonly Backup[]): { day: number; backups: Backup[] }[] {
	const days: { day: number; backups: Backup[] }[] = [];
	for (const backup of backups) {
		const last = days.at(-1);
		if (last && sameDay(last.day, backup.createdAt)) last.backups.push(backup);
		else days.push({ day: backup.createdAt, backups: [backup] });
	}
	return days;
}
