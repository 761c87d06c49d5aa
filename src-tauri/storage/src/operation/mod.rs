//! What the learner did last and may take back, by name.
//!
//! A verb that can be undone records itself in its own transaction, with the inverse that takes it back and
//! with what must still be so for that. An entry is there until it is undone, until newer ones push it out, or
//! until what it is about is erased for ever: no word of that may survive here.

mod inverse;

pub(crate) use inverse::Inverse;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, OperationId, UserId};
use crate::kinds::OperationKind;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, template, text};

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
    /// What it was done to: the title of a conversation, the beginning of a message or the name of a template,
    /// as it was then; empty if there was none.
    pub subject: String,
    /// When it was done.
    pub created_at: Timestamp,
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
    Template {
        name: &'a str,
    },
}

impl Subject<'_> {
    /// At most as long as a title.
    fn name(&self) -> String {
        match self {
            Self::Conversation { title, .. } => (*title).to_owned(),
            Self::Message { content, .. } => text::auto_title(content),
            Self::Template { name } => (*name).to_owned(),
        }
    }

    const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Conversation { id, .. } => Some(*id),
            Self::Message { conversation, .. } => Some(*conversation),
            Self::Template { .. } => None,
        }
    }

    const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Conversation { .. } | Self::Template { .. } => None,
            Self::Message { id, .. } => Some(*id),
        }
    }
}

pub(crate) const COLUMNS: &str = "id, kind, subject, created_at";
/// With the inverse, for `verify`, which reads every one.
pub(crate) const COLUMNS_WITH_INVERSE: &str = "id, kind, subject, created_at, inverse";

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
        OperationKind::ConversationRename | OperationKind::TemplateDelete => return Ok(()),
    };
    tx.prepare(
        "DELETE FROM operations WHERE conversation_id = :conversation AND kind = :kind AND message_id IS :message",
    )?
    .execute(named_params! {
        ":conversation": subject.conversation(),
        ":message": subject.message(),
        ":kind": reversed,
    })?;
    Ok(())
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

/// Takes an operation back, whichever of the list, and gives it; it is no longer in the list then.
///
/// # Errors
/// `NotFound` if this learner has no such operation; `Conflict` if the thing has changed since, so that taking
/// back would undo something else. Nothing is changed then, and the operation stays in the list.
pub fn undo(
    tx: &WriteTx<'_>,
    user: UserId,
    id: OperationId,
    now: Timestamp,
) -> Result<Operation, Error> {
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
    inverse.apply(tx, user, now)?;
    forget(tx, id)?;
    Ok(operation)
}

/// Removes the operations of a conversation that hold one of these texts, which are being erased.
pub(crate) fn forget_those_with(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    texts: &[String],
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
        let holds = |text: &str| texts.iter().any(|erased| erased == text);
        if holds(&operation.subject) || inverse.texts().into_iter().any(holds) {
            forget(tx, operation.id)?;
        }
    }
    Ok(())
}

/// Removes what would bring a deleted template back that begins with this reply, which is being erased.
pub(crate) fn forget_templates_opening_with(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    reply: &str,
) -> Result<(), Error> {
    let opening = template::opening_of(reply);
    if opening.is_empty() {
        // A template that begins with nothing was not made of this.
        return Ok(());
    }
    tx.prepare(
        "DELETE FROM operations WHERE kind = :kind
             AND user_id = (SELECT user_id FROM conversations WHERE id = :conversation)
             AND json_extract(inverse, '$.openingMessage') = :opening",
    )?
    .execute(named_params! {
        ":kind": OperationKind::TemplateDelete,
        ":conversation": conversation,
        ":opening": opening,
    })?;
    Ok(())
}

fn forget(tx: &WriteTx<'_>, id: OperationId) -> Result<(), Error> {
    tx.prepare("DELETE FROM operations WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}
