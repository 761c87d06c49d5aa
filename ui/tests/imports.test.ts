import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { sources } from "./support/sources";

interface Import {
	from: string;
	to: string;
}

function importsOf({ path, text }: { path: string; text: string }): Import[] {
	const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g);
	return [...specifiers].map(([, specifier = ""]) => ({
		from: path,
		to: specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier,
	}));
}

const shipped = sources("src", ".ts", ".svelte").filter(({ path }) => !path.endsWith(".test.ts"));
const imports = shipped.flatMap(importsOf);

const featureOf = (path: string) => /^src\/features\/([^/]+)/.exec(path)?.[1];
const described = (found: Import[]) => found.map(({ from, to }) => `${from} imports ${to}`);

/** The rules of the house; each gives the imports that break it. */
const broken = {
	tauriOutsideIpc: (all: Import[]) =>
		all.filter(({ from, to }) => to.startsWith("@tauri-apps/") && !from.startsWith("src/ipc/")),
	bindingsOutsideIpc: (all: Import[]) =>
		all.filter(({ from, to }) => to.startsWith("src/ipc/bindings") && !from.startsWith("src/ipc/")),
	featureToFeature: (all: Import[]) =>
		all.filter(({ from, to }) => {
			const [source, target] = [featureOf(from), featureOf(to)];
			return target !== undefined && source !== undefined && source !== target;
		}),
	widgetToFeature: (all: Import[]) =>
		all.filter(
			({ from, to }) =>
				/^src\/(components|drafts|live|i18n|ipc)\//.test(from) && /^src\/(features|app)\//.test(to),
		),
	widgetToIpc: (all: Import[]) =>
		all.filter(({ from, to }) => /^src\/(components|live|i18n)\//.test(from) && to.startsWith("src/ipc")),
	featureToApp: (all: Import[]) =>
		all.filter(({ from, to }) => featureOf(from) !== undefined && to.startsWith("src/app/")),
};

describe("who may import whom", () => {
	it("finds imports at all", () => {
		expect(shipped.length).toBeGreaterThan(30);
		expect(described(imports)).toContain("src/features/chat/chat.svelte.ts imports src/live/refresher");
	});

	it("only ipc knows Tauri", () => expect(described(broken.tauriOutsideIpc(imports))).toEqual([]));
	it("only ipc knows the generated bindings", () =>
		expect(described(broken.bindingsOutsideIpc(imports))).toEqual([]));
	it("no feature imports another", () => expect(described(broken.featureToFeature(imports))).toEqual([]));
	it("no feature imports the shell around it", () =>
		expect(described(broken.featureToApp(imports))).toEqual([]));
	it("widgets and tools know no feature", () =>
		expect(described(broken.widgetToFeature(imports))).toEqual([]));
	it("widgets and tools know no commands", () => expect(described(broken.widgetToIpc(imports))).toEqual([]));

	it("sees an import that breaks a rule", () => {
		const bad = importsOf({
			path: "src/features/chat/Bad.svelte",
			text: `import { invoke } from "@tauri-apps/api/core";
import Settings from "../settings/SettingsDialog.svelte";
const lazy = import('../../app/Shell.svelte');`,
		});
		expect(broken.tauriOutsideIpc(bad)).toHaveLength(1);
		expect(broken.featureToFeature(bad)).toHaveLength(1);
		expect(broken.featureToApp(bad)).toHaveLength(1);
	});
});

it("nothing in the window hangs on a test id", () => {
	const found = sources("src", ".ts", ".svelte", ".css").flatMap(({ path, text }) =>
		[...text.matchAll(/\[data-testid[^{]*/g)].map(([use]) => `${path}: ${use}`),
	);
	expect(found).toEqual([]);
});
