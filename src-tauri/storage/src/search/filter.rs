//! What must be so of a hit besides its words, as SQL over the tables that every kind of text is joined with.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{ToSql, named_params};

use super::query::{Filter, Name, What};
use super::source::Source;
use crate::Error;
use crate::id::{FolderId, UserId};
use crate::kinds::SearchKind;
use crate::time::Timestamp;
use crate::tx::ReadTx;

/// Conditions on `thing`, its conversation `c` and its message `m`.
///
/// Of what is negated everything stays of which the condition is not true: also what has no conversation, no level or
/// nobody who said it.
#[derive(Default)]
pub(super) struct Conditions {
    sql: String,
    parameters: Vec<(String, Box<dyn ToSql>)>,
}

/// One of them, with the value that it compares.
struct Condition {
    /// With `?` for the value.
    sql: String,
    value: Option<Box<dyn ToSql>>,
}

impl Conditions {
    /// `None` if nothing of this kind can be so.
    pub(super) fn of(
        tx: &ReadTx<'_>,
        user: UserId,
        source: &Source,
        filters: &[Filter],
        zone: &TimeZone,
    ) -> Result<Option<Self>, Error> {
        let is_said = !matches!(source.kind, SearchKind::Title | SearchKind::Word);
        let is_of_what_is_said =
            |filter: &Filter| matches!(filter.what, What::Role(_) | What::Bookmarked);
        let mut wanted = filters.iter().filter(|filter| !filter.is_negated);
        if !is_said && wanted.any(is_of_what_is_said) {
            return Ok(None);
        }
        let mut conditions = Self::default();
        let (of_conversation, of_thing): (Vec<_>, Vec<_>) = filters
            .iter()
            .partition(|filter| is_of_conversation(&filter.what, source));
        for filter in &of_conversation {
            conditions.add(condition_of(tx, user, source, filter, zone)?, filter);
        }
        let needs_conversation = source.kind != SearchKind::Word
            || of_conversation.iter().any(|filter| !filter.is_negated);
        if needs_conversation && !conditions.are_met_by_a_conversation(tx, user)? {
            return Ok(None);
        }
        for filter in &of_thing {
            conditions.add(condition_of(tx, user, source, filter, zone)?, filter);
        }
        Ok(Some(conditions))
    }

    /// No walk through all that was said to find that there is no such conversation.
    fn are_met_by_a_conversation(&self, tx: &ReadTx<'_>, user: UserId) -> Result<bool, Error> {
        if self.sql.is_empty() {
            return Ok(true);
        }
        let mut parameters: Vec<(&str, &dyn ToSql)> = vec![(":user", &user)];
        parameters.extend(self.parameters());
        let mut statement = tx.prepare(&format!(
            "SELECT 1 FROM conversations AS c WHERE c.user_id = :user AND c.deleted_at IS NULL{}",
            self.sql
        ))?;
        Ok(statement.exists(&parameters[..])?)
    }

    fn add(&mut self, condition: Condition, filter: &Filter) {
        let mut sql = condition.sql;
        if let Some(value) = condition.value {
            let name = format!(":value{}", self.parameters.len());
            sql = sql.replace('?', &name);
            self.parameters.push((name, value));
        }
        if filter.is_negated {
            sql = format!("({sql}) IS NOT TRUE");
        }
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql);
    }

    /// Begins with AND, or is empty.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, &dyn ToSql)> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_ref()))
    }
}

impl Condition {
    fn plain(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            value: None,
        }
    }

    fn with(sql: &str, value: impl ToSql + 'static) -> Self {
        Self {
            sql: sql.to_owned(),
            value: Some(Box::new(value)),
        }
    }
}

const fn is_of_conversation(what: &What, source: &Source) -> bool {
    match what {
        What::Level(_) => !matches!(source.kind, SearchKind::Word),
        What::Role(_) | What::Before(_) | What::After(_) | What::Bookmarked => false,
        _ => true,
    }
}

/// What must be true, or must not be if the filter is negated.
fn condition_of(
    tx: &ReadTx<'_>,
    user: UserId,
    source: &Source,
    filter: &Filter,
    zone: &TimeZone,
) -> Result<Condition, Error> {
    // A list is a JSON array, so that the statement is the same however many there are.
    Ok(match &filter.what {
        What::Folder(name) => Condition::with(
            "c.folder_id IN (SELECT value FROM json_each(?))",
            serde_json::json!(folders_named(tx, user, name)?).to_string(),
        ),
        What::Tag(name) => Condition::with(
            "EXISTS (SELECT 1 FROM conversation_tags AS t WHERE t.conversation_id = c.id
                 AND t.tag IN (SELECT value FROM json_each(?)))",
            serde_json::json!(tags_named(tx, user, name)?).to_string(),
        ),
        What::Level(level) if source.kind == SearchKind::Word => {
            Condition::with("thing.difficulty_level = ?", *level)
        }
        What::Level(level) => Condition::with("c.level = ?", *level),
        What::Role(role) => Condition::with("m.role = ?", *role),
        What::Before(day) => Condition::with(&format!("{} < ?", at(source)), begin_of(*day, zone)),
        What::After(day) => Condition::with(&format!("{} >= ?", at(source)), begin_of(*day, zone)),
        What::Pinned => Condition::plain("c.pinned_at IS NOT NULL"),
        What::Archived => Condition::plain("c.status = 'archived'"),
        What::Unread => Condition::plain("c.last_message_at > c.last_read_at"),
        What::Bookmarked => Condition::plain(
            "EXISTS (SELECT 1 FROM message_bookmarks AS b WHERE b.message_id = m.id AND b.user_id = :user)",
        ),
    })
}

const fn at(source: &Source) -> &'static str {
    match source.kind {
        SearchKind::Title => "coalesce(c.last_message_at, c.created_at)",
        _ => "thing.created_at",
    }
}

/// The moment at which a day begins where the learner lives; days that have no midnight begin when they begin. The
/// calendar's last days, which end after all time that can be reckoned with, begin at the end of time, and its first
/// ones at the beginning.
fn begin_of(day: Date, zone: &TimeZone) -> Timestamp {
    let begin = zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible();
    Timestamp::from_millis(match begin {
        Ok(begin) => begin.timestamp().as_millisecond(),
        Err(_) if day.year() > 0 => i64::MAX,
        Err(_) => i64::MIN,
    })
}

/// The learner's folders with such a name, and all within them.
fn folders_named(tx: &ReadTx<'_>, user: UserId, name: &Name) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare(
        "SELECT id, parent_folder_id, name FROM conversation_folders WHERE user_id = :user",
    )?;
    let folders: Vec<(FolderId, Option<FolderId>, String)> = statement
        .query_map(named_params! { ":user": user }, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut found: Vec<FolderId> = folders
        .iter()
        .filter(|(_, _, folder)| name.matches(folder))
        .map(|(id, _, _)| *id)
        .collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        next += 1;
        for (id, above, _) in &folders {
            if *above == Some(parent) && !found.contains(id) {
                found.push(*id);
            }
        }
    }
    Ok(found.into_iter().map(FolderId::as_i64).collect())
}

/// The learner's tags with such a name.
fn tags_named(tx: &ReadTx<'_>, user: UserId, name: &Name) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(
        "SELECT DISTINCT t.tag FROM conversation_tags AS t JOIN conversations AS c ON c.id = t.conversation_id
         WHERE c.user_id = :user",
    )?;
    let tags: Vec<String> = statement
        .query_map(named_params! { ":user": user }, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(tags.into_iter().filter(|tag| name.matches(tag)).collect())
}
