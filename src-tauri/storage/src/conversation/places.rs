//! Where messages stand: moved from one conversation to another, and back to where they were.
//!
//! A split or a merge first remembers the place of every message of both conversations, in the table
//! `operation_message_places`. So taking it back can tell whether these are still the messages it knows, all of
//! them where it left them, and puts each where it was, however many there are.

use rusqlite::named_params;
use serde_json::json;

use super::settled_messages_changed;
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, OperationId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// Two conversations between which messages move.
pub(super) type Pair = (ConversationId, ConversationId);

/// Where an operation left the messages that it knows: those from this place of their conversation on in one
/// conversation, those before it in another.
#[derive(Clone, Copy)]
pub(super) struct Left {
    pub(super) first_sequence: u32,
    pub(super) from_there_on: ConversationId,
    pub(super) before: ConversationId,
}

/// Refuses a conversation in which a reply is being written, also one in the trash: its writer would lose it.
pub(super) fn require_quiet(tx: &ReadTx<'_>, id: ConversationId) -> Result<(), Error> {
    let is_busy = tx
        .prepare("SELECT 1 FROM messages WHERE conversation_id = :id AND status = 'streaming'")?
        .exists(named_params! { ":id": id })?;
    if is_busy {
        return Err(Error::conflict(
            "A reply is being written in this conversation; wait for its end, or stop it.",
        ));
    }
    Ok(())
}

/// Remembers where each message of these conversations stands.
pub(super) fn remember(
    tx: &WriteTx<'_>,
    operation: OperationId,
    (one, other): Pair,
) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO operation_message_places (operation_id, message_id, conversation_id, sequence_number)
         SELECT :operation, id, conversation_id, sequence_number FROM messages
         WHERE conversation_id IN (:one, :other) ORDER BY id",
    )?
    .execute(named_params! { ":operation": operation, ":one": one, ":other": other })?;
    Ok(())
}

/// Refuses to take an operation back if its two conversations have other messages by now, or have them elsewhere.
/// One that was erased is not missed.
pub(super) fn require_unmoved(
    tx: &ReadTx<'_>,
    operation: OperationId,
    (one, other): Pair,
    left: Left,
) -> Result<(), Error> {
    let has_more = tx
        .prepare(
            "SELECT 1 FROM messages WHERE conversation_id IN (:one, :other) AND NOT EXISTS (
                 SELECT 1 FROM operation_message_places WHERE operation_id = :operation AND message_id = messages.id)
             LIMIT 1",
        )?
        .exists(named_params! { ":operation": operation, ":one": one, ":other": other })?;
    if has_more {
        return Err(Error::conflict(
            "Messages were added to these conversations since.",
        ));
    }
    let were_moved = tx
        .prepare(
            "SELECT 1 FROM operation_message_places AS place CROSS JOIN messages ON messages.id = place.message_id
             WHERE place.operation_id = :operation AND messages.conversation_id
                 <> iif(place.sequence_number >= :first, :from_there_on, :before)
             LIMIT 1",
        )?
        .exists(named_params! {
            ":operation": operation,
            ":first": left.first_sequence,
            ":from_there_on": left.from_there_on,
            ":before": left.before,
        })?;
    if were_moved {
        return Err(Error::conflict(
            "Messages of these conversations were moved to another one since.",
        ));
    }
    Ok(())
}

/// A message on its way to another place.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) message: MessageId,
    pub(super) from: ConversationId,
    pub(super) to: ConversationId,
    pub(super) sequence_number: u32,
}

/// Puts messages to their new places, and what belongs to them with them. The places are free, or become free.
pub(super) fn move_all(tx: &WriteTx<'_>, pair: Pair, moves: &[Move]) -> Result<(), Error> {
    // Out of each other's way first: no two messages may have the same place at any moment.
    let aside = moves
        .iter()
        .map(|one| i64::from(one.sequence_number))
        .fold(largest_sequence(tx, pair)?, i64::max);
    let mut step = tx.prepare(
        "UPDATE messages SET conversation_id = :to, sequence_number = :aside + :sequence WHERE id = :id",
    )?;
    for one in moves {
        step.execute(named_params! {
            ":id": one.message,
            ":to": one.to,
            ":aside": aside,
            ":sequence": one.sequence_number,
        })?;
    }
    let mut step = tx.prepare("UPDATE messages SET sequence_number = :sequence WHERE id = :id")?;
    for one in moves {
        step.execute(named_params! { ":id": one.message, ":sequence": one.sequence_number })?;
    }
    for one in moves {
        if one.from == one.to {
            tx.changed_message(ChangeKind::Updated, one.message, one.to);
        } else {
            tx.changed_message(ChangeKind::Deleted, one.message, one.from);
            tx.changed_message(ChangeKind::Inserted, one.message, one.to);
        }
    }
    follow(tx, pair)
}

