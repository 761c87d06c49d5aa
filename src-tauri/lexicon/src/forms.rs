//! The regular forms of English words, taken back to what they may be forms of.

/// What a word may be a regular form of: a stem, and the letters that the ending has cost it.
///
/// It is two pieces so that no text is made for a candidate that turns out to be no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base<'a> {
    /// The beginning of the word.
    pub stem: &'a str,
    /// What follows it: nothing, `e`, `y` or `ie`.
    pub ending: &'static str,
}

impl<'a> Base<'a> {
    /// A word that has lost nothing.
    pub(crate) const fn whole(word: &'a str) -> Self {
        Self {
            stem: word,
            ending: "",
        }
    }

    /// The bytes of the whole word.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> {
        self.stem.bytes().chain(self.ending.bytes())
    }
}

type Candidates<'a> = [Option<Base<'a>>; 4];

/// What a word in small letters may be a form of by the regular endings of plural, person, past, `-ing` and
/// comparison: four candidates at most, none if it has no such ending.
///
/// These are guesses by spelling: `being` may be a form of `be`, and `ring` of nothing, but `herring` of `her`. So the
/// word itself has to be looked up first, and each candidate after that.
pub fn bases(word: &str) -> impl Iterator<Item = Base<'_>> {
    let candidates = if let Some(stem) = word.strip_suffix("ing") {
        before_vowel(stem, "y", "ie")
    } else if let Some(stem) = word.strip_suffix("ed") {
        before_vowel(stem, "i", "y")
    } else if let Some(stem) = word.strip_suffix("est") {
        before_vowel(stem, "i", "y")
    } else if let Some(stem) = word.strip_suffix("er") {
        before_vowel(stem, "i", "y")
    } else {
        before_s(word)
    };
    candidates.into_iter().flatten()
}

/// Whether a word in small letters has an ending of comparison, `-er` or `-est`. Unlike the other endings it is often
/// none: `number`, `forest`.
#[must_use]
pub fn is_compared(word: &str) -> bool {
    word.ends_with("er") || word.ends_with("est")
}

const fn base<'a>(stem: &'a str, ending: &'static str) -> Option<Base<'a>> {
    Some(Base { stem, ending })
}

/// `movies` is a form of `movie`, `cities` of `city`, `boxes` of `box`.
fn before_s(word: &str) -> Candidates<'_> {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with('s') => [
            base(stem, ""),
            stem.strip_suffix("ie").and_then(|stem| base(stem, "y")),
            stem.strip_suffix('e').and_then(|stem| base(stem, "")),
            None,
        ],
        _ => [None; 4],
    }
}

/// What may stand before an ending that begins with a vowel, which changes `was` at the end into `is`.
fn before_vowel<'a>(stem: &'a str, is: &str, was: &'static str) -> Candidates<'a> {
    if stem.len() < 2 || !stem.contains(is_vowel) {
        return [None; 4];
    }
    let changed = stem.strip_suffix(is).and_then(|stem| base(stem, was));
    [base(stem, ""), base(stem, "e"), undoubled(stem), changed]
}

/// `stopp` without its last letter.
fn undoubled(stem: &str) -> Option<Base<'_>> {
    let mut letters = stem.chars().rev();
    let last = letters.next()?;
    if is_vowel(last) || letters.next() != Some(last) {
        return None;
    }
    stem.strip_suffix(last).and_then(|stem| base(stem, ""))
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}
