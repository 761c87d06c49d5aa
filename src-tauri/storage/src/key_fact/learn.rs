//! Facts that are learnt from what was said, by rules or by a model.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::{KeyFact, LONGEST, MOST, hash, living};
use crate::change::ChangeKind;
use crate::id::{ConversationId, KeyFactId, MessageId};
use crate::kinds::{EventType, FactType};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, text};

/// However often a fact is met, nobody but the learner is surer of it.
pub const MOST_CONFIDENCE: f64 = 0.99;

/// Something about the learner that was read out of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Learnt {
    /// What it is about.
    pub fact_type: FactType,
    /// 1 to 500 code points; line breaks become blanks.
    pub text: String,
    /// How sure it is, 0 to 1; more than [`MOST_CONFIDENCE`] counts as that.
    pub confidence: f64,
    /// The message that says so. A fact whose source is not known could not be erased with it.
    pub source_message_id: MessageId,
}

/// Keeps what was learnt in a conversation, and gives how many of these facts are new.
///
/// A fact that is there is surer if a message says it again that is later than the last one that did, so that reading a
/// message twice changes nothing; unless the learner wrote or changed it. One that was deleted is not learnt again, nor
/// is anything else of its kind from the same message, since a model may say the same in other words. Nor is one whose
/// message was deleted meanwhile. Of more than [`MOST`] the weakest go;
/// those that are pinned or the learner's own stay.
///
/// # Errors
/// `NotFound` if the conversation is gone; `Invalid` for a text that is blank, too long or contains NUL, for a
/// confidence that is none, and for a message of another conversation. Nothing is kept then.
pub fn learn(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    learnt: &[Learnt],
    now: Timestamp,
) -> Result<u32, Error> {
    require_conversation(tx, conversation)?;
    let mut known = Known::read(tx, conversation)?;
    let mut new = Vec::new();
    let mut surer = 0_u32;
    for one in learnt {
        let one = checked(one)?;
        let Some(said_at) = said_at(tx, conversation, one.source_message_id)? else {
            continue;
        };
        let hash = hash(&one.text);
        if known.buried.contains(&hash) {
            continue;
        }
        let is_unwanted = known.is_unwanted(&one);
        match known.living.get_mut(&hash) {
            Some(fact) if said_at > fact.updated_at => {
                surer += u32::from(meet_again(tx, fact, &one, now)?);
                fact.updated_at = said_at;
            }
            Some(_) => {}
            None if is_unwanted => {}
            None => {
                let mut fact = insert(tx, conversation, &one, now)?;
                new.push(fact.id);
                // What else is learnt here may say it again.
                fact.updated_at = said_at;
                known.living.insert(hash, fact);
            }
        }
    }
    if new.is_empty() && surer == 0 {
        return Ok(0);
    }
    let_weakest_go(tx, conversation, MOST)?;
    let mut kept = Vec::with_capacity(new.len());
    for id in new {
        if is_kept(tx, id)? {
            kept.push(id);
        }
    }
    let data = json!({ "factIds": kept, "surer": surer });
    event::append(
        tx,
        conversation,
        EventType::MemoryFactsExtracted,
        &data,
        now,
    )?;
    Ok(u32::try_from(kept.len()).unwrap_or(u32::MAX))
}

fn is_kept(tx: &ReadTx<'_>, id: KeyFactId) -> Result<bool, Error> {
    Ok(tx
        .prepare("SELECT 1 FROM conversation_key_facts WHERE id = :id")?
        .exists(named_params! { ":id": id })?)
}

/// The facts of a conversation by their hash.
struct Known {
    living: HashMap<String, KeyFact>,
    buried: HashSet<String>,
    /// From which messages facts of which kind were learnt that are buried now.
    unwanted: HashSet<(MessageId, FactType)>,
}

