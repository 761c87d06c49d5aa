//! What the tutor remembers of the learner, in single facts: written by the learner, or learnt from what was said.
//!
//! A fact that was deleted leaves its row behind, in which a hash stands in place of its words: they are gone, and it
//! is known all the same when it is met again, and never learnt anew. Two texts are one fact if they have one key: they
//! differ by case, by the width of letters or by the signs around them.

mod forget;
mod learn;

pub(crate) use forget::{FactsDeleted, erase_learnt_from, forget_operations_on, restore};
pub use forget::{clear, delete};
pub use learn::{Learnt, MOST_CONFIDENCE, learn};

use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{ConversationId, KeyFactId, MessageId, UserId};
use crate::kinds::{EventType, FactType};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, event, text};

/// The most facts of one conversation.
pub const MOST: usize = 200;
/// The longest fact, in code points.
pub const LONGEST: usize = 500;

/// Something that the tutor remembers of the learner.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeyFact {
    /// Its id.
    pub id: KeyFactId,
    /// Where it was learnt.
    pub conversation_id: ConversationId,
    /// What it is about.
    pub fact_type: FactType,
    /// On one line.
    pub text: String,
    /// How sure it is, 0 to 1; 1 if the learner wrote it.
    // Never NaN, so for TypeScript it is a `number`, and not the `number | null` of an f64.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub confidence: f64,
    /// The message that it was learnt from; absent if the learner wrote it, or if that message is gone.
    pub source_message_id: Option<MessageId>,
    /// Whether the learner wrote it or changed it.
    pub is_user_edited: bool,
    /// When it was pinned, if it is: pinned facts are remembered first.
    pub pinned_at: Option<Timestamp>,
    /// When it was learnt or written.
    pub created_at: Timestamp,
    /// When it was last changed, or met again.
    pub updated_at: Timestamp,
}

/// A fact as the learner writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeyFact {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What it is about.
    pub fact_type: FactType,
    /// 1 to 500 code points; line breaks become blanks.
    pub text: String,
}

/// What is to change of a fact; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeyFactPatch {
    /// See [`NewKeyFact::fact_type`].
    pub fact_type: Option<FactType>,
    /// See [`NewKeyFact::text`].
    pub text: Option<String>,
}

pub(crate) const COLUMNS: &str = "conversation_key_facts.id, conversation_key_facts.conversation_id,
    conversation_key_facts.fact_type, conversation_key_facts.fact_text, conversation_key_facts.confidence,
    conversation_key_facts.source_message_id, conversation_key_facts.is_user_edited,
    conversation_key_facts.pinned_at, conversation_key_facts.created_at, conversation_key_facts.updated_at";

/// Few enough to be put into their order by the program.
pub(crate) fn list_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM conversation_key_facts
         WHERE conversation_id = :conversation AND deleted_at IS NULL"
    )
}

impl KeyFact {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            fact_type: columns.get("fact_type")?,
            text: columns.get("fact_text")?,
            confidence: columns.get("confidence")?,
            source_message_id: columns.get("source_message_id")?,
            is_user_edited: columns.get("is_user_edited")?,
            pinned_at: columns.get("pinned_at")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }

    /// Whether the program may replace or drop it.
    const fn is_the_learners(&self) -> bool {
        self.is_user_edited || self.pinned_at.is_some()
    }

    fn tell(&self, tx: &WriteTx<'_>, kind: ChangeKind) {
        tx.changed_in(
            Entity::KeyFact,
            kind,
            self.id,
            self.conversation_id,
            self.source_message_id,
        );
    }
}

/// What facts have in common that are one fact.
fn key(text: &str) -> String {
    let key = text::name_key(text);
    let bare = key.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() {
        key
    } else {
        bare.to_owned()
    }
}

/// What stands in place of the words of a deleted fact.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(key(text));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the tutor remembers of the learner in a conversation: pinned facts first, then the surest and newest. At most
/// [`MOST`], but after a merge; of two that are one fact the first.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Vec<KeyFact>, Error> {
    conversation::require(tx, user, conversation)?;
    let mut facts = living(tx, conversation)?;
    let mut known = std::collections::HashSet::with_capacity(facts.len());
    facts.retain(|fact| known.insert(key(&fact.text)));
    Ok(facts)
}

