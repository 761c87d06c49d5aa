import { expect, it } from "vitest";
import { Freshness } from "./freshness";

it("an answer counts only if no later question was answered before", () => {
	const freshness = new Freshness();
	const [first, second] = [freshness.ask(), freshness.ask()];
	expect(freshness.accept("茶", second)).toBe(true);
	expect(freshness.accept("茶", first)).toBe(false);
	expect(freshness.accept("cà phê", first)).toBe(true);
});

it("no question that was asked before a thing came back is news of it", () => {
	const freshness = new Freshness();
	const before = freshness.ask();
	freshness.bury("茶");
	expect(freshness.accept("茶", freshness.ask())).toBe(false);
	const last = freshness.ask();
	expect(freshness.revive("茶")).toBe(true);
	expect(freshness.isBuried("茶")).toBe(false);
	expect([before, last].map((asked) => freshness.accept("茶", asked))).toEqual([false, false]);
	expect(freshness.accept("茶", freshness.ask())).toBe(true);
	expect(freshness.revive("茶")).toBe(false);
});

it("what was buried can come back all at once, and nothing else is forgotten", () => {
	const freshness = new Freshness();
	const old = freshness.ask();
	freshness.bury("茶");
	freshness.accept("cà phê", freshness.ask());
	freshness.reviveAll();
	expect(freshness.isBuried("茶")).toBe(false);
	expect(freshness.accept("cà phê", old)).toBe(false);
	expect(freshness.accept("茶", freshness.ask())).toBe(true);
});
