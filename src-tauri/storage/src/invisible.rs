//! Which characters show nothing: the one list for what may be stored as a name and what is worth looking for.

/// Blank to the eye: white space, control characters, signs that show nothing by themselves, and the Braille pattern
/// without dots.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == BRAILLE_BLANK || is_ignorable(c)
}

/// A blank in Braille, and no white space to Unicode.
pub(crate) const BRAILLE_BLANK: char = '\u{2800}';

/// Shows nothing by itself, and at most shapes its neighbours: the property `Default_Ignorable_Code_Point` of Unicode 17
/// (`DerivedCoreProperties.txt`). The fillers of Hangul are among them. Code points without a character in these
/// ranges are so for good, so the table stays true with later versions.
pub(crate) const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
