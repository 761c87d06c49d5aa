//! Words, faces and emoji that carry a feeling.
//!
//! Small on purpose: a wrong feeling is worse than a neutral voice. English first, with the most
//! common phrases of Vietnamese, Spanish and Chinese.

use parlance_storage::Emotion;

/// Phrases that show a feeling, in lower case, and in the order in which they are tried.
pub(super) const FEELINGS: &[(Emotion, &[&str])] = &[
    (
        Emotion::Supportive,
        &[
            "don't worry",
            "do not worry",
            "no worries",
            "no problem",
            "it's okay",
            "it's ok",
            "that's okay",
            "that's ok",
            "it's all right",
            "that's all right",
            "never mind",
            "sorry to hear",
            "so sorry",
            "really sorry",
            "for your loss",
            "how terrible",
            "how awful",
            "how sad",
            "very sad",
            "what a pity",
            "what a shame",
            "i understand how",
            "everyone makes mistakes",
            "mistakes are normal",
            "it happens",
            "i'm here",
            "you're not alone",
            "that sounds hard",
            "that must be hard",
            "không sao",
            "đừng lo",
            "no te preocupes",
            "no pasa nada",
            "tranquilo",
            "没关系",
            "别担心",
        ],
    ),
    (
        Emotion::Encouraging,
        &[
            "well done",
            "good job",
            "great job",
            "nice job",
            "good work",
            "great work",
            "keep going",
            "keep it up",
            "keep trying",
            "keep practising",
            "keep practicing",
            "you can do it",
            "you're doing great",
            "you're doing well",
            "try again",
            "almost there",
            "nearly there",
            "that's right",
            "that's correct",
            "exactly right",
            "good try",
            "good answer",
            "great answer",
            "nice sentence",
            "good sentence",
            "your english is",
            "proud of you",
            "excellent",
            "perfect",
            "brilliant",
            "bravo",
            "giỏi lắm",
            "làm tốt lắm",
            "tốt lắm",
            "cố lên",
            "chính xác",
            "muy bien",
            "buen trabajo",
            "ánimo",
            "excelente",
            "做得好",
            "很好",
            "加油",
            "太棒了",
        ],
    ),
    (
        Emotion::Calm,
        &[
            "take your time",
            "no hurry",
            "no rush",
            "slowly",
            "step by step",
            "relax",
            "calm down",
            "breathe",
            "let's take a moment",
            "little by little",
            "từ từ",
            "thong thả",
            "despacio",
            "con calma",
            "poco a poco",
            "慢慢来",
        ],
    ),
    (
        Emotion::Happy,
        &[
            "nice to meet you",
            "good to see you",
            "great to see you",
            "glad",
            "happy",
            "i love",
            "welcome",
            "thank you",
            "thanks",
            "delighted",
            "wonderful",
            "lovely",
            "congratulations",
            "have a nice",
            "have a good",
            "have a great",
            "cảm ơn",
            "rất vui",
            "chúc mừng",
            "gracias",
            "encantado",
            "encantada",
            "me alegro",
            "felicidades",
            "谢谢",
            "高兴",
        ],
    ),
    (
        Emotion::Excited,
        &[
            "wow",
            "amazing",
            "fantastic",
            "incredible",
            "awesome",
            "hooray",
            "tuyệt vời",
            "increíble",
        ],
    ),
];

/// Words that make an exclamation one of grief or of pity.
pub(super) const BAD_NEWS: &[&str] = &[
    "sorry",
    "sad",
    "terrible",
    "horrible",
    "awful",
    "pity",
    "shame",
    "unfortunately",
    "died",
    "die",
    "dead",
    "death",
    "dying",
    "killed",
    "kill",
    "funeral",
    "cancer",
    "sick",
    "ill",
    "hurt",
    "hurts",
    "pain",
    "accident",
    "war",
    "lost",
    "cry",
    "crying",
    "alone",
    "lonely",
    "poor you",
    "oh no",
    "bad news",
    "too bad",
    "broken",
    "fired",
    "worst",
    "help",
    "afraid",
    "scared",
    "stupid",
];