/// [`list`], with what is there twice.
fn living(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<Vec<KeyFact>, Error> {
    let mut statement = tx.prepare(&list_sql())?;
    let rows = statement.query_map(
        named_params! { ":conversation": conversation },
        KeyFact::from_row,
    )?;
    let mut facts: Vec<KeyFact> = rows.collect::<Result<_, _>>()?;
    facts.sort_by(|a, b| {
        let pin = |fact: &KeyFact| fact.pinned_at.map_or(i64::MAX, Timestamp::as_millis);
        pin(a)
            .cmp(&pin(b))
            .then(b.confidence.total_cmp(&a.confidence))
            .then(b.updated_at.cmp(&a.updated_at))
            .then(b.id.cmp(&a.id))
    });
    Ok(facts)
}

/// The learner's fact with this id.
///
/// # Errors
/// `NotFound` if there is none, if it was deleted, if its conversation is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: KeyFactId) -> Result<KeyFact, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_key_facts
         JOIN conversations ON conversations.id = conversation_key_facts.conversation_id
         WHERE conversation_key_facts.id = :id AND conversation_key_facts.deleted_at IS NULL
             AND conversations.user_id = :user AND conversations.deleted_at IS NULL"
    ))?;
    statement
        .query_row(
            named_params! { ":id": id, ":user": user },
            KeyFact::from_row,
        )
        .optional()?
        .ok_or_else(|| Error::not_found("fact", id))
}

/// Writes a fact down for the learner, who is sure of it. One that was deleted before may be written down again.
///
/// # Errors
/// `Invalid` for a text that is blank, too long or contains NUL; `NotFound` if this learner has no such conversation;
/// `Conflict` if the fact is there, or if there are [`MOST`] that are pinned or the learner's own.
pub fn insert(
    tx: &WriteTx<'_>,
    user: UserId,
    new: NewKeyFact,
    now: Timestamp,
) -> Result<KeyFact, Error> {
    let NewKeyFact {
        conversation_id,
        fact_type,
        text,
    } = new;
    let text = text::line("fact", &text, LONGEST)?;
    conversation::require(tx, user, conversation_id)?;
    require_new(tx, conversation_id, &text, None)?;
    make_room(tx, conversation_id)?;
    let id = KeyFactId::new(now);
    tx.prepare(
        "INSERT INTO conversation_key_facts
             (id, conversation_id, fact_type, fact_text, confidence, is_user_edited, created_at, updated_at)
         VALUES (:id, :conversation, :fact_type, :text, 1.0, 1, :now, :now)",
    )?
    .execute(named_params! {
        ":id": id,
        ":conversation": conversation_id,
        ":fact_type": fact_type,
        ":text": text,
        ":now": now,
    })?;
    let fact = get(tx, user, id)?;
    fact.tell(tx, ChangeKind::Inserted);
    log(tx, &fact, EventType::MemoryFactCreated, now)?;
    Ok(fact)
}

/// Changes a fact; it is the learner's own from then on. What it said before is not learnt again. Nothing new changes
/// nothing.
///
/// # Errors
/// `NotFound` like [`get`]; `Invalid` and `Conflict` like [`insert`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: KeyFactId,
    patch: KeyFactPatch,
    now: Timestamp,
) -> Result<KeyFact, Error> {
    let before = get(tx, user, id)?;
    let fact_type = patch.fact_type.unwrap_or(before.fact_type);
    let text = match patch.text {
        Some(text) => text::line("fact", &text, LONGEST)?,
        None => before.text.clone(),
    };
    if (fact_type, text.as_str()) == (before.fact_type, before.text.as_str()) {
        return Ok(before);
    }
    if key(&text) != key(&before.text) {
        require_new(tx, before.conversation_id, &text, Some(id))?;
        if !before.is_user_edited {
            bury(tx, &before, now)?;
        }
    }
    tx.prepare(
        "UPDATE conversation_key_facts SET fact_type = :fact_type, fact_text = :text, confidence = 1.0,
             is_user_edited = 1, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id,
        ":fact_type": fact_type,
        ":text": text,
        ":now": now,
    })?;
    let fact = get(tx, user, id)?;
    fact.tell(tx, ChangeKind::Updated);
    log(tx, &fact, EventType::MemoryFactUpdated, now)?;
    Ok(fact)
}

