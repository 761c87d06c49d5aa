//! The tags of conversations. A tag is there as long as a conversation has it; [`crate::tag`] has what is about
//! all conversations of a tag at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::named_params;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bulk;
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation};
use crate::text::{self, LONGEST_TAG};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, tag};

/// The most tags of one conversation.
pub const MOST_TAGS: usize = 50;

/// The tags that some conversations were given and lost, as they are spelt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagsChanged {
    pub(crate) conversations: Vec<ConversationId>,
    added: BTreeMap<String, Vec<ConversationId>>,
    removed: BTreeMap<String, Vec<ConversationId>>,
}

impl TagsChanged {
    pub(crate) fn tags(&self) -> Vec<&str> {
        let tags = self.added.keys().chain(self.removed.keys());
        tags.map(String::as_str).collect()
    }
}

/// Gives conversations the tags of `add` and takes those of `remove` off them. A tag that the learner has already
/// keeps its spelling. Gives what can be undone; `None` if all of it was so.
///
/// # Errors
/// `Invalid` for a tag that is blank or longer than 100 characters, for one that is both added and removed, for more
/// than 50, and unless there are 1 to 1,000 ids; `NotFound` if one is no conversation of this learner's outside of
/// the trash; `Conflict` if one would come to have more than 50 tags, or the learner more than
/// [`tag::MOST_OF_PROFILE`].
pub fn change_tags(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    add: &[String],
    remove: &[String],
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let add = named(add)?;
    let remove = named(remove)?;
    if add.keys().any(|key| remove.contains_key(key)) {
        return Err(Error::invalid(
            "tag",
            "must not be added and removed at once",
        ));
    }
    let all = bulk::get_all(tx, user, ids)?;
    let add = spelt(tx, user, add)?;
    let mut done = TagsChanged {
        conversations: Vec::new(),
        added: BTreeMap::new(),
        removed: BTreeMap::new(),
    };
    for conversation in &all {
        change_one(tx, conversation.id, &add, &remove, &mut done, now)?;
    }
    if done.conversations.is_empty() {
        return Ok(None);
    }
    tag::changed(tx, user);
    let changed = done.conversations.clone();
    operation::record(
        tx,
        user,
        OperationKind::ConversationTag,
        bulk::subject(&changed, &all),
        &Inverse::ChangeTags(done),
        now,
    )
    .map(Some)
}

/// Tags in the learner's own spelling, if there is one, each with its key.
fn spelt(
    tx: &ReadTx<'_>,
    user: UserId,
    tags: HashMap<String, String>,
) -> Result<Vec<(String, String)>, Error> {
    let mut spelt = Vec::with_capacity(tags.len());
    let mut new = 0;
    for (key, given) in tags {
        let spelling = tag::spelling(tx, user, &key)?;
        new += usize::from(spelling.is_none());
        spelt.push((key, spelling.unwrap_or(given)));
    }
    tag::check_room(tx, user, new)?;
    Ok(spelt)
}

fn change_one(
    tx: &WriteTx<'_>,
    id: ConversationId,
    add: &[(String, String)],
    remove: &HashMap<String, String>,
    done: &mut TagsChanged,
    now: Timestamp,
) -> Result<(), Error> {
    let has = of_conversation(tx, id)?;
    let keys: HashSet<String> = has.iter().map(|tag| text::name_key(tag)).collect();
    let lost: Vec<&String> = has
        .iter()
        .filter(|tag| remove.contains_key(&text::name_key(tag)))
        .collect();
    let gained: Vec<&String> = add
        .iter()
        .filter(|(key, _)| !keys.contains(key))
        .map(|(_, spelling)| spelling)
        .collect();
    if lost.is_empty() && gained.is_empty() {
        return Ok(());
    }
    let will_have = has.len() - lost.len() + gained.len();
    check_growth(has.len(), will_have, TOO_MANY)?;
    for tag in lost {
        take_off(tx, id, tag)?;
        done.removed.entry(tag.clone()).or_default().push(id);
    }
    for tag in gained {
        put_on(tx, id, tag, now)?;
        done.added.entry(tag.clone()).or_default().push(id);
    }
    log(tx, id, now)?;
    done.conversations.push(id);
    Ok(())
}