/// Words that make an exclamation a warning, or angry.
pub(super) const WARNINGS: &[&str] = &[
    "careful",
    "watch out",
    "look out",
    "beware",
    "danger",
    "dangerous",
    "stop",
    "don't",
    "do not",
    "never",
    "hate",
    "shut up",
    "not",
    "wrong",
    "no",
    "quiet",
    "attention",
    "angry",
    "idiot",
];

/// "Present perfect", "the perfect tense": a word of grammar, and no praise.
pub(super) fn is_name_of_tense(before: &str, phrase: &str, after: &str) -> bool {
    let names = ["present", "past", "future", "tense", "pluperfect"];
    let forms = [
        "tense",
        "simple",
        "continuous",
        "progressive",
        "form",
        "participle",
    ];
    phrase == "perfect"
        && (names.iter().any(|name| before.ends_with(name))
            || forms.iter().any(|form| after.starts_with(form)))
}

/// Words before a phrase that turn it round.
pub(super) const NEGATIONS: &[&str] = &[
    "not", "no", "never", "isn't", "wasn't", "aren't", "don't", "doesn't", "didn't", "not very",
    "not so", "không", "chưa", "nunca",
];

/// Words that begin or end a meeting.
pub(super) const GREETINGS: &[&str] = &[
    "hello",
    "hi",
    "hi there",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "welcome",
    "goodbye",
    "bye",
    "bye-bye",
    "see you",
    "good night",
    "xin chào",
    "chào",
    "tạm biệt",
    "hola",
    "buenos días",
    "adiós",
    "hasta luego",
    "bonjour",
    "hallo",
    "こんにちは",
    "你好",
    "再见",
];

/// Phrases that announce advice.
pub(super) const ADVICE: &[&str] = &[
    "tip:",
    "hint:",
    "remember",
    "note that",
    "try to",
    "you could also say",
    "you can also say",
    "a better way",
    "we usually say",
    "it's better to",
    "mẹo",
    "consejo",
];

/// Phrases that explain a word or a rule.
pub(super) const EXPLANATION: &[&str] = &[
    "for example",
    "means",
    "the word",
    "the past of",
    "past tense",
    "present perfect",
    "past perfect",
    "perfect tense",
    "grammar",
    "the plural",
    "e.g.",
    "in other words",
    "ví dụ",
    "nghĩa là",
    "por ejemplo",
    "significa",
    "例如",
    "意思是",
];

/// Faces typed with punctuation.
const FACES: &[(Emotion, &[&str])] = &[
    (
        Emotion::Happy,
        &[":)", ":-)", "=)", ":]", ";)", ";-)", "^^", "^_^", "<3"],
    ),
    (Emotion::Excited, &[":D", ":-D", "=D", "xD", "XD"]),
    (Emotion::Supportive, &[":(", ":-(", ":'("]),
];

/// The feeling of a typed face, or `None` if the word is no face.
pub(super) fn face(word: &str) -> Option<Emotion> {
    FACES
        .iter()
        .find(|(_, faces)| faces.contains(&word))
        .map(|(emotion, _)| *emotion)
}

/// The feeling of an emoji; most have none that a voice could show.
pub(super) fn emoji(character: char) -> Option<Emotion> {
    match character {
        '😀' | '😃' | '😊' | '🙂' | '☺' | '😍' | '🥰' | '😘' | '😁' | '😄' | '😆' | '😉' | '❤'
        | '💕' | '💖' | '😻' | '🌞' | '☕' => Some(Emotion::Happy),
        '🎉' | '🥳' | '🤩' | '🎊' | '🚀' | '🔥' | '✨' | '🌟' | '😲' | '😮' | '🤯' => {
            Some(Emotion::Excited)
        }
        '👍' | '👏' | '💪' | '🙌' | '✅' | '✔' | '🏆' | '🥇' | '👌' | '⭐' | '💯' => {
            Some(Emotion::Encouraging)
        }
        '🤗' | '🫂' | '😢' | '😥' | '😞' | '🙏' | '💙' | '😔' | '😭' => {
            Some(Emotion::Supportive)
        }
        '😌' | '🧘' | '🍃' | '🌿' | '🌙' => Some(Emotion::Calm),
        '🤔' | '❓' | '❔' | '🧐' => Some(Emotion::Curious),
        _ => None,
    }
}
