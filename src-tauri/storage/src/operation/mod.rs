//! What the learner did last and may take back, by name.
//!
//! A verb that can be undone records itself in its own transaction, with the inverse that takes it back and
//! with what must still be so for that. An entry is there until it is undone, until newer ones push it out, or
//! until what it is about is erased for ever: no word of that may survive here.

mod forget;
mod inverse;

pub(crate) use forget::{
    forget_templates_opening_with, forget_those_of_facts, forget_those_of_tag,
    forget_those_that_need,
};
pub(crate) use inverse::Inverse;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, NoteId, OperationId, UserId};
use crate::kinds::OperationKind;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, text};

/// How many operations of a profile can be undone.
pub const MOST_KEPT: u32 = 30;

/// Something that the learner did and can take back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// What was done.
    pub kind: OperationKind,
    /// What it was done to: the title of a conversation or the beginning of a message or note, as it was then;
    /// empty if there was none, or if it was done to many. Of a folder, a tag or a template its name.
    pub subject: String,
    /// When it was done.
    pub created_at: Timestamp,
    /// To how many conversations or other things it was done.
    pub count: u32,
}

/// Something that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// What was done before.
    pub operation: Operation,
    /// The conversation in which a reply that is still being written may have gone into the trash: nobody wants the
    /// rest of it.
    pub unwanted_reply: Option<ConversationId>,
}

/// What an operation is about, and how the learner calls it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Conversation {
        id: ConversationId,
        title: &'a str,
    },
    Message {
        id: MessageId,
        conversation: ConversationId,
        content: &'a str,
    },
    /// More than one. Their titles do not stand here: what is made of one of them must go when that is erased.
    Conversations {
        ids: &'a [ConversationId],
    },
    Folder {
        name: &'a str,
    },
    Tag {
        name: &'a str,
    },
    Note {
        id: NoteId,
        conversation: ConversationId,
        message: Option<MessageId>,
        content: &'a str,
    },
    Template {
        name: &'a str,
    },
    Fact {
        conversation: ConversationId,
        /// The message that it was learnt from, with which it goes.
        message: Option<MessageId>,
        text: &'a str,
    },
}

impl Subject<'_> {
    /// At most as long as a title.
    fn name(&self) -> String {
        match self {
            Self::Conversation { title: name, .. }
            | Self::Folder { name }
            | Self::Tag { name }
            | Self::Template { name } => (*name).to_owned(),
            Self::Message { content, .. }
            | Self::Note { content, .. }
            | Self::Fact { text: content, .. } => text::auto_title(content),
            Self::Conversations { .. } => String::new(),
        }
    }

    const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Conversation { id, .. } => Some(*id),
            Self::Message { conversation, .. }
            | Self::Note { conversation, .. }
            | Self::Fact { conversation, .. } => Some(*conversation),
            Self::Conversations { .. }
            | Self::Folder { .. }
            | Self::Tag { .. }
            | Self::Template { .. } => None,
        }
    }

    /// Every conversation that it is about.
    const fn conversations(&self) -> &[ConversationId] {
        match self {
            Self::Conversation { id, .. }
            | Self::Message {
                conversation: id, ..
            }
            | Self::Note {
                conversation: id, ..
            }
            | Self::Fact {
                conversation: id, ..
            } => std::slice::from_ref(id),
            Self::Conversations { ids } => ids,
            Self::Folder { .. } | Self::Tag { .. } | Self::Template { .. } => &[],
        }
    }

    const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Message { id, .. } => Some(*id),
            Self::Note { message, .. } | Self::Fact { message, .. } => *message,
            _ => None,
        }
    }

    fn count(&self) -> u32 {
        match self {
            Self::Conversations { ids } => u32::try_from(ids.len()).unwrap_or(u32::MAX),
            _ => 1,
        }
    }
}

/// An inverse that is about many conversations names them in `conversations`.
pub(crate) const COLUMNS: &str = "id, kind, subject, created_at,
    coalesce(json_array_length(inverse, '$.conversations'), 1) AS count";
/// With the inverse, for `verify`, which reads every one.
pub(crate) const COLUMNS_WITH_INVERSE: &str = "id, kind, subject, created_at,
    coalesce(json_array_length(inverse, '$.conversations'), 1) AS count, inverse";

