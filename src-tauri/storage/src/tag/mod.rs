//! Tags: words by which conversations are found, of the learner's own.
//!
//! A tag is no row of its own: it is there as long as a conversation has it, be it one in the trash, and what is done
//! to a tag is done to those too. Names that differ by case alone, also of letters with accents, or by what nobody sees,
//! are one tag: the first spelling stays until the tag is renamed. Spellings that were two tags to an older version may
//! both stand on a conversation: they count as one, and become one when something is done to the tag. A colour stays
//! when a tag is taken off its last conversation, to be there when it is used again; it goes when the tag is deleted,
//! and with the last conversation when that is erased.

mod color;
mod whole;

pub use color::set_color;
pub(crate) use color::{TagColored, take_color_back};
pub(crate) use whole::{TagDeleted, TagMerged, TagRenamed, restore, split_again, take_name_back};
pub use whole::{delete, merge, rename};

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::{ChangeKind, Entity};
use crate::id::{ConversationId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, operation, text};

/// The most tags of a profile, those counted too that only conversations in the trash have.
pub const MOST_OF_PROFILE: usize = 10_000;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Tag {
    /// As the learner spells it.
    pub name: String,
    /// `#rrggbb`, if the learner chose one.
    pub color: Option<String>,
    /// Conversations outside of the trash that have it.
    pub conversation_count: u32,
}

/// Of one name only what NOCASE tells apart; the rest is put together here. CROSS JOIN fixes the order: along the
/// tags.
pub(crate) const LIST: &str = "
    SELECT conversation_tags.tag, count(*) FROM conversation_tags
        CROSS JOIN conversations ON conversations.id = conversation_tags.conversation_id
    WHERE conversations.user_id = :user AND conversations.deleted_at IS NULL
    GROUP BY conversation_tags.tag";

/// From each tag to the next one: there are few tags, on however many conversations.
pub(crate) const ALL: &str = "
    WITH RECURSIVE every (tag) AS (
        SELECT min(tag) FROM conversation_tags
        UNION ALL
        SELECT (SELECT min(conversation_tags.tag) FROM conversation_tags WHERE conversation_tags.tag > every.tag)
        FROM every WHERE every.tag IS NOT NULL
    )
    SELECT tag FROM every WHERE tag IS NOT NULL";

/// Of several spellings together: a conversation may have more than one of them.
const COUNT: &str = "
    SELECT count(DISTINCT conversations.id) FROM conversation_tags
        CROSS JOIN conversations ON conversations.id = conversation_tags.conversation_id
    WHERE conversation_tags.tag IN (SELECT value FROM json_each(:tags))
        AND conversations.user_id = :user AND conversations.deleted_at IS NULL";

/// The learner's tags that a conversation outside of the trash has, in alphabetical order; at most
/// [`MOST_OF_PROFILE`], and what was taken back beyond them.
pub fn list(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<Tag>, Error> {
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut statement = tx.prepare(LIST)?;
    let mut rows = statement.query(named_params! { ":user": user })?;
    while let Some(row) = rows.next()? {
        let (name, conversation_count): (String, u32) = (row.get(0)?, row.get(1)?);
        match tags.entry(text::name_key(&name)) {
            Entry::Vacant(place) => {
                place.insert(Tag {
                    name,
                    color: None,
                    conversation_count,
                });
            }
            Entry::Occupied(place) => {
                let key = place.key().clone();
                others.entry(key).or_default().push(name);
            }
        }
    }
    for (key, mut spellings) in others {
        if let Some(tag) = tags.get_mut(&key) {
            spellings.push(tag.name.clone());
            tag.conversation_count = tx.prepare(COUNT)?.query_row(
                named_params! { ":user": user, ":tags": json!(spellings).to_string() },
                |row| row.get(0),
            )?;
        }
    }
    for (name, color) in color::all(tx, user)? {
        if let Some(tag) = tags.get_mut(&text::name_key(&name)) {
            tag.color.get_or_insert(color);
        }
    }
    Ok(tags.into_values().collect())
}

/// Refuses `more` tags that the learner does not have yet.
///
/// # Errors
/// `Conflict` if these would be too many. What is taken back is not asked: it was there before.
pub(crate) fn check_room(tx: &ReadTx<'_>, user: UserId, more: usize) -> Result<(), Error> {
    // Everybody's spellings are soon counted, and only many of them are worth a closer look.
    if more == 0 || all_spellings(tx)?.len() + more <= MOST_OF_PROFILE {
        return Ok(());
    }
    let mut own = HashSet::new();
    let mut statement = tx.prepare(
        "SELECT DISTINCT conversation_tags.tag FROM conversation_tags
             CROSS JOIN conversations ON conversations.id = conversation_tags.conversation_id
         WHERE conversations.user_id = :user",
    )?;
    let rows = statement.query_map(named_params! { ":user": user }, |row| {
        row.get::<_, String>(0)
    })?;
    for tag in rows {
        own.insert(text::name_key(&tag?));
    }
    if own.len() + more > MOST_OF_PROFILE {
        return Err(Error::conflict(format!(
            "There can be at most {MOST_OF_PROFILE} tags."
        )));
    }
    Ok(())
}

fn all_spellings(tx: &ReadTx<'_>) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(ALL)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The spellings of a tag on anybody's conversations, as far as NOCASE tells them apart.
pub(crate) fn spellings(tx: &ReadTx<'_>, key: &str) -> Result<Vec<String>, Error> {
    let mut spellings = all_spellings(tx)?;
    spellings.retain(|tag| text::name_key(tag) == key);
    Ok(spellings)
}

/// How this learner spells a tag; `None` if no conversation has it, not even in the trash.
pub(crate) fn spelling(tx: &ReadTx<'_>, user: UserId, key: &str) -> Result<Option<String>, Error> {
    let mut statement = tx.prepare(&format!("{TAGGED} LIMIT 1"))?;
    for spelling in spellings(tx, key)? {
        let found = statement
            .query_row(
                named_params! { ":tag": spelling, ":user": user },
                Tagged::from_row,
            )
            .optional()?;
        if let Some(one) = found {
            return Ok(Some(one.tag));
        }
    }
    Ok(None)
}

/// A tag on a conversation, in the trash or not.
struct Tagged {
    conversation: ConversationId,
    tag: String,
    is_in_trash: bool,
}

impl Tagged {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            conversation: row.get(0)?,
            tag: row.get(1)?,
            is_in_trash: row.get(2)?,
        })
    }
}

