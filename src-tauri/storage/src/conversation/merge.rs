//! Two conversations as one, and two again if that is taken back.

use std::collections::HashSet;

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::places::{self, Left, Move, Pair};
use super::read_mark::{Marks, ReadMark};
use super::title::name_anew;
use super::{
    Rearranged, exists, find, get, in_trash_since, put_into_trash, tags, take_out_of_trash,
};
use crate::draft::DraftOf;
use crate::id::{ConversationId, KeyFactId, MessageId, NoteId, OperationId, UserId};
use crate::kinds::{EventType, OperationKind, TitleSource};
use crate::operation::{self, Inverse, Subject};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, chunk, draft, summary};

/// The drafts that belong to a conversation itself: of its next message, and of a note on it.
const DRAFTS: [fn(ConversationId) -> DraftOf; 2] = [
    |conversation_id| DraftOf::Message { conversation_id },
    |conversation_id| DraftOf::Note { conversation_id },
];

/// Stands between two drafts that become one.
const BLANK_LINE: &str = "\n\n";

/// A merge, with what must still be so to take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Merge {
    into: ConversationId,
    from: ConversationId,
    /// Since when the other conversation lies in the trash.
    deleted_at: Timestamp,
    /// Tags that the conversation did not have before.
    tags: Vec<String>,
    /// Notes on the other conversation as a whole; those on messages go back with these.
    notes: Vec<NoteId>,
    /// Facts that were learnt of no single message of the other conversation.
    facts: Vec<KeyFactId>,
    /// Whether the conversation had no title before.
    was_unnamed: bool,
    /// How far the conversation was read before; versions that did not know left it as it was.
    was_read: Option<ReadMark>,
}

impl Merge {
    /// Every text of the learner's that it holds.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.tags.iter().map(String::as_str).collect()
    }

    /// Whether it cannot be taken back without this conversation.
    pub(crate) fn needs(&self, id: ConversationId) -> bool {
        self.into == id || self.from == id
    }
}

/// Puts everything of the conversation `from` into `into`: the messages by their times, also those in the trash,
/// without breaking the order of either; notes, tags and draft as well. What is left of `from` goes into the trash. The
/// result is unread if one of them was, from the oldest message on that was not read.
///
/// Facts come along, and so does what keeps deleted ones from being learnt again; one that both have is there twice, so
/// that it can go back, and shown once. Summaries of either would have to leave out what now stands in between: they
/// are made anew, also after an undo.
///
/// # Errors
/// `NotFound` like [`get`]; `Invalid` if the two are one, or if their drafts are too long for one; `Conflict` while a
/// reply is being written in either, or if they have more than 50 tags together.
pub fn merge(
    tx: &WriteTx<'_>,
    user: UserId,
    into: ConversationId,
    from: ConversationId,
    now: Timestamp,
) -> Result<Rearranged, Error> {
    let before = get(tx, user, into)?;
    get(tx, user, from)?;
    if into == from {
        return Err(Error::invalid(
            "conversation to merge",
            "must be another one",
        ));
    }
    let pair = (into, from);
    places::require_quiet(tx, into)?;
    places::require_quiet(tx, from)?;
    let tags = tags_to_add(tx, pair)?;
    let marks = Marks::read(tx, pair)?;
    merge_drafts(tx, user, pair, now)?;
    let merge = Merge {
        into,
        from,
        deleted_at: put_into_trash(tx, user, from, now)?,
        tags,
        notes: notes_on_the_whole(tx, from)?,
        facts: facts_of_no_message(tx, from)?,
        was_unnamed: before.title.is_empty() && before.title_source == TitleSource::Auto,
        was_read: Some(marks.into),
    };
    let operation = operation::record(
        tx,
        user,
        OperationKind::ConversationMerge,
        Subject::Conversation {
            id: into,
            title: &before.title,
        },
        &Inverse::TakeMergeBack(merge.clone()),
        now,
    )?;
    places::remember(tx, operation.id, pair)?;
    places::move_all(tx, pair, &moves(tx, pair)?)?;
    move_notes_and_facts(tx, &merge, into)?;
    add_tags(tx, &merge, now)?;
    settle(tx, pair, now)?;
    marks.join(tx, into)?;
    if merge.was_unnamed {
        name_anew(tx, into, now)?;
    }
    places::log(tx, EventType::ConversationMerged, (from, into), now)?;
    Ok(Rearranged {
        conversation: super::summary(tx, user, into)?,
        operation,
    })
}

