//! Parlance's tutor: what the other side of a conversation says, and how it is cut up for the voice.
//!
//! Two halves that do not know each other, and [`measure`], which tells how hard a reply is:
//!
//! * [`Chunker`] cuts a text, whole or still arriving, into [`ChunkDraft`]s: pieces that a voice can
//!   say, each with its feeling, its stress and the pause that follows it.
//! * [`ReplyEngine`] is anything that can answer a learner as a stream of words. The built-in one,
//!   [`PracticePartner`], works from scripted [`Scenario`]s, one or more for each [`Situation`], and needs
//!   no model and no network. [`model`] lets a model behind a server answer, and [`memory`] chooses what it is told
//!   of a long conversation.
//!
//! The crate keeps nothing: no files, no database, no clock. A chunk is a function of the text, a
//! reply is a function of the history and of what is known of the learner, so both can be worked out again after a restart. It takes
//! only value types (levels, roles, emotions, rows that were read) from `parlance_storage`, and never opens it.

mod chunk;
mod level;
mod marks;
pub mod memory;
pub mod model;
mod partner;
mod reply;
mod seam;
mod speakable;

pub use chunk::{ChunkDraft, ChunkIcon, Chunker, chunk_text};
pub use level::{LevelRules, Measured, USUAL_LEVEL, WordAbove, level_rules, measure};
pub use partner::{AtLevel, PracticePartner, Scenario, Situation, at_level, scenarios, situations};
pub use reply::{Pace, ReplyEngine, ReplyError, ReplyRequest, Turn};
pub use speakable::{Speakable, SpeakableReply};
