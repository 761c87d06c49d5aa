//! How a conversation gets its title: from the learner, or from the learner's first message.

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::{Conversation, get};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{EventType, OperationKind, TitleSource};
use crate::operation::{self, Inverse, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, text};

/// Gives the conversation a title of the learner's own; no automatic one will replace it. It can be undone,
/// unless the learner had called it so before.
///
/// # Errors
/// `Invalid` for a title that is blank or longer than 200 characters; `NotFound` like [`get`].
pub fn rename(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    title: &str,
    now: Timestamp,
) -> Result<Conversation, Error> {
    let title = text::title(title)?;
    let before = get(tx, user, id)?;
    store(tx, id, &title, TitleSource::User, now)?;
    event::append(tx, id, EventType::ConversationRenamed, &json!({}), now)?;
    if (before.title.as_str(), before.title_source) != (title.as_str(), TitleSource::User) {
        operation::record(
            tx,
            user,
            OperationKind::ConversationRename,
            Subject::Conversation { id, title: &title },
            &Inverse::RenameConversation {
                conversation: id,
                title: before.title,
                title_source: before.title_source,
                renamed_to: title.clone(),
            },
            now,
        )?;
    }
    get(tx, user, id)
}

/// Undoes a renaming to `renamed_to`: the title is again what it was, and an automatic one is made again if
/// there was none yet.
///
/// # Errors
/// `Conflict` if it is called otherwise by now, or lies in the trash.
pub(crate) fn take_title_back(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    renamed_to: &str,
    before: (&str, TitleSource),
    now: Timestamp,
) -> Result<(), Error> {
    let Some(current) = super::find(tx, user, id)? else {
        return Err(Error::conflict(
            "This conversation is in the trash; take it out first.",
        ));
    };
    if (current.title.as_str(), current.title_source) != (renamed_to, TitleSource::User) {
        return Err(Error::conflict(
            "This conversation was given another title since.",
        ));
    }
    let (title, source) = before;
    if title.is_empty() {
        name_anew(tx, id, now)?;
    } else {
        store(tx, id, title, source, now)?;
    }
    event::append(tx, id, EventType::ConversationRenamed, &json!({}), now)
}

/// Among so many of the learner's first messages is the one that gives the title.
const FIRST_MESSAGES: u32 = 5;

/// Gives a conversation a title from what the learner says, if it has none, or one that the app made of a greeting.
pub(crate) fn name_after_message(
    tx: &WriteTx<'_>,
    id: ConversationId,
    content: &str,
) -> Result<(), Error> {
    let title: Option<String> = tx
        .prepare("SELECT title FROM conversations WHERE id = :id AND title_source = 'auto'")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()?;
    let is_wanted = title.is_some_and(|title| {
        title.is_empty() || text::is_greeting(&title) && !text::is_greeting(content)
    });
    if is_wanted {
        tx.prepare("UPDATE conversations SET title = :title WHERE id = :id")?
            .execute(named_params! { ":id": id, ":title": text::auto_title(content) })?;
    }
    Ok(())
}

/// The learner's message that gives the automatic title, among those from this place on: the first that is more than a
/// greeting, if it is one of the first few; else the first. `None` if there is none.
pub(crate) fn titling_message(
    tx: &ReadTx<'_>,
    id: ConversationId,
    from_sequence: u32,
    trash: Trash,
) -> Result<Option<(MessageId, String)>, Error> {
    let mut statement = tx.prepare(
        "SELECT id, content FROM messages
         WHERE conversation_id = :id AND role = 'user' AND sequence_number >= :from
             AND (deleted_at IS NULL OR :with_trash)
         ORDER BY sequence_number LIMIT :most",
    )?;
    let mut rows = statement.query(named_params! {
        ":id": id,
        ":from": from_sequence,
        ":with_trash": trash == Trash::Included,
        ":most": FIRST_MESSAGES,
    })?;
    let mut first = None;
    while let Some(row) = rows.next()? {
        let found: (MessageId, String) = (row.get(0)?, row.get(1)?);
        if !text::is_greeting(&found.1) {
            return Ok(Some(found));
        }
        first.get_or_insert(found);
    }
    Ok(first)
}

/// Whether messages in the trash are looked at as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trash {
    Included,
    LeftOut,
}

/// Gives the conversation an automatic title in the place of the one it has: made of what the learner said first that
/// is not in the trash, or none if there is no such message.
pub(crate) fn name_anew(tx: &WriteTx<'_>, id: ConversationId, now: Timestamp) -> Result<(), Error> {
    let title = from_first_messages(tx, id, 0)?;
    store(tx, id, &title, TitleSource::Auto, now)
}

/// The title that the learner's first messages from this place on give; empty if there are none.
pub(super) fn from_first_messages(
    tx: &ReadTx<'_>,
    id: ConversationId,
    from_sequence: u32,
) -> Result<String, Error> {
    let titling = titling_message(tx, id, from_sequence, Trash::LeftOut)?;
    Ok(titling.map_or_else(String::new, |(_, content)| text::auto_title(&content)))
}

pub(super) fn store(
    tx: &WriteTx<'_>,
    id: ConversationId,
    title: &str,
    source: TitleSource,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(
        "UPDATE conversations SET title = :title, title_source = :source, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":title": title, ":source": source, ":now": now })?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(())
}