impl Operation {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Self::read(&mut Columns::of(row))
    }

    /// Also reads what takes it back.
    pub(crate) fn from_row_with_inverse(row: &Row<'_>) -> rusqlite::Result<(Self, Inverse)> {
        let mut columns = Columns::of(row);
        Ok((Self::read(&mut columns)?, columns.get("inverse")?))
    }

    fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: columns.get("id")?,
            kind: columns.get("kind")?,
            subject: columns.get("subject")?,
            created_at: columns.get("created_at")?,
            count: columns.get("count")?,
        })
    }
}

/// Remembers what is being done, and lets the oldest go of more than [`MOST_KEPT`]. An earlier operation that
/// this one reverses goes too: it could not be undone any more.
pub(crate) fn record(
    tx: &WriteTx<'_>,
    user: UserId,
    kind: OperationKind,
    subject: Subject<'_>,
    inverse: &Inverse,
    now: Timestamp,
) -> Result<Operation, Error> {
    let operation = Operation {
        id: OperationId::new(now),
        kind,
        subject: subject.name(),
        created_at: now,
        count: subject.count(),
    };
    forget_reversed(tx, kind, subject)?;
    tx.prepare(
        "INSERT INTO operations
             (id, user_id, kind, subject, inverse, conversation_id, message_id, created_at)
         VALUES (:id, :user, :kind, :subject, :inverse, :conversation, :message, :now)",
    )?
    .execute(named_params! {
        ":id": operation.id,
        ":user": user,
        ":kind": kind,
        ":subject": operation.subject,
        ":inverse": inverse,
        ":conversation": subject.conversation(),
        ":message": subject.message(),
        ":now": now,
    })?;
    forget_oldest(tx, user)?;
    Ok(operation)
}

fn forget_reversed(
    tx: &WriteTx<'_>,
    kind: OperationKind,
    subject: Subject<'_>,
) -> Result<(), Error> {
    let reversed = match kind {
        OperationKind::ConversationDelete => OperationKind::ConversationRestore,
        OperationKind::ConversationRestore => OperationKind::ConversationDelete,
        OperationKind::MessageDelete => OperationKind::MessageRestore,
        OperationKind::MessageRestore => OperationKind::MessageDelete,
        OperationKind::NoteDelete | OperationKind::NoteRestore => {
            return forget_of_note(tx, subject);
        }
        _ => return Ok(()),
    };
    for conversation in subject.conversations() {
        tx.prepare(
            "DELETE FROM operations
             WHERE conversation_id = :conversation AND kind = :kind AND message_id IS :message",
        )?
        .execute(named_params! {
            ":conversation": conversation,
            ":message": subject.message(),
            ":kind": reversed,
        })?;
    }
    Ok(())
}

/// A note is deleted or restored: whatever was done to it before that can no longer be undone.
fn forget_of_note(tx: &WriteTx<'_>, subject: Subject<'_>) -> Result<(), Error> {
    match subject {
        Subject::Note {
            id, conversation, ..
        } => forget_those_of_note(tx, conversation, id),
        _ => Ok(()),
    }
}

/// The one place where an offset is right: it is a constant, and the index ends soon after it.
fn forget_oldest(tx: &WriteTx<'_>, user: UserId) -> Result<(), Error> {
    tx.prepare(
        "DELETE FROM operations WHERE user_id = :user AND id <= (
             SELECT id FROM operations WHERE user_id = :user ORDER BY id DESC LIMIT 1 OFFSET :most)",
    )?
    .execute(named_params! { ":user": user, ":most": MOST_KEPT })?;
    Ok(())
}

pub(crate) fn list_sql() -> String {
    format!("SELECT {COLUMNS} FROM operations WHERE user_id = :user ORDER BY id DESC LIMIT :most")
}

