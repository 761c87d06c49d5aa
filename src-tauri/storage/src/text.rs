//! What texts may be stored, and how long ones are cut for display.
//!
//! Lengths are counted in code points, as SQLite's `length()` counts them. Cuts fall between
//! characters as people see them, so that no family emoji loses a member.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::Error;
use crate::invisible::{BRAILLE_BLANK, is_blank, is_ignorable};

/// The longest message, in code points: some fifty pages. A pasted book is refused, not stored.
pub const LONGEST_MESSAGE: usize = 100_000;
/// The longest title, in code points.
pub const LONGEST_TITLE: usize = 200;
/// The longest topic, in code points.
pub const LONGEST_TOPIC: usize = 1_000;
/// The longest name of a folder, in code points.
pub const LONGEST_FOLDER_NAME: usize = 200;
/// The longest icon of a folder, in code points: an emoji of a family has more than one.
pub const LONGEST_ICON: usize = 64;
/// The longest tag, in code points.
pub const LONGEST_TAG: usize = 100;
/// The longest note, in code points.
pub const LONGEST_NOTE: usize = 100_000;
/// The longest remark, such as the note of a bookmark, in code points.
pub const LONGEST_REMARK: usize = 2_000;
/// Code points of a message shown in the list of conversations.
const PREVIEW_LENGTH: usize = 160;
/// Code points of an automatic title.
const AUTO_TITLE_LENGTH: usize = 60;

/// Refuses what SQLite's own functions and many programs would silently cut at, and what is too long.
pub(crate) fn check(field: &'static str, text: &str, longest: usize) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::invalid(field, "must not contain a NUL character"));
    }
    // A code point has at least one byte, so the count is only taken where it can matter.
    if text.len() > longest {
        let length = text.chars().count();
        if length > longest {
            return Err(Error::invalid(
                field,
                format!("is too long: {length} characters, where {longest} are the most"),
            ));
        }
    }
    Ok(())
}

/// [`check`], and there must be something besides blanks.
pub(crate) fn check_not_blank(
    field: &'static str,
    text: &str,
    longest: usize,
) -> Result<(), Error> {
    check(field, text, longest)?;
    if text.chars().all(is_blank) {
        return Err(Error::invalid(field, "must not be empty"));
    }
    Ok(())
}

/// A remark as it is stored: up to 2,000 code points, none if it is blank.
pub(crate) fn remark<'a>(
    field: &'static str,
    text: Option<&'a str>,
) -> Result<Option<&'a str>, Error> {
    check(field, text.unwrap_or_default(), LONGEST_REMARK)?;
    Ok(text.filter(|text| !text.chars().all(is_blank)))
}

/// A title as it is stored: without blanks around it, on one line, 1 to 200 code points.
pub(crate) fn title(text: &str) -> Result<String, Error> {
    line("title", text, LONGEST_TITLE)
}

/// A name as it is stored: without blanks around it, on one line, 1 to `longest` code points. There must be something
/// to see in it; a lone accent is nothing. What a terminal would obey becomes a blank as the end of a line does. Signs
/// that show nothing stay, since they join the emoji of a family and part the letters of Persian words.
pub(crate) fn line(field: &'static str, text: &str, longest: usize) -> Result<String, Error> {
    check(field, text, usize::MAX)?;
    if text.chars().all(|c| is_blank(c) || is_combining_mark(c)) {
        return Err(Error::invalid(field, "must not be empty"));
    }
    let line = name_line(text);
    check(field, &line, longest)?;
    Ok(line)
}

/// What names have in common that are one name: they look alike, or differ by case or by the width of letters. That is
/// NFKC and full case folding, without signs that show nothing. Accents tell names apart, and ı is no i.
pub(crate) fn name_key(name: &str) -> String {
    if name.is_ascii() {
        return name_line(name).to_ascii_lowercase();
    }
    let folded: String = name
        .nfkc()
        .filter(|c| !is_ignorable(*c))
        .map(|c| if c == BRAILLE_BLANK { ' ' } else { c })
        .flat_map(fold_case)
        .nfkc()
        .collect();
    name_line(&folded)
}

/// There and back again: alone, ß has no capital and ẞ is not the small letter that "SS" gives.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    // Its capital is the I of every other language.
    let is_dotless_i = c == 'ı';
    let kept = is_dotless_i.then_some(c);
    let folded = (!is_dotless_i).then(|| {
        c.to_lowercase()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
    });
    kept.into_iter().chain(folded.into_iter().flatten())
}

