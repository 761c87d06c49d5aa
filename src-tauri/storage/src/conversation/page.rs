//! The list of conversations, a page at a time: pinned ones in their order, then the others by last activity.
//!
//! The two parts have two indexes, each in the part's own order, so a page costs the rows it shows
//! however many conversations there are. A page begins after a key, never at an offset. A filter leaves out rows of
//! both parts and changes nothing about their order.

use rusqlite::ToSql;
use serde::Serialize;

use super::filter::{Chosen, ListFilter, Part};
use super::{ConversationSummary, SUMMARY_COLUMNS};
use crate::Error;
use crate::id::{self, UserId};
use crate::tx::ReadTx;

/// The most conversations of one page.
pub const LARGEST_PAGE: u32 = 100;

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConversationPage {
    /// In the list's order.
    pub items: Vec<ConversationSummary>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

const PINNED_PAGE: &str = "
    pinned_at IS NOT NULL AND deleted_at IS NULL AND (pin_order, id) > (:order, :id)
    ORDER BY pin_order, id LIMIT :limit";

/// The expression is the one of the index `conversations_recent`, to the letter. It stands alone as well,
/// because SQLite takes no range of an index from a row value that begins with an expression.
const RECENT_PAGE: &str = "
    pinned_at IS NULL AND deleted_at IS NULL
        AND coalesce(last_message_at, created_at) <= :at
        AND (coalesce(last_message_at, created_at), id) < (:at, :id)
    ORDER BY coalesce(last_message_at, created_at) DESC, id DESC LIMIT :limit";

fn page_sql(part: Part, chosen: &Chosen) -> String {
    let page = match part {
        Part::Pinned => PINNED_PAGE,
        Part::Recent => RECENT_PAGE,
    };
    format!(
        "SELECT {SUMMARY_COLUMNS} FROM conversations WHERE {} AND {page}",
        chosen.sql(part)
    )
}

/// The statements of every kind of list, each by its name.
pub(crate) fn page_statements() -> Vec<(&'static str, String)> {
    let each = Chosen::each_kind().into_iter();
    each.flat_map(|([pinned, recent], chosen)| {
        [
            (pinned, page_sql(Part::Pinned, &chosen)),
            (recent, page_sql(Part::Recent, &chosen)),
        ]
    })
    .collect()
}

/// Where a page begins: right after this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Pinned { order: i64, id: i64 },
    Recent { at: i64, id: i64 },
}

impl Position {
    const FIRST: Self = Self::Pinned {
        order: i64::MIN,
        id: -1,
    };
    const FIRST_RECENT: Self = Self::Recent {
        at: i64::MAX,
        id: i64::MAX,
    };

    fn from_cursor(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('.');
        let (part, key, id) = (
            parts.next()?,
            parts.next()?.parse().ok()?,
            id::decode(parts.next()?).ok()?,
        );
        match (part, parts.next()) {
            ("pinned", None) => Some(Self::Pinned { order: key, id }),
            ("recent", None) => Some(Self::Recent { at: key, id }),
            _ => None,
        }
    }

    fn to_cursor(self) -> String {
        match self {
            Self::Pinned { order, id } => format!("pinned.{order}.{}", id::encode(id)),
            Self::Recent { at, id } => format!("recent.{at}.{}", id::encode(id)),
        }
    }
}

/// The learner's conversations that `filter` lets through, after `cursor` (or from the start), at most `limit` and
/// at most 100.
///
/// `cursor` is the `next` of an earlier page with the same filter. A conversation that is active between two pages moves to
/// the front and is not seen twice.
///
/// # Errors
/// `Invalid` for a cursor that no page gave; `NotFound` for a folder that this learner does not have.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    filter: &ListFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<ConversationPage, Error> {
    let start = match cursor {
        None => Position::FIRST,
        Some(cursor) => Position::from_cursor(cursor)
            .ok_or_else(|| Error::invalid("cursor", "is not one that a page gave"))?,
    };
    let Some(chosen) = Chosen::of(tx, user, filter)? else {
        return Ok(ConversationPage {
            items: Vec::new(),
            next: None,
        });
    };
    let limit = limit.clamp(1, LARGEST_PAGE) as usize;
    // One row more than asked for tells whether there is a next page.
    let mut rows = Vec::with_capacity(limit + 1);
    if matches!(start, Position::Pinned { .. }) {
        fetch(tx, user, &chosen, start, limit + 1, &mut rows)?;
    }
    if rows.len() <= limit {
        let start = if matches!(start, Position::Recent { .. }) {
            start
        } else {
            Position::FIRST_RECENT
        };
        fetch(tx, user, &chosen, start, limit + 1, &mut rows)?;
    }
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|(position, _)| position.to_cursor());
    Ok(ConversationPage {
        items: rows.into_iter().map(|(_, summary)| summary).collect(),
        next,
    })
}

/// Fills `rows` up to `most` with the rows of one part of the list.
fn fetch(
    tx: &ReadTx<'_>,
    user: UserId,
    chosen: &Chosen,
    start: Position,
    most: usize,
    rows: &mut Vec<(Position, ConversationSummary)>,
) -> Result<(), Error> {
    let limit = u32::try_from(most - rows.len()).unwrap_or(u32::MAX);
    let (part, key_name, key, id): (_, _, &dyn ToSql, _) = match &start {
        Position::Pinned { order, id } => (Part::Pinned, ":order", order, id),
        Position::Recent { at, id } => (Part::Recent, ":at", at, id),
    };
    let mut parameters = chosen.parameters();
    parameters.extend([
        (":user", &user as &dyn ToSql),
        (key_name, key),
        (":id", id),
        (":limit", &limit),
    ]);
    let mut statement = tx.prepare(&page_sql(part, chosen))?;
    let mut found = statement.query(parameters.as_slice())?;
    while let Some(row) = found.next()? {
        let summary = ConversationSummary::from_row(row)?;
        let id = summary.id.as_i64();
        let position = match start {
            Position::Pinned { .. } => Position::Pinned {
                order: row.get("pin_order")?,
                id,
            },
            Position::Recent { .. } => Position::Recent {
                at: summary
                    .last_message_at
                    .unwrap_or(summary.created_at)
                    .as_millis(),
                id,
            },
        };
        rows.push((position, summary));
    }
    Ok(())
}
