//! What single characters mean for cutting and for speaking.
//!
//! General categories and emoji come from the Unicode tables; the sets written out here are those
//! for which the tables have no property of their own, or one that is too wide for speech.

use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};

/// What kind of sentence end a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `.`: ends a sentence only if what stands around it agrees.
    Full,
    /// `…` or several full stops: ends a sentence before a capital.
    Ellipsis,
    /// `!` and `?` of scripts that put a space between sentences.
    Strong,
    /// `。` and its kin: ends a sentence with no space after it.
    Wide,
}

impl Mark {
    /// The mark that a character is, if any. Follows Sentence_Terminal of the Unicode character
    /// database for the scripts in use today, with two changes: `…` counts, and the Burmese `၊`
    /// does not, being a comma.
    pub(super) fn of(character: char) -> Option<Self> {
        match character {
            '.' | '\u{2024}' => Some(Self::Full),
            '…' => Some(Self::Ellipsis),
            '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' | '‽' | '\u{37E}' => Some(Self::Strong),
            '。' | '｡' | '．' | '！' | '？' | '।' | '॥' | '؟' | '۔' | '؝' | '؞' | '։' | '።'
            | '፧' | '፨' | '။' | '។' | '៕' | '᙮' | '᠃' | '᠉' | '᱾' | '᱿' | '܀' | '܁' | '܂' | '߹'
            | '᥄' | '᥅' | '꓿' | '꘎' | '꘏' | '꛳' | '꛷' | '꡶' | '꡷' | '꣎' | '꣏' | '꤯' | '꧈' | '꧉'
            | '꩝' | '꩞' | '꩟' | '꫰' | '꫱' | '꯫' | '﹒' | '﹖' | '﹗' | '།' | '༎' => {
                Some(Self::Wide)
            }
            _ => None,
        }
    }

    /// The mark of two that follow each other: `..` is an ellipsis, `?.` still a question.
    pub(super) fn and(self, next: Self) -> Self {
        match (self, next) {
            (Self::Full | Self::Ellipsis, Self::Full | Self::Ellipsis) => Self::Ellipsis,
            (Self::Wide, _) | (_, Self::Wide) => Self::Wide,
            _ => Self::Strong,
        }
    }
}

/// Whether a voice breathes at this mark when white space follows.
pub(super) fn is_clause_mark(character: char) -> bool {
    matches!(
        character,
        ',' | ';'
            | ':'
            | '–'
            | '-'
            | '،'
            | '؛'
            | '՝'
            | '፣'
            | '፤'
            | '፥'
            | '၊'
            | '·'
            | '༔'
            | '᠂'
            | '᠈'
    ) || is_tight_clause_mark(character)
}

/// Whether it does so with no white space after it.
pub(super) fn is_tight_clause_mark(character: char) -> bool {
    matches!(
        character,
        '—' | '、' | '，' | '；' | '：' | '､' | '﹐' | '﹑' | '﹔'
    )
}

// Most characters of most texts are ASCII, and the tables are slow: each question about them is
// answered without the tables where it can be.

/// Quotation marks, each of which opens in one language and closes in another.
pub(super) fn is_quote(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, '"' | '\'');
    }
    matches!(
        character.general_category(),
        GeneralCategory::InitialPunctuation | GeneralCategory::FinalPunctuation
    ) || matches!(character, '„' | '‚' | '＂' | '＇' | '〝' | '〞' | '〟')
}

/// Brackets and corner quotes that can only open.
pub(super) fn is_opening(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, '(' | '[' | '{');
    }
    character.general_category() == GeneralCategory::OpenPunctuation
        || matches!(character, '¿' | '¡')
}

/// Brackets and corner quotes that can only close.
pub(super) fn is_closing(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ')' | ']' | '}');
    }
    character.general_category() == GeneralCategory::ClosePunctuation
}

/// Controls, invisible format characters, private use and what Unicode has not assigned.
pub(super) fn is_unspeakable(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character == '\u{FFFD}' || character.general_category_group() == GeneralCategoryGroup::Other
}

/// Characters with which Markdown wraps words.
pub(super) fn is_wrapping(character: char) -> bool {
    matches!(character, '*' | '_' | '~' | '`')
}

/// Bullets that are never anything else, so that they begin an item even inside a line.
pub(super) fn is_bullet(character: char) -> bool {
    matches!(
        character,
        '•' | '◦' | '▪' | '▫' | '‣' | '⁃' | '∙' | '●' | '○'
    )
}

/// Characters that end a line or a paragraph. CR LF is one grapheme and shows its CR.
pub(super) fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Emoji in the wide sense: whatever a font may draw as a picture, save digits and punctuation.
pub(super) fn is_emoji(character: char) -> bool {
    !character.is_ascii() && character.is_emoji_char() && !matches!(character, '‼' | '⁉')
        || is_flag_letter(character)
}

fn is_flag_letter(character: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&character)
}

/// Letters of scripts that write a syllable or a word as one sign, about three times as long to
/// say as a letter.
pub(super) fn is_ideographic(character: char) -> bool {
    matches!(character,
        '\u{3041}'..='\u{30FF}'
        | '\u{3105}'..='\u{312F}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{A000}'..='\u{A48F}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}'
        | '々' | '〆')
}

/// Letters of scripts that put a space between clauses and none between words: Thai, Lao, Tibetan,
/// Burmese, Khmer.
pub(super) fn is_spaced_by_clause(character: char) -> bool {
    matches!(character,
        '\u{E00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// Scripts in which a word's neighbour is no sign of a longer word.
pub(crate) fn is_unspaced(character: char) -> bool {
    is_ideographic(character) || is_spaced_by_clause(character)
}

/// Letters of scripts without capitals.
pub(super) fn is_uncased_letter(character: char) -> bool {
    character.is_alphabetic() && !character.is_lowercase() && !character.is_uppercase()
}

/// How long a grapheme takes to say, in letters.
pub(super) fn spoken_units(character: char) -> usize {
    if is_ideographic(character) { 3 } else { 1 }
}
