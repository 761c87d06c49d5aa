//! Cutting a text into pieces that a voice can say.
//!
//! A text passes through three stations. [`segment`] finds where to cut, one grapheme after the
//! other, so that it cannot matter in which pieces the text arrived. [`spoken`] turns a piece into
//! what is said aloud: no markup, no emoji. [`manner`] decides how it is said.

mod characters;
mod lexicon;
mod line;
mod manner;
mod segment;
mod sentence;
mod spoken;
mod spoken_web;

use parlance_storage::{Emotion, Emphasis};
use serde::Serialize;

pub(crate) use characters::is_unspaced;
pub use manner::ChunkIcon;
use segment::{Segment, Segmenter};
use spoken::Speaker;

/// A piece of a text, ready to be stored and spoken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChunkDraft {
    /// The piece as it was written, with its markup and with the white space that follows it: the
    /// texts of all chunks, put together, are the text that went in, byte for byte.
    pub text: String,
    /// What a voice says: one line, without markup and emoji. Empty when there is nothing to say (a
    /// rule, a block of code, a lone emoji).
    pub spoken_text: String,
    /// The feeling with which it is said.
    pub emotion: Emotion,
    /// The picture beside it; none where nothing is said.
    pub icon: Option<ChunkIcon>,
    /// Silence after it in milliseconds at normal speed: 0 after a piece with nothing to say or one
    /// cut in mid-word, 80 between words, 180 after a clause, 250 after a sentence of one or two
    /// words, 400 after a sentence, 500 after a line, 600 after an ellipsis, 800 after a paragraph.
    pub pause_after_ms: u32,
    /// How strongly it is stressed.
    pub emphasis: Emphasis,
}

/// Cuts a whole text into chunks.
///
/// An empty text has no chunks; any other has at least one.
#[must_use]
pub fn chunk_text(text: &str) -> Vec<ChunkDraft> {
    let mut chunker = Chunker::new();
    let mut chunks = chunker.push(text);
    chunks.extend(chunker.finish());
    chunks
}

/// Cuts a text that is still arriving.
///
/// A chunk is given out as soon as it is certain, which takes the first letter of what follows and,
/// after a word like `p.m.` that may or may not end a sentence, the word that follows. However the
/// text is cut into pieces on its way, the chunks are those of [`chunk_text`].
#[derive(Debug, Default)]
pub struct Chunker {
    segmenter: Segmenter,
    speaker: Speaker,
}

impl Chunker {
    /// A chunker that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece of the text and gives the chunks that it completes, often none.
    pub fn push(&mut self, piece: &str) -> Vec<ChunkDraft> {
        let mut chunks = Vec::new();
        for character in piece.chars() {
            if let Some(segment) = self.segmenter.push(character) {
                chunks.push(self.draft(segment));
            }
        }
        chunks
    }

    /// Ends the text and gives the chunks that were not certain before: two at most.
    #[must_use]
    pub fn finish(mut self) -> Vec<ChunkDraft> {
        let last = std::mem::take(&mut self.segmenter).finish();
        last.into_iter()
            .map(|segment| self.draft(segment))
            .collect()
    }

    fn draft(&mut self, segment: Segment) -> ChunkDraft {
        let spoken = self.speaker.speak(&segment);
        let manner = manner::of(&segment, &spoken);
        ChunkDraft {
            text: segment.text,
            spoken_text: spoken.text,
            emotion: manner.emotion,
            icon: manner.icon,
            pause_after_ms: manner.pause_after_ms,
            emphasis: manner.emphasis,
        }
    }
}
