//! What was said before in a conversation, found by the words of somebody who does not look for it.
//!
//! Unlike in a search, no word must be met: it is asked which older message has the rarest of these words. Each word is
//! looked up by itself, so that one that was said a thousand times does not hide one that was said once.

use std::collections::{BTreeSet, HashMap};

use rusqlite::named_params;
use unicode_segmentation::UnicodeSegmentation;

use super::fold::is_unspaced;
use super::matching::quoted;
use super::source::MESSAGES;
use crate::Error;
use crate::id::{ConversationId, MessageId};
use crate::tx::ReadTx;

/// Of a long text, the beginning is looked for, in characters.
const MOST_CHARACTERS: usize = 2_000;
/// So many words are looked up, the longest first: short ones are common in every language.
const MOST_WORDS: usize = 10;
const SHORTEST_WORD: usize = 3;
/// English words that hold sentences together: where few others were said, they look rare.
const COMMON: &[&str] = &[
    "about", "after", "all", "and", "any", "are", "because", "been", "before", "but", "can",
    "could", "did", "does", "for", "from", "had", "has", "have", "her", "him", "his", "how",
    "into", "its", "just", "like", "more", "much", "not", "now", "our", "out", "she", "should",
    "some", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "very", "was", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would",
    "yes", "you", "your",
];
/// So many hits of each are looked at; of a word with more, also in other conversations of that time, nothing is told.
const MOST_HITS: u32 = 1_000;
/// A word tells nothing that more than one in so many messages has.
const RARE: usize = 10;
/// Nor less than this: in a short conversation every word is in one message of ten.
const FEW: usize = 3;
/// The bounds of a conversation's ids are taken from so many of its newest messages.
const MOST_MESSAGES: u32 = 20_000;

/// The messages before a place of a conversation that have to do with a text, by its words: at most `most`, the best
/// first. None if it has only words that are said all the time.
pub(crate) fn in_conversation(
    tx: &ReadTx<'_>,
    (conversation, before): (ConversationId, u32),
    text: &str,
    most: usize,
) -> Result<Vec<MessageId>, Error> {
    let terms = terms(text);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let Some(bounds) = bounds(tx, conversation, before)? else {
        return Ok(Vec::new());
    };
    let mut scores: HashMap<MessageId, f64> = HashMap::new();
    for term in &terms {
        let hits = match hits(tx, (conversation, before), term, &bounds)? {
            Some(hits) if hits.len() <= (bounds.messages / RARE).max(FEW) => hits,
            _ => continue,
        };
        // Counts of messages, far below where a number of this kind loses its ones.
        let rarity = (1.0 + bounds.messages as f64 / hits.len() as f64).ln();
        for id in hits {
            *scores.entry(id).or_default() += rarity;
        }
    }
    let mut ranked: Vec<(MessageId, f64)> = scores.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    let best = ranked.first().map_or(0.0, |(_, score)| *score);
    Ok(ranked
        .into_iter()
        .take_while(|(_, score)| *score * 3.0 >= best)
        .map(|(id, _)| id)
        .take(most)
        .collect())
}

/// What an index is asked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    index: &'static str,
    /// In the full-text language, quoted.
    text: String,
}

/// The words of a text, and of what is written without blanks each three characters in a row.
fn terms(text: &str) -> Vec<Term> {
    let text: String = text.chars().take(MOST_CHARACTERS).collect();
    let words: BTreeSet<&str> = text
        .unicode_words()
        .filter(|word| !word.chars().any(is_unspaced))
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .filter(|word| !COMMON.contains(&word.to_lowercase().as_str()))
        .collect();
    let mut words: Vec<&str> = words.into_iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let words = words.iter().take(MOST_WORDS).map(|word| Term {
        index: MESSAGES.words,
        text: quoted(word),
    });
    let parts: BTreeSet<String> = text
        .split(|c| !is_unspaced(c))
        .flat_map(|run| {
            let run: Vec<char> = run.chars().collect();
            let parts: Vec<String> = run.windows(3).map(|part| part.iter().collect()).collect();
            parts
        })
        .collect();
    // Spread over the text, if there are too many.
    let step = parts.len().div_ceil(MOST_WORDS).max(1);
    let parts = parts.into_iter().step_by(step).map(|part| Term {
        index: MESSAGES.trigrams,
        text: quoted(&part),
    });
    words.chain(parts).collect()
}

/// Where the messages of a conversation lie among all.
struct Bounds {
    first: i64,
    last: i64,
    messages: usize,
}

/// `None` if there is no message before the place. Reads an index alone.
fn bounds(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    before: u32,
) -> Result<Option<Bounds>, Error> {
    let sql = "SELECT min(id), max(id), count(*) FROM (
            SELECT id FROM messages WHERE conversation_id = :conversation AND sequence_number < :before
            ORDER BY sequence_number DESC LIMIT :most)";
    let (first, last, messages): (Option<i64>, Option<i64>, u32) = tx.prepare(sql)?.query_row(
        named_params! { ":conversation": conversation, ":before": before, ":most": MOST_MESSAGES },
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(first.zip(last).map(|(first, last)| Bounds {
        first,
        last,
        messages: messages as usize,
    }))
}

/// The messages before a place with this term; `None` if it is said all over, here or elsewhere.
fn hits(
    tx: &ReadTx<'_>,
    (conversation, before): (ConversationId, u32),
    term: &Term,
    bounds: &Bounds,
) -> Result<Option<Vec<MessageId>>, Error> {
    let index = term.index;
    let sql = format!(
        "WITH hits AS (SELECT rowid AS id FROM {index}
             WHERE {index} MATCH :term AND rowid >= :first AND rowid <= :last ORDER BY rowid DESC LIMIT :most)
         SELECT messages.id, messages.conversation_id = :conversation AND messages.sequence_number < :before
         FROM hits CROSS JOIN messages ON messages.id = hits.id"
    );
    let mut statement = tx.prepare(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":term": term.text,
            ":first": bounds.first,
            ":last": bounds.last,
            ":most": MOST_HITS,
            ":conversation": conversation,
            ":before": before,
        },
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let found: Vec<(MessageId, bool)> = rows.collect::<Result<_, _>>()?;
    let is_said_all_over = found.len() >= MOST_HITS as usize;
    let ours = found.into_iter().filter(|(_, is_ours)| *is_ours);
    Ok((!is_said_all_over).then(|| ours.map(|(id, _)| id).collect()))
}

#[cfg(test)]
mod tests {
    use super::terms;

    fn asked(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn the_longest_words_are_looked_up_and_of_han_each_three_characters() {
        assert_eq!(
            asked("What was the name of my dog? The dog!"),
            ["\"name\"", "\"dog\""]
        );
        assert_eq!(
            asked("我的狗叫什么 ok"),
            ["\"叫什么\"", "\"我的狗\"", "\"狗叫什\"", "\"的狗叫\""]
        );
        assert_eq!(asked("👍 … — !"), Vec::<String>::new());
        assert!(asked(&"\"NEAR( ".repeat(10_000)).len() <= 10);
        assert!(asked(&"一二三四五六七八九十".repeat(500)).len() <= 10);
    }
}
