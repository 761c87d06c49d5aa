//! Server-sent events, as far as model servers use them: the `data` of each event.
//!
//! Decoded by hand, since the point is the bound: the crates that do it keep a line or an event of any length in
//! memory, and a server that never sends a line break would fill it.

use super::error::{Limit, ModelError};

/// Cuts a stream of bytes into events. Holds at most `limit` bytes of an event, and as many of a line.
pub(super) struct Sse {
    limit: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// A line feed directly after it belongs to the same line break.
    after_cr: bool,
}

impl Sse {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            after_cr: false,
        }
    }

    /// Reads bytes up to the end of an event. Gives the event's data, if one ended, and how many bytes were read;
    /// without an event that is all of them.
    ///
    /// # Errors
    /// `TooLong` once a line or an event is longer than the limit.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<(Option<Vec<u8>>, usize), ModelError> {
        let mut at = 0;
        while at < bytes.len() {
            if std::mem::take(&mut self.after_cr) && bytes[at] == b'\n' {
                at += 1;
                continue;
            }
            let rest = &bytes[at..];
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                self.grow_line(rest)?;
                break;
            };
            self.grow_line(&rest[..length])?;
            self.after_cr = rest[length] == b'\r';
            at += length + 1;
            if let Some(data) = self.end_line()? {
                return Ok((Some(data), at));
            }
        }
        Ok((None, bytes.len()))
    }

    /// What the stream ended with: an event whose empty line did not come any more.
    pub(super) fn end(&mut self) -> Result<Option<Vec<u8>>, ModelError> {
        if let Some(data) = self.end_line()? {
            return Ok(Some(data));
        }
        Ok(self.end_event())
    }

    fn grow_line(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        if self.line.len() + bytes.len() > self.limit {
            return Err(too_long());
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Vec<u8>>, ModelError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            self.line = line;
            return Ok(self.end_event());
        }
        // Comments and other fields are nothing to us.
        if let Some(value) = line.strip_prefix(b"data:") {
            self.grow_data(value.strip_prefix(b" ").unwrap_or(value))?;
        }
        self.line = line;
        self.line.clear();
        Ok(None)
    }

    fn grow_data(&mut self, value: &[u8]) -> Result<(), ModelError> {
        if self.data.len() + value.len() + 1 > self.limit {
            return Err(too_long());
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(value);
        Ok(())
    }

    fn end_event(&mut self) -> Option<Vec<u8>> {
        std::mem::take(&mut self.has_data).then(|| std::mem::take(&mut self.data))
    }
}

fn too_long() -> ModelError {
    ModelError::TooLong {
        limit: Limit::Event,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn events(text: &[u8]) -> Vec<String> {
        let mut sse = Sse::new(1_000);
        let mut events = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (event, read) = sse.read(rest).unwrap();
            events.extend(event);
            rest = &rest[read..];
        }
        events.extend(sse.end().unwrap());
        events
            .into_iter()
            .map(|event| String::from_utf8(event).unwrap())
            .collect()
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        for text in [
            "data: a\n\ndata:b\n\n",
            "data: a\r\n\r\ndata:b\r\n\r\n",
            "data: a\r\rdata:b\r\r",
        ] {
            assert_eq!(events(text.as_bytes()), ["a", "b"], "{text:?}");
        }
    }

    #[test]
    fn comments_other_fields_and_empty_events_are_left_out() {
        let text =
            b": ping\n\nevent: message\nid: 7\nretry: 5\n\n\n\ndata: a\nevent: x\n\nnonsense\n\n";
        assert_eq!(events(text), ["a"]);
    }

    #[test]
    fn several_lines_of_data_are_one_event() {
        assert_eq!(
            events(b"data: a\ndata: b\ndata:\ndata:  c\n\n"),
            ["a\nb\n\n c"]
        );
    }

    #[test]
    fn an_event_at_the_end_needs_no_empty_line() {
        assert_eq!(events(b"data: a\n\ndata: b"), ["a", "b"]);
    }

    #[test]
    fn a_line_or_an_event_without_end_is_refused_before_it_fills_the_memory() {
        let mut line = Sse::new(100);
        let refused = (0..20).find_map(|_| line.read(b"xxxxxxxxxx").err());
        assert_eq!(refused, Some(too_long()));
        assert!(line.line.capacity() <= 256);
        let mut event = Sse::new(100);
        let refused = (0..20).find_map(|_| event.read(b"data: xxxxxxxxx\n").err());
        assert_eq!(refused, Some(too_long()));
        assert!(event.data.capacity() <= 256);
    }
}
