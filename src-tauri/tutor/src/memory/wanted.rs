//! Items that are told as far as there is room for them.

use parlance_storage::tokens;

/// Room for text, in tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room(u32);

impl Room {
    pub(super) const fn of(tokens: u32) -> Self {
        Self(tokens)
    }

    pub(super) const fn left(self) -> u32 {
        self.0
    }

    /// Takes so much if it is there.
    pub(super) fn take(&mut self, tokens: u32) -> bool {
        match self.0.checked_sub(tokens) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// A line of data about something.
#[derive(Clone, Debug)]
pub(super) struct Line<T> {
    pub(super) id: T,
    pub(super) text: String,
}

impl<T> Line<T> {
    /// With the line break before it.
    fn cost(&self) -> u32 {
        tokens::count(&self.text).saturating_add(1)
    }
}

/// What all lines would cost, under their heading.
pub(super) fn cost<T>(heading: &str, lines: &[Line<T>]) -> u32 {
    let lines = lines.iter().map(Line::cost);
    lines.fold(heading_cost(heading), u32::saturating_add)
}

/// Takes the lines for which there is room, in their order, passing over those that are too long. The heading is paid
/// with the first. Gives how many were left out.
pub(super) fn take_fitting<T>(
    room: &mut Room,
    heading: &str,
    lines: Vec<Line<T>>,
) -> (Vec<Line<T>>, u32) {
    let mut taken = Vec::new();
    let mut left_out = 0;
    for line in lines {
        let heading = if taken.is_empty() {
            heading_cost(heading)
        } else {
            0
        };
        if room.take(line.cost().saturating_add(heading)) {
            taken.push(line);
        } else {
            left_out += 1;
        }
    }
    (taken, left_out)
}

/// With the line break before it.
fn heading_cost(heading: &str) -> u32 {
    tokens::count(heading).saturating_add(1)
}