/// Pins a fact, or takes its pin off. What is so already stays as it is.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn set_pinned(
    tx: &WriteTx<'_>,
    user: UserId,
    id: KeyFactId,
    is_pinned: bool,
    now: Timestamp,
) -> Result<KeyFact, Error> {
    let before = get(tx, user, id)?;
    if before.pinned_at.is_some() == is_pinned {
        return Ok(before);
    }
    tx.prepare("UPDATE conversation_key_facts SET pinned_at = :at WHERE id = :id")?
        .execute(named_params! { ":id": id, ":at": is_pinned.then_some(now) })?;
    let fact = get(tx, user, id)?;
    fact.tell(tx, ChangeKind::Updated);
    log(tx, &fact, EventType::MemoryFactUpdated, now)?;
    Ok(fact)
}

/// Refuses a text that is another fact of the conversation. That it was deleted before is forgotten: the learner says
/// it now.
fn require_new(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    text: &str,
    except: Option<KeyFactId>,
) -> Result<(), Error> {
    let wanted = key(text);
    let is_it = |fact: &KeyFact| Some(fact.id) != except && key(&fact.text) == wanted;
    if living(tx, conversation)?.iter().any(is_it) {
        return Err(Error::conflict("This fact is in the list already."));
    }
    tx.prepare(
        "DELETE FROM conversation_key_facts
         WHERE conversation_id = :conversation AND deleted_at IS NOT NULL AND fact_text = :hash",
    )?
    .execute(named_params! { ":conversation": conversation, ":hash": hash(text) })?;
    Ok(())
}

/// Lets the weakest fact go if there is no room for one more.
///
/// # Errors
/// `Conflict` if all are pinned or the learner's own.
fn make_room(tx: &WriteTx<'_>, conversation: ConversationId) -> Result<(), Error> {
    if living(tx, conversation)?.len() < MOST {
        return Ok(());
    }
    if learn::let_weakest_go(tx, conversation, MOST - 1)? {
        Ok(())
    } else {
        Err(Error::conflict(
            "There are too many facts; delete or unpin one first.",
        ))
    }
}

/// Keeps what a fact says from being learnt again, without its words.
fn bury(tx: &WriteTx<'_>, fact: &KeyFact, now: Timestamp) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, confidence,
             source_message_id, is_user_edited, created_at, updated_at, deleted_at)
         VALUES (:id, :conversation, :fact_type, :hash, :confidence, :source, 0, :now, :now, :now)",
    )?
    .execute(named_params! {
        ":id": KeyFactId::new(now),
        ":conversation": fact.conversation_id,
        ":fact_type": fact.fact_type,
        ":hash": hash(&fact.text),
        ":confidence": fact.confidence,
        ":source": fact.source_message_id,
        ":now": now,
    })?;
    Ok(())
}

/// Keeps what was deleted in one conversation from being learnt in another, which has some of the same messages.
pub(crate) fn copy_buried(
    tx: &WriteTx<'_>,
    from: ConversationId,
    to: ConversationId,
    now: Timestamp,
) -> Result<(), Error> {
    let buried: Vec<KeyFactId> = tx
        .prepare(
            "SELECT id FROM conversation_key_facts AS fact
             WHERE conversation_id = :from AND deleted_at IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM conversation_key_facts
                 WHERE conversation_id = :to AND deleted_at IS NOT NULL AND fact_text = fact.fact_text)",
        )?
        .query_map(named_params! { ":from": from, ":to": to }, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut copy = tx.prepare(
        "INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, confidence,
             is_user_edited, created_at, updated_at, deleted_at)
         SELECT :id, :to, fact_type, fact_text, confidence, is_user_edited, created_at, updated_at, deleted_at
         FROM conversation_key_facts WHERE id = :old",
    )?;
    for old in buried {
        copy.execute(named_params! { ":id": KeyFactId::new(now), ":to": to, ":old": old })?;
    }
    Ok(())
}

/// Removes what [`copy_buried`] made, where the other conversation has it too.
pub(crate) fn drop_copied_buried(
    tx: &WriteTx<'_>,
    copy: ConversationId,
    original: ConversationId,
) -> Result<(), Error> {
    tx.prepare(
        "DELETE FROM conversation_key_facts
         WHERE conversation_id = :copy AND deleted_at IS NOT NULL AND source_message_id IS NULL AND fact_text IN (
             SELECT fact_text FROM conversation_key_facts
             WHERE conversation_id = :original AND deleted_at IS NOT NULL)",
    )?
    .execute(named_params! { ":copy": copy, ":original": original })?;
    Ok(())
}

fn log(
    tx: &WriteTx<'_>,
    fact: &KeyFact,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    let data = json!({ "factId": fact.id });
    event::append(tx, fact.conversation_id, event_type, &data, now)
}