/// Puts the messages that an operation knows back to where they were.
pub(super) fn put_back(tx: &WriteTx<'_>, operation: OperationId, pair: Pair) -> Result<(), Error> {
    let moves: Vec<Move> = tx
        .prepare(
            "SELECT messages.id, messages.conversation_id, place.conversation_id, place.sequence_number
             FROM operation_message_places AS place CROSS JOIN messages ON messages.id = place.message_id
             WHERE place.operation_id = :operation AND (messages.conversation_id <> place.conversation_id
                 OR messages.sequence_number <> place.sequence_number)",
        )?
        .query_map(named_params! { ":operation": operation }, |row| {
            Ok(Move {
                message: row.get(0)?,
                from: row.get(1)?,
                to: row.get(2)?,
                sequence_number: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    move_all(tx, pair, &moves)
}

fn largest_sequence(tx: &ReadTx<'_>, (one, other): Pair) -> Result<i64, Error> {
    let mut largest = tx.prepare(
        "SELECT coalesce(max(sequence_number), 0) FROM messages WHERE conversation_id = :id",
    )?;
    let mut of =
        |id: ConversationId| largest.query_row(named_params! { ":id": id }, |row| row.get(0));
    let (of_one, of_other): (i64, i64) = (of(one)?, of(other)?);
    Ok(of_one.max(of_other))
}

/// What belongs to a message by reference stays with it; what also names its conversation is told of the new one.
const FOLLOWING: &[&str] = &[
    "UPDATE conversation_notes SET conversation_id = (SELECT conversation_id FROM messages WHERE id = message_id)
     WHERE conversation_id IN (:one, :other) AND message_id IS NOT NULL",
    "UPDATE conversation_key_facts
     SET conversation_id = (SELECT conversation_id FROM messages WHERE id = source_message_id)
     WHERE conversation_id IN (:one, :other) AND source_message_id IS NOT NULL",
    // A message in the trash is taken out of the conversation in which it is by then.
    "UPDATE operations SET conversation_id = (SELECT conversation_id FROM messages WHERE id = message_id)
     WHERE conversation_id IN (:one, :other) AND message_id IS NOT NULL",
    // Never into itself: a conversation may have been merged with the one that it came from.
    "UPDATE conversations
     SET origin_conversation_id = (SELECT conversation_id FROM messages WHERE id = origin_message_id)
     WHERE origin_conversation_id IN (:one, :other) AND origin_message_id IS NOT NULL
         AND id <> (SELECT conversation_id FROM messages WHERE id = origin_message_id)",
];

fn follow(tx: &WriteTx<'_>, (one, other): Pair) -> Result<(), Error> {
    for follow in FOLLOWING {
        tx.prepare(follow)?
            .execute(named_params! { ":one": one, ":other": other })?;
    }
    Ok(())
}

/// Counts the settled messages anew, for what moved is too much to be counted along the way.
pub(super) fn recount(tx: &WriteTx<'_>, id: ConversationId, now: Timestamp) -> Result<(), Error> {
    let by: i64 = tx
        .prepare(
            "SELECT (SELECT count(*) FROM messages
                     WHERE conversation_id = :id AND status <> 'streaming' AND deleted_at IS NULL) - message_count
             FROM conversations WHERE id = :id",
        )?
        .query_row(named_params! { ":id": id }, |row| row.get(0))?;
    settled_messages_changed(tx, id, by, now)
}

/// Says in the logs of both conversations that messages went from one to the other. The log of the other also says
/// where they had been before that: what was made of their words may still stand there.
pub(super) fn log(
    tx: &WriteTx<'_>,
    event_type: EventType,
    (from, to): Pair,
    now: Timestamp,
) -> Result<(), Error> {
    let mut before = came_from(tx, from, 0)?;
    before.retain(|id| *id != from && *id != to);
    let data = json!({ "fromConversationId": from, "toConversationId": to, "before": before });
    for id in [from, to] {
        event::append(tx, id, event_type, &data, now)?;
    }
    Ok(())
}

/// Every conversation in which messages of this one may have been before, since the event with this id. Some may be
/// gone.
pub(crate) fn came_from(
    tx: &ReadTx<'_>,
    id: ConversationId,
    since: i64,
) -> Result<Vec<ConversationId>, Error> {
    Ok(since_event(&moves_into(tx, id)?, since))
}

/// A conversation from which messages came, with the event that tells of it.
pub(crate) type MoveInto = (i64, ConversationId);

/// Those of the moves that came at the event with this id or later: from where, each once.
pub(crate) fn since_event(moves: &[MoveInto], since: i64) -> Vec<ConversationId> {
    let mut places: Vec<ConversationId> = moves
        .iter()
        .filter(|(event, _)| *event >= since)
        .map(|(_, place)| *place)
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Every move of messages into this conversation. Reads all of its log.
pub(crate) fn moves_into(tx: &ReadTx<'_>, id: ConversationId) -> Result<Vec<MoveInto>, Error> {
    let mut statement = tx.prepare(
        "SELECT conversation_events.id, source.value FROM conversation_events, json_each(json_insert(
                 event_data -> '$.before', '$[#]', event_data ->> '$.fromConversationId')) AS source
         WHERE conversation_events.conversation_id = :id
             AND event_type IN ('conversation_split', 'conversation_split_undone',
                 'conversation_merged', 'conversation_merge_undone')
             AND event_data ->> '$.toConversationId' = :to",
    )?;
    let rows = statement.query_map(named_params! { ":id": id, ":to": id.to_string() }, |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (event, text) = row?;
        let place = text
            .parse()
            .map_err(|_| Error::corrupt("an event names no conversation"))?;
        Ok((event, place))
    })
    .collect()
}
