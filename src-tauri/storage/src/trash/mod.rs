//! The trash: what was deleted, for thirty days, and then its real end.
//!
//! A conversation, a message or a note lies in the trash while its `deleted_at` is set. The learner may take it out
//! again ([`restore`]), or have it erased ([`condemn`]); [`sweep`] erases what was condemned and what has lain
//! there long enough, a bounded piece at a time, so that no conversation, however long, holds everybody up.
//!
//! Erased means: no row, no word in an index, nothing that was made of the words, and, once [`erase_due`] is
//! through, no byte of them in the file or its log. Backups keep what they hold, and so do undo copies, the rejects of
//! a repair, and what was rescued.

mod erase;
mod finish;
mod notes;
mod page;
mod traces;

pub(crate) use erase::{DUE_CONVERSATION, DUE_MESSAGES, erase_condemned};
pub use erase::{Swept, condemn, condemn_all, sweep};
pub use finish::erase_due;
pub(crate) use notes::DUE_NOTES;
pub use page::{LARGEST_PAGE, TrashItem, TrashPage, list_page};
pub(crate) use page::{conversations_page_sql, messages_page_sql, notes_page_sql};

use std::fmt;

use crate::id::{ConversationId, MessageId, NoteId, UserId};
use crate::kinds::{OperationKind, TrashKind};
use crate::operation::{self, Inverse, Subject};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, conversation, message, note};

/// How long things lie in the trash.
pub const DAYS_KEPT: i64 = 30;
const MILLIS_KEPT: i64 = DAYS_KEPT * 24 * 60 * 60 * 1_000;

/// Names a thing in the trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trashed {
    /// A conversation, with all that was said in it.
    Conversation(ConversationId),
    /// One message.
    Message(MessageId),
    /// One note.
    Note(NoteId),
}

impl Trashed {
    /// Puts a name together as the window has it: the kind, and the id in its 13 characters.
    ///
    /// # Errors
    /// `Invalid` if the id is none.
    pub fn named(kind: TrashKind, id: &str) -> Result<Self, Error> {
        let named = match kind {
            TrashKind::Conversation => id.parse().map(Self::Conversation),
            TrashKind::Message => id.parse().map(Self::Message),
            TrashKind::Note => id.parse().map(Self::Note),
        };
        named.map_err(|error| Error::invalid("id", format!("is none: {error}")))
    }
}

impl fmt::Display for Trashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conversation(id) => id.fmt(f),
            Self::Message(id) => id.fmt(f),
            Self::Note(id) => id.fmt(f),
        }
    }
}

/// Takes a thing out of the trash, back to where it was. That can be undone.
///
/// # Errors
/// `NotFound` if this learner has no such thing in the trash; `Conflict` for a message or note whose conversation
/// lies there too.
pub fn restore(
    tx: &WriteTx<'_>,
    user: UserId,
    thing: Trashed,
    now: Timestamp,
) -> Result<(), Error> {
    match thing {
        Trashed::Conversation(id) => {
            let title = conversation::take_out_of_trash(tx, user, id, now)?;
            operation::record(
                tx,
                user,
                OperationKind::ConversationRestore,
                Subject::Conversation { id, title: &title },
                &Inverse::DeleteConversation { conversation: id },
                now,
            )
        }
        Trashed::Message(id) => {
            let message = message::take_out_of_trash(tx, user, id, now)?;
            operation::record(
                tx,
                user,
                OperationKind::MessageRestore,
                Subject::Message {
                    id,
                    conversation: message.conversation_id,
                    content: &message.content,
                },
                &Inverse::DeleteMessage { message: id },
                now,
            )
        }
        Trashed::Note(id) => note::restore(tx, user, id, now),
    }
    .map(drop)
}