impl Known {
    fn read(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<Self, Error> {
        let living = living(tx, conversation)?;
        let (mut buried, mut unwanted) = (HashSet::new(), HashSet::new());
        let mut statement = tx.prepare(
            "SELECT fact_text, source_message_id, fact_type FROM conversation_key_facts
             WHERE conversation_id = :conversation AND deleted_at IS NOT NULL",
        )?;
        let mut rows = statement.query(named_params! { ":conversation": conversation })?;
        while let Some(row) = rows.next()? {
            buried.insert(row.get(0)?);
            if let Some(source) = row.get(1)? {
                unwanted.insert((source, row.get(2)?));
            }
        }
        Ok(Self {
            // Of two that are one fact the first, which is the surest.
            living: living
                .into_iter()
                .rev()
                .map(|fact| (hash(&fact.text), fact))
                .collect(),
            buried,
            unwanted,
        })
    }

    fn is_unwanted(&self, learnt: &Learnt) -> bool {
        self.unwanted
            .contains(&(learnt.source_message_id, learnt.fact_type))
    }
}

fn checked(learnt: &Learnt) -> Result<Learnt, Error> {
    if !(0.0..=1.0).contains(&learnt.confidence) {
        return Err(Error::invalid("confidence", "must be between 0 and 1"));
    }
    Ok(Learnt {
        text: text::line("fact", &learnt.text, LONGEST)?,
        confidence: learnt.confidence.min(MOST_CONFIDENCE),
        ..learnt.clone()
    })
}

/// When a message of the conversation was said; `None` if it lies in the trash or is gone.
fn said_at(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Timestamp>, Error> {
    let found: Option<(ConversationId, Timestamp, bool)> = tx
        .prepare(
            "SELECT conversation_id, created_at, deleted_at IS NULL FROM messages WHERE id = :id",
        )?
        .query_row(named_params! { ":id": message }, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match found {
        Some((at, ..)) if at != conversation => Err(Error::invalid(
            "message",
            "must be one of the conversation in which the fact was learnt",
        )),
        Some((_, said_at, is_there)) => Ok(is_there.then_some(said_at)),
        None => Ok(None),
    }
}

fn insert(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    learnt: &Learnt,
    now: Timestamp,
) -> Result<KeyFact, Error> {
    let fact = KeyFact {
        id: KeyFactId::new(now),
        conversation_id: conversation,
        fact_type: learnt.fact_type,
        text: learnt.text.clone(),
        confidence: learnt.confidence,
        source_message_id: Some(learnt.source_message_id),
        is_user_edited: false,
        pinned_at: None,
        created_at: now,
        updated_at: now,
    };
    tx.prepare(
        "INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, confidence,
             source_message_id, is_user_edited, created_at, updated_at)
         VALUES (:id, :conversation, :fact_type, :text, :confidence, :source, 0, :now, :now)",
    )?
    .execute(named_params! {
        ":id": fact.id,
        ":conversation": conversation,
        ":fact_type": fact.fact_type,
        ":text": fact.text,
        ":confidence": fact.confidence,
        ":source": fact.source_message_id,
        ":now": now,
    })?;
    fact.tell(tx, ChangeKind::Inserted);
    Ok(fact)
}

/// Makes a fact surer that another message says too. Gives whether it did.
fn meet_again(
    tx: &WriteTx<'_>,
    fact: &mut KeyFact,
    again: &Learnt,
    now: Timestamp,
) -> Result<bool, Error> {
    if fact.is_user_edited {
        return Ok(false);
    }
    let doubt = (1.0 - fact.confidence) * (1.0 - again.confidence / 2.0);
    let confidence = (1.0 - doubt).clamp(fact.confidence, MOST_CONFIDENCE.max(fact.confidence));
    if confidence <= fact.confidence {
        return Ok(false);
    }
    fact.confidence = confidence;
    tx.prepare(
        "UPDATE conversation_key_facts SET confidence = :confidence, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": fact.id, ":confidence": confidence, ":now": now })?;
    fact.tell(tx, ChangeKind::Updated);
    Ok(true)
}

/// Removes the least sure facts, of equal ones the oldest, until no more than `most` are left, or none but those that
/// are pinned or the learner's own. Gives whether no more are left.
pub(super) fn let_weakest_go(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    most: usize,
) -> Result<bool, Error> {
    let facts = living(tx, conversation)?;
    let mut too_many = facts.len().saturating_sub(most);
    // Weakest last.
    for fact in facts.iter().rev() {
        if too_many == 0 {
            break;
        }
        if !fact.is_the_learners() {
            tx.prepare("DELETE FROM conversation_key_facts WHERE id = :id")?
                .execute(named_params! { ":id": fact.id })?;
            fact.tell(tx, ChangeKind::Deleted);
            too_many -= 1;
        }
    }
    Ok(too_many == 0)
}

fn require_conversation(tx: &ReadTx<'_>, id: ConversationId) -> Result<(), Error> {
    let is_there = tx
        .prepare("SELECT 1 FROM conversations WHERE id = :id AND deleted_at IS NULL")?
        .exists(named_params! { ":id": id })?;
    if is_there {
        Ok(())
    } else {
        Err(Error::not_found("conversation", id))
    }
}
