//! What was answered to words that were edited, or in the place of another reply, when that is taken back: the answer
//! goes with it.
//!
//! Kept, it would stand behind messages that it does not answer, and the partner would read it as said to those. An
//! edit that discards what came later, and a replacement, therefore remember the replies that are begun to the words;
//! whatever else was said since is not their own, and keeps them from being taken back.

use rusqlite::{OptionalExtension, named_params};

use super::{EditDone, Message, require_nothing_written, trash};
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{MessageStatus, Role};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, operation};

/// Lets the edit of what was said last in a conversation, or the replacement of its reply, know the reply that is
/// begun to it.
pub(super) fn remember(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    reply: MessageId,
) -> Result<(), Error> {
    let said: Option<MessageId> = tx
        .prepare(
            "SELECT id FROM messages
             WHERE conversation_id = :conversation AND deleted_at IS NULL AND id <> :reply
             ORDER BY sequence_number DESC LIMIT 1",
        )?
        .query_row(
            named_params! { ":conversation": conversation, ":reply": reply },
            |row| row.get(0),
        )
        .optional()?;
    match said {
        Some(said) => operation::remember_answer(tx, said, reply),
        None => Ok(()),
    }
}

/// The replies that go into the trash when the edit of `message` is taken back. One that the learner deleted stays
/// where it is, and so does one that was moved to another conversation.
///
/// # Errors
/// `Conflict` if something else was said after the message since, or is being written in its conversation.
pub(super) fn to_discard(
    tx: &ReadTx<'_>,
    message: &Message,
    done: EditDone<'_>,
) -> Result<Vec<MessageId>, Error> {
    if done.discarded_at.is_none() && done.answers.is_none() {
        require_nothing_written(tx, message.conversation_id)?;
        return Ok(Vec::new());
    }
    answers_since(tx, message, done.edit.as_i64(), done.answers)
}

/// What was answered to a message since the operation `after`, of which these are the replies; `None` if that is not
/// known.
///
/// # Errors
/// `Conflict` if something else was said after the message since, or is being written in its conversation.
pub(super) fn answers_since(
    tx: &ReadTx<'_>,
    message: &Message,
    after: i64,
    answers: Option<&[MessageId]>,
) -> Result<Vec<MessageId>, Error> {
    let since = said_since(tx, message, after)?;
    if since.iter().any(|one| !is_answer(answers, one)) {
        return Err(Error::conflict(
            "Something else was said after this message since; delete that first.",
        ));
    }
    let is_its_own = |id| answers.is_some_and(|answers| answers.contains(&id));
    let is_discarded = |id| since.iter().any(|one| one.id == id);
    match being_written(tx, message.conversation_id)? {
        // It may lie in the trash already, where it goes on being written for a moment.
        Some(id) if is_its_own(id) || is_discarded(id) => {}
        _ => require_nothing_written(tx, message.conversation_id)?,
    }
    Ok(since.iter().map(|one| one.id).collect())
}

/// Puts answers into the trash, and gives the conversation of one that is still being written, if there is one.
pub(super) fn discard(
    tx: &WriteTx<'_>,
    user: UserId,
    answers: &[MessageId],
    now: Timestamp,
) -> Result<Option<ConversationId>, Error> {
    let mut unwanted = None;
    for answer in answers {
        let (gone, _) = trash::put_into_trash(tx, user, *answer, now)?;
        if gone.status == MessageStatus::Streaming {
            unwanted = Some(gone.conversation_id);
        }
    }
    Ok(unwanted)
}

/// What was said after a message, and after what was done to it.
struct Since {
    id: MessageId,
    role: Role,
}

/// An edit that was stored before answers were remembered has none of its own: there any reply counts as one.
fn is_answer(answers: Option<&[MessageId]>, one: &Since) -> bool {
    match answers {
        Some(answers) => answers.contains(&one.id),
        None => one.role == Role::Assistant,
    }
}

/// Leaves out what lies in the trash, and what was taken out of it: that is older than what was done, which has the id
/// `after`. Ids grow, whatever the clock does.
fn said_since(tx: &ReadTx<'_>, message: &Message, after: i64) -> Result<Vec<Since>, Error> {
    let mut statement = tx.prepare(
        "SELECT id, role FROM messages
         WHERE conversation_id = :conversation AND sequence_number > :place AND deleted_at IS NULL AND id > :after
         ORDER BY sequence_number",
    )?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": message.conversation_id,
            ":place": message.sequence_number,
            ":after": after,
        },
        |row| {
            Ok(Since {
                id: row.get(0)?,
                role: row.get(1)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn being_written(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
) -> Result<Option<MessageId>, Error> {
    Ok(tx
        .prepare(
            "SELECT id FROM messages WHERE conversation_id = :conversation AND status = 'streaming'",
        )?
        .query_row(named_params! { ":conversation": conversation }, |row| {
            row.get(0)
        })
        .optional()?)
}
