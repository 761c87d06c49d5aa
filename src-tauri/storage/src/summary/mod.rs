//! Summaries: what was said in a stretch of a conversation that no longer fits into what a tutor is given.
//!
//! A summary of tier 1 sums up messages, one of tier 2 sums up summaries of tier 1, and so on. It holds words of other
//! people's making about what was said, so it goes as soon as one of these messages is changed, deleted, brought back
//! or moved: it would say what is no longer so. [`due`] finds the stretch again, and it is summed up anew.

mod cover;
mod due;

pub(crate) use cover::{SPANS, cover};
pub(crate) use due::RANGES;
pub use due::{Due, due, due_on_wish};

use rusqlite::{OptionalExtension, Row, ToSql, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{ConversationId, SummaryId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, event, text, tokens};

/// The longest summary, in code points.
pub const LONGEST: usize = 10_000;
/// The highest tier: with five of each in one of the next, some hundred thousand messages in one.
pub const HIGHEST_TIER: u32 = 6;
/// Servers name their models by paths, at most.
const LONGEST_MODEL: usize = 256;
/// The most summaries of one page.
pub const LARGEST_PAGE: u32 = 100;

/// A stretch of a conversation in few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Summary {
    /// Its id.
    pub id: SummaryId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// 1 sums up messages, 2 sums up summaries of tier 1, and so on.
    pub tier: u32,
    /// What was said.
    pub text: String,
    /// The place of the first message that it sums up.
    pub from_sequence: u32,
    /// The place of the last one.
    pub to_sequence: u32,
    /// What it costs a model; an estimate.
    pub token_count: u32,
    /// Which model made it; absent if it was made by rules.
    pub model: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the learner last changed it; if never, when it was made.
    pub updated_at: Timestamp,
}

/// A summary that was made of what is [`Due`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSummary {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// 1 to [`HIGHEST_TIER`].
    pub tier: u32,
    /// The place of the first message that it sums up, from 1.
    pub from_sequence: u32,
    /// The place of the last one, not before the first.
    pub to_sequence: u32,
    /// 1 to 10,000 code points, not blank.
    pub text: String,
    /// Which model made it; `None`: rules.
    pub model: Option<String>,
    /// The [`Due::fingerprint`] of what it was made of; `None`: whatever stands there.
    pub made_of: Option<u64>,
}

/// A page of summaries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SummaryPage {
    /// Of the highest tier first, and of one tier the oldest stretch first.
    pub items: Vec<Summary>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

pub(crate) const COLUMNS: &str =
    "id, conversation_id, tier, summary_text, from_sequence, to_sequence,
    token_count, model, created_at, updated_at";

pub(crate) fn page_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM conversation_summaries
         WHERE conversation_id = :conversation AND tier = :tier AND from_sequence > :after
         ORDER BY from_sequence LIMIT :limit"
    )
}

impl Summary {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            tier: columns.get("tier")?,
            text: columns.get("summary_text")?,
            from_sequence: columns.get("from_sequence")?,
            to_sequence: columns.get("to_sequence")?,
            token_count: columns.get("token_count")?,
            model: columns.get("model")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }

    fn tell(&self, tx: &WriteTx<'_>, kind: ChangeKind) {
        tx.changed_in(Entity::Summary, kind, self.id, self.conversation_id, None);
    }
}

/// The summaries of a conversation after `cursor` (or from the first), at most `limit` and at most 100.
///
/// `cursor` is the `next` of an earlier page.
///
/// # Errors
/// `NotFound` if this learner has no such conversation; `Invalid` for a cursor that no page gave.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<SummaryPage, Error> {
    conversation::require(tx, user, conversation)?;
    let (mut tier, mut after) = match cursor {
        None => (HIGHEST_TIER, 0),
        Some(cursor) => from_cursor(cursor)?,
    };
    let limit = limit.clamp(1, LARGEST_PAGE) as usize;
    let mut items = Vec::new();
    // One more than asked for tells whether there is a next page.
    while tier > 0 && items.len() <= limit {
        let mut statement = tx.prepare(&page_sql())?;
        let rows = statement.query_map(
            named_params! {
                ":conversation": conversation,
                ":tier": tier,
                ":after": after,
                ":limit": i64::try_from(limit + 1 - items.len()).unwrap_or(i64::MAX),
            },
            Summary::from_row,
        )?;
        for row in rows {
            items.push(row?);
        }
        (tier, after) = (tier - 1, 0);
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items
        .last()
        .filter(|_| has_more)
        .map(|last: &Summary| format!("{}.{}", last.tier, last.from_sequence));
    Ok(SummaryPage { items, next })
}

