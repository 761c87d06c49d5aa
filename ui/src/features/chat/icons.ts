import BookOpen from "@lucide/svelte/icons/book-open";
import Bookmark from "@lucide/svelte/icons/bookmark";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import Coffee from "@lucide/svelte/icons/coffee";
import Compass from "@lucide/svelte/icons/compass";
import Flame from "@lucide/svelte/icons/flame";
import Hand from "@lucide/svelte/icons/hand";
import Heart from "@lucide/svelte/icons/heart";
import HeartHandshake from "@lucide/svelte/icons/heart-handshake";
import Info from "@lucide/svelte/icons/info";
import Leaf from "@lucide/svelte/icons/leaf";
import Lightbulb from "@lucide/svelte/icons/lightbulb";
import List from "@lucide/svelte/icons/list";
import MapPin from "@lucide/svelte/icons/map-pin";
import MessageCircle from "@lucide/svelte/icons/message-circle";
import MessageCircleQuestion from "@lucide/svelte/icons/message-circle-question-mark";
import Moon from "@lucide/svelte/icons/moon";
import Music from "@lucide/svelte/icons/music";
import PartyPopper from "@lucide/svelte/icons/party-popper";
import Pencil from "@lucide/svelte/icons/pencil";
import Plane from "@lucide/svelte/icons/plane";
import Quote from "@lucide/svelte/icons/quote";
import Search from "@lucide/svelte/icons/search";
import Smile from "@lucide/svelte/icons/smile";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Star from "@lucide/svelte/icons/star";
import Sun from "@lucide/svelte/icons/sun";
import ThumbsUp from "@lucide/svelte/icons/thumbs-up";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import Trophy from "@lucide/svelte/icons/trophy";
import Utensils from "@lucide/svelte/icons/utensils";
import Zap from "@lucide/svelte/icons/zap";
import type { Component } from "svelte";
import type { Chunk } from "../../ipc";

// Named one by one: the whole of Lucide is more than a thousand icons.
const byName: Record<string, Component> = {
	"alert-triangle": TriangleAlert,
	"book-open": BookOpen,
	bookmark: Bookmark,
	check: CircleCheck,
	"check-circle": CircleCheck,
	"circle-check": CircleCheck,
	"circle-help": CircleHelp,
	"circle-question-mark": CircleHelp,
	coffee: Coffee,
	compass: Compass,
	flame: Flame,
	hand: Hand,
	heart: Heart,
	"heart-handshake": HeartHandshake,
	"help-circle": CircleHelp,
	info: Info,
	leaf: Leaf,
	lightbulb: Lightbulb,
	list: List,
	"map-pin": MapPin,
	"message-circle": MessageCircle,
	"message-circle-question": MessageCircleQuestion,
	"message-circle-question-mark": MessageCircleQuestion,
	moon: Moon,
	music: Music,
	"party-popper": PartyPopper,
	pencil: Pencil,
	plane: Plane,
	quote: Quote,
	search: Search,
	smile: Smile,
	sparkles: Sparkles,
	star: Star,
	sun: Sun,
	"thumbs-up": ThumbsUp,
	"triangle-alert": TriangleAlert,
	trophy: Trophy,
	utensils: Utensils,
	zap: Zap,
};

const byEmotion: Record<Chunk["emotion"], Component> = {
	neutral: MessageCircle,
	happy: Smile,
	encouraging: ThumbsUp,
	excited: PartyPopper,
	calm: Leaf,
	curious: CircleHelp,
	supportive: HeartHandshake,
};

/** The icon a chunk asks for, else the one of its emotion. */
export function chunkIcon({ icon, emotion }: Pick<Chunk, "icon" | "emotion">): Component {
	return (icon && byName[icon]) || byEmotion[emotion] || MessageCircle;
}
