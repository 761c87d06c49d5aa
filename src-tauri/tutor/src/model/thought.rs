//! Leaves out what a model thinks before it speaks.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Lets words through, less white space and a `<think>…</think>` at their beginning.
///
/// Only there: later on it may be what the conversation is about.
#[derive(Default)]
pub(super) struct Thought {
    place: Place,
    /// What could still become a tag.
    held: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Beginning,
    Thinking,
    Speaking,
}

impl Thought {
    /// Takes the next piece; gives what is to be heard of it.
    pub(super) fn push(&mut self, piece: &str) -> String {
        if self.place == Place::Speaking {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        loop {
            match self.place {
                Place::Speaking => return std::mem::take(&mut self.held),
                Place::Beginning => {
                    self.trim_start();
                    if let Some(rest) = self.held.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.place = Place::Thinking;
                    } else if OPEN.starts_with(&self.held) {
                        return String::new();
                    } else {
                        self.place = Place::Speaking;
                    }
                }
                Place::Thinking => {
                    let Some(end) = self.held.find(CLOSE) else {
                        self.forget_all_but_a_tag();
                        return String::new();
                    };
                    self.held.drain(..end + CLOSE.len());
                    self.place = Place::Beginning;
                }
            }
        }
    }

    /// What was held back at the end, and is no tag then.
    pub(super) fn end(&mut self) -> String {
        match std::mem::replace(&mut self.place, Place::Speaking) {
            Place::Thinking => String::new(),
            Place::Beginning | Place::Speaking => std::mem::take(&mut self.held),
        }
    }

    pub(super) fn is_thinking(&self) -> bool {
        self.place == Place::Thinking
    }

    fn trim_start(&mut self) {
        let blank = self.held.len() - self.held.trim_start().len();
        self.held.drain(..blank);
    }

    fn forget_all_but_a_tag(&mut self) {
        let mut keep = self.held.len().saturating_sub(CLOSE.len());
        while !self.held.is_char_boundary(keep) {
            keep += 1;
        }
        self.held.drain(..keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pieces: &[&str]) -> String {
        let mut thought = Thought::default();
        let mut heard: String = pieces.iter().map(|piece| thought.push(piece)).collect();
        heard.push_str(&thought.end());
        heard
    }

    #[test]
    fn thoughts_at_the_beginning_are_left_out_however_they_are_cut() {
        let text = "\n<think>Hmm, <b> \u{1f914} what? </thin</think>\n\nYes <think>no</think>.";
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(heard(&letters), "Yes <think>no</think>.");
        assert_eq!(heard(&[text]), "Yes <think>no</think>.");
    }

    #[test]
    fn what_only_looks_like_a_thought_is_heard() {
        assert_eq!(heard(&["<thi", "s> is"]), "<this> is");
        assert_eq!(heard(&["<thin"]), "<thin");
        assert_eq!(heard(&["a < b"]), "a < b");
    }

    #[test]
    fn a_thought_that_never_ends_is_not_heard_and_not_kept() {
        let mut thought = Thought::default();
        assert_eq!(thought.push("<think>"), "");
        for _ in 0..1_000 {
            assert_eq!(thought.push("thinking 思考 "), "");
        }
        assert!(thought.held.len() < 50 && thought.is_thinking());
        assert_eq!(thought.end(), "");
    }
}
