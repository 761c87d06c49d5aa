//! Which stretch of a conversation is to be summed up next.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::{OptionalExtension, named_params};

use super::{COLUMNS, HIGHEST_TIER, NewSummary, Summary};
use crate::Error;
use crate::id::{ConversationId, UserId};
use crate::kinds::MemoryStrategy;
use crate::memory::{self, MemorySettings, Said};
use crate::tx::ReadTx;

/// So many summaries become one of the next tier.
const OF_ONE_TIER: usize = 5;
/// Fewer that lie between two of the next tier, where one was dropped, become one as well; but not one alone.
const FEWEST: usize = 2;
/// The most messages of one stretch.
const LONGEST_STRETCH: u32 = 100;
/// Fewer messages are not worth a summary of their own.
const SHORTEST_STRETCH: u32 = 10;
/// A stretch ends before it costs more than that: a model has to read it at once.
const MOST_TOKENS: u32 = 8_000;

/// What is to be summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Of the summary that is to be made.
    pub tier: u32,
    /// The place of the first message of the stretch.
    pub from_sequence: u32,
    /// The place of the last one.
    pub to_sequence: u32,
    /// For tier 1: what was said, in order.
    pub messages: Vec<Said>,
    /// For higher tiers: the summaries of the tier below, the oldest stretch first.
    pub summaries: Vec<Summary>,
    /// Tells, in this run of the program, whether all that is still so when the summary is there.
    pub fingerprint: u64,
}

/// The stretch that is to be summed up next by itself; `None` if there is none, if the learner does not want it, or if
/// the strategy of the conversation has no use for it. To be asked again after each summary.
///
/// Messages are summed up that are older than the newest `max_context_messages`, once more than `summarize_threshold`
/// are in no summary; those of a dropped summary at once. Five summaries become one of the next tier.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn due(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<Due>, Error> {
    let settings = memory::settings(tx, user, conversation)?;
    let has_use = matches!(
        settings.strategy,
        MemoryStrategy::Summarization | MemoryStrategy::Hierarchical
    );
    if !has_use || !settings.auto_summarize {
        return Ok(None);
    }
    let waiting = settings
        .summarize_threshold
        .saturating_sub(settings.max_context_messages)
        .max(SHORTEST_STRETCH);
    find(tx, conversation, &settings, waiting)
}