const TAGGED: &str = "
    SELECT conversations.id, conversation_tags.tag, conversations.deleted_at IS NOT NULL
    FROM conversation_tags CROSS JOIN conversations ON conversations.id = conversation_tags.conversation_id
    WHERE conversation_tags.tag = :tag AND conversations.user_id = :user";

/// Every conversation of this learner's with the tag.
fn tagged(tx: &ReadTx<'_>, user: UserId, key: &str) -> Result<Vec<Tagged>, Error> {
    let mut statement = tx.prepare(TAGGED)?;
    let mut tagged = Vec::new();
    for spelling in spellings(tx, key)? {
        let rows = statement.query_map(
            named_params! { ":tag": spelling, ":user": user },
            Tagged::from_row,
        )?;
        for row in rows {
            tagged.push(row?);
        }
    }
    Ok(tagged)
}

/// [`tagged`], after which no conversation has more than one spelling of it.
fn tagged_once(tx: &WriteTx<'_>, user: UserId, key: &str) -> Result<Vec<Tagged>, Error> {
    let mut seen = HashSet::new();
    let mut once = Vec::new();
    for one in tagged(tx, user, key)? {
        if seen.insert(one.conversation) {
            once.push(one);
        } else {
            take_off(tx, &one)?;
            if !one.is_in_trash {
                tx.changed_conversation(ChangeKind::Updated, one.conversation);
            }
        }
    }
    Ok(once)
}

fn take_off(tx: &WriteTx<'_>, one: &Tagged) -> Result<(), Error> {
    tx.prepare("DELETE FROM conversation_tags WHERE conversation_id = :id AND tag = :tag")?
        .execute(named_params! { ":id": one.conversation, ":tag": one.tag })?;
    Ok(())
}

/// Forgets the tags that only this conversation has, which is being erased: their colours, and what could be undone
/// of them.
pub(crate) fn forget_those_of(tx: &WriteTx<'_>, id: ConversationId) -> Result<(), Error> {
    let tags: Vec<(UserId, String)> = tx
        .prepare(
            "SELECT conversations.user_id, conversation_tags.tag
             FROM conversations JOIN conversation_tags ON conversation_tags.conversation_id = conversations.id
             WHERE conversations.id = :id",
        )?
        .query_map(named_params! { ":id": id }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    for (user, tag) in tags {
        let key = text::name_key(&tag);
        if tagged(tx, user, &key)?
            .iter()
            .all(|one| one.conversation == id)
        {
            color::forget(tx, user, &key)?;
            operation::forget_those_of_tag(tx, user, &key)?;
        }
    }
    Ok(())
}

/// [`tagged_once`], for a tag that has to be there.
///
/// # Errors
/// `Conflict` if no conversation of this learner's has it. The name is not repeated: errors end up in logs.
fn require(tx: &WriteTx<'_>, user: UserId, name: &str) -> Result<Vec<Tagged>, Error> {
    let tagged = tagged_once(tx, user, &text::name_key(name))?;
    if tagged.is_empty() {
        return Err(Error::conflict("No conversation has this tag."));
    }
    Ok(tagged)
}

/// Tells of a change of the learner's tags.
pub(crate) fn changed(tx: &WriteTx<'_>, user: UserId) {
    tx.changed(Entity::Tag, ChangeKind::Updated, user);
}

/// What is due whenever a conversation's tag has become another one, or is gone.
fn log(tx: &WriteTx<'_>, one: &Tagged, now: Timestamp) -> Result<(), Error> {
    let id = one.conversation;
    tx.prepare("UPDATE conversations SET updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":now": now })?;
    event::append(tx, id, EventType::ConversationTagged, &json!({}), now)?;
    if !one.is_in_trash {
        tx.changed_conversation(ChangeKind::Updated, id);
    }
    Ok(())
}
