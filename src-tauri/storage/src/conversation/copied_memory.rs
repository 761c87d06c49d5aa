//! What is remembered of a copy: the same as of the original, as far as the copy has the messages.
//!
//! A fact goes along with the message that it was learnt from; what the learner wrote goes along in any case, and so
//! does what keeps a deleted fact from being learnt again. A summary goes along if the copy has all of its stretch that
//! is there to be copied.

use std::collections::HashMap;

use rusqlite::named_params;

use crate::Error;
use crate::id::{ConversationId, KeyFactId, MessageId, SummaryId};
use crate::key_fact::{self, KeyFact};
use crate::summary::Summary;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// `copies` has the copy of each message, `places` where each stood, in order: the first stands at 1 in the copy.
pub(super) fn copy(
    tx: &WriteTx<'_>,
    (from, to): (ConversationId, ConversationId),
    copies: &HashMap<MessageId, MessageId>,
    places: &[u32],
    now: Timestamp,
) -> Result<(), Error> {
    copy_facts(tx, (from, to), copies, now)?;
    key_fact::copy_buried(tx, from, to, now)?;
    copy_summaries(tx, (from, to), places, now)?;
    copy_embeddings(tx, copies)
}

fn copy_facts(
    tx: &WriteTx<'_>,
    (from, to): (ConversationId, ConversationId),
    copies: &HashMap<MessageId, MessageId>,
    now: Timestamp,
) -> Result<(), Error> {
    let facts: Vec<KeyFact> = tx
        .prepare(&key_fact::list_sql())?
        .query_map(named_params! { ":conversation": from }, KeyFact::from_row)?
        .collect::<Result<_, _>>()?;
    let mut copy = tx.prepare(
        "INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, confidence,
             source_message_id, is_user_edited, created_at, updated_at, pinned_at)
         SELECT :id, :to, fact_type, fact_text, confidence, :source, is_user_edited, created_at, updated_at, pinned_at
         FROM conversation_key_facts WHERE id = :old",
    )?;
    for fact in facts {
        let source = fact.source_message_id.and_then(|id| copies.get(&id));
        if source.is_none() && !fact.is_user_edited {
            continue;
        }
        copy.execute(named_params! {
            ":id": KeyFactId::new(now),
            ":to": to,
            ":source": source,
            ":old": fact.id,
        })?;
    }
    Ok(())
}

fn copy_summaries(
    tx: &WriteTx<'_>,
    (from, to): (ConversationId, ConversationId),
    places: &[u32],
    now: Timestamp,
) -> Result<(), Error> {
    let Some(last) = places.last() else {
        return Ok(());
    };
    let mut copy = tx.prepare(
        "INSERT INTO conversation_summaries (id, conversation_id, tier, summary_text, from_sequence, to_sequence,
             token_count, model, created_at, updated_at)
         SELECT :id, :to, tier, summary_text, :first, :last, token_count, model, created_at, updated_at
         FROM conversation_summaries WHERE id = :old",
    )?;
    for summary in summaries(tx, from, *last)? {
        // Places in the copy are counted from 1, without those that stay behind.
        let before = places.partition_point(|place| *place < summary.from_sequence);
        let until = places.partition_point(|place| *place <= summary.to_sequence);
        if before < until {
            copy.execute(named_params! {
                ":id": SummaryId::new(now),
                ":to": to,
                ":first": place(before + 1),
                ":last": place(until),
                ":old": summary.id,
            })?;
        }
    }
    Ok(())
}

fn place(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Those that end at a place or before it, the oldest stretch first.
fn summaries(tx: &ReadTx<'_>, of: ConversationId, last: u32) -> Result<Vec<Summary>, Error> {
    let sql = format!(
        "SELECT {} FROM conversation_summaries
         WHERE conversation_id = :of AND to_sequence <= :last ORDER BY tier, from_sequence",
        crate::summary::COLUMNS
    );
    let mut statement = tx.prepare(&sql)?;
    let rows = statement.query_map(
        named_params! { ":of": of, ":last": last },
        Summary::from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn copy_embeddings(tx: &WriteTx<'_>, copies: &HashMap<MessageId, MessageId>) -> Result<(), Error> {
    let mut copy = tx.prepare(
        "INSERT INTO message_embeddings (message_id, model, vector, created_at)
         SELECT :copy, model, vector, created_at FROM message_embeddings WHERE message_id = :old",
    )?;
    for (old, new) in copies {
        copy.execute(named_params! { ":copy": new, ":old": old })?;
    }
    Ok(())
}