/// What this learner can take back, newest first, at most [`MOST_KEPT`].
pub fn list(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<Operation>, Error> {
    let mut statement = tx.prepare(&list_sql())?;
    let rows = statement.query_map(
        named_params! { ":user": user, ":most": MOST_KEPT },
        Operation::from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes an operation back, whichever of the list; it is no longer in the list then.
///
/// # Errors
/// `NotFound` if this learner has no such operation; `Conflict` if the thing has changed since, so that taking
/// back would undo something else. Nothing is changed then, and the operation stays in the list.
pub fn undo(
    tx: &WriteTx<'_>,
    user: UserId,
    id: OperationId,
    now: Timestamp,
) -> Result<Undone, Error> {
    let sql =
        format!("SELECT {COLUMNS_WITH_INVERSE} FROM operations WHERE id = :id AND user_id = :user");
    let found = tx
        .prepare(&sql)?
        .query_row(
            named_params! { ":id": id, ":user": user },
            Operation::from_row_with_inverse,
        )
        .optional()?;
    let Some((operation, inverse)) = found else {
        return Err(Error::not_found("operation", id));
    };
    let unwanted_reply = inverse.apply(tx, user, id, now)?;
    forget(tx, id)?;
    Ok(Undone {
        operation,
        unwanted_reply,
    })
}

/// Removes the operations of a conversation that hold one of these texts, which are being erased.
pub(crate) fn forget_those_with(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    texts: &[String],
) -> Result<(), Error> {
    // A title may have been given a number since it was made of them.
    let holds = |text: &str| {
        texts
            .iter()
            .any(|erased| erased == text || erased == text::without_number(text))
    };
    forget_where(tx, conversation, |operation, inverse| {
        holds(&operation.subject) || inverse.texts().into_iter().any(holds)
    })
}

/// Removes the operations on a conversation itself that know it by this title.
pub(crate) fn forget_called(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    title: &str,
) -> Result<(), Error> {
    forget_where(tx, conversation, |operation, inverse| {
        inverse.is_of_conversation()
            && (operation.subject == title || inverse.texts().contains(&title))
    })
}

/// Removes the operations on a note.
pub(crate) fn forget_those_of_note(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    note: NoteId,
) -> Result<(), Error> {
    forget_where(tx, conversation, |_, inverse| inverse.note() == Some(note))
}

/// Lets the newest edit of a message that discarded what came later, or replacement of its reply, know a reply that was
/// begun to its words.
pub(crate) fn remember_answer(
    tx: &WriteTx<'_>,
    message: MessageId,
    reply: MessageId,
) -> Result<(), Error> {
    // In the text as it lies there: an entry that cannot be read is no reason to leave somebody without an answer.
    tx.prepare(
        "UPDATE operations SET inverse = json_insert(inverse, '$.answers[#]', :reply)
         WHERE id = (SELECT max(id) FROM operations
                     WHERE message_id = :message AND kind IN (:edit, :replacement)
                         AND iif(json_valid(inverse), json_type(inverse, '$.answers'), '') = 'array')",
    )?
    .execute(named_params! {
        ":message": message,
        ":edit": OperationKind::MessageEdit,
        ":replacement": OperationKind::ReplyReplace,
        ":reply": reply.to_string(),
    })?;
    Ok(())
}

/// The latest time at which messages of a conversation were put into the trash by something that can be undone.
pub(crate) fn last_deletion(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
) -> Result<Option<Timestamp>, Error> {
    Ok(tx
        .prepare(
            "SELECT max(coalesce(inverse ->> 'deletedAt', inverse ->> 'discardedAt')) FROM operations
             WHERE conversation_id = :conversation",
        )?
        .query_row(named_params! { ":conversation": conversation }, |row| {
            row.get(0)
        })?)
}

fn forget_where(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    is_meant: impl Fn(&Operation, &Inverse) -> bool,
) -> Result<(), Error> {
    let sql = format!(
        "SELECT {COLUMNS_WITH_INVERSE} FROM operations WHERE conversation_id = :conversation"
    );
    let operations: Vec<(Operation, Inverse)> = tx
        .prepare(&sql)?
        .query_map(
            named_params! { ":conversation": conversation },
            Operation::from_row_with_inverse,
        )?
        .collect::<Result<_, _>>()?;
    for (operation, inverse) in operations {
        if is_meant(&operation, &inverse) {
            forget(tx, operation.id)?;
        }
    }
    Ok(())
}

fn forget(tx: &WriteTx<'_>, id: OperationId) -> Result<(), Error> {
    tx.prepare("DELETE FROM operations WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}