/// A colour as it is stored: `#rrggbb`, in small letters.
pub(crate) fn color(text: &str) -> Result<String, Error> {
    let is_one = text.len() == 7
        && text
            .strip_prefix('#')
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if is_one {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Error::invalid("color", "must have the form #rrggbb"))
    }
}

/// A text that may be missing, as it is stored: without white space around it, and empty if it is blank.
pub(crate) fn optional(field: &'static str, text: &str, longest: usize) -> Result<String, Error> {
    check(field, text, usize::MAX)?;
    if text.chars().all(is_blank) {
        return Ok(String::new());
    }
    let text = text.trim();
    check(field, text, longest)?;
    Ok(text.to_owned())
}

/// The beginning of a text as it is, of at most `longest` code points, with an ellipsis if something is missing.
pub(crate) fn beginning(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    cut(text, longest)
}

/// The beginning of a message, on one line, as the list of conversations shows it.
pub(crate) fn preview(content: &str) -> String {
    shorten(content, PREVIEW_LENGTH)
}

/// What people say before they have said anything, in small letters.
const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hello there",
    "hi there",
    "hey",
    "hey there",
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "how are you",
    "hello how are you",
    "hi how are you",
    "nice to meet you",
    "hallo",
    "guten morgen",
    "guten tag",
    "guten abend",
    "hola",
    "buenos días",
    "buenas tardes",
    "buenas noches",
    "bonjour",
    "bonsoir",
    "salut",
    "ciao",
    "buongiorno",
    "buonasera",
    "olá",
    "oi",
    "bom dia",
    "boa tarde",
    "boa noite",
    "xin chào",
    "chào",
    "chào bạn",
    "xin chào bạn",
    "привет",
    "здравствуйте",
    "добрый день",
    "merhaba",
    "selam",
    "مرحبا",
    "السلام عليكم",
    "नमस्ते",
    "你好",
    "您好",
    "早上好",
    "こんにちは",
    "おはよう",
    "おはようございます",
    "안녕하세요",
    "안녕",
];

/// Whether a text is a greeting and nothing else, whatever signs are around its words. One without words tells as
/// little.
pub(crate) fn is_greeting(text: &str) -> bool {
    const LONGEST_IN_BYTES: usize = 200;
    if text.len() > LONGEST_IN_BYTES {
        return false;
    }
    let words: String = text.unicode_words().collect();
    let words = words.to_lowercase();
    let is_it = |greeting: &&str| greeting.split(' ').collect::<String>() == words;
    words.is_empty() || GREETINGS.iter().any(is_it)
}

/// A title made from a message of the learner's.
pub(crate) fn auto_title(content: &str) -> String {
    shorten(content, AUTO_TITLE_LENGTH)
}

/// A title with a number behind it, such as ` (2)`, cut so that both fit into the longest title.
pub(crate) fn numbered(title: &str, number: u32) -> String {
    let suffix = format!(" ({number})");
    let room = LONGEST_TITLE - suffix.len();
    let mut kept = whole_graphemes(title, room);
    if kept.trim_end().is_empty() {
        // One endless grapheme: cut through it rather than show a number alone.
        kept = title.chars().take(room).collect();
    }
    format!("{}{suffix}", kept.trim_end())
}

/// The title without the number that [`numbered`] gives it; as it is if it has none.
pub(crate) fn without_number(title: &str) -> &str {
    let number = title
        .strip_suffix(')')
        .and_then(|title| title.rsplit_once(" ("));
    match number {
        Some((rest, number))
            if !rest.is_empty()
                && (1..=9).contains(&number.len())
                && number.bytes().all(|digit| digit.is_ascii_digit()) =>
        {
            rest
        }
        _ => title,
    }
}

/// As many whole graphemes as fit into `longest` code points.
fn whole_graphemes(text: &str, longest: usize) -> String {
    let mut length = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            length += grapheme.chars().count();
            length <= longest
        })
        .collect()
}

/// On one line, without what a terminal would obey.
fn name_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of at most `longest` code points, with an ellipsis if something is missing.
fn shorten(text: &str, longest: usize) -> String {
    // What is shown needs no more than the beginning, however long the text is.
    let beginning: String = text.chars().take(longest * 8).collect();
    let line = one_line(&beginning);
    if line.chars().count() <= longest && beginning.len() == text.len() {
        return line;
    }
    cut(&line, longest)
}

fn cut(text: &str, longest: usize) -> String {
    let mut short = whole_graphemes(text, longest - 1);
    if short.is_empty() {
        // One endless grapheme: cut through it rather than show nothing.
        short = text.chars().take(longest - 1).collect();
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}
