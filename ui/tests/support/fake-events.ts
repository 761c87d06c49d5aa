import type { ConversationEvent, EventFilter, EventPage } from "../../src/ipc";
import { FakeTutors } from "./fake-tutors";

/** The audit log of the app in memory; what stands in it a test puts there. */
export class FakeEvents extends FakeTutors {
	/** Oldest first. */
	events: ConversationEvent[] = [];

	eventList(conversationId: string, filter: EventFilter, before: string | null, limit: number) {
		return this.carryOut("eventList", [conversationId, filter, before, limit], (): EventPage => {
			const wanted = filter.types ?? [];
			const all = this.events
				.filter((event) => event.conversationId === conversationId)
				.filter(({ eventType }) => wanted.length === 0 || wanted.includes(eventType))
				.reverse();
			const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
			const items = all.slice(from, from + limit);
			const last = items.at(-1);
			return { items, next: last && from + limit < all.length ? last.id : null };
		});
	}
}
