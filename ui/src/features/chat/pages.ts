import type { Message, MessagePage, Stretch } from "../../ipc";

type List = (stretch: Stretch) => Promise<MessagePage>;

/** Reads what is shown once more: from the end backwards, to the first that is shown, and at least a page. */
export async function readBack(list: List, shown: readonly Message[]): Promise<MessagePage> {
	const shownFrom = shown[0]?.sequenceNumber ?? Number.POSITIVE_INFINITY;
	let page = await list(null);
	const messages = [...page.messages];
	while (page.hasMore && messages[0] && messages[0].sequenceNumber > shownFrom) {
		page = await list({ before: messages[0].sequenceNumber });
		messages.unshift(...page.messages);
	}
	return { messages, hasMore: page.hasMore, hasNewer: false };
}

/** Reads what is shown once more where it does not reach to the end: from the first onwards to the last. */
export async function readOn(list: List, shown: readonly Message[]): Promise<MessagePage> {
	const shownTo = shown.at(-1)?.sequenceNumber ?? 0;
	let page = await list({ after: (shown[0]?.sequenceNumber ?? 1) - 1 });
	const { hasMore } = page;
	const messages = [...page.messages];
	for (let last = messages.at(-1); page.hasNewer && last && last.sequenceNumber < shownTo; ) {
		page = await list({ after: last.sequenceNumber });
		messages.push(...page.messages);
		last = page.messages.at(-1);
	}
	return { messages, hasMore, hasNewer: page.hasNewer };
}
