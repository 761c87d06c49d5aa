//! The automatic title of a conversation, when the message that it was made of is edited.

use rusqlite::named_params;

use super::Message;
use crate::change::ChangeKind;
use crate::conversation::{Trash, titling_message};
use crate::id::ConversationId;
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, operation, text};

/// Lets an automatic title follow the message that it was made of, which says `content` by now. Gives whether it did.
pub(super) fn follow_edit(
    tx: &WriteTx<'_>,
    before: &Message,
    content: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    // Of two messages with the same beginning, the first one gave the title.
    let is_of_it = match titling_message(tx, before.conversation_id, 0, Trash::LeftOut)? {
        Some((first, _)) if first == before.id => true,
        Some((_, words)) => text::auto_title(&words) != text::auto_title(&before.content),
        None => true,
    };
    if !is_of_it {
        return Ok(false);
    }
    replace(tx, before.conversation_id, &before.content, content, now)
}

/// Lets a title that followed an edit go back with it. A renaming between them can no longer be taken back: when the
/// message is erased, nothing would tell that its words stand there.
pub(super) fn unfollow_edit(
    tx: &WriteTx<'_>,
    current: &Message,
    content: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let conversation = current.conversation_id;
    replace(tx, conversation, &current.content, content, now)?;
    operation::forget_called(tx, conversation, &text::auto_title(&current.content))
}

/// Makes the title of other words, if the app made it of `words`. Gives whether it is another one now.
fn replace(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    words: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let (old, new) = (text::auto_title(words), text::auto_title(by));
    if old == new {
        return Ok(false);
    }
    let changed = tx
        .prepare(
            "UPDATE conversations SET title = :new, updated_at = :now
             WHERE id = :id AND title_source = 'auto' AND title = :old",
        )?
        .execute(named_params! { ":id": conversation, ":old": old, ":new": new, ":now": now })?;
    if changed > 0 {
        tx.changed_conversation(ChangeKind::Updated, conversation);
    }
    Ok(changed > 0)
}