/// Undoes [`change_tags`]. A conversation that was given other tags meanwhile may have more than 50 then: what it had
/// before is not refused.
///
/// # Errors
/// `Conflict` if one of the conversations lost what it was given, was given what it lost, or is in the trash.
pub(crate) fn take_tags_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &TagsChanged,
    now: Timestamp,
) -> Result<(), Error> {
    for id in &done.conversations {
        bulk::still_there(tx, user, *id)?;
    }
    let changed_since = || Error::conflict("The tags were changed since.");
    for (tag, ids) in &done.added {
        for id in ids {
            if !take_off(tx, *id, tag)? {
                return Err(changed_since());
            }
        }
    }
    for (tag, ids) in &done.removed {
        for id in ids {
            if has_tag(tx, *id, &text::name_key(tag))? {
                return Err(changed_since());
            }
        }
    }
    for (tag, ids) in &done.removed {
        let key = text::name_key(tag);
        // Others may have been given the tag again, in another spelling.
        let spelling = tag::spelling(tx, user, &key)?;
        let spelling = spelling.as_deref().unwrap_or(tag);
        for id in ids {
            // It may have had two spellings of the tag: one of them is back already.
            if !has_tag(tx, *id, &key)? {
                put_on(tx, *id, spelling, now)?;
            }
        }
    }
    for id in &done.conversations {
        log(tx, *id, now)?;
    }
    tag::changed(tx, user);
    Ok(())
}

/// Tags as they were given, each by what makes it one tag; the last spelling of several counts.
fn named(tags: &[String]) -> Result<HashMap<String, String>, Error> {
    if tags.len() > MOST_TAGS {
        return Err(Error::invalid(
            "tags",
            format!(
                "are too many: {}, where {MOST_TAGS} are the most",
                tags.len()
            ),
        ));
    }
    tags.iter()
        .map(|tag| {
            let tag = text::line("tag", tag, LONGEST_TAG)?;
            Ok((text::name_key(&tag), tag))
        })
        .collect()
}

pub(super) fn of_conversation(tx: &ReadTx<'_>, id: ConversationId) -> Result<Vec<String>, Error> {
    let mut statement =
        tx.prepare("SELECT tag FROM conversation_tags WHERE conversation_id = :id ORDER BY tag")?;
    let rows = statement.query_map(named_params! { ":id": id }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn has_tag(tx: &ReadTx<'_>, id: ConversationId, key: &str) -> Result<bool, Error> {
    let has = of_conversation(tx, id)?;
    Ok(has.iter().any(|tag| text::name_key(tag) == key))
}

fn put_on(tx: &WriteTx<'_>, id: ConversationId, tag: &str, now: Timestamp) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (:id, :tag, :now)",
    )?
    .execute(named_params! { ":id": id, ":tag": tag, ":now": now })?;
    Ok(())
}

/// Whether it was there.
fn take_off(tx: &WriteTx<'_>, id: ConversationId, tag: &str) -> Result<bool, Error> {
    let changed = tx
        .prepare("DELETE FROM conversation_tags WHERE conversation_id = :id AND tag = :tag")?
        .execute(named_params! { ":id": id, ":tag": tag })?;
    Ok(changed > 0)
}

const TOO_MANY: &str = "A conversation has at most 50 tags.";

/// Refuses more than [`MOST_TAGS`], unless there were as many before: such a conversation, which an older version could
/// make by a merge, must not be stuck with what it has.
pub(super) fn check_growth(has: usize, will_have: usize, reason: &str) -> Result<(), Error> {
    if will_have > MOST_TAGS && will_have > has {
        return Err(Error::conflict(reason));
    }
    Ok(())
}

fn log(tx: &WriteTx<'_>, id: ConversationId, now: Timestamp) -> Result<(), Error> {
    tx.prepare("UPDATE conversations SET updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":now": now })?;
    event::append(tx, id, EventType::ConversationTagged, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(())
}
