//! What was made of a message's words, wherever it stands: all of it goes when the message is erased.
//!
//! What the message owns (its chunks, its history, …) goes with its row, by reference. Here is the rest: what
//! belongs to the conversation or to the learner, and would outlive it. A new table that holds words of
//! messages without belonging to one has to be added here.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use crate::conversation::MoveInto;
use crate::id::{ConversationId, MessageId};
use crate::kinds::{Role, TitleSource};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, key_fact, operation, summary, text};

/// From where messages came, by conversation: a log is read once, however many of its messages are erased.
pub(super) type Moves = BTreeMap<ConversationId, Vec<MoveInto>>;

/// Where a message was said.
pub(super) struct Said {
    /// Where it is.
    pub(super) conversation: ConversationId,
    /// Wherever it was before, and where it is.
    pub(super) places: Vec<ConversationId>,
}

/// Erases what was made of the words of a message that lies in the trash, outside of its own row and of what
/// that owns, and of the logs: see [`erase_event_data`]. An automatic title that came of the message is made of
/// another one.
pub(super) fn erase(
    tx: &WriteTx<'_>,
    id: MessageId,
    moves: &mut Moves,
    now: Timestamp,
) -> Result<Said, Error> {
    let (conversation, role, sequence_number): (_, Role, _) = tx
        .prepare("SELECT conversation_id, role, sequence_number FROM messages WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((
                row.get("conversation_id")?,
                row.get("role")?,
                row.get("sequence_number")?,
            ))
        })?;
    let moves = match moves.entry(conversation) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(conversation::moves_into(tx, conversation)?),
    };
    let mut places = conversation::since_event(moves, id.as_i64());
    places.push(conversation);
    for place in &places {
        if role == Role::User {
            erase_titles(tx, *place, id, now)?;
        }
        erase_shares(tx, *place)?;
    }
    erase_deleted_templates(tx, conversation, id)?;
    erase_memory(tx, (conversation, sequence_number), id, now)?;
    erase_notes(tx, id)?;
    erase_examples(tx, id, now)?;
    Ok(Said {
        conversation,
        places,
    })
}

/// Erases what was made of messages that were erased with their conversation, in the conversations where they had
/// been before: what others may read of these, and their automatic titles.
pub(super) fn erase_elsewhere(
    tx: &WriteTx<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<(), Error> {
    for place in conversation::came_from(tx, id, 0)? {
        erase_shares(tx, place)?;
        if let Some(title) = automatic_title(tx, place)? {
            conversation::name_anew(tx, place, now)?;
            operation::forget_those_with(tx, place, &[title])?;
        }
    }
    Ok(())
}

/// The sentences in which words were met, of the words that were met in this message. The words stay learnt.
pub(super) fn erase_examples(tx: &WriteTx<'_>, id: MessageId, now: Timestamp) -> Result<(), Error> {
    for met_in in [
        "source_message_id = :id",
        "source_correction_id IN (SELECT id FROM grammar_corrections WHERE message_id = :id)",
    ] {
        tx.prepare(&format!(
            "UPDATE vocabulary_words SET example_sentence = NULL, updated_at = :now WHERE {met_in}"
        ))?
        .execute(named_params! { ":id": id, ":now": now })?;
    }
    Ok(())
}

/// A template that the learner made of a conversation is there to be seen, and stays. One that was deleted
/// could only be brought back by undo: that is a trace.
pub(super) fn erase_deleted_templates(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    id: MessageId,
) -> Result<(), Error> {
    let reply: Option<String> = tx
        .prepare("SELECT content FROM messages WHERE id = :id AND role = 'assistant'")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()?;
    match reply {
        Some(reply) => operation::forget_templates_opening_with(tx, conversation, &reply),
        None => Ok(()),
    }
}

/// The automatic titles that any version of the message gave, on the conversation and in what can be undone.
fn erase_titles(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    id: MessageId,
    now: Timestamp,
) -> Result<(), Error> {
    let mut titles = titles_of_versions(tx, id)?;
    let title = automatic_title(tx, conversation)?;
    let is_of_it = match &title {
        None => false,
        // However the title was cut, it was made of what the learner said first.
        Some(title) => {
            titles
                .iter()
                .any(|made| made == text::without_number(title))
                || conversation::titling_message(
                    tx,
                    conversation,
                    0,
                    conversation::Trash::Included,
                )?
                .is_some_and(|(titling, _)| titling == id)
        }
    };
    if is_of_it {
        titles.extend(title);
        conversation::name_anew(tx, conversation, now)?;
    }
    operation::forget_those_with(tx, conversation, &titles)
}

fn titles_of_versions(tx: &ReadTx<'_>, id: MessageId) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(
        "SELECT content FROM messages WHERE id = :id
         UNION ALL SELECT previous_content FROM message_edit_history WHERE message_id = :id
         UNION ALL SELECT new_content FROM message_edit_history WHERE message_id = :id",
    )?;
    let versions =
        statement.query_map(named_params! { ":id": id }, |row| row.get::<_, String>(0))?;
    versions
        .map(|version| Ok(text::auto_title(&version?)))
        .collect()
}

/// The conversation's title, if the app made it; `None` also if the conversation is gone.
fn automatic_title(tx: &ReadTx<'_>, id: ConversationId) -> Result<Option<String>, Error> {
    let found: Option<(String, TitleSource)> = tx
        .prepare("SELECT title, title_source FROM conversations WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((row.get("title")?, row.get("title_source")?))
        })
        .optional()?;
    Ok(found
        .filter(|(title, source)| *source == TitleSource::Auto && !title.is_empty())
        .map(|(title, _)| title))
}

/// Summaries that cover the message, and facts that were learnt from it and are not the learner's own by now.
fn erase_memory(
    tx: &WriteTx<'_>,
    (conversation, sequence_number): (ConversationId, u32),
    id: MessageId,
    now: Timestamp,
) -> Result<(), Error> {
    summary::drop_over(tx, conversation, sequence_number, now)?;
    key_fact::erase_learnt_from(tx, id)
}

/// A note outlives a message that is merely gone, but not one that is to leave no trace.
fn erase_notes(tx: &WriteTx<'_>, id: MessageId) -> Result<(), Error> {
    tx.prepare("DELETE FROM conversation_notes WHERE message_id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}

/// What others may read by link is a frozen copy of the whole conversation.
fn erase_shares(tx: &WriteTx<'_>, conversation: ConversationId) -> Result<(), Error> {
    tx.prepare("DELETE FROM conversation_shares WHERE conversation_id = :conversation")?
        .execute(named_params! { ":conversation": conversation })?;
    Ok(())
}

/// The log goes on saying what happened and when, but no longer to which messages. Each call reads the log from the
/// first of them on, so it is made once for all.
pub(super) fn erase_event_data(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    ids: &[MessageId],
) -> Result<(), Error> {
    let names: Vec<String> = ids.iter().map(MessageId::to_string).collect();
    tx.prepare(
        "UPDATE conversation_events SET event_data = '{}'
         WHERE conversation_id = :conversation AND id >= :born
             AND json_extract(event_data, '$.messageId') IN (SELECT value FROM json_each(:ids))",
    )?
    .execute(named_params! {
        ":conversation": conversation,
        // Ids grow, and no event names a message that is not born yet: a long log is not read from its start.
        ":born": ids.iter().min(),
        ":ids": json!(names).to_string(),
    })?;
    Ok(())
}
