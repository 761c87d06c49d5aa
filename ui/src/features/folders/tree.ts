import type { Folder } from "../../ipc";

/** A line of the tree as it is shown. */
export interface Branch {
	folder: Folder;
	/** From 1. */
	level: number;
	/** Its place among those beside it, from 1, and how many those are. */
	place: number;
	siblings: number;
	hasChildren: boolean;
	isOpen: boolean;
}

type Children = ReadonlyMap<string | null, readonly Folder[]>;

/** The folders in each folder; those in none stand under null, and so do those whose folder nobody knows. */
export function childrenOf(folders: readonly Folder[]): Children {
	const known = new Set(folders.map(({ id }) => id));
	const children = new Map<string | null, Folder[]>();
	for (const folder of folders) {
		const parent =
			folder.parentFolderId !== null && known.has(folder.parentFolderId) ? folder.parentFolderId : null;
		const beside = children.get(parent);
		if (beside) beside.push(folder);
		else children.set(parent, [folder]);
	}
	return children;
}

/** What is to be seen of the tree while these folders are open, from top to bottom. */
export function branches(folders: readonly Folder[], open: ReadonlySet<string>): Branch[] {
	const children = childrenOf(folders);
	const seen: Branch[] = [];
	const walk = (parent: string | null, level: number) => {
		const beside = children.get(parent) ?? [];
		for (const [index, folder] of beside.entries()) {
			const hasChildren = children.has(folder.id);
			const isOpen = hasChildren && open.has(folder.id);
			seen.push({ folder, level, place: index + 1, siblings: beside.length, hasChildren, isOpen });
			if (isOpen) walk(folder.id, level + 1);
		}
	};
	walk(null, 1);
	return seen;
}

/** The folder and all that are in it, however deep. */
export function within(folders: readonly Folder[], id: string): Set<string> {
	const children = childrenOf(folders);
	const found = new Set([id]);
	for (const inside of found) for (const child of children.get(inside) ?? []) found.add(child.id);
	return found;
}

/** The names from the outermost folder to this one. */
export function path(folders: readonly Folder[], id: string): string[] {
	const byId = new Map(folders.map((folder) => [folder.id, folder]));
	const names: string[] = [];
	for (let at = byId.get(id); at && names.length <= folders.length; ) {
		names.unshift(at.name);
		at = at.parentFolderId === null ? undefined : byId.get(at.parentFolderId);
	}
	return names;
}
