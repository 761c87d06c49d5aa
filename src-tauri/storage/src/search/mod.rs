//! Search in everything that was said, named, noted, corrected and learnt.
//!
//! All words of a query must be met: whole and in their English forms, the last one also by its beginning, without
//! regard to case and accents; in scripts without blanks between words as any part of a text, from one character up.
//! Where that finds too little, words are also found inside of longer ones.
//!
//! Hits are ranked within windows of the newest ones, and the windows come one after the other: the first page costs
//! the same however often a common word was said (a rank over all hits of a million messages took 400 ms).

mod file;
mod filter;
mod fold;
mod forms;
mod matching;
mod page;
mod query;
mod rank;
mod rebuild;
mod recall;
mod recent;
mod source;

pub use file::{FoundMessage, in_directory};
pub use page::{LARGEST_PAGE, run};
pub use rank::SnippetPart;
pub(crate) use rebuild::is_being_rebuilt;
pub use rebuild::{begin_rebuild, rebuild, rebuild_piece};
pub use recent::{MOST_RECENT, forget_all, forget_recent, list_recent, remember};

pub(crate) use recall::in_conversation;
pub(crate) use source::{Index, all_indexes};

use serde::Serialize;

use crate::id::{ConversationId, MessageId};
use crate::kinds::{Role, SearchKind};
use crate::time::Timestamp;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// As it was typed: words, "phrases", -exclusions and operators. Nothing is an error.
    ///
    /// Operators are `tag:`, `folder:`, `level:`, `from:` (me, tutor), `before:`, `after:` (2024, 2024-05, 2024-05-09),
    /// `is:` (pinned, archived, unread, bookmarked) and `in:` (messages, titles, notes, corrections, words). With a
    /// minus in front an operator leaves out what it would find, so that `-before:2024` is `after:2024`, and a tag or
    /// a folder that nobody has leaves out nothing.
    pub text: String,
    /// Where to look; `None`: everywhere, messages page by page and on the first page a few hits of each other kind.
    pub kind: Option<SearchKind>,
    /// The `next` of an earlier page of the same search.
    pub cursor: Option<String>,
    /// How many hits; at most [`LARGEST_PAGE`].
    pub limit: u32,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// Its id, 13 characters.
    pub id: String,
    /// The conversation in which it is, or which it is; absent for a word whose place is gone.
    pub conversation_id: Option<ConversationId>,
    /// The message which it is, or to which it belongs.
    pub message_id: Option<MessageId>,
    /// The place of that message.
    pub sequence_number: Option<u32>,
    /// The title of the conversation, or the word; empty if it has none.
    pub title: String,
    /// Who said it.
    pub role: Option<Role>,
    /// When it was said, noted, corrected or met; of a title, when something was last said there.
    pub at: Timestamp,
    /// The piece of the text in which it was found, on one line.
    pub snippet: Vec<SnippetPart>,
}

/// A page of what was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SearchPage {
    /// By kind, the best first.
    pub hits: Vec<SearchHit>,
    /// The kinds besides messages of which there are more than the first page shows.
    pub more: Vec<SearchKind>,
    /// Asks for the page after this one; `None` at the end. A page may be short, or empty, and not be the last: much
    /// was looked at that the conditions left out.
    pub next: Option<String>,
    /// Whether some texts cannot be found yet, since the full-text tables are being made anew.
    pub is_incomplete: bool,
}