/// [`due`] for a learner who wants it now: whatever the strategy and however few messages wait.
///
/// # Errors
/// Like [`due`].
pub fn due_on_wish(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<Due>, Error> {
    let settings = memory::settings(tx, user, conversation)?;
    find(tx, conversation, &settings, 1)
}

fn find(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    settings: &MemorySettings,
    waiting: u32,
) -> Result<Option<Due>, Error> {
    let of_messages = ranges(tx, conversation, 1)?;
    if let Some(end) = before_window(tx, conversation, settings.max_context_messages)?
        && let Some(due) = of_stretch(tx, conversation, &of_messages, end, waiting)?
    {
        return Ok(Some(due));
    }
    let mut lower = of_messages;
    for tier in 2..=HIGHEST_TIER {
        let upper = ranges(tx, conversation, tier)?;
        if let Some((from, to)) = group(&lower, &upper) {
            let summaries = within(tx, conversation, tier - 1, (from, to))?;
            return Ok(Some(Due {
                conversation_id: conversation,
                tier,
                from_sequence: from,
                to_sequence: to,
                messages: Vec::new(),
                fingerprint: fingerprint(&[], &summaries),
                summaries,
            }));
        }
        lower = upper;
    }
    Ok(None)
}

/// First and last place of a stretch.
type Range = (u32, u32);

pub(crate) const RANGES: &str = "SELECT from_sequence, to_sequence FROM conversation_summaries
    WHERE conversation_id = :conversation AND tier = :tier ORDER BY from_sequence";

fn ranges(tx: &ReadTx<'_>, conversation: ConversationId, tier: u32) -> Result<Vec<Range>, Error> {
    let mut statement = tx.prepare(RANGES)?;
    let rows = statement.query_map(
        named_params! { ":conversation": conversation, ":tier": tier },
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last place before the newest `window` messages; `None` if there are no more than those.
fn before_window(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    window: u32,
) -> Result<Option<u32>, Error> {
    Ok(tx
        .prepare(
            "SELECT sequence_number FROM messages
             WHERE conversation_id = :conversation AND deleted_at IS NULL AND status <> 'streaming'
             ORDER BY sequence_number DESC LIMIT 1 OFFSET :window",
        )?
        .query_row(
            named_params! { ":conversation": conversation, ":window": window },
            |row| row.get(0),
        )
        .optional()?)
}

/// The oldest stretch up to `end` that no summary of tier 1 has.
fn of_stretch(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    summed_up: &[Range],
    end: u32,
    waiting: u32,
) -> Result<Option<Due>, Error> {
    let mut next = 1;
    for (from, to) in summed_up {
        if next < *from {
            let due = stretch(tx, conversation, (next, end.min(from - 1)))?;
            if due.is_some() {
                return Ok(due);
            }
        }
        next = next.max(to.saturating_add(1));
    }
    if count(tx, conversation, (next, end), waiting)? < waiting {
        return Ok(None);
    }
    stretch(tx, conversation, (next, end))
}

/// How many messages stand there; no more than `most` are counted.
fn count(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    (from, to): Range,
    most: u32,
) -> Result<u32, Error> {
    Ok(tx
        .prepare(
            "SELECT count(*) FROM (SELECT 1 FROM messages
                 WHERE conversation_id = :conversation AND sequence_number BETWEEN :from AND :to
                     AND deleted_at IS NULL AND status <> 'streaming' LIMIT :most)",
        )?
        .query_row(
            named_params! { ":conversation": conversation, ":from": from, ":to": to, ":most": most },
            |row| row.get(0),
        )?)
}

fn stretch(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    (from, to): Range,
) -> Result<Option<Due>, Error> {
    let mut messages = said(tx, conversation, (from, to))?;
    let mut tokens = 0_u32;
    let fitting = messages
        .iter()
        .take_while(|said| {
            tokens = tokens.saturating_add(said.token_count);
            tokens <= MOST_TOKENS
        })
        .count();
    messages.truncate(fitting.max(1));
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        return Ok(None);
    };
    Ok(Some(Due {
        conversation_id: conversation,
        tier: 1,
        from_sequence: first.sequence_number,
        to_sequence: last.sequence_number,
        fingerprint: fingerprint(&messages, &[]),
        summaries: Vec::new(),
        messages,
    }))
}

fn said(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    (from, to): Range,
) -> Result<Vec<Said>, Error> {
    let sql = format!(
        "SELECT {} FROM messages
         WHERE conversation_id = :conversation AND sequence_number BETWEEN :from AND :to
             AND deleted_at IS NULL AND status <> 'streaming'
         ORDER BY sequence_number LIMIT :most",
        memory::SAID_COLUMNS
    );
    let mut statement = tx.prepare(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":from": from,
            ":to": to,
            ":most": LONGEST_STRETCH,
        },
        Said::from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn within(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    tier: u32,
    (from, to): Range,
) -> Result<Vec<Summary>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM conversation_summaries
         WHERE conversation_id = :conversation AND tier = :tier AND from_sequence BETWEEN :from AND :to
         ORDER BY from_sequence LIMIT :most"
    );
    let mut statement = tx.prepare(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":tier": tier,
            ":from": from,
            ":to": to,
            ":most": LONGEST_STRETCH,
        },
        Summary::from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The oldest summaries of a tier that are to become one of the next: five in a row of which it has none, or fewer
/// between two that it has.
fn group(lower: &[Range], upper: &[Range]) -> Option<Range> {
    let mut upper = upper.iter().peekable();
    let mut run: Vec<Range> = Vec::new();
    for span in lower {
        let mut is_parted = false;
        while upper.next_if(|above| above.1 < span.0).is_some() {
            is_parted = true;
        }
        let is_covered = upper.peek().is_some_and(|above| above.0 <= span.1);
        if is_parted || is_covered {
            if run.len() >= FEWEST {
                return whole(&run);
            }
            run.clear();
        }
        if !is_covered {
            run.push(*span);
        }
        if run.len() == OF_ONE_TIER {
            return whole(&run);
        }
    }
    None
}

fn whole(run: &[Range]) -> Option<Range> {
    Some((run.first()?.0, run.last()?.1))
}

/// Of the same words in the same messages it is the same, in this run of the program.
fn fingerprint(messages: &[Said], summaries: &[Summary]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for said in messages {
        (said.id, &said.content).hash(&mut hasher);
    }
    for summary in summaries {
        (summary.id, &summary.text).hash(&mut hasher);
    }
    hasher.finish()
}

/// Refuses a summary of nothing, and one that was made of what has changed since.
///
/// # Errors
/// `Conflict`.
pub(super) fn require_unchanged(tx: &ReadTx<'_>, new: &NewSummary) -> Result<(), Error> {
    let range = (new.from_sequence, new.to_sequence);
    let Some(made_of) = new.made_of else {
        if count(tx, new.conversation_id, range, 1)? == 0 {
            return Err(Error::conflict("Nothing is said in this stretch."));
        }
        return Ok(());
    };
    let is_so = if new.tier == 1 {
        fingerprint(&said(tx, new.conversation_id, range)?, &[])
    } else {
        let summaries = within(tx, new.conversation_id, new.tier - 1, range)?;
        fingerprint(&[], &summaries)
    };
    if is_so == made_of {
        Ok(())
    } else {
        Err(Error::conflict("What this sums up has changed meanwhile."))
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, group};

    /// Stretches of ten places each.
    fn tens(numbers: std::ops::Range<u32>) -> Vec<Range> {
        numbers.map(|n| (n * 10 + 1, n * 10 + 10)).collect()
    }

    #[test]
    fn five_in_a_row_become_one() {
        assert_eq!(group(&tens(0..4), &[]), None);
        assert_eq!(group(&tens(0..5), &[]), Some((1, 50)));
        assert_eq!(group(&tens(0..12), &[(1, 50)]), Some((51, 100)));
        assert_eq!(group(&tens(0..12), &[(1, 50), (51, 100)]), None);
    }

    #[test]
    fn fewer_become_one_where_one_was_dropped() {
        assert_eq!(group(&tens(0..15), &[(1, 50), (101, 150)]), Some((51, 100)));
        let mut gap = tens(0..15);
        gap.drain(5..8);
        assert_eq!(group(&gap, &[(1, 50), (101, 150)]), Some((81, 100)));
        gap.drain(5..6);
        assert_eq!(group(&gap, &[(1, 50), (101, 150)]), None);
    }

    #[test]
    fn what_lies_before_the_first_of_the_next_tier_becomes_one_too() {
        assert_eq!(group(&tens(0..8), &[(31, 80)]), Some((1, 30)));
        assert_eq!(group(&[], &[(1, 10)]), None);
    }
}
