//! Tests of the tutor: what the chunker makes of texts, and how the practice partner talks.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asides;
mod care;
mod chunking;
mod conversations;
mod fifty_turns;
mod filter;
mod hostile;
mod level;
mod long_talks;
mod manner;
mod memory;
mod model;
mod own_words;
mod partner;
mod properties;
mod sense;
mod sentences;
mod sheet;
mod spoken;
mod streaming;
mod talk;
mod transcripts;
