//! A tag that becomes another one, or none, on all its conversations at once.
//!
//! These are not about conversations but about the tag. So taking one back does what it can for the conversations
//! that still have the tag, and asks only that the name it brings back is free.

use std::collections::HashSet;

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::{Tagged, changed, color, log, require, tagged, tagged_once, take_off};
use crate::Error;
use crate::id::{ConversationId, UserId};
use crate::kinds::OperationKind;
use crate::operation::{self, Inverse, Operation, Subject};
use crate::text::{self, LONGEST_TAG};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// A tag that was given another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TagRenamed {
    was: String,
    renamed_to: String,
}

impl TagRenamed {
    pub(crate) fn tags(&self) -> Vec<&str> {
        vec![&self.was, &self.renamed_to]
    }
}

/// A tag that became another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TagMerged {
    was: String,
    color: Option<String>,
    merged_into: String,
    /// They had only the tag that is gone.
    changed: Vec<ConversationId>,
    /// They had both.
    had_both: Vec<ConversationId>,
}

impl TagMerged {
    pub(crate) fn tags(&self) -> Vec<&str> {
        vec![&self.was, &self.merged_into]
    }
}

/// A tag that was taken off all its conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagDeleted {
    was: String,
    color: Option<String>,
    tagged: Vec<ConversationId>,
}

impl TagDeleted {
    pub(crate) fn tags(&self) -> Vec<&str> {
        vec![&self.was]
    }
}

/// Gives a tag another name, or another spelling of the same, with its colour. Gives what can be undone; `None` if it
/// is called so.
///
/// # Errors
/// `Invalid` for a name that is blank or longer than 100 characters; `Conflict` if no conversation of this learner's
/// has the tag, or if there is a tag of the new name: then [`merge`] is what is meant.
pub fn rename(
    tx: &WriteTx<'_>,
    user: UserId,
    tag: &str,
    name: &str,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let name = text::line("tag", name, LONGEST_TAG)?;
    let all = require(tx, user, tag)?;
    let was = spelling_of(&all);
    if text::name_key(&was) != text::name_key(&name) {
        require_free(tx, user, &name, "There is a tag of this name already.")?;
    }
    if all.iter().all(|one| one.tag == name) {
        return Ok(None);
    }
    respell(tx, user, &all, &name, now)?;
    operation::record(
        tx,
        user,
        OperationKind::TagRename,
        Subject::Tag { name: &name },
        &Inverse::RenameTag(TagRenamed {
            was,
            renamed_to: name.clone(),
        }),
        now,
    )
    .map(Some)
}

/// Makes one tag of two: what has `tag` has `into` instead, in its colour. Gives what can be undone.
///
/// # Errors
/// `Conflict` if no conversation of this learner's has one of the tags; `Invalid` if they are the same.
pub fn merge(
    tx: &WriteTx<'_>,
    user: UserId,
    tag: &str,
    into: &str,
    now: Timestamp,
) -> Result<Operation, Error> {
    if text::name_key(tag) == text::name_key(into) {
        return Err(Error::invalid("tag", "must not be merged with itself"));
    }
    let all = require(tx, user, tag)?;
    let others = require(tx, user, into)?;
    let had_into: HashSet<ConversationId> = others.iter().map(|one| one.conversation).collect();
    let mut done = TagMerged {
        was: spelling_of(&all),
        color: color::of(tx, user, tag)?,
        merged_into: spelling_of(&others),
        changed: Vec::new(),
        had_both: Vec::new(),
    };
    for one in &all {
        if had_into.contains(&one.conversation) {
            take_off(tx, one)?;
            done.had_both.push(one.conversation);
        } else {
            replace(tx, one, &done.merged_into)?;
            done.changed.push(one.conversation);
        }
        log(tx, one, now)?;
    }
    color::store(tx, user, &done.was, None, now)?;
    let name = done.was.clone();
    operation::record(
        tx,
        user,
        OperationKind::TagMerge,
        Subject::Tag { name: &name },
        &Inverse::SplitTag(done),
        now,
    )
}

/// Takes a tag off every conversation, and forgets its colour. Gives what can be undone.
///
/// # Errors
/// `Conflict` if no conversation of this learner's has the tag.
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    tag: &str,
    now: Timestamp,
) -> Result<Operation, Error> {
    let all = require(tx, user, tag)?;
    let done = TagDeleted {
        was: spelling_of(&all),
        color: color::of(tx, user, tag)?,
        tagged: all.iter().map(|one| one.conversation).collect(),
    };
    for one in &all {
        take_off(tx, one)?;
        log(tx, one, now)?;
    }
    color::store(tx, user, tag, None, now)?;
    let name = done.was.clone();
    operation::record(
        tx,
        user,
        OperationKind::TagDelete,
        Subject::Tag { name: &name },
        &Inverse::RestoreTag(done),
        now,
    )
}

