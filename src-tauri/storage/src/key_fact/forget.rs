//! Facts that are deleted, brought back, and erased with the message that they were learnt from.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{COLUMNS, KeyFact, get, hash, key, living};
use crate::change::ChangeKind;
use crate::id::{ConversationId, KeyFactId, MessageId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, event, id};

/// Facts that were deleted together, with their words: nowhere else these are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FactsDeleted {
    conversation: ConversationId,
    deleted_at: Timestamp,
    facts: Vec<DeletedFact>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeletedFact {
    id: KeyFactId,
    text: String,
}

impl FactsDeleted {
    /// Every text of the learner's that it holds.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.facts.iter().map(|fact| fact.text.as_str()).collect()
    }

    /// Whether it would bring one of these back.
    pub(crate) fn has_any(&self, ids: &[KeyFactId]) -> bool {
        self.facts.iter().any(|fact| ids.contains(&fact.id))
    }
}

/// Deletes a fact. It can be undone; until then it is not learnt again, and afterwards neither.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: KeyFactId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let fact = get(tx, user, id)?;
    let wanted = key(&fact.text);
    let mut same = living(tx, fact.conversation_id)?;
    same.retain(|other| key(&other.text) == wanted);
    let inverse = bury_all(tx, fact.conversation_id, &same, now)?;
    let subject = Subject::Fact {
        conversation: fact.conversation_id,
        // What the learner wrote outlives the message, and so does its deletion.
        message: fact.source_message_id.filter(|_| !fact.is_user_edited),
        text: &fact.text,
    };
    operation::record(tx, user, OperationKind::FactDelete, subject, &inverse, now)
}

/// Deletes every fact of a conversation, pinned ones too. Gives what can be undone; `None` if there was none.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn clear(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let title = conversation::get(tx, user, conversation)?.title;
    let facts = living(tx, conversation)?;
    if facts.is_empty() {
        return Ok(None);
    }
    let inverse = bury_all(tx, conversation, &facts, now)?;
    let subject = Subject::Conversation {
        id: conversation,
        title: &title,
    };
    operation::record(tx, user, OperationKind::FactsClear, subject, &inverse, now).map(Some)
}

fn bury_all(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    facts: &[KeyFact],
    now: Timestamp,
) -> Result<Inverse, Error> {
    let deleted_at = id::never_before_the_newest(now);
    let mut bury = tx.prepare(
        "UPDATE conversation_key_facts SET fact_text = :hash, deleted_at = :at WHERE id = :id",
    )?;
    for fact in facts {
        bury.execute(named_params! {
            ":id": fact.id,
            ":hash": hash(&fact.text),
            ":at": deleted_at,
        })?;
        fact.tell(tx, ChangeKind::Deleted);
    }
    log(
        tx,
        conversation,
        EventType::MemoryFactsDeleted,
        facts.len(),
        now,
    )?;
    Ok(Inverse::RestoreFacts(FactsDeleted {
        conversation,
        deleted_at,
        facts: facts
            .iter()
            .map(|fact| DeletedFact {
                id: fact.id,
                text: fact.text.clone(),
            })
            .collect(),
    }))
}

/// Brings deleted facts back, all or none.
///
/// # Errors
/// `Conflict` if one is there again or gone for good, or if its conversation is in the trash.
pub(crate) fn restore(
    tx: &WriteTx<'_>,
    user: UserId,
    deleted: &FactsDeleted,
    now: Timestamp,
) -> Result<(), Error> {
    let mut conversations = HashSet::new();
    for fact in &deleted.facts {
        let at = buried_in(tx, fact.id, deleted.deleted_at)?
            .ok_or_else(|| Error::conflict("This fact is gone for good."))?;
        if !conversation::exists(tx, user, at)? {
            return Err(Error::conflict(
                "The conversation of this fact is in the trash; take that out first.",
            ));
        }
        // What was written anew in the meantime is not to stand there twice; two that were there before may.
        if conversations.insert(at) {
            require_none_again(tx, at, deleted)?;
        }
    }
    let mut restore = tx.prepare(
        "UPDATE conversation_key_facts SET fact_text = :text, deleted_at = NULL WHERE id = :id",
    )?;
    for fact in &deleted.facts {
        restore.execute(named_params! { ":id": fact.id, ":text": fact.text })?;
        get(tx, user, fact.id)?.tell(tx, ChangeKind::Inserted);
    }
    for at in conversations {
        let count = deleted.facts.len();
        log(tx, at, EventType::MemoryFactsRestored, count, now)?;
    }
    Ok(())
}

/// In which conversation the row of a fact lies that was deleted at that time.
fn buried_in(
    tx: &ReadTx<'_>,
    id: KeyFactId,
    deleted_at: Timestamp,
) -> Result<Option<ConversationId>, Error> {
    Ok(tx
        .prepare("SELECT conversation_id FROM conversation_key_facts WHERE id = :id AND deleted_at = :at")?
        .query_row(named_params! { ":id": id, ":at": deleted_at }, |row| {
            row.get(0)
        })
        .optional()?)
}

fn require_none_again(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    deleted: &FactsDeleted,
) -> Result<(), Error> {
    let keys: HashSet<String> = deleted.facts.iter().map(|fact| key(&fact.text)).collect();
    let is_again = |fact: &KeyFact| keys.contains(&key(&fact.text));
    if living(tx, conversation)?.iter().any(is_again) {
        return Err(Error::conflict("This fact is in the list again."));
    }
    Ok(())
}

/// Erases the facts that were learnt from a message which is being erased, and what would bring them back. What the
/// learner wrote or changed stays: it is in view, and the learner's own.
pub(crate) fn erase_learnt_from(tx: &WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    forget_operations_on(tx, message)?;
    let sql = format!(
        "DELETE FROM conversation_key_facts
         WHERE source_message_id = :message AND is_user_edited = 0 AND deleted_at IS NULL RETURNING {COLUMNS}"
    );
    let facts: Vec<KeyFact> = tx
        .prepare(&sql)?
        .query_map(named_params! { ":message": message }, KeyFact::from_row)?
        .collect::<Result<_, _>>()?;
    for fact in facts {
        fact.tell(tx, ChangeKind::Deleted);
    }
    Ok(())
}

/// Forgets what would bring facts back that were learnt from a message which is being erased: it holds their words.
pub(crate) fn forget_operations_on(tx: &WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    let learnt: Vec<(KeyFactId, ConversationId)> = tx
        .prepare(
            "SELECT id, conversation_id FROM conversation_key_facts
             WHERE source_message_id = :message AND is_user_edited = 0 AND deleted_at IS NOT NULL",
        )?
        .query_map(named_params! { ":message": message }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let Some((_, conversation)) = learnt.first() else {
        return Ok(());
    };
    let ids: Vec<KeyFactId> = learnt.iter().map(|(id, _)| *id).collect();
    operation::forget_those_of_facts(tx, *conversation, &ids)
}

fn log(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    event_type: EventType,
    count: usize,
    now: Timestamp,
) -> Result<(), Error> {
    let data = json!({ "count": count });
    event::append(tx, conversation, event_type, &data, now)
}
