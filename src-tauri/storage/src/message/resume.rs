//! Going on with a reply that broke off: in its place, behind the words that had come.

use rusqlite::named_params;
use serde_json::json;

use super::{Message, get, require_last, require_nothing_written};
use crate::change::ChangeKind;
use crate::id::{MessageId, UserId};
use crate::kinds::{EventType, MessageStatus, Role};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, chunk, conversation, embedding, event, summary};

/// A reply that is being written again.
#[derive(Clone, Debug, PartialEq)]
pub struct Resumed {
    /// With its words so far, and the chunks that stay.
    pub message: Message,
    /// The end of its words, which was a chunk only because nothing more came: to be cut up with what comes now.
    pub unfinished: String,
}

/// Makes the last reply of a conversation streaming again, if it was interrupted or failed. Whoever writes on it is
/// named as its model.
///
/// # Errors
/// `Conflict` if it is complete, not the last one, or none of the tutor's, and while a reply is being written in the
/// conversation; `NotFound` like [`get`].
pub fn resume_reply(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    model: &str,
    now: Timestamp,
) -> Result<Resumed, Error> {
    let before = get(tx, user, id)?;
    let conversation = before.conversation_id;
    require_nothing_written(tx, conversation)?;
    if before.role != Role::Assistant || before.status == MessageStatus::Complete {
        return Err(Error::conflict("This is not a reply that broke off."));
    }
    require_last(tx, &before)?;
    let unfinished = match before.chunks.last() {
        Some(last) => {
            chunk::delete(tx, last.id)?;
            last.text.clone()
        }
        None => before.content,
    };
    tx.prepare(
        "UPDATE messages SET status = 'streaming', failure_code = NULL, model = :model, token_count = NULL,
             updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":model": model, ":now": now })?;
    embedding::forget(tx, id)?;
    summary::drop_over(tx, conversation, before.sequence_number, now)?;
    conversation::settled_messages_changed(tx, conversation, -1, now)?;
    let data = json!({ "messageId": id });
    event::append(tx, conversation, EventType::ReplyResumed, &data, now)?;
    tx.changed_message(ChangeKind::Updated, id, conversation);
    Ok(Resumed {
        message: get(tx, user, id)?,
        unfinished,
    })
}
