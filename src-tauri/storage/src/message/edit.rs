//! Changing what was said, and taking that back.
//!
//! Every edit leaves a row of the history. It may also discard what came after the message, so that the partner can
//! answer anew from there: that is one operation with the edit. Taking it back is taking back all of it: what was
//! discarded comes back, and what was answered to the new words goes.

use rusqlite::named_params;
use serde::Serialize;
use serde_json::json;

use super::{Message, answer, get, get_for_undo, history, many, require_nothing_written, title};
use crate::change::ChangeKind;
use crate::draft::DraftOf;
use crate::id::{ConversationId, MessageEditId, MessageId, UserId};
use crate::kinds::{EventType, OperationKind, Role};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::text::{self, LONGEST_MESSAGE};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, conversation, draft, embedding, event, id, summary, tokens};

/// What becomes of the messages after the one that is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// They stay.
    Keep,
    /// They go into the trash. A reply that is begun then goes there as well when the edit is taken back.
    Discard,
}

/// What an edit made of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Edited {
    /// As it is now.
    pub message: Message,
    /// What can be undone; `None` if it said that already.
    pub operation: Option<Operation>,
}

/// Changes what one of the learner's messages says. That can be undone, with what was discarded. The same words
/// again change nothing, and discard nothing. A title that was made of the message follows it.
///
/// # Errors
/// `Invalid` for a text that is blank, too long or contains NUL; `NotFound` like [`get`]; `Conflict` for what is not
/// the learner's, and while a reply is being written in the conversation.
pub fn edit(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    content: &str,
    later: Later,
    now: Timestamp,
) -> Result<Edited, Error> {
    text::check_not_blank("message", content, LONGEST_MESSAGE)?;
    let before = get(tx, user, id)?;
    if before.role != Role::User {
        return Err(Error::conflict("Only your own messages can be edited."));
    }
    require_nothing_written(tx, before.conversation_id)?;
    draft::remove(tx, DraftOf::Edit { message_id: id })?;
    if before.content == content {
        return Ok(Edited {
            message: before,
            operation: None,
        });
    }
    let edited_at = id::never_before_the_newest(now);
    let edit = history::insert(tx, id, &before.content, content, edited_at)?;
    store(tx, &before, content, now)?;
    let (discarded, discarded_at) = match later {
        Later::Keep => (many::Group::default(), None),
        Later::Discard => {
            let (group, at) = many::discard_after(tx, &before, now)?;
            (group, Some(at))
        }
    };
    conversation::settled_messages_changed(tx, before.conversation_id, -discarded.settled, now)?;
    let title_followed = title::follow_edit(tx, &before, content, now)?;
    event::append(
        tx,
        before.conversation_id,
        EventType::MessageEdited,
        &json!({ "messageId": id, "discarded": discarded.ids.len() }),
        now,
    )?;
    let operation = operation::record(
        tx,
        user,
        OperationKind::MessageEdit,
        Subject::Message {
            id,
            conversation: before.conversation_id,
            content,
        },
        &Inverse::RevertEdit {
            message: id,
            edit,
            discarded_at: discarded_at.filter(|_| !discarded.ids.is_empty()),
            title_followed,
            answers: (later == Later::Discard).then(Vec::new),
        },
        now,
    )?;
    Ok(Edited {
        message: get(tx, user, id)?,
        operation: Some(operation),
    })
}

/// What an edit needs to be taken back, besides its row of the history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EditDone<'a> {
    pub(crate) edit: MessageEditId,
    /// Since when the messages that it discarded lie in the trash; `None` if it discarded none.
    pub(crate) discarded_at: Option<Timestamp>,
    /// Whether the title of the conversation changed with it.
    pub(crate) title_followed: bool,
    /// The replies that were begun to its words; `None` if later messages were kept, or if that is not known.
    pub(crate) answers: Option<&'a [MessageId]>,
}

/// Makes the message say again what it said before its last edit, which must be this one, brings back what of the
/// discarded messages still lies in the trash, and puts there what was answered to the new words. Gives the
/// conversation of such an answer that is still being written.
///
/// # Errors
/// `Conflict` if it was edited again or is in the trash, while another reply is being written in its conversation,
/// and, of an edit that discarded, if something else was said after the message since.
pub(crate) fn take_edit_back(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    done: EditDone<'_>,
    now: Timestamp,
) -> Result<Option<ConversationId>, Error> {
    let current = get_for_undo(tx, user, id)?;
    let last = history::newest(tx, id)?
        .filter(|last| last.id == done.edit && last.new_content == current.content)
        .ok_or_else(|| Error::conflict("This message was edited again since."))?;
    let answers = answer::to_discard(tx, &current, done)?;
    history::remove(tx, last.id)?;
    store(tx, &current, &last.previous_content, now)?;
    let settled = match done.discarded_at {
        None => 0,
        Some(at) => many::bring_back(tx, current.conversation_id, at, now)?.settled,
    };
    conversation::settled_messages_changed(tx, current.conversation_id, settled, now)?;
    let unwanted_reply = answer::discard(tx, user, &answers, now)?;
    if done.title_followed {
        title::unfollow_edit(tx, &current, &last.previous_content, now)?;
    }
    event::append(
        tx,
        current.conversation_id,
        EventType::MessageEditUndone,
        &json!({ "messageId": id }),
        now,
    )?;
    Ok(unwanted_reply)
}

/// The count and the time of the last edit are those of the history, which is written first. What was made of the old
/// words goes.
fn store(tx: &WriteTx<'_>, message: &Message, content: &str, now: Timestamp) -> Result<(), Error> {
    tx.prepare(
        "UPDATE messages SET content = :content, token_count = :tokens, updated_at = :now,
             (edit_count, edited_at) =
                 (SELECT count(*), max(edited_at) FROM message_edit_history WHERE message_id = :id)
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": message.id,
        ":content": content,
        ":tokens": tokens::count(content),
        ":now": now,
    })?;
    tx.changed_message(ChangeKind::Updated, message.id, message.conversation_id);
    embedding::forget(tx, message.id)?;
    summary::drop_over(tx, message.conversation_id, message.sequence_number, now)
}
