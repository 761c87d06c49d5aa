//! Which of a conversation's summaries tell the most of it in the fewest words.

use rusqlite::named_params;

use super::{COLUMNS, Summary};
use crate::Error;
use crate::id::{ConversationId, SummaryId};
use crate::kinds::MemoryStrategy;
use crate::tx::ReadTx;

/// So many of the last stretches are told in detail by the hierarchical strategy.
const DETAILED: usize = 5;
/// No more summaries are given, whatever a damaged or forged database has.
const MOST: usize = 60;
/// Nor are more looked at, newest first in each tier.
const MOST_LOOKED_AT: u32 = 5_000;

/// A summary without its words.
#[derive(Clone, Copy)]
struct Span {
    id: SummaryId,
    tier: u32,
    from: u32,
    to: u32,
}

impl Span {
    const fn meets(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// The summaries of which a tutor is told with this strategy, the oldest stretch first, none over any place of another.
///
/// Summed up, each stretch is told by the highest tier that has it. The hierarchy tells the last few stretches in
/// detail, and of what came before those the same.
pub(crate) fn cover(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    strategy: MemoryStrategy,
) -> Result<Vec<Summary>, Error> {
    let detailed = match strategy {
        MemoryStrategy::Sliding | MemoryStrategy::Semantic => return Ok(Vec::new()),
        MemoryStrategy::Summarization => 0,
        MemoryStrategy::Hierarchical => DETAILED,
    };
    let spans = spans(tx, conversation)?;
    let mut chosen = choose(&spans, detailed);
    chosen.truncate(MOST);
    chosen.reverse();
    chosen.iter().map(|span| read(tx, span.id)).collect()
}

/// Newest first.
fn choose(spans: &[Span], detailed: usize) -> Vec<Span> {
    let of_messages = spans.iter().filter(|span| span.tier == 1);
    let mut chosen: Vec<Span> = of_messages.take(detailed).copied().collect();
    let mut others: Vec<Span> = spans.to_vec();
    // The sort is stable, so of one tier the newest stay first.
    others.sort_by_key(|span| std::cmp::Reverse(span.tier));
    for span in others {
        // Those that were chosen lie in order, so that few of them can be in the way.
        let place = chosen.partition_point(|other| other.from > span.to);
        if chosen.get(place).is_none_or(|next| !next.meets(&span)) {
            chosen.insert(place, span);
        }
    }
    chosen
}

/// Newest first, whichever tier.
fn spans(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<Vec<Span>, Error> {
    let mut statement = tx.prepare(SPANS)?;
    let rows = statement.query_map(
        named_params! { ":conversation": conversation, ":most": MOST_LOOKED_AT },
        |row| {
            Ok(Span {
                id: row.get(0)?,
                tier: row.get(1)?,
                from: row.get(2)?,
                to: row.get(3)?,
            })
        },
    )?;
    let mut spans: Vec<Span> = rows.collect::<Result<_, _>>()?;
    spans.sort_by_key(|span| std::cmp::Reverse((span.from, span.tier)));
    Ok(spans)
}

pub(crate) const SPANS: &str =
    "SELECT id, tier, from_sequence, to_sequence FROM conversation_summaries
    WHERE conversation_id = :conversation ORDER BY tier DESC, from_sequence DESC LIMIT :most";

fn read(tx: &ReadTx<'_>, id: SummaryId) -> Result<Summary, Error> {
    let sql = format!("SELECT {COLUMNS} FROM conversation_summaries WHERE id = :id");
    Ok(tx
        .prepare(&sql)?
        .query_row(named_params! { ":id": id }, Summary::from_row)?)
}

#[cfg(test)]
mod tests {
    use super::{Span, choose};
    use crate::id::SummaryId;
    use crate::time::Timestamp;

    /// Tier 1 over tens of places, tier 2 over fifty, newest first.
    fn spans(first: u32, second: u32) -> Vec<Span> {
        let span = |tier, number, length| Span {
            id: SummaryId::new(Timestamp::from_millis(0)),
            tier,
            from: number * length + 1,
            to: (number + 1) * length,
        };
        let mut spans: Vec<Span> = (0..first)
            .map(|number| span(1, number, 10))
            .chain((0..second).map(|number| span(2, number, 50)))
            .collect();
        spans.sort_by_key(|span| std::cmp::Reverse((span.from, span.tier)));
        spans
    }

    fn told(spans: &[Span], detailed: usize) -> Vec<(u32, u32, u32)> {
        let mut chosen = choose(spans, detailed);
        chosen.reverse();
        chosen
            .iter()
            .map(|span| (span.tier, span.from, span.to))
            .collect()
    }

    #[test]
    fn each_stretch_is_told_once_by_the_highest_tier() {
        assert_eq!(
            told(&spans(12, 2), 0),
            [(2, 1, 50), (2, 51, 100), (1, 101, 110), (1, 111, 120)]
        );
    }

    #[test]
    fn the_last_stretches_are_told_in_detail_and_what_a_higher_tier_shares_with_them_too() {
        assert_eq!(
            told(&spans(12, 2), 3),
            [
                (2, 1, 50),
                (1, 51, 60),
                (1, 61, 70),
                (1, 71, 80),
                (1, 81, 90),
                (1, 91, 100),
                (1, 101, 110),
                (1, 111, 120)
            ]
        );
        assert_eq!(told(&spans(0, 0), 3), []);
    }
}
