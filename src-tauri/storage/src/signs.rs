//! What people take for one sign: a letter with all that belongs to it, an emoji of several characters.

use unicode_segmentation::GraphemeCursor;

/// Where the sign begins in which byte `at` of a text lies; `at` itself between two signs, and at the text's end.
#[must_use]
pub fn sign_start(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(at),
        _ => at,
    }
}

/// Where the sign ends in which byte `at` of a text lies; `at` itself between two signs, and at the text's end.
#[must_use]
pub fn sign_end(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.next_boundary(text, 0).ok().flatten().unwrap_or(at),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::{sign_end, sign_start};

    #[test]
    fn a_sign_is_met_whole_wherever_one_looks_into_it() {
        let family = "👩‍👩‍👧";
        let text = format!("a{family}e\u{301}");
        let (start, end) = (1, 1 + family.len());
        for at in (start..end).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(sign_start(&text, at), start);
            assert_eq!(sign_end(&text, at), if at == start { start } else { end });
        }
        assert_eq!(
            sign_start(&text, end + 1),
            end,
            "the accent is of its letter"
        );
        assert_eq!(sign_end(&text, text.len()), text.len());
        assert_eq!(sign_start("", 0), 0);
    }
}
