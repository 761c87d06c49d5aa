//! The statements that run while somebody waits, to the letter as they run.
//!
//! Tests ask SQLite for their plans, benchmarks measure them; nobody has to copy SQL for that.

use crate::{
    audio, bookmark, chunk, conversation, embedding, event, folder, key_fact, memory, message,
    note, operation, summary, tag, trash, vocabulary,
};

/// A statement and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotQuery {
    /// What the learner waits for.
    pub purpose: &'static str,
    /// With its named parameters.
    pub sql: String,
}

/// Every statement whose plan must neither scan a table nor sort.
#[must_use]
pub fn hot_queries() -> Vec<HotQuery> {
    let query = |purpose, sql| HotQuery { purpose, sql };
    let pages = conversation::page_statements().into_iter();
    let mut queries: Vec<HotQuery> = pages.map(|(purpose, sql)| query(purpose, sql)).collect();
    queries.extend([
        query("open a conversation", message::page_sql()),
        query("chunks of a page", message::page_chunks_sql()),
        query("replies left by a dead process", message::streaming_sql()),
        query(
            "last settled message",
            conversation::LAST_SETTLED.to_owned(),
        ),
        query("claim a chunk", chunk::claim_sql()),
        query("release expired leases", chunk::release_expired_sql()),
        query("trash page, conversations", trash::conversations_page_sql()),
        query("trash page, messages", trash::messages_page_sql()),
        query("messages due to be erased", trash::DUE_MESSAGES.to_owned()),
        query(
            "conversation due to be erased",
            trash::DUE_CONVERSATION.to_owned(),
        ),
        query("what can be undone", operation::list_sql()),
        query("sounds that chunks have", audio::PAGE.to_owned()),
        query("whether a chunk has a sound", audio::IS_NAMED.to_owned()),
        query("order of the pins", conversation::PIN_ORDER.to_owned()),
        query("number of unread ones", conversation::UNREAD.to_owned()),
        query("folders", folder::list_sql()),
        query("tags", tag::LIST.to_owned()),
        query("spellings of tags", tag::ALL.to_owned()),
        query("read on in a conversation", message::page_after_sql()),
        query(
            "whether there are earlier messages",
            message::is_any_up_to_sql(),
        ),
        query(
            "whether there are later messages",
            message::is_any_from_sql(),
        ),
        query("edits of a message", message::history_sql()),
        query(
            "last deletion of a conversation's messages",
            message::last_deletion_sql(),
        ),
        query("bookmarks", bookmark::page_sql()),
        query("log of a conversation", event::page_sql()),
        query("notes of a conversation", note::page_sql()),
        query("notes on a message", note::page_of_message_sql()),
        query("trash page, notes", trash::notes_page_sql()),
        query("notes due to be erased", trash::DUE_NOTES.to_owned()),
        query("what a tutor is told in full", memory::recent_sql()),
        query("facts of a conversation", key_fact::list_sql()),
        query("summaries of a conversation", summary::page_sql()),
        query("stretches with a summary", summary::RANGES.to_owned()),
        query("summaries to choose from", summary::SPANS.to_owned()),
        query("messages alike in meaning", embedding::NEAREST.to_owned()),
        query("messages of unknown meaning", embedding::MISSING.to_owned()),
        query(
            "how much is known of meaning",
            embedding::COVERAGE.to_owned(),
        ),
        query(
            "meaning of the last words",
            embedding::LAST_WORDS.to_owned(),
        ),
        query("words that are due", vocabulary::DUE_WORDS.to_owned()),
    ]);
    queries
}
