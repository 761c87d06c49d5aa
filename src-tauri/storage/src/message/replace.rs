//! Answering the learner's last words anew: the reply that stands there goes into the trash, and another is begun.
//!
//! Taking that back brings the first reply back, and puts what was answered in its place into the trash.

use super::{
    Message, answer, get, get_for_undo, list_before, require_last, require_nothing_written, trash,
};
use crate::Error;
use crate::id::{ConversationId, MessageId, OperationId, UserId};
use crate::kinds::{OperationKind, Role};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// Puts the last reply of a conversation into the trash, for another one to be begun. It goes by what it answered,
/// and can be undone.
///
/// # Errors
/// `Conflict` if it is not the last message, or answers nothing of the learner's, and while a reply is being written
/// in the conversation; `NotFound` like [`get`].
pub fn replace_reply(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let reply = get(tx, user, id)?;
    require_nothing_written(tx, reply.conversation_id)?;
    require_last(tx, &reply)?;
    let said = answered_by(tx, user, &reply)?;
    let (_, deleted_at) = trash::put_into_trash(tx, user, id, now)?;
    operation::record(
        tx,
        user,
        OperationKind::ReplyReplace,
        Subject::Message {
            id: said.id,
            conversation: said.conversation_id,
            content: &said.content,
        },
        &Inverse::RestoreReply {
            said: said.id,
            reply: id,
            deleted_at,
            answers: Vec::new(),
        },
        now,
    )
}

/// A reply that was put into the trash for another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replaced<'a> {
    /// What it answers.
    pub(crate) said: MessageId,
    pub(crate) reply: MessageId,
    /// Since when it lies in the trash.
    pub(crate) deleted_at: Timestamp,
    /// What was answered in its place since.
    pub(crate) answers: &'a [MessageId],
}

/// Brings the reply back, and puts into the trash what was answered in its place by the operation `id`. Gives the
/// conversation of such an answer that is still being written.
///
/// # Errors
/// `Conflict` if something else was said since or is being written, or if either of the two is not where it was.
pub(crate) fn take_replacement_back(
    tx: &WriteTx<'_>,
    user: UserId,
    id: OperationId,
    done: Replaced<'_>,
    now: Timestamp,
) -> Result<Option<ConversationId>, Error> {
    let said = get_for_undo(tx, user, done.said)?;
    match trash::in_trash_since(tx, user, done.reply)? {
        Some(since) if since == done.deleted_at => {}
        _ => {
            return Err(Error::conflict(
                "The first reply is no longer in the trash.",
            ));
        }
    }
    let answers = answer::answers_since(tx, &said, id.as_i64(), Some(done.answers))?;
    let unwanted_reply = answer::discard(tx, user, &answers, now)?;
    trash::take_out_of_trash(tx, user, done.reply, now)?;
    Ok(unwanted_reply)
}

/// The learner's words right before a reply.
fn answered_by(tx: &ReadTx<'_>, user: UserId, reply: &Message) -> Result<Message, Error> {
    let before = list_before(
        tx,
        user,
        reply.conversation_id,
        Some(reply.sequence_number),
        1,
    )?;
    before
        .messages
        .into_iter()
        .next()
        .filter(|said| said.role == Role::User && reply.role == Role::Assistant)
        .ok_or_else(|| Error::conflict("This is not an answer to something that you said."))
}
