//! A reply on its way to the voice: the marks are taken out of it, the rest is cut into chunks, and each chunk gets the
//! feeling and the pause that a mark asked for.

use parlance_storage::{Emotion, Emphasis};

use crate::chunk::{ChunkDraft, Chunker};
use crate::marks::{Mark, Marks, Piece};

/// What a piece of a reply gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speakable {
    /// The words without their marks; what is stored.
    pub words: String,
    /// The chunks that they complete, often none.
    pub chunks: Vec<ChunkDraft>,
}

/// Makes a reply speakable as it arrives. The words of all pieces, put together, are the texts of all chunks, put
/// together, however the reply is cut into pieces on its way.
#[derive(Debug, Default)]
pub struct SpeakableReply {
    marks: Marks,
    chunker: Chunker,
    /// Bytes of words that were taken in, and of those that are in chunks.
    taken: usize,
    given: usize,
    /// Marks that no chunk has used yet, with the place in the words at which they stand.
    waiting: Vec<(usize, Mark)>,
    feeling: Option<Emotion>,
}

impl SpeakableReply {
    /// A reply of which nothing has come yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in words that are stored already, and are to be cut up with those that follow.
    pub fn resume(&mut self, words: &str) -> Vec<ChunkDraft> {
        self.take(vec![Piece::Words(words.to_owned())]).chunks
    }

    /// Takes the next piece of the reply.
    pub fn push(&mut self, piece: &str) -> Speakable {
        let pieces = self.marks.push(piece);
        self.take(pieces)
    }

    /// Ends the reply, and gives what was held back.
    #[must_use]
    pub fn finish(mut self) -> Speakable {
        let pieces = self.marks.finish();
        let mut last = self.take(pieces);
        let chunker = std::mem::take(&mut self.chunker);
        for draft in chunker.finish() {
            let draft = self.marked(draft);
            last.chunks.push(draft);
        }
        last
    }

    fn take(&mut self, pieces: Vec<Piece>) -> Speakable {
        let mut out = Speakable::default();
        for piece in pieces {
            match piece {
                Piece::Words(words) => {
                    self.taken += words.len();
                    for draft in self.chunker.push(&words) {
                        let draft = self.marked(draft);
                        out.chunks.push(draft);
                    }
                    out.words.push_str(&words);
                }
                Piece::Mark(mark) => self.waiting.push((self.taken, mark)),
            }
        }
        out
    }

    /// A chunk as its marks want it: a feeling counts from the sentence on before which it stands, to the end of the
    /// paragraph; a pause is that of the sentence behind which it stands.
    fn marked(&mut self, mut draft: ChunkDraft) -> ChunkDraft {
        let start = self.given;
        let end = start + draft.text.len();
        self.given = end;
        let is_ours = |at: usize, mark: Mark| match mark {
            Mark::Feeling(_) | Mark::Stress => at < end,
            Mark::Pause(_) => at <= end,
        };
        let (ours, later) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(at, mark)| is_ours(*at, *mark));
        self.waiting = later;
        for (at, mark) in ours {
            match mark {
                Mark::Feeling(feeling) => self.feeling = Some(feeling),
                Mark::Stress => draft.emphasis = Emphasis::Strong,
                // Before the first word there is nothing to pause after.
                Mark::Pause(_) if at == start && start == 0 => {}
                Mark::Pause(ms) => draft.pause_after_ms = draft.pause_after_ms.max(ms),
            }
        }
        if let Some(feeling) = self.feeling
            && !draft.spoken_text.is_empty()
        {
            draft.emotion = feeling;
        }
        if draft.text.contains("\n\n") {
            self.feeling = None;
        }
        draft
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Speakable {
        let mut reply = SpeakableReply::new();
        let mut out = reply.push(text);
        let last = reply.finish();
        out.words.push_str(&last.words);
        out.chunks.extend(last.chunks);
        out
    }

    #[test]
    fn a_feeling_is_that_of_the_sentences_behind_its_mark() {
        let reply = whole("Hello. [excited] You won! Really. [calm] Sit down.\n\nWhat now.");
        let said: Vec<_> = reply
            .chunks
            .iter()
            .map(|chunk| (chunk.text.trim(), chunk.emotion))
            .collect();
        assert_eq!(said[1], ("You won!", Emotion::Excited));
        assert_eq!(said[2], ("Really.", Emotion::Excited));
        assert_eq!(said[3], ("Sit down.", Emotion::Calm));
        let unmarked = whole("What now.").chunks[0].emotion;
        assert_eq!(said[4], ("What now.", unmarked));
    }

    #[test]
    fn the_sentence_behind_its_mark_is_stressed_and_no_other() {
        let reply = whole("Hello there. [stress] This is the last train! [Stressed]Run. We wait.");
        let said: Vec<_> = reply
            .chunks
            .iter()
            .map(|chunk| (chunk.text.trim(), chunk.emphasis == Emphasis::Strong))
            .collect();
        assert_eq!(
            said,
            [
                ("Hello there.", false),
                ("This is the last train!", true),
                ("Run.", true),
                ("We wait.", false)
            ]
        );
    }

    #[test]
    fn a_pause_is_that_of_the_sentence_before_its_mark() {
        let reply = whole("[pause] Let me think. [long pause] Yes. No.");
        let pauses: Vec<_> = reply
            .chunks
            .iter()
            .map(|chunk| chunk.pause_after_ms)
            .collect();
        let unmarked = whole("Let me think. Yes. No.");
        assert_eq!(pauses[0], 1_800);
        assert_eq!(pauses[1], unmarked.chunks[1].pause_after_ms);
    }

    #[test]
    fn plain_text_is_cut_up_as_ever() {
        let text = "Hi! How are you? Fine.\n\n- one\n- *two*";
        assert_eq!(whole(text).chunks, crate::chunk_text(text));
        assert_eq!(whole(text).words, text);
    }

    proptest! {
        #[test]
        fn the_chunks_put_together_are_the_words(
            text in "(\\[happy\\]|\\[pause\\]|\\[|Hello\\. |Well, |you\\?|\n\n|é |你好。){0,20}",
            cut in 0_usize..80,
        ) {
            let at = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(text.len());
            let mut reply = SpeakableReply::new();
            let mut out = reply.push(&text[..at]);
            let more = reply.push(&text[at..]);
            let last = reply.finish();
            for part in [more, last] {
                out.words.push_str(&part.words);
                out.chunks.extend(part.chunks);
            }
            let chunks: String = out.chunks.iter().map(|chunk| chunk.text.as_str()).collect();
            prop_assert_eq!(&chunks, &out.words);
            prop_assert_eq!(out, whole(&text));
        }
    }
}
