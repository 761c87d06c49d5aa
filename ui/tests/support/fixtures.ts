import type {
	AppStatus,
	Backup,
	Chunk,
	ConversationSummary,
	Folder,
	KeyFact,
	Message,
	MessageDetails,
	ModelServer,
	SearchHit,
	Summary,
	Template,
	UserSettings,
} from "../../src/ipc";

export const NOON = Date.UTC(2026, 2, 14, 12, 0, 0);

let serial = 0;

/** An id as the app makes them: 13 characters, growing. */
export function anId(): string {
	serial += 1;
	return serial.toString(32).toUpperCase().padStart(13, "0");
}

export const READY: Extract<AppStatus, { state: "ready" }> = {
	state: "ready",
	appVersion: "0.1.0",
	schemaVersion: 14,
	sqliteVersion: "3.53.2",
	dataDir: "/home/linh/.local/share/parlance",
	databasePath: "/home/linh/.local/share/parlance/parlance.db",
	profile: { id: "0000000000001", displayName: "Linh" },
	speech: { state: "ready", engine: "espeak-ng", voice: "en-gb" },
	readOnly: null,
	notices: [],
};

export const SETTINGS: UserSettings = {
	theme: "system",
	language: "en",
	autoPlay: false,
	speechRate: 1,
	partnerPace: "natural",
	tutor: { kind: "built_in" },
};

export function aTemplate(over: Partial<Template> = {}): Template {
	return {
		id: anId(),
		slug: "own-0000000000t01",
		name: "Ở chợ Bến Thành",
		description: "",
		level: null,
		situation: null,
		openingMessage: "",
		systemPrompt: "",
		isBuiltIn: false,
		createdAt: NOON,
		updatedAt: NOON,
		...over,
	};
}

/** In the order of an app that has brought one after the other. */
export const TEMPLATES: Template[] = [
	aTemplate({
		id: "0000000000T01",
		slug: "at-the-cafe",
		name: "At the café",
		description: "Order a drink and something to eat, and ask what it costs.",
		level: "A1",
		situation: "at-the-cafe",
		openingMessage: "Hello! Welcome to the Green Leaf. What can I get you?",
		isBuiltIn: true,
	}),
	aTemplate({
		id: "0000000000T02",
		slug: "job-interview",
		name: "A job interview",
		description: "Talk about your experience, your strengths and a mistake you learned from.",
		level: "B2",
		situation: "job-interview",
		openingMessage: "Thank you for coming in today. Would you like to tell me a little about yourself?",
		isBuiltIn: true,
	}),
	aTemplate({
		id: "0000000000T03",
		slug: "lost-luggage",
		name: "Lost luggage",
		description: "Your suitcase did not arrive. Describe it at the airport desk.",
		level: "B1",
		situation: "lost-luggage",
		isBuiltIn: true,
	}),
	aTemplate({
		id: "0000000000T04",
		slug: "job-interview-c1",
		name: "A job interview",
		description: "Talk about your experience, your strengths and a mistake you learned from.",
		level: "C1",
		situation: "job-interview",
		openingMessage: "I gather you have quite a story to tell. Where shall we begin?",
		isBuiltIn: true,
	}),
	aTemplate({
		id: "0000000000T05",
		slug: "job-interview-b1",
		name: "A job interview",
		description: "Talk about your experience, your strengths and a mistake you learned from.",
		level: "B1",
		situation: "job-interview",
		openingMessage: "Good morning. Please tell me about yourself.",
		isBuiltIn: true,
	}),
];

export function aConversation(over: Partial<ConversationSummary> = {}): ConversationSummary {
	return {
		id: anId(),
		templateId: null,
		title: "Weekend plans",
		titleSource: "auto",
		level: "A2",
		status: "active",
		pinnedAt: null,
		messageCount: 4,
		lastMessageAt: NOON,
		lastMessagePreview: "That sounds lovely. Who are you going with?",
		createdAt: NOON - 86_400_000,
		tags: [],
		folderId: null,
		isUnread: false,
		originConversationId: null,
		originMessageId: null,
		...over,
	};
}

export function aFolder(over: Partial<Folder> = {}): Folder {
	return {
		id: anId(),
		name: "Travel",
		parentFolderId: null,
		color: null,
		icon: null,
		position: 0,
		conversationCount: 0,
		createdAt: NOON,
		updatedAt: NOON,
		...over,
	};
}

export function aChunk(over: Partial<Chunk> = {}): Chunk {
	const text = over.text ?? "That sounds lovely. ";
	return {
		id: anId(),
		messageId: "",
		chunkIndex: 0,
		text,
		spokenText: text.trim(),
		emotion: "neutral",
		icon: null,
		pauseAfterMs: 300,
		emphasis: "none",
		ttsStatus: "completed",
		attemptCount: 1,
		lastError: null,
		hasAudio: (over.ttsStatus ?? "completed") === "completed",
		audioDurationMs: 900,
		...over,
	};
}

export function aMessage(over: Partial<Message> = {}): Message {
	return {
		id: anId(),
		conversationId: "",
		role: "user",
		content: "I go to the beach yesterday.",
		sequenceNumber: 1,
		status: "complete",
		model: null,
		inputMethod: "text",
		createdAt: NOON,
		editedAt: null,
		editCount: 0,
		isBookmarked: false,
		reaction: null,
		noteCount: 0,
		failureCode: null,
		chunks: [],
		...over,
	};
}