fn from_cursor(cursor: &str) -> Result<(u32, u32), Error> {
    cursor
        .split_once('.')
        .and_then(|(tier, after)| Some((tier.parse().ok()?, after.parse().ok()?)))
        .filter(|(tier, _)| (1..=HIGHEST_TIER).contains(tier))
        .ok_or_else(|| Error::invalid("cursor", "is not one that a page gave"))
}

/// The learner's summary with this id.
///
/// # Errors
/// `NotFound` if there is none, if its conversation is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: SummaryId) -> Result<Summary, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_summaries WHERE id = :id"
    ))?;
    let found = statement
        .query_row(named_params! { ":id": id }, Summary::from_row)
        .optional()?;
    match found {
        Some(summary) if conversation::exists(tx, user, summary.conversation_id)? => Ok(summary),
        _ => Err(Error::not_found("summary", id)),
    }
}

/// Keeps a summary.
///
/// # Errors
/// `Invalid` for a text that is blank, too long or contains NUL, for places in the wrong order, and for a tier that is
/// none; `NotFound` if the conversation is gone; `Conflict` if there is one of this tier over some of the stretch, if
/// the stretch has no messages, or if what it was made of has changed.
pub fn insert(tx: &WriteTx<'_>, new: NewSummary, now: Timestamp) -> Result<Summary, Error> {
    text::check_not_blank("summary", &new.text, LONGEST)?;
    if let Some(model) = &new.model {
        text::check_not_blank("model", model, LONGEST_MODEL)?;
    }
    check_range(&new)?;
    require_free(tx, &new)?;
    due::require_unchanged(tx, &new)?;
    let summary = Summary {
        id: SummaryId::new(now),
        conversation_id: new.conversation_id,
        tier: new.tier,
        token_count: tokens::count(&new.text),
        text: new.text,
        from_sequence: new.from_sequence,
        to_sequence: new.to_sequence,
        model: new.model,
        created_at: now,
        updated_at: now,
    };
    tx.prepare(
        "INSERT INTO conversation_summaries (id, conversation_id, tier, summary_text, from_sequence, to_sequence,
             token_count, model, created_at, updated_at)
         VALUES (:id, :conversation, :tier, :text, :from, :to, :tokens, :model, :now, :now)",
    )?
    .execute(named_params! {
        ":id": summary.id,
        ":conversation": summary.conversation_id,
        ":tier": summary.tier,
        ":text": summary.text,
        ":from": summary.from_sequence,
        ":to": summary.to_sequence,
        ":tokens": summary.token_count,
        ":model": summary.model,
        ":now": now,
    })?;
    summary.tell(tx, ChangeKind::Inserted);
    let data = json!({
        "summaryId": summary.id,
        "tier": summary.tier,
        "fromSequence": summary.from_sequence,
        "toSequence": summary.to_sequence,
        "model": summary.model,
    });
    event::append(
        tx,
        summary.conversation_id,
        EventType::MemorySummarised,
        &data,
        now,
    )?;
    Ok(summary)
}

fn check_range(new: &NewSummary) -> Result<(), Error> {
    if !(1..=HIGHEST_TIER).contains(&new.tier) {
        return Err(Error::invalid(
            "tier",
            format!("must be between 1 and {HIGHEST_TIER}"),
        ));
    }
    if new.from_sequence == 0 || new.from_sequence > new.to_sequence {
        return Err(Error::invalid(
            "stretch",
            "must begin at the first place or later, and not end before it begins",
        ));
    }
    Ok(())
}

fn require_free(tx: &ReadTx<'_>, new: &NewSummary) -> Result<(), Error> {
    let is_there = tx
        .prepare("SELECT 1 FROM conversations WHERE id = :id AND deleted_at IS NULL")?
        .exists(named_params! { ":id": new.conversation_id })?;
    if !is_there {
        return Err(Error::not_found("conversation", new.conversation_id));
    }
    let is_taken = tx
        .prepare(
            "SELECT 1 FROM conversation_summaries
             WHERE conversation_id = :conversation AND tier = :tier AND from_sequence <= :to AND to_sequence >= :from",
        )?
        .exists(named_params! {
            ":conversation": new.conversation_id,
            ":tier": new.tier,
            ":from": new.from_sequence,
            ":to": new.to_sequence,
        })?;
    if is_taken {
        return Err(Error::conflict(
            "There is a summary of some of this stretch already.",
        ));
    }
    Ok(())
}

