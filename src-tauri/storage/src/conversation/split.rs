//! The end of a conversation as a conversation of its own, and one again if that is taken back.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use super::places::{self, Left, Move};
use super::title::{from_first_messages, name_anew, store};
use super::{Conversation, Rearranged, copy, exists, find, get, put_into_trash};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, OperationId, UserId};
use crate::kinds::{EventType, OperationKind, TitleSource};
use crate::operation::{self, Inverse, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, key_fact, message, summary};

/// A split, with what must still be so to take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Split {
    original: ConversationId,
    split_off: ConversationId,
    /// Where, in the original, the part began that was split off.
    first_sequence: u32,
    /// What the part was called.
    title: String,
    title_source: TitleSource,
    /// The title of the original, if that was made of a message that is no longer in it.
    original_title: Option<String>,
}

impl Split {
    /// Every text of the learner's that it holds.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.title.as_str()];
        texts.extend(self.original_title.as_deref());
        texts
    }

    /// Whether it cannot be taken back without this conversation.
    pub(crate) fn needs(&self, id: ConversationId) -> bool {
        self.original == id || self.split_off == id
    }
}

/// Makes a conversation of a message and of all that comes after it, also of what of that lies in the trash. What
/// belongs to the messages goes with them; the original's draft stays.
///
/// So do facts that the learner wrote there. Facts that were learnt from a message go with it, and what was deleted is
/// not learnt again in either. Summaries that reach beyond the place go; the part gets its own.
///
/// # Errors
/// `NotFound` like [`message::get`]; `Conflict` at the first message, or while a reply is being written.
pub fn split(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Rearranged, Error> {
    let first = message::get(tx, user, id)?;
    let original = get(tx, user, first.conversation_id)?;
    places::require_quiet(tx, original.id)?;
    let Some(last_left) = last_before(tx, original.id, first.sequence_number)? else {
        return Err(Error::conflict(
            "This is the first message: nothing would be left of the conversation before it.",
        ));
    };
    let original_title = title_that_leaves(tx, &original, first.sequence_number)?;
    let part = begin(tx, user, &original, (first.sequence_number, last_left), now)?;
    let operation = operation::record(
        tx,
        user,
        OperationKind::ConversationSplit,
        Subject::Conversation {
            id: original.id,
            title: &original.title,
        },
        &Inverse::TakeSplitBack(Split {
            original: original.id,
            split_off: part.id,
            first_sequence: first.sequence_number,
            title: part.title,
            title_source: part.title_source,
            original_title: original_title.clone(),
        }),
        now,
    )?;
    let pair = (original.id, part.id);
    places::remember(tx, operation.id, pair)?;
    places::move_all(tx, pair, &moves(tx, pair, first.sequence_number)?)?;
    summary::drop_from(tx, original.id, first.sequence_number, now)?;
    key_fact::copy_buried(tx, original.id, part.id, now)?;
    places::recount(tx, original.id, now)?;
    places::recount(tx, part.id, now)?;
    if original_title.is_some() {
        name_anew(tx, original.id, now)?;
    }
    places::log(tx, EventType::ConversationSplit, pair, now)?;
    Ok(Rearranged {
        conversation: super::summary(tx, user, part.id)?,
        operation,
    })
}

/// The part that is split off, still empty. It is called after the learner's first message in it, or else after the
/// original.
fn begin(
    tx: &WriteTx<'_>,
    user: UserId,
    original: &Conversation,
    (first_sequence, last_left): (u32, MessageId),
    now: Timestamp,
) -> Result<Conversation, Error> {
    let own = from_first_messages(tx, original.id, first_sequence)?;
    let (title, source) = if own.is_empty() {
        (
            copy::next_title(tx, user, &original.title)?,
            original.title_source,
        )
    } else {
        (own, TitleSource::Auto)
    };
    let id = copy::insert_like(tx, original.id, (&title, source), Some(last_left), now)?;
    get(tx, user, id)
}

/// The last message before a place that is not in the trash.
fn last_before(
    tx: &ReadTx<'_>,
    id: ConversationId,
    sequence: u32,
) -> Result<Option<MessageId>, Error> {
    Ok(tx
        .prepare(
            "SELECT id FROM messages
             WHERE conversation_id = :id AND sequence_number < :sequence AND deleted_at IS NULL
             ORDER BY sequence_number DESC LIMIT 1",
        )?
        .query_row(named_params! { ":id": id, ":sequence": sequence }, |row| {
            row.get(0)
        })
        .optional()?)
}

/// The original's title, if the app made it of a message that is about to leave.
fn title_that_leaves(
    tx: &ReadTx<'_>,
    original: &Conversation,
    first_sequence: u32,
) -> Result<Option<String>, Error> {
    if original.title_source == TitleSource::User || original.title.is_empty() {
        return Ok(None);
    }
    let stays = tx
        .prepare(
            "SELECT 1 FROM messages
             WHERE conversation_id = :id AND role = 'user' AND sequence_number < :sequence LIMIT 1",
        )?
        .exists(named_params! { ":id": original.id, ":sequence": first_sequence })?;
    Ok((!stays).then(|| original.title.clone()))
}

fn moves(
    tx: &ReadTx<'_>,
    (from, to): places::Pair,
    first_sequence: u32,
) -> Result<Vec<Move>, Error> {
    let mut statement = tx.prepare(
        "SELECT id FROM messages WHERE conversation_id = :id AND sequence_number >= :sequence
         ORDER BY sequence_number",
    )?;
    let rows = statement.query_map(
        named_params! { ":id": from, ":sequence": first_sequence },
        |row| row.get(0),
    )?;
    (1_u32..)
        .zip(rows)
        .map(|(sequence_number, message)| {
            Ok(Move {
                message: message?,
                from,
                to,
                sequence_number,
            })
        })
        .collect()
}

/// Undoes a split: the messages are where they were, and the part that was split off is gone.
///
/// # Errors
/// `Conflict` if one of the two lies in the trash or is gone, if they have other messages than the split left in
/// them, or if the part holds something else that the learner made.
pub(crate) fn take_split_back(
    tx: &WriteTx<'_>,
    user: UserId,
    operation: OperationId,
    split: &Split,
    now: Timestamp,
) -> Result<(), Error> {
    let &Split {
        original,
        split_off,
        first_sequence,
        ..
    } = split;
    if !exists(tx, user, original)? {
        return Err(Error::conflict(
            "The conversation that was split is in the trash; take it out first.",
        ));
    }
    let Some(part) = find(tx, user, split_off)? else {
        return Err(Error::conflict(
            "The part that was split off is in the trash; take it out first.",
        ));
    };
    if part.title_source == TitleSource::User
        && (part.title.as_str(), part.title_source) != (split.title.as_str(), split.title_source)
    {
        return Err(Error::conflict(
            "The part that was split off was given another title since.",
        ));
    }
    let pair = (original, split_off);
    let left = Left {
        first_sequence,
        from_there_on: split_off,
        before: original,
    };
    places::require_unmoved(tx, operation, pair, left)?;
    require_nothing_else(tx, split_off)?;
    places::put_back(tx, operation, pair)?;
    key_fact::drop_copied_buried(tx, split_off, original)?;
    // What was learnt in the part was learnt of its messages.
    tx.prepare("UPDATE conversation_key_facts SET conversation_id = :original WHERE conversation_id = :part")?
        .execute(named_params! { ":original": original, ":part": split_off })?;
    summary::drop_from(tx, original, first_sequence, now)?;
    places::recount(tx, original, now)?;
    give_title_back(tx, user, split, now)?;
    places::log(
        tx,
        EventType::ConversationSplitUndone,
        (split_off, original),
        now,
    )?;
    end(tx, user, split_off, now)
}

/// Refuses a part that is not empty but for the messages that leave it and what belongs to these.
fn require_nothing_else(tx: &ReadTx<'_>, part: ConversationId) -> Result<(), Error> {
    for (holds, reason) in [
        (
            "SELECT 1 FROM conversation_notes WHERE conversation_id = :id AND message_id IS NULL",
            "There is a note on the part that was split off; it would be lost.",
        ),
        (
            "SELECT 1 FROM message_drafts WHERE conversation_id = :id",
            "Something unsent is in the part that was split off; it would be lost.",
        ),
        (
            "SELECT 1 FROM unsaved_texts WHERE conversation_id = :id",
            "There is an unsaved note on the part that was split off; it would be lost.",
        ),
        (
            "SELECT 1 FROM conversation_shares WHERE conversation_id = :id",
            "The part that was split off is shared; stop that first.",
        ),
    ] {
        if tx.prepare(holds)?.exists(named_params! { ":id": part })? {
            return Err(Error::conflict(reason));
        }
    }
    Ok(())
}

fn give_title_back(
    tx: &WriteTx<'_>,
    user: UserId,
    split: &Split,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(title) = &split.original_title else {
        return Ok(());
    };
    let current = get(tx, user, split.original)?;
    if current.title.is_empty() {
        store(tx, split.original, title, TitleSource::Auto, now)?;
    }
    Ok(())
}

/// Removes an empty conversation for good. It leaves the list as any other does, so that what is counted there stays
/// right.
fn end(tx: &WriteTx<'_>, user: UserId, id: ConversationId, now: Timestamp) -> Result<(), Error> {
    put_into_trash(tx, user, id, now)?;
    operation::forget_those_that_need(tx, id)?;
    tx.prepare("DELETE FROM conversations WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    tx.changed_conversation(ChangeKind::Deleted, id);
    Ok(())
}
