//! The words that a learner is learning.

use rusqlite::named_params;

use crate::Error;
use crate::id::UserId;
use crate::time::Timestamp;
use crate::tx::ReadTx;

/// The words and phrases of a language that are due for review at `now`, the longest due first, at most `limit`; what
/// is known or ignored is not. Each as it is written in the list of words.
pub fn list_due_words(
    tx: &ReadTx<'_>,
    user: UserId,
    language: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(DUE_WORDS)?;
    let rows = statement.query_map(
        named_params! { ":user": user, ":language": language, ":now": now, ":limit": limit },
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) const DUE_WORDS: &str = "
    SELECT word FROM vocabulary_words
    WHERE user_id = :user AND due_at <= :now AND status IN ('new', 'learning', 'review', 'relearning')
        AND language = :language AND kind IN ('word', 'phrase')
    ORDER BY due_at, id LIMIT :limit";