/// Changes what a summary says. The same words again change nothing. Summaries that were made of it stay as they are.
///
/// # Errors
/// `NotFound` like [`get`]; `Invalid` like [`insert`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: SummaryId,
    text: &str,
    now: Timestamp,
) -> Result<Summary, Error> {
    text::check_not_blank("summary", text, LONGEST)?;
    let before = get(tx, user, id)?;
    if before.text == text {
        return Ok(before);
    }
    // Later than it was made, whatever the clock did: by that a changed one is known.
    let at = now.max(before.created_at.plus_millis(1));
    tx.prepare(
        "UPDATE conversation_summaries SET summary_text = :text, token_count = :tokens, updated_at = :at
         WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":text": text, ":tokens": tokens::count(text), ":at": at })?;
    let summary = get(tx, user, id)?;
    summary.tell(tx, ChangeKind::Updated);
    let data = json!({ "summaryId": id });
    event::append(
        tx,
        summary.conversation_id,
        EventType::MemorySummaryUpdated,
        &data,
        now,
    )?;
    Ok(summary)
}

/// Deletes a summary, and those that were made of it. Its stretch is summed up anew when it is [`due`].
///
/// # Errors
/// `NotFound` like [`get`].
pub fn delete(tx: &WriteTx<'_>, user: UserId, id: SummaryId, now: Timestamp) -> Result<(), Error> {
    let summary = get(tx, user, id)?;
    drop_where(
        tx,
        summary.conversation_id,
        "tier >= :tier AND from_sequence <= :to AND to_sequence >= :from",
        named_params! {
            ":conversation": summary.conversation_id,
            ":tier": summary.tier,
            ":from": summary.from_sequence,
            ":to": summary.to_sequence,
        },
        now,
    )
    .map(drop)
}

/// Deletes every summary of a conversation. Gives how many.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn clear(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<u32, Error> {
    conversation::require(tx, user, conversation)?;
    drop_from(tx, conversation, 0, now)
}

/// Drops the summaries over a place.
pub(crate) fn drop_over(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    sequence: u32,
    now: Timestamp,
) -> Result<(), Error> {
    drop_where(
        tx,
        conversation,
        "from_sequence <= :sequence AND to_sequence >= :sequence",
        named_params! { ":conversation": conversation, ":sequence": sequence },
        now,
    )
    .map(drop)
}

/// Drops the summaries that reach to a place or beyond it. Gives how many.
pub(crate) fn drop_from(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    from_sequence: u32,
    now: Timestamp,
) -> Result<u32, Error> {
    drop_where(
        tx,
        conversation,
        "to_sequence >= :sequence",
        named_params! { ":conversation": conversation, ":sequence": from_sequence },
        now,
    )
}

/// Drops the summaries over messages that lie in the trash since this time: to be called after they were put there,
/// and before they are taken out.
pub(crate) fn drop_over_trashed(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    deleted_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    // Along the trash, and for each message of it the summaries: of either there are few.
    drop_where(
        tx,
        conversation,
        "id IN (SELECT summary.id FROM messages CROSS JOIN conversation_summaries AS summary
             ON summary.conversation_id = :conversation AND summary.from_sequence <= messages.sequence_number
                 AND summary.to_sequence >= messages.sequence_number
             WHERE messages.deleted_at = :at AND +messages.conversation_id = :conversation)",
        named_params! { ":conversation": conversation, ":at": deleted_at },
        now,
    )
    .map(drop)
}

/// The condition is ours; what it compares with are parameters.
fn drop_where(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    condition: &str,
    parameters: &[(&str, &dyn ToSql)],
    now: Timestamp,
) -> Result<u32, Error> {
    let sql = format!(
        "DELETE FROM conversation_summaries WHERE conversation_id = :conversation AND {condition} RETURNING id"
    );
    let dropped: Vec<SummaryId> = tx
        .prepare(&sql)?
        .query_map(parameters, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if dropped.is_empty() {
        return Ok(0);
    }
    for id in &dropped {
        tx.changed_in(
            Entity::Summary,
            ChangeKind::Deleted,
            *id,
            conversation,
            None,
        );
    }
    let data = json!({ "count": dropped.len() });
    event::append(
        tx,
        conversation,
        EventType::MemorySummariesDeleted,
        &data,
        now,
    )?;
    Ok(u32::try_from(dropped.len()).unwrap_or(u32::MAX))
}
