import { currentLocale, t } from "./index.svelte";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(millis: number, name: string, options: Intl.DateTimeFormatOptions): string {
	const key = `${currentLocale()} ${name}`;
	let formatter = formats.get(key);
	if (!formatter) {
		formatter = new Intl.DateTimeFormat(currentLocale(), options);
		formats.set(key, formatter);
	}
	return formatter.format(millis);
}

/** Whole days from the learner's calendar day of `millis` to that of `now`. */
function daysAgo(millis: number, now: number): number {
	const day = (value: number) => {
		const date = new Date(value);
		return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
	};
	return day(now) - day(millis);
}

/** The time of day. */
export function timeOfDay(millis: number): string {
	return format(millis, "time", { hour: "numeric", minute: "2-digit" });
}

/** Day and time in full, for tooltips and screen readers. */
export function fullTime(millis: number): string {
	return format(millis, "full", { dateStyle: "full", timeStyle: "short" });
}

/** How long ago, in the largest unit that fits: "5 minutes ago", "1 day ago". */
export function relativeWhen(millis: number, now = Date.now()): string {
	const seconds = Math.floor((now - millis) / 1000);
	const formatter = new Intl.RelativeTimeFormat(currentLocale(), {
		numeric: seconds < 60 ? "auto" : "always",
	});
	// A clock that was put back makes moments of the future; nothing was made there.
	if (seconds < 60) return formatter.format(0, "second");
	if (seconds < 3600) return formatter.format(-Math.floor(seconds / 60), "minute");
	if (seconds < 86_400) return formatter.format(-Math.floor(seconds / 3600), "hour");
	const days = daysAgo(millis, now);
	if (days < 31) return formatter.format(-days, "day");
	if (days < 365) return formatter.format(-Math.floor(days / 30.44), "month");
	return formatter.format(-Math.floor(days / 365.25), "year");
}

/** The day, with its year only where that is not the present one. */
export function dayOf(millis: number, now = Date.now()): string {
	if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
		return format(millis, "month-day", { day: "numeric", month: "long" });
	}
	return format(millis, "day-year", { day: "numeric", month: "long", year: "numeric" });
}

/** The heading over the messages of a day. */
export function dayHeading(millis: number, now = Date.now()): string {
	const days = daysAgo(millis, now);
	if (days === 0) return t("time.today");
	if (days === 1) return t("time.yesterday");
	if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
		return format(millis, "day", { weekday: "long", day: "numeric", month: "long" });
	}
	return format(millis, "day-year", { day: "numeric", month: "long", year: "numeric" });
}

/** As short as it can be said: the time today, the weekday within a week, else the date. */
export function shortWhen(millis: number, now = Date.now()): string {
	const days = daysAgo(millis, now);
	if (days <= 0) return timeOfDay(millis);
	if (days === 1) return t("time.yesterday");
	if (days < 7) return format(millis, "weekday", { weekday: "short" });
	if (new Date(millis).getFullYear() === new Date(now).getFullYear()) {
		return format(millis, "date", { day: "numeric", month: "short" });
	}
	return format(millis, "date-year", { day: "numeric", month: "short", year: "numeric" });
}

/** Whether two moments fall on the same calendar day. */
export function sameDay(a: number, b: number): boolean {
	return daysAgo(a, b) === 0;
}
