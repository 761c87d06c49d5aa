//! What the learner looked for last.

use rusqlite::named_params;

use crate::Error;
use crate::id::{RecentSearchId, UserId};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// How many are kept of each profile.
pub const MOST_RECENT: u32 = 20;
const LONGEST: usize = 500;

/// Remembers that the learner looked for this. What is blank or longer than 500 characters is not remembered.
pub fn remember(tx: &WriteTx<'_>, user: UserId, query: &str, now: Timestamp) -> Result<(), Error> {
    let query = query.trim();
    if text::check_not_blank("search", query, LONGEST).is_err() {
        return Ok(());
    }
    tx.prepare(
        "INSERT INTO recent_searches (id, user_id, query, searched_at) VALUES (:id, :user, :query, :now)
         ON CONFLICT (user_id, query) DO UPDATE SET searched_at = max(searched_at, excluded.searched_at)",
    )?
    .execute(named_params! { ":id": RecentSearchId::new(now), ":user": user, ":query": query, ":now": now })?;
    tx.prepare(
        "DELETE FROM recent_searches WHERE user_id = :user AND (searched_at, id) <= (
             SELECT searched_at, id FROM recent_searches WHERE user_id = :user
             ORDER BY searched_at DESC, id DESC LIMIT 1 OFFSET :most)",
    )?
    .execute(named_params! { ":user": user, ":most": MOST_RECENT })?;
    Ok(())
}

/// What this learner looked for, latest first, at most [`MOST_RECENT`].
pub fn list_recent(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(
        "SELECT query FROM recent_searches WHERE user_id = :user ORDER BY searched_at DESC, id DESC LIMIT :most",
    )?;
    let rows = statement.query_map(
        named_params! { ":user": user, ":most": MOST_RECENT },
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets one of them; nothing if it is not there.
pub fn forget_recent(tx: &WriteTx<'_>, user: UserId, query: &str) -> Result<(), Error> {
    tx.prepare("DELETE FROM recent_searches WHERE user_id = :user AND query = :query")?
        .execute(named_params! { ":user": user, ":query": query })?;
    Ok(())
}

/// Forgets all of them.
pub fn forget_all(tx: &WriteTx<'_>, user: UserId) -> Result<(), Error> {
    tx.prepare("DELETE FROM recent_searches WHERE user_id = :user")?
        .execute(named_params! { ":user": user })?;
    Ok(())
}