/// Undoes [`rename`], also for what was given the tag since.
///
/// # Errors
/// `Conflict` if the tag is called otherwise by now, or if there is another of the old name.
pub(crate) fn take_name_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &TagRenamed,
    now: Timestamp,
) -> Result<(), Error> {
    let all = tagged_once(tx, user, &text::name_key(&done.renamed_to))?;
    if spelling_of(&all) != done.renamed_to {
        return Err(Error::conflict("This tag was given another name since."));
    }
    if text::name_key(&done.was) != text::name_key(&done.renamed_to) {
        require_free(tx, user, &done.was, NAME_IS_TAKEN)?;
    }
    respell(tx, user, &all, &done.was, now)
}

/// Undoes [`merge`] on the conversations that still have the tag.
///
/// # Errors
/// `Conflict` if none has it any more, or if there is another of the old name.
pub(crate) fn split_again(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &TagMerged,
    now: Timestamp,
) -> Result<(), Error> {
    require_free(tx, user, &done.was, NAME_IS_TAKEN)?;
    let changed: HashSet<&ConversationId> = done.changed.iter().collect();
    let had_both: HashSet<&ConversationId> = done.had_both.iter().collect();
    let mut is_any_left = false;
    for one in tagged_once(tx, user, &text::name_key(&done.merged_into))? {
        if changed.contains(&one.conversation) {
            replace(tx, &one, &done.was)?;
        } else if had_both.contains(&one.conversation) {
            put_on(tx, one.conversation, &done.was, now)?;
        } else {
            continue;
        }
        is_any_left = true;
        log(tx, &one, now)?;
    }
    if !is_any_left {
        return Err(Error::conflict("No conversation has this tag any more."));
    }
    color::store(tx, user, &done.was, done.color.as_deref(), now)
}

/// Undoes [`delete`] on the conversations that are still there.
///
/// # Errors
/// `Conflict` if none is, or if there is another tag of this name.
pub(crate) fn restore(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &TagDeleted,
    now: Timestamp,
) -> Result<(), Error> {
    require_free(tx, user, &done.was, NAME_IS_TAKEN)?;
    for id in &done.tagged {
        let is_there = tx
            .prepare("SELECT 1 FROM conversations WHERE id = :id AND user_id = :user")?
            .exists(named_params! { ":id": id, ":user": user })?;
        if is_there {
            put_on(tx, *id, &done.was, now)?;
        }
    }
    for one in require(tx, user, &done.was)? {
        log(tx, &one, now)?;
    }
    color::store(tx, user, &done.was, done.color.as_deref(), now)
}

const NAME_IS_TAKEN: &str = "There is another tag of this name by now.";

fn require_free(
    tx: &ReadTx<'_>,
    user: UserId,
    name: &str,
    reason: &'static str,
) -> Result<(), Error> {
    if tagged(tx, user, &text::name_key(name))?.is_empty() {
        Ok(())
    } else {
        Err(Error::conflict(reason))
    }
}

/// Empty if there is none.
fn spelling_of(all: &[Tagged]) -> String {
    all.first().map(|one| one.tag.clone()).unwrap_or_default()
}

/// Gives a tag a name that no other one has, with its colour.
fn respell(
    tx: &WriteTx<'_>,
    user: UserId,
    all: &[Tagged],
    name: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let was = spelling_of(all);
    let color = color::of(tx, user, &was)?;
    for one in all {
        replace(tx, one, name)?;
        log(tx, one, now)?;
    }
    color::store(tx, user, &was, None, now)?;
    color::store(tx, user, name, color.as_deref(), now)?;
    changed(tx, user);
    Ok(())
}

fn replace(tx: &WriteTx<'_>, one: &Tagged, name: &str) -> Result<(), Error> {
    tx.prepare(
        "UPDATE conversation_tags SET tag = :name WHERE conversation_id = :id AND tag = :tag",
    )?
    .execute(named_params! { ":id": one.conversation, ":tag": one.tag, ":name": name })?;
    Ok(())
}

/// However many tags the conversation has by now: this one was on it before.
fn put_on(tx: &WriteTx<'_>, id: ConversationId, tag: &str, now: Timestamp) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (:id, :tag, :now)",
    )?
    .execute(named_params! { ":id": id, ":tag": tag, ":now": now })?;
    Ok(())
}