/// Undoes a merge: both conversations are as they were, and unread if they were, whatever was read since.
///
/// # Errors
/// `Conflict` if the conversation lies in the trash, if the other one was deleted anew or is gone, or if they have
/// other messages than the merge left in them.
pub(crate) fn take_merge_back(
    tx: &WriteTx<'_>,
    user: UserId,
    operation: OperationId,
    merge: &Merge,
    now: Timestamp,
) -> Result<(), Error> {
    let &Merge { into, from, .. } = merge;
    let Some(current) = find(tx, user, into)? else {
        return Err(Error::conflict(
            "The merged conversation is in the trash; take it out first.",
        ));
    };
    let since = in_trash_since(tx, user, from)?;
    match since {
        Some(since) if since == merge.deleted_at => {}
        Some(_) => {
            return Err(Error::conflict(
                "The other conversation was deleted again since.",
            ));
        }
        None if exists(tx, user, from)? => {}
        None => return Err(Error::conflict("The other conversation is gone.")),
    }
    let pair = (into, from);
    let left = Left {
        first_sequence: 0,
        from_there_on: into,
        before: into,
    };
    places::require_unmoved(tx, operation, pair, left)?;
    places::put_back(tx, operation, pair)?;
    move_notes_and_facts(tx, merge, from)?;
    for tag in &merge.tags {
        tx.prepare("DELETE FROM conversation_tags WHERE conversation_id = :into AND tag = :tag")?
            .execute(named_params! { ":into": into, ":tag": tag })?;
    }
    settle(tx, pair, now)?;
    if let Some(mark) = &merge.was_read {
        mark.restore(tx, into)?;
    }
    if merge.was_unnamed && current.title_source == TitleSource::Auto {
        name_anew(tx, into, now)?;
    }
    places::log(tx, EventType::ConversationMergeUndone, pair, now)?;
    match since {
        Some(_) => take_out_of_trash(tx, user, from, now).map(drop)?,
        None => chunk::wake_for_conversation(tx, from)?,
    }
    part_drafts(tx, user, pair, now)
}

/// Summaries and counts of both, after messages moved.
fn settle(tx: &WriteTx<'_>, (into, from): Pair, now: Timestamp) -> Result<(), Error> {
    for id in [into, from] {
        summary::drop_from(tx, id, 0, now)?;
        places::recount(tx, id, now)?;
    }
    Ok(())
}

/// Where each message goes: by time, of equal times those of `into` first. Clocks step back, so a message may be
/// older than those before it; it stays behind them all the same.
fn moves(tx: &ReadTx<'_>, (into, from): Pair) -> Result<Vec<Move>, Error> {
    let mut ours = in_order(tx, into)?.into_iter().peekable();
    let mut theirs = in_order(tx, from)?.into_iter().peekable();
    let merged = std::iter::from_fn(|| match (ours.peek(), theirs.peek()) {
        (Some(our), Some(their)) if their.created_at < our.created_at => theirs.next(),
        (Some(_), _) => ours.next(),
        (None, _) => theirs.next(),
    });
    Ok((1_u32..)
        .zip(merged)
        .filter(|(place, one)| (one.conversation, one.sequence_number) != (into, *place))
        .map(|(place, one)| Move {
            message: one.id,
            from: one.conversation,
            to: into,
            sequence_number: place,
        })
        .collect())
}

struct Placed {
    id: MessageId,
    conversation: ConversationId,
    sequence_number: u32,
    created_at: Timestamp,
}

