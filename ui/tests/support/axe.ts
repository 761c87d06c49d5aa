import axe from "axe-core";

/** What axe finds wrong on the page, one line each. Colours are measured in tokens.test.ts: no test page is painted. */
export async function violations(within: Element = document.documentElement): Promise<string[]> {
	const { violations: found } = await axe.run(within, {
		rules: { "color-contrast": { enabled: false } },
		resultTypes: ["violations"],
	});
	return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