/** A reply made of these chunks; `rest` are words that no chunk holds yet. */
export function aReply(
	chunks: (string | Partial<Chunk>)[],
	over: Partial<Message> & { rest?: string } = {},
): Message {
	const { rest = "", ...message } = over;
	const id = message.id ?? anId();
	const made = chunks.map((chunk, chunkIndex) =>
		aChunk({ ...(typeof chunk === "string" ? { text: chunk } : chunk), messageId: id, chunkIndex }),
	);
	return aMessage({
		role: "assistant",
		model: "practice-partner",
		content: made.map(({ text }) => text).join("") + rest,
		chunks: made,
		...message,
		id,
	});
}

/** Of a message that keeps the rules of A2. */
export function theDetails(over: Partial<MessageDetails> = {}): MessageDetails {
	return {
		tokenCount: 12,
		level: "A2",
		sentenceCount: 2,
		longestSentence: "What can I get you?",
		longestSentenceWords: 5,
		longestSentenceLimit: 16,
		isSentenceLengthKept: true,
		wordCount: 6,
		wordsWithoutLevelCount: 0,
		wordsByLevel: [5, 1, 0, 0, 0, 0],
		wordsWithinCount: 6,
		wordsWithinWantedPermille: 950,
		vocabularyLevel: "A2",
		isVocabularyKept: true,
		wordsAbove: [],
		...over,
	};
}

/** Of a message that breaks both rules of A2. */
export const TOO_HARD = theDetails({
	tokenCount: 1234,
	sentenceCount: 3,
	longestSentence: "Notwithstanding the inevitable repercussions, we shall persevere.",
	longestSentenceWords: 19,
	isSentenceLengthKept: false,
	wordCount: 45,
	wordsWithoutLevelCount: 2,
	wordsByLevel: [30, 12, 1, 0, 0, 2],
	wordsWithinCount: 42,
	vocabularyLevel: "B1",
	isVocabularyKept: false,
	wordsAbove: [
		{ word: "inevitable", level: "C2" },
		{ word: "repercussions", level: "C2" },
		{ word: "persist", level: "B1" },
	],
});

export function aServer(over: Partial<ModelServer> = {}): ModelServer {
	const createdAt = over.createdAt ?? NOON;
	return {
		id: anId(),
		name: "Ollama",
		address: "http://127.0.0.1:11434/v1",
		allowsPlainHttp: false,
		usesKey: false,
		embeddingModel: null,
		createdAt,
		updatedAt: createdAt,
		...over,
	};
}

/** Something that was learnt of the learner. */
export function aFact(over: Partial<KeyFact> = {}): KeyFact {
	const createdAt = over.createdAt ?? NOON;
	return {
		id: anId(),
		conversationId: "",
		factType: "interest",
		text: "Thích nấu ăn",
		confidence: 0.5,
		sourceMessageId: null,
		isUserEdited: false,
		pinnedAt: null,
		createdAt,
		updatedAt: createdAt,
		...over,
	};
}

export function aSummary(over: Partial<Summary> = {}): Summary {
	return {
		id: anId(),
		conversationId: "",
		tier: 1,
		text: "They talked about the market.",
		fromSequence: 1,
		toSequence: 40,
		tokenCount: 8,
		model: null,
		createdAt: NOON,
		updatedAt: NOON,
		...over,
	};
}

export function aBackup(over: Partial<Backup> = {}): Backup {
	const createdAt = over.createdAt ?? NOON;
	const reason = over.reason ?? "scheduled";
	return {
		name: `${createdAt}-${reason}.plbackup`,
		createdAt,
		reason,
		bytes: 3_400_000,
		schemaVersion: 11,
		appVersion: "0.1.0",
		counts: reason === "replaced" ? null : { conversations: 4, messages: 16, words: 0 },
		problem: null,
		...over,
	};
}

/** A start that failed with this code. */
export function aFailedStart(
	code: string,
	details: Record<string, string> = {},
	message = "technical",
): Extract<AppStatus, { state: "failed" }> {
	return {
		state: "failed",
		dataDir: "/home/linh/.local/share/parlance",
		error: { code: code as "io", message, details },
	};
}

/** What people really write. */
export const WRITINGS = [
	"Tôi đi chợ mua cá và rau muống.",
	"我昨天去了海边,水很凉。",
	"昨日は海に行きました。楽しかったです!",
	"เมื่อวานฉันไปทะเล",
	"ذهبت إلى البحر أمس.",
	"Family trip 👨‍👩‍👧‍👦 with naïve café fiancées — ça va?",
	"<script>alert('hi')</script> & \"quotes\" '); DROP TABLE messages;--",
];

/** Something that a search finds. */
export function aHit(over: Partial<SearchHit> = {}): SearchHit {
	return {
		kind: "message",
		id: anId(),
		conversationId: null,
		messageId: null,
		sequenceNumber: 7,
		title: "At the café",
		role: "user",
		at: NOON,
		snippet: [
			{ text: "今天", isMatch: false },
			{ text: "天气", isMatch: true },
			{ text: "不错", isMatch: false },
		],
		...over,
	};
}
