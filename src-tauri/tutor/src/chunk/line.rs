//! Fenced blocks of code: which lines open and close them.

use super::characters::is_line_end;

/// Follows the lines of a text, as far as fences go.
///
/// A fence is a line that begins with three or more backticks or tildes (after white space or the
/// `>` of a quotation); an opening one may name a language, a closing one stands alone and is at
/// least as long as the one that opened.
#[derive(Debug, Default)]
pub(super) struct Line {
    place: Place,
    marker: char,
    length: usize,
    rest_has_marker: bool,
    rest_is_blank: bool,
    fence: Option<(char, usize)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Indent,
    Marker,
    Rest,
}

/// What the end of a line did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    Nothing,
    /// The line was a fence, and what follows is code.
    OpensCode,
}

impl Line {
    /// Whether the present line is within a block of code, or closes it.
    pub(super) fn in_code(&self) -> bool {
        self.fence.is_some()
    }

    /// Whether the present line may turn out to open a block of code.
    pub(super) fn may_open_code(&self) -> bool {
        self.fence.is_none() && self.length >= 3 && !self.rest_has_marker
    }

    /// Takes the next grapheme by its first character.
    pub(super) fn push(&mut self, character: char) -> LineEnd {
        if is_line_end(character) {
            return self.end();
        }
        match self.place {
            Place::Indent if character == '>' || character.is_whitespace() => {}
            Place::Indent if matches!(character, '`' | '~') => {
                self.place = Place::Marker;
                self.marker = character;
                self.length = 1;
                self.rest_is_blank = true;
            }
            Place::Marker if character == self.marker => self.length += 1,
            _ => {
                self.place = Place::Rest;
                self.rest_has_marker |= character == '`' && self.marker == '`';
                self.rest_is_blank &= character.is_whitespace();
            }
        }
        LineEnd::Nothing
    }

    /// Ends the present line.
    pub(super) fn end(&mut self) -> LineEnd {
        let opens = self.may_open_code();
        let closes = self.rest_is_blank
            && self
                .fence
                .is_some_and(|(marker, length)| marker == self.marker && self.length >= length);
        let fence = match self.fence {
            None => opens.then_some((self.marker, self.length)),
            open => open.filter(|_| !closes),
        };
        *self = Self {
            fence,
            ..Self::default()
        };
        if opens {
            LineEnd::OpensCode
        } else {
            LineEnd::Nothing
        }
    }
}
