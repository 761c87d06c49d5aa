//! The rows of which the memory of a tutor is made, in bounded reads: as much of the end of a conversation as may be
//! told, and never all of it.

use rusqlite::named_params;

use super::{MemorySettings, SAID_COLUMNS, Said, settings};
use crate::Error;
use crate::conversation;
use crate::embedding::{self, QueryVector};
use crate::id::{ConversationId, MessageId, UserId};
use crate::key_fact::{self, KeyFact};
use crate::kinds::{MemoryStrategy, Role};
use crate::search;
use crate::summary::{self, Summary};
use crate::tx::ReadTx;

/// The most older messages that are recalled.
const MOST_RECALLED: usize = 12;
/// Below this, two meanings have nothing in common: cosine of the angle between their vectors.
const LEAST_LIKENESS: f32 = 0.3;

/// What is wanted besides what the conversation's settings say.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Only what was said before this place; `None`: all. For a reply that is gone on with, its own place.
    pub before_sequence: Option<u32>,
    /// What the learner's last words mean, if a model could be asked.
    pub meaning: Option<QueryVector>,
}

/// All that a tutor may be told of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    /// How the conversation is remembered.
    pub settings: MemorySettings,
    /// The newest messages, oldest first: no more than `max_context_messages`, and about as many as may be told; the
    /// learner's last words are among them, if those are among the newest messages.
    pub recent: Vec<Said>,
    /// Whether there are earlier messages than those.
    pub has_earlier: bool,
    /// The oldest stretch first. Empty where the strategy has no use for them.
    pub summaries: Vec<Summary>,
    /// Pinned ones first, then the surest.
    pub facts: Vec<KeyFact>,
    /// Older messages that have to do with the learner's last words, the best first. Empty where the strategy has no
    /// use for them.
    pub recalled: Vec<Recalled>,
}

/// An older message that has to do with the learner's last words.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The message.
    pub said: Said,
    /// How it was found.
    pub by: RecallBy,
}

/// How an older message was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecallBy {
    /// It means something alike.
    Meaning,
    /// It has some of the same words.
    Words,
}

/// Newest first, so that a long conversation costs what a short one does.
pub(crate) fn recent_sql() -> String {
    format!(
        "SELECT {SAID_COLUMNS} FROM messages
         WHERE conversation_id = :conversation AND sequence_number < :place
             AND deleted_at IS NULL AND status <> 'streaming'
         ORDER BY sequence_number DESC LIMIT :most"
    )
}

/// What a tutor may be told of a conversation, by its settings.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn sources(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    wish: &Wish,
) -> Result<Sources, Error> {
    let settings = settings(tx, user, conversation)?;
    let (recent, has_earlier) = recent(tx, conversation, &settings, wish)?;
    let summaries = summary::cover(tx, conversation, settings.strategy)?;
    let recalled = match settings.strategy {
        MemoryStrategy::Semantic if has_earlier => recall(tx, conversation, &recent, wish)?,
        _ => Vec::new(),
    };
    Ok(Sources {
        facts: key_fact::list(tx, user, conversation)?,
        settings,
        recent,
        has_earlier,
        summaries,
        recalled,
    })
}

/// Row by row from the newest, until they are too many or too long.
fn recent(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    settings: &MemorySettings,
    wish: &Wish,
) -> Result<(Vec<Said>, bool), Error> {
    let most = settings.max_context_messages as usize;
    let mut statement = tx.prepare(&recent_sql())?;
    let mut rows = statement.query(named_params! {
        ":conversation": conversation,
        ":place": wish.before_sequence.map_or(i64::MAX, i64::from),
        // One more tells whether there are earlier ones.
        ":most": settings.max_context_messages + 1,
    })?;
    let mut recent: Vec<Said> = Vec::new();
    let (mut tokens, mut has_learner) = (0_u32, false);
    let mut has_earlier = false;
    while let Some(row) = rows.next()? {
        let is_full = tokens > settings.max_context_tokens && has_learner;
        if recent.len() == most || is_full {
            has_earlier = true;
            break;
        }
        let said = Said::from_row(row)?;
        tokens = tokens.saturating_add(said.token_count);
        has_learner |= said.role == Role::User;
        recent.push(said);
    }
    recent.reverse();
    Ok((recent, has_earlier))
}

/// The newest messages of a conversation before a place (or its end), oldest first, at most `most`; not those in the
/// trash, nor one that is being written.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_said(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    before_sequence: Option<u32>,
    most: u32,
) -> Result<Vec<Said>, Error> {
    conversation::require(tx, user, conversation)?;
    let mut statement = tx.prepare(&recent_sql())?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":place": before_sequence.map_or(i64::MAX, i64::from),
            ":most": most,
        },
        Said::from_row,
    )?;
    let mut said: Vec<Said> = rows.collect::<Result<_, _>>()?;
    said.reverse();
    Ok(said)
}

/// Older messages than those that are told anyway.
fn recall(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    recent: &[Said],
    wish: &Wish,
) -> Result<Vec<Recalled>, Error> {
    let Some(before) = recent.first().map(|said| said.sequence_number) else {
        return Ok(Vec::new());
    };
    let place = (conversation, before);
    let mut found: Vec<(MessageId, RecallBy)> = Vec::new();
    if let Some(meaning) = &wish.meaning {
        let alike = embedding::nearest(tx, place, meaning, MOST_RECALLED)?;
        let alike = alike
            .into_iter()
            .filter(|(_, likeness)| *likeness >= LEAST_LIKENESS);
        found.extend(alike.map(|(id, _)| (id, RecallBy::Meaning)));
    }
    let last_words = recent.iter().rev().find(|said| said.role == Role::User);
    if let Some(said) = last_words.filter(|_| found.len() < MOST_RECALLED) {
        for id in search::in_conversation(tx, place, &said.content, MOST_RECALLED)? {
            if found.iter().all(|(known, _)| *known != id) {
                found.push((id, RecallBy::Words));
            }
        }
    }
    found.truncate(MOST_RECALLED);
    let sql = format!("SELECT {SAID_COLUMNS} FROM messages WHERE id = :id");
    let mut statement = tx.prepare(&sql)?;
    found
        .into_iter()
        .map(|(id, by)| {
            let said = statement.query_row(named_params! { ":id": id }, Said::from_row)?;
            Ok(Recalled { said, by })
        })
        .collect()
}
