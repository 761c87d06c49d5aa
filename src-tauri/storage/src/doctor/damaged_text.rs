//! Whether a text is another one of which some characters were damaged.
//!
//! A mark says nothing by itself, since a model can write it. So all that lies between the marks has to agree, and
//! to be as far apart as damage leaves it, which changes bytes but neither adds nor takes any.

use super::mending::NO_CHARACTER;

/// Whether `damaged` was `sound` once. A text of which nothing is left can have been any.
pub(super) fn was(damaged: &str, sound: &str) -> bool {
    if damaged.is_empty() || sound.contains(NO_CHARACTER) {
        return damaged.is_empty() && !sound.is_empty();
    }
    let (stretches, end) = stretches_of(damaged);
    let mut rest = sound.as_bytes();
    for stretch in &stretches {
        let is_here = |at: &usize| {
            rest.get(*at..)
                .is_some_and(|there| there.starts_with(stretch.text))
        };
        let Some(at) = stretch.gap.places().find(is_here) else {
            return false;
        };
        rest = &rest[at + stretch.text.len()..];
    }
    end.places().any(|place| place == rest.len())
}

/// How many bytes a damaged place had.
#[derive(Clone, Copy, Default)]
struct Gap {
    least: usize,
    most: usize,
}

impl Gap {
    const fn places(self) -> std::ops::RangeInclusive<usize> {
        self.least..=self.most
    }

    /// One byte that begins no character, or up to three of one that has no end.
    const fn add_mark(&mut self) {
        self.least += 1;
        self.most += 3;
    }

    /// What the rest of a damaged character looks like may stand next to its mark.
    fn add_neighbour(&mut self, neighbour: Option<char>) {
        let bytes = neighbour.map_or(0, char::len_utf8);
        self.least += bytes;
        self.most += bytes;
    }
}

/// A part of a text that no damage touched, and the damaged place before it.
struct Stretch<'a> {
    gap: Gap,
    text: &'a [u8],
}

/// The parts that no damage touched, and the damaged place at the end.
fn stretches_of(damaged: &str) -> (Vec<Stretch<'_>>, Gap) {
    let mut stretches = Vec::new();
    let mut gap = Gap::default();
    let mut texts = damaged.split(NO_CHARACTER).enumerate().peekable();
    while let Some((number, text)) = texts.next() {
        let mut text = text.chars();
        if number > 0 {
            gap.add_mark();
            gap.add_neighbour(text.next());
        }
        let is_before_mark = texts.peek().is_some();
        let neighbour = if is_before_mark {
            text.next_back()
        } else {
            None
        };
        let text = text.as_str().as_bytes();
        if !text.is_empty() {
            stretches.push(Stretch { gap, text });
            gap = Gap::default();
        }
        gap.add_neighbour(neighbour);
    }
    (stretches, gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with one bit of one byte changed, as a repair makes it legible.
    fn with_bit_changed(text: &str, byte: usize, bit: u32) -> String {
        let mut bytes = text.as_bytes().to_vec();
        bytes[byte] ^= 1 << bit;
        super::super::mending::legible_text(&bytes)
    }

    #[test]
    fn a_text_of_which_a_bit_is_wrong_was_what_it_was() {
        let text = "Em đi bộ, 第二句 👍🏽 — «oui»";
        for byte in 0..text.len() {
            for bit in 0..8 {
                let damaged = with_bit_changed(text, byte, bit);
                let is_seen = damaged.contains(NO_CHARACTER);
                assert_eq!(was(&damaged, text), is_seen, "{damaged}");
            }
        }
    }

    #[test]
    fn a_text_of_which_a_stretch_is_zeros_was_what_it_was() {
        let text = "Em đi bộ, 第二句 👍🏽 — «oui»";
        for begin in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[begin..].iter_mut().take(9).for_each(|byte| *byte = 0);
            let damaged = super::super::mending::legible_text(&bytes);
            assert!(was(&damaged, text), "{damaged}");
        }
    }

    #[test]
    fn a_mark_that_belongs_to_a_text_does_not_make_it_another_one() {
        for (whole, shorter) in [
            ("One. \u{fffd} two. Three.", "One. Three."),
            ("One. \u{fffd}Three.", "One. Three."),
            ("\u{fffd}\u{fffd}", "a"),
            ("你好\u{fffd}吗？", "你好"),
            ("a\u{fffd}", "\u{fffd}"),
            ("a \u{fffd} b", "a \u{fffd}\u{fffd} b"),
            ("a \u{fffd} b", ""),
            ("\u{fffd}", ""),
            ("", ""),
            ("a", "b"),
        ] {
            assert!(!was(whole, shorter), "{whole} {shorter}");
        }
        assert!(was("", "anything"));
    }
}
