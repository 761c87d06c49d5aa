//! Where a reply that broke off is gone on with: what comes must neither repeat what is there nor stick to it.

/// Characters of a continuation that are looked at before any is let through.
const LOOKED_AT: usize = 160;

/// What overlaps must be that long, or more than one word; less is a word that may well come twice.
const SHORTEST_OVERLAP: usize = 8;

/// Lets the words of a continuation through, less those that the reply has already. Models that are asked to go on
/// begin anew, or with the last words, as often as not.
#[derive(Debug)]
pub(crate) struct Seam {
    begun: String,
    held: String,
    is_closed: bool,
}

impl Seam {
    /// The reply's words so far.
    pub(crate) fn after(begun: String) -> Self {
        Self {
            is_closed: begun.trim().is_empty(),
            held: String::new(),
            begun,
        }
    }

    /// Takes the next words, and gives what can be let through by now; may be empty.
    pub(crate) fn push(&mut self, words: &str) -> String {
        if self.is_closed {
            return words.to_owned();
        }
        self.held.push_str(words);
        let repeats_all = self.begun.trim().starts_with(self.held.trim());
        if repeats_all || self.held.chars().count() < LOOKED_AT {
            return String::new();
        }
        self.finish()
    }

    /// No more words come: gives what was held back.
    pub(crate) fn finish(&mut self) -> String {
        if std::mem::replace(&mut self.is_closed, true) {
            return String::new();
        }
        let held = std::mem::take(&mut self.held);
        let repeated = self.repeated(&held);
        let new = &held[repeated..];
        // What goes on from words that are there begins right behind them.
        if repeated == 0 && self.needs_space_before(new) {
            format!(" {new}")
        } else {
            new.to_owned()
        }
    }

    /// How many bytes at the beginning of a continuation are the reply's own.
    fn repeated(&self, held: &str) -> usize {
        let (begun, lead) = (self.begun.trim(), held.len() - held.trim_start().len());
        let said = &held[lead..];
        if begun.starts_with(said.trim_end()) {
            return held.len();
        }
        if said.starts_with(begun) {
            return lead + begun.len();
        }
        let overlap = begun
            .char_indices()
            .map(|(at, _)| &begun[at..])
            .find(|end| said.starts_with(end))
            .filter(|end| end.chars().count() >= SHORTEST_OVERLAP || is_words(end));
        overlap.map_or(0, |end| lead + end.len())
    }

    fn needs_space_before(&self, new: &str) -> bool {
        let (Some(last), Some(first)) = (self.begun.chars().next_back(), new.chars().next()) else {
            return false;
        };
        // Scripts from here on are written without spaces, but for Korean, where one too few does no harm.
        let is_spaced = |c: char| c < '\u{2E80}';
        !last.is_whitespace() && first.is_alphanumeric() && is_spaced(last) && is_spaced(first)
    }
}

/// Whether a text is more than one word.
fn is_words(text: &str) -> bool {
    text.split_whitespace().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::Seam;

    /// The whole reply, if the continuation comes word by word.
    fn joined(begun: &str, continuation: &str) -> String {
        let mut seam = Seam::after(begun.to_owned());
        let mut reply = begun.to_owned();
        for words in continuation.split_inclusive(' ') {
            reply.push_str(&seam.push(words));
        }
        reply.push_str(&seam.finish());
        reply
    }

    #[test]
    fn what_only_goes_on_is_let_through() {
        let long = "the market. ".repeat(40);
        assert_eq!(joined("We went to", &long), format!("We went to {long}"));
        assert_eq!(
            joined("We went to ", "the market."),
            "We went to the market."
        );
        assert_eq!(joined("Really", "?"), "Really?");
        assert_eq!(joined("", "Hello."), "Hello.");
        assert_eq!(joined("我昨天去了", "公园。"), "我昨天去了公园。");
    }

    #[test]
    fn a_model_that_begins_anew_repeats_nothing() {
        let begun = "Hello! It is nice to see you again. ".repeat(8) + "What did you";
        let anew = format!("{begun} do today?");
        assert_eq!(joined(&begun, &anew), anew);
    }

    #[test]
    fn a_model_that_begins_with_the_last_words_repeats_nothing() {
        assert_eq!(
            joined("I see. What did you do on", "What did you do on Sunday?"),
            "I see. What did you do on Sunday?"
        );
        assert_eq!(
            joined("Yes. Do you", "Do you like it?"),
            "Yes. Do you like it?"
        );
        assert_eq!(
            joined("I went home. It was ver", "It was very nice."),
            "I went home. It was very nice."
        );
    }

    #[test]
    fn a_single_word_that_comes_twice_is_no_overlap() {
        assert_eq!(joined("It is very", "very good."), "It is very very good.");
    }

    #[test]
    fn a_model_that_has_nothing_to_add_adds_nothing() {
        assert_eq!(joined("That is all.", "That is all."), "That is all.");
        assert_eq!(joined("That is all.", ""), "That is all.");
    }
}
