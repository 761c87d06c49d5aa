import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface Source {
	/** From `ui/` on. */
	path: string;
	text: string;
}

/** Every file below `folder` whose name ends so. */
export function sources(folder: string, ...ends: string[]): Source[] {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort()
		.map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));
}

export function source(path: string): Source {
	return { path, text: readFileSync(join(root, path), "utf8") };
}
