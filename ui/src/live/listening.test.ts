import { expect, it } from "vitest";
import { Listening } from "./listening";

/** A source of news that counts who listens. */
function source() {
	const news = { listeners: 0, arrive: () => {} };
	const listening = new Listening(async () => {
		await new Promise<void>((resolve) => {
			news.arrive = resolve;
		});
		news.listeners += 1;
		return () => {
			news.listeners -= 1;
		};
	});
	return { news, listening };
}

it("listens once, however often it is started, and no more when it is stopped", async () => {
	const { news, listening } = source();
	const first = listening.start();
	const arriveFirst = news.arrive;
	const second = listening.start();
	arriveFirst();
	news.arrive();
	await Promise.all([first, second]);
	await listening.start();
	expect(news.listeners).toBe(1);
	listening.stop();
	expect([news.listeners, listening.stopped]).toEqual([0, true]);
});

it("lets go of what comes after it was stopped", async () => {
	const { news, listening } = source();
	const starting = listening.start();
	listening.stop();
	news.arrive();
	await starting;
	expect(news.listeners).toBe(0);
});

it("can be started again after a failure, which is told", async () => {
	let calls = 0;
	const listening = new Listening(async () => {
		calls += 1;
		if (calls === 1) throw new Error("no events");
		return () => {};
	});
	await expect(listening.start()).rejects.toThrow("no events");
	await listening.start();
	await listening.start();
	expect(calls).toBe(2);
});
