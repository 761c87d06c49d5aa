//! What must be so of a hit besides its words, as SQL over the tables that every kind of text is joined with.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{ToSql, named_params};

use super::query::{Filters, Name};
use super::source::Source;
use crate::Error;
use crate::id::{FolderId, UserId};
use crate::kinds::SearchKind;
use crate::time::Timestamp;
use crate::tx::ReadTx;

/// Conditions on `thing`, its conversation `c` and its message `m`.
#[derive(Default)]
pub(super) struct Conditions {
    sql: String,
    parameters: Vec<(String, Box<dyn ToSql>)>,
}

impl Conditions {
    /// `None` if nothing of this kind can be so.
    pub(super) fn of(
        tx: &ReadTx<'_>,
        user: UserId,
        source: &Source,
        filters: &Filters,
        zone: &TimeZone,
    ) -> Result<Option<Self>, Error> {
        let mut conditions = Self::default();
        let is_said = !matches!(source.kind, SearchKind::Title | SearchKind::Word);
        if (filters.role.is_some() || filters.is_bookmarked) && !is_said {
            return Ok(None);
        }
        conditions.add_of_conversation(tx, user, source, filters)?;
        if !conditions.are_met_by_a_conversation(tx, user)? {
            return Ok(None);
        }
        conditions.add_of_thing(source, filters, zone)?;
        Ok(Some(conditions))
    }

    fn add_of_conversation(
        &mut self,
        tx: &ReadTx<'_>,
        user: UserId,
        source: &Source,
        filters: &Filters,
    ) -> Result<(), Error> {
        for (place, name) in filters.folders.iter().enumerate() {
            let folders = serde_json::json!(folders_named(tx, user, name)?).to_string();
            self.add_list("c.folder_id", &format!(":folders{place}"), folders);
        }
        for (place, name) in filters.tags.iter().enumerate() {
            let tags = serde_json::json!(tags_named(tx, user, name)?).to_string();
            self.add_list(
                "EXISTS (SELECT 1 FROM conversation_tags AS t WHERE t.conversation_id = c.id AND t.tag",
                &format!(":tags{place}"),
                tags,
            );
            self.sql.push(')');
        }
        if let Some(level) = filters.level.filter(|_| source.kind != SearchKind::Word) {
            self.add("c.level = :level", ":level", level);
        }
        for (is_asked, condition) in [
            (filters.is_pinned, " AND c.pinned_at IS NOT NULL"),
            (filters.is_archived, " AND c.status = 'archived'"),
            (filters.is_unread, " AND c.last_message_at > c.last_read_at"),
        ] {
            if is_asked {
                self.sql.push_str(condition);
            }
        }
        Ok(())
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

    fn add_of_thing(
        &mut self,
        source: &Source,
        filters: &Filters,
        zone: &TimeZone,
    ) -> Result<(), Error> {
        if let Some(level) = filters.level.filter(|_| source.kind == SearchKind::Word) {
            self.add("thing.difficulty_level = :level", ":level", level);
        }
        if let Some(role) = filters.role {
            self.add("m.role = :role", ":role", role);
        }
        if let Some(day) = filters.before {
            let condition = format!("{} < :before_day", at(source));
            self.add(&condition, ":before_day", begin_of(day, zone));
        }
        if let Some(day) = filters.after {
            let condition = format!("{} >= :from_day", at(source));
            self.add(&condition, ":from_day", begin_of(day, zone));
        }
        if filters.is_bookmarked {
            self.sql.push_str(
                " AND EXISTS (SELECT 1 FROM message_bookmarks AS b WHERE b.message_id = m.id AND b.user_id = :user)",
            );
        }
        Ok(())
    }

    fn add(&mut self, condition: &str, name: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.parameters.push((name.to_owned(), Box::new(value)));
    }

    /// `value` is a JSON array, so that the statement is the same however many there are.
    fn add_list(&mut self, condition: &str, name: &str, value: String) {
        self.add(
            &format!("{condition} IN (SELECT value FROM json_each({name}))"),
            name,
            value,
        );
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
