//! What lies in the trash, latest first, a page at a time.
//!
//! Three lists are read, each along an index in its own order, and merged: a page costs the rows it shows. A page
//! begins after a key, never at an offset. A message or note whose conversation lies in the trash is not listed: it
//! comes back, or goes, with that.

use rusqlite::{Row, named_params};
use serde::Serialize;

use super::MILLIS_KEPT;
use crate::columns::Columns;
use crate::id::{self, ConversationId, MessageId, NoteId, UserId};
use crate::kinds::TrashKind;
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, text};

/// The most things of one page.
pub const LARGEST_PAGE: u32 = 100;

/// A thing in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TrashItem {
    /// What it is.
    pub kind: TrashKind,
    /// Its id, 13 characters.
    pub id: String,
    /// The title of the conversation, which it is or to which it belongs; empty if that has none.
    pub title: String,
    /// The beginning of the message or note, or of the conversation's last message, on one line; may be empty.
    pub preview: String,
    /// Since when it lies here.
    pub deleted_at: Timestamp,
    /// When it will have been here long enough to be erased by itself.
    pub erased_after: Timestamp,
}

/// A page of the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TrashPage {
    /// Latest first.
    pub items: Vec<TrashItem>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

const CONVERSATIONS: &str = "
    SELECT id, title, coalesce(last_message_preview, '') AS words, deleted_at FROM conversations
    WHERE user_id = :user AND deleted_at > 0 AND deleted_at <= :at AND (deleted_at, id) < (:at, :id)
    ORDER BY deleted_at DESC, id DESC LIMIT :limit";

/// Of a message no more is read than its preview can show. CROSS JOIN fixes the order: along the trash.
const MESSAGES: &str = "
    SELECT messages.id, conversations.title, substr(messages.content, 1, 2000) AS words, messages.deleted_at
    FROM messages CROSS JOIN conversations ON conversations.id = messages.conversation_id
    WHERE messages.deleted_at > 0 AND messages.deleted_at <= :at
        AND (messages.deleted_at, messages.id) < (:at, :id)
        AND conversations.user_id = :user AND conversations.deleted_at IS NULL
    ORDER BY messages.deleted_at DESC, messages.id DESC LIMIT :limit";

/// Built like the one above.
const NOTES: &str = "
    SELECT conversation_notes.id, conversations.title, substr(conversation_notes.content, 1, 2000) AS words,
        conversation_notes.deleted_at
    FROM conversation_notes CROSS JOIN conversations ON conversations.id = conversation_notes.conversation_id
    WHERE conversation_notes.deleted_at > 0 AND conversation_notes.deleted_at <= :at
        AND (conversation_notes.deleted_at, conversation_notes.id) < (:at, :id)
        AND conversations.user_id = :user AND conversations.deleted_at IS NULL
    ORDER BY conversation_notes.deleted_at DESC, conversation_notes.id DESC LIMIT :limit";

pub(crate) fn conversations_page_sql() -> String {
    CONVERSATIONS.to_owned()
}

pub(crate) fn messages_page_sql() -> String {
    MESSAGES.to_owned()
}

pub(crate) fn notes_page_sql() -> String {
    NOTES.to_owned()
}

/// The place of a thing: later ones first, of the same moment conversations first and notes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: i64,
    kind: Rank,
    id: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Note,
    Message,
    Conversation,
}

impl Place {
    const BEFORE_ALL: Self = Self {
        at: i64::MAX,
        kind: Rank::Conversation,
        id: i64::MAX,
    };

    fn from_cursor(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('.');
        let kind = match parts.next()? {
            "conversation" => Rank::Conversation,
            "message" => Rank::Message,
            "note" => Rank::Note,
            _ => return None,
        };
        let at = parts.next()?.parse().ok()?;
        let id = id::decode(parts.next()?).ok()?;
        parts.next().is_none().then_some(Self { at, kind, id })
    }

    fn to_cursor(self) -> String {
        let kind = match self.kind {
            Rank::Conversation => "conversation",
            Rank::Message => "message",
            Rank::Note => "note",
        };
        format!("{kind}.{}.{}", self.at, id::encode(self.id))
    }

    /// The id before which the rows of `kind` go on, of those of the same moment.
    fn next_id(self, kind: Rank) -> i64 {
        match kind.cmp(&self.kind) {
            // They come after this place, all of them.
            std::cmp::Ordering::Less => i64::MAX,
            std::cmp::Ordering::Equal => self.id,
            // They came before it.
            std::cmp::Ordering::Greater => -1,
        }
    }
}

/// What lies in this learner's trash after `cursor` (or from the start), at most `limit` and at most 100.
///
/// `cursor` is the `next` of an earlier page.
///
/// # Errors
/// `Invalid` for a cursor that no page gave.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<TrashPage, Error> {
    let start = match cursor {
        None => Place::BEFORE_ALL,
        Some(cursor) => Place::from_cursor(cursor)
            .ok_or_else(|| Error::invalid("cursor", "is not one that a page gave"))?,
    };
    let limit = limit.clamp(1, LARGEST_PAGE);
    let mut rows = fetch(tx, user, start, Rank::Conversation, limit)?;
    rows.extend(fetch(tx, user, start, Rank::Message, limit)?);
    rows.extend(fetch(tx, user, start, Rank::Note, limit)?);
    rows.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|(place, _)| place.to_cursor());
    Ok(TrashPage {
        items: rows.into_iter().map(|(_, item)| item).collect(),
        next,
    })
}

/// One more than asked for tells whether there is a next page.
fn fetch(
    tx: &ReadTx<'_>,
    user: UserId,
    start: Place,
    kind: Rank,
    limit: u32,
) -> Result<Vec<(Place, TrashItem)>, Error> {
    let sql = match kind {
        Rank::Conversation => CONVERSATIONS,
        Rank::Message => MESSAGES,
        Rank::Note => NOTES,
    };
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map(
        named_params! {
            ":user": user,
            ":at": start.at,
            ":id": start.next_id(kind),
            ":limit": limit + 1,
        },
        |row| read(row, kind),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>, rank: Rank) -> rusqlite::Result<(Place, TrashItem)> {
    let mut columns = Columns::of(row);
    let (kind, number, id) = match rank {
        Rank::Conversation => {
            let id: ConversationId = columns.get("id")?;
            (TrashKind::Conversation, id.as_i64(), id.to_string())
        }
        Rank::Message => {
            let id: MessageId = columns.get("id")?;
            (TrashKind::Message, id.as_i64(), id.to_string())
        }
        Rank::Note => {
            let id: NoteId = columns.get("id")?;
            (TrashKind::Note, id.as_i64(), id.to_string())
        }
    };
    let title = columns.get("title")?;
    let words: String = columns.get("words")?;
    let deleted_at: Timestamp = columns.get("deleted_at")?;
    let place = Place {
        at: deleted_at.as_millis(),
        kind: rank,
        id: number,
    };
    let item = TrashItem {
        kind,
        id,
        title,
        preview: text::preview(&words),
        deleted_at,
        erased_after: deleted_at.plus_millis(MILLIS_KEPT),
    };
    Ok((place, item))
}
