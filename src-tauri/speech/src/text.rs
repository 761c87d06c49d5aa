//! Makes any text safe to hand to an engine.

/// The longest text spoken as one piece of audio, in characters.
///
/// A sentence has a few hundred at most. The limit is there for what is not a sentence: 20,000 letters
/// of a script that an engine spells out one by one are already some 200 MB of sound.
pub(crate) const MAX_CHARACTERS: usize = 20_000;

/// The text without anything that is not language: control characters (an engine may take them for
/// commands, as espeak-ng does with U+0001) become spaces, and the edges are trimmed.
///
/// The joiners inside emoji and the direction marks of Arabic stay, since they are part of the writing.
pub(crate) fn clean(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c == '\u{feff}' {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.trim().to_owned()
}

/// Whether there is a letter or a digit of any script, so that silence cannot be right.
pub(crate) fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The beginning of a program's error output as one line of at most 200 characters.
pub(crate) fn shorten(output: &str) -> String {
    const LIMIT: usize = 200;
    let line = output
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if line.is_empty() {
        return "no reason given".to_owned();
    }
    match line.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
