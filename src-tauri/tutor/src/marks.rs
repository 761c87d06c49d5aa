//! Marks in what a model writes: `[happy]` before a sentence, `[pause]` after one, `[stress]` before one. They say how something is to be
//! spoken, and are no words: they are taken out of the text as it comes, and what is no mark stays where it is.

use parlance_storage::Emotion;

/// What a mark asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// What follows is said with this feeling.
    Feeling(Emotion),
    /// Silence of so many milliseconds after what was said.
    Pause(u32),
    /// The sentence that follows is stressed.
    Stress,
}

/// A piece of the text, or a mark at this place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Words(String),
    Mark(Mark),
}

const PAUSE_MS: u32 = 900;
const LONG_PAUSE_MS: u32 = 1_800;

/// What models write for the marks that they were told, and near enough to be meant.
const MARKS: &[(&str, Mark)] = &[
    ("neutral", Mark::Feeling(Emotion::Neutral)),
    ("happy", Mark::Feeling(Emotion::Happy)),
    ("smiling", Mark::Feeling(Emotion::Happy)),
    ("smiles", Mark::Feeling(Emotion::Happy)),
    ("laughing", Mark::Feeling(Emotion::Happy)),
    ("laughs", Mark::Feeling(Emotion::Happy)),
    ("encouraging", Mark::Feeling(Emotion::Encouraging)),
    ("excited", Mark::Feeling(Emotion::Excited)),
    ("surprised", Mark::Feeling(Emotion::Excited)),
    ("calm", Mark::Feeling(Emotion::Calm)),
    ("serious", Mark::Feeling(Emotion::Calm)),
    ("curious", Mark::Feeling(Emotion::Curious)),
    ("thoughtful", Mark::Feeling(Emotion::Curious)),
    ("supportive", Mark::Feeling(Emotion::Supportive)),
    ("sad", Mark::Feeling(Emotion::Supportive)),
    ("sympathetic", Mark::Feeling(Emotion::Supportive)),
    ("pause", Mark::Pause(PAUSE_MS)),
    ("short pause", Mark::Pause(PAUSE_MS)),
    ("long pause", Mark::Pause(LONG_PAUSE_MS)),
    ("stress", Mark::Stress),
    ("stressed", Mark::Stress),
    ("emphasis", Mark::Stress),
];

/// No mark is longer, with its brackets and a few blanks.
const LONGEST_MARK: usize = 24;

/// Takes the marks out of a text that is still arriving.
///
/// However the text is cut into pieces on its way, words and marks are the same. A bracket that may still become a mark
/// is held back; one that is none, like `[sic]` or a link, is given out as it was. A mark that breaks off at the end of
/// the text is dropped.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// From an opening bracket on.
    held: String,
    /// The text so far ends with white space, or is empty, and a mark was taken out there: blanks would stand double.
    swallows_blanks: bool,
    ends_with_space: bool,
    has_begun: bool,
}

impl Marks {
    /// Takes the next piece of the text.
    pub(crate) fn push(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for c in text.chars() {
            self.take(c, &mut pieces);
        }
        pieces
    }

    /// The text has ended.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let held = std::mem::take(&mut self.held);
        if !is_broken_mark(&held) {
            self.give(&held, &mut pieces);
        }
        pieces
    }

    fn take(&mut self, c: char, pieces: &mut Vec<Piece>) {
        if self.held.is_empty() {
            match c {
                '[' => self.held.push(c),
                ' ' if self.swallows_blanks => {}
                _ => self.give(c.encode_utf8(&mut [0; 4]), pieces),
            }
            return;
        }
        if c == '[' || c == '\n' || self.held.len() + c.len_utf8() > LONGEST_MARK {
            let held = std::mem::take(&mut self.held);
            self.give(&held, pieces);
            self.take(c, pieces);
            return;
        }
        self.held.push(c);
        if c == ']' {
            let held = std::mem::take(&mut self.held);
            match mark(&held) {
                Some(mark) => {
                    self.swallows_blanks = self.ends_with_space || !self.has_begun;
                    pieces.push(Piece::Mark(mark));
                }
                None => self.give(&held, pieces),
            }
        }
    }

    fn give(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        let Some(last) = text.chars().next_back() else {
            return;
        };
        self.swallows_blanks = false;
        self.has_begun = true;
        self.ends_with_space = last.is_whitespace();
        match pieces.last_mut() {
            Some(Piece::Words(words)) => words.push_str(text),
            _ => pieces.push(Piece::Words(text.to_owned())),
        }
    }
}

/// The mark in these brackets, if it is one.
fn mark(bracketed: &str) -> Option<Mark> {
    let name = bracketed.strip_prefix('[')?.strip_suffix(']')?;
    let name = name.trim().to_lowercase();
    let known = MARKS.iter().find(|(known, _)| *known == name)?;
    Some(known.1)
}

/// Whether a text that ends after an opening bracket would have become a mark.
fn is_broken_mark(held: &str) -> bool {
    let Some(name) = held.strip_prefix('[') else {
        return false;
    };
    let name = name.trim().to_lowercase();
    MARKS.iter().any(|(known, _)| known.starts_with(&name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (String, Vec<Mark>) {
        let mut marks = Marks::default();
        let mut pieces = marks.push(text);
        pieces.extend(marks.finish());
        split(pieces)
    }

    fn split(pieces: Vec<Piece>) -> (String, Vec<Mark>) {
        let (mut words, mut marks) = (String::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Words(text) => words.push_str(&text),
                Piece::Mark(mark) => marks.push(mark),
            }
        }
        (words, marks)
    }

    #[test]
    fn marks_are_taken_out_and_leave_no_double_blanks() {
        let (words, marks) = read("[happy] Great! [pause] How are *you*? [ Curious ]Tell me.");
        assert_eq!(words, "Great! How are *you*? Tell me.");
        assert_eq!(
            marks,
            [
                Mark::Feeling(Emotion::Happy),
                Mark::Pause(PAUSE_MS),
                Mark::Feeling(Emotion::Curious)
            ]
        );
    }

    #[test]
    fn what_is_no_mark_stays_to_the_letter() {
        for text in [
            "He said [sic] it.",
            "[a link](https://a.example)",
            "[[happy]",
            "a[0] = b[1]",
            "[this is a long remark of the writer's]",
            "[hap\npy]",
            "[你好]",
            "Open [",
        ] {
            let (words, _) = read(text);
            let kept = text.replace("[happy]", "").replace("Open [", "Open ");
            assert_eq!(words, kept);
        }
    }

    #[test]
    fn a_mark_that_breaks_off_at_the_end_is_dropped() {
        assert_eq!(read("Good. [enc").0, "Good. ");
        assert_eq!(read("Good. [one").0, "Good. [one");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_the_text_comes(
            text in "(\\[|\\]|happy|pause| |a|é|\n|你|\\[calm\\]){0,30}",
            cut in 0_usize..60,
        ) {
            let at = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(text.len());
            let mut marks = Marks::default();
            let mut pieces = marks.push(&text[..at]);
            pieces.extend(marks.push(&text[at..]));
            pieces.extend(marks.finish());
            prop_assert_eq!(split(pieces), read(&text));
        }
    }
}
