import BookOpen from "@lucide/svelte/icons/book-open";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleQuestionMark from "@lucide/svelte/icons/circle-question-mark";
import Hand from "@lucide/svelte/icons/hand";
import Heart from "@lucide/svelte/icons/heart";
import HeartHandshake from "@lucide/svelte/icons/heart-handshake";
import Leaf from "@lucide/svelte/icons/leaf";
import Lightbulb from "@lucide/svelte/icons/lightbulb";
import MessageCircle from "@lucide/svelte/icons/message-circle";
import PartyPopper from "@lucide/svelte/icons/party-popper";
import Smile from "@lucide/svelte/icons/smile";
import Sparkles from "@lucide/svelte/icons/sparkles";
import ThumbsUp from "@lucide/svelte/icons/thumbs-up";
import type { Component } from "svelte";
import type { Chunk } from "../../ipc";

/** The names that the chunker gives. "chat" is plain talk: its feeling says more, so it has none here. */
const byName = new Map<string, Component>([
	["question", CircleQuestionMark],
	["wave", Hand],
	["sparkles", Sparkles],
	["lightbulb", Lightbulb],
	["heart", Heart],
	["check", CircleCheck],
	["book", BookOpen],
]);

const byEmotion: Record<Chunk["emotion"], Component> = {
	neutral: MessageCircle,
	happy: Smile,
	encouraging: ThumbsUp,
	excited: PartyPopper,
	calm: Leaf,
	curious: CircleQuestionMark,
	supportive: HeartHandshake,
};

/** The icon a chunk asks for, else the one of its feeling. */
export function chunkIcon({ icon, emotion }: Pick<Chunk, "icon" | "emotion">): Component {
	return byName.get(icon ?? "") ?? byEmotion[emotion] ?? MessageCircle;
}