fn in_order(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<Vec<Placed>, Error> {
    let mut statement = tx.prepare(
        "SELECT id, sequence_number, created_at FROM messages
         WHERE conversation_id = :id ORDER BY sequence_number",
    )?;
    let rows = statement.query_map(named_params! { ":id": conversation }, |row| {
        Ok(Placed {
            id: row.get(0)?,
            conversation,
            sequence_number: row.get(1)?,
            created_at: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The tags of the one that the other does not have in any spelling.
///
/// # Errors
/// `Conflict` if they are too many together.
fn tags_to_add(tx: &ReadTx<'_>, (into, from): Pair) -> Result<Vec<String>, Error> {
    let has = tags::of_conversation(tx, into)?;
    let mut keys: HashSet<String> = has.iter().map(|tag| text::name_key(tag)).collect();
    let mut added = tags::of_conversation(tx, from)?;
    added.retain(|tag| keys.insert(text::name_key(tag)));
    tags::check_growth(
        has.len(),
        has.len() + added.len(),
        "Together these conversations have more than 50 tags; take some off first.",
    )?;
    Ok(added)
}

fn add_tags(tx: &WriteTx<'_>, merge: &Merge, now: Timestamp) -> Result<(), Error> {
    for tag in &merge.tags {
        tx.prepare(
            "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (:into, :tag, :now)",
        )?
        .execute(named_params! { ":into": merge.into, ":tag": tag, ":now": now })?;
    }
    Ok(())
}

fn notes_on_the_whole(tx: &ReadTx<'_>, id: ConversationId) -> Result<Vec<NoteId>, Error> {
    let mut statement = tx.prepare(
        "SELECT id FROM conversation_notes WHERE conversation_id = :id AND message_id IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":id": id }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn facts_of_no_message(tx: &ReadTx<'_>, id: ConversationId) -> Result<Vec<KeyFactId>, Error> {
    let mut statement = tx.prepare(
        "SELECT id FROM conversation_key_facts
         WHERE conversation_id = :id AND source_message_id IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":id": id }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that belong to no message; the others went with theirs.
fn move_notes_and_facts(tx: &WriteTx<'_>, merge: &Merge, to: ConversationId) -> Result<(), Error> {
    let mut step =
        tx.prepare("UPDATE conversation_notes SET conversation_id = :to WHERE id = :id")?;
    for note in &merge.notes {
        step.execute(named_params! { ":id": note, ":to": to })?;
    }
    let mut step =
        tx.prepare("UPDATE conversation_key_facts SET conversation_id = :to WHERE id = :id")?;
    for fact in &merge.facts {
        step.execute(named_params! { ":id": fact, ":to": to })?;
    }
    Ok(())
}

/// Puts each draft of the one behind that of the other. It stays where it was as well, which is about to go into the
/// trash, so that it can be told apart again.
fn merge_drafts(
    tx: &WriteTx<'_>,
    user: UserId,
    (into, from): Pair,
    now: Timestamp,
) -> Result<(), Error> {
    for kind in DRAFTS {
        let Some(added) = draft::find(tx, user, kind(from))? else {
            continue;
        };
        let merged = match draft::find(tx, user, kind(into))? {
            Some(there) => [there.content, added.content].join(BLANK_LINE),
            None => added.content,
        };
        if merged.chars().count() > kind(into).longest() {
            return Err(Error::invalid(
                "unsent text",
                "of both conversations is too long for one; send or shorten it first",
            ));
        }
        draft::save(tx, user, kind(into), &merged, now)?;
    }
    Ok(())
}

/// Takes off each draft again what was added to it of the other, unless it was changed or sent since.
fn part_drafts(
    tx: &WriteTx<'_>,
    user: UserId,
    (into, from): Pair,
    now: Timestamp,
) -> Result<(), Error> {
    for kind in DRAFTS {
        let (Some(merged), Some(added)) = (
            draft::find(tx, user, kind(into))?,
            draft::find(tx, user, kind(from))?,
        ) else {
            continue;
        };
        let rest = match merged.content.strip_suffix(added.content.as_str()) {
            Some("") => Some(""),
            Some(rest) => rest.strip_suffix(BLANK_LINE),
            None => None,
        };
        if let Some(rest) = rest {
            draft::save(tx, user, kind(into), rest, now)?;
        }
    }
    Ok(())
}
