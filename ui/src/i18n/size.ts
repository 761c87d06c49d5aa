import { currentLocale } from "./index.svelte";

const UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** The size of a file as file managers give it: in thousands, with one decimal where that says something. */
export function fileSize(bytes: number): string {
	let value = bytes / 1000;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return new Intl.NumberFormat(currentLocale(), {
		style: "unit",
		unit: UNITS[unit],
		maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
		// No file is "0 kB": there would be nothing in it.
	}).format(bytes > 0 ? Math.max(value, 1) : 0);
}

/** Thousandths as a percentage without decimals. */
export function percent(permille: number): string {
	return new Intl.NumberFormat(currentLocale(), { style: "percent" }).format(permille / 1000);
}
