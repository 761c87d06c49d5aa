//! The colours that a learner gave tags.

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::{changed, require};
use crate::id::UserId;
use crate::kinds::OperationKind;
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, text};

/// A tag that was given another colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TagColored {
    tag: String,
    was: Option<String>,
    set_to: Option<String>,
}

impl TagColored {
    pub(crate) fn tags(&self) -> Vec<&str> {
        vec![&self.tag]
    }
}

/// Gives a tag a colour, or none. Gives what can be undone; `None` if it had it.
///
/// # Errors
/// `Invalid` for a colour that is none; `Conflict` if no conversation of this learner's has the tag.
pub fn set_color(
    tx: &WriteTx<'_>,
    user: UserId,
    tag: &str,
    color: Option<&str>,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let color = color.map(text::color).transpose()?;
    let Some(spelling) = require(tx, user, tag)?.into_iter().next() else {
        return Ok(None);
    };
    let was = of(tx, user, tag)?;
    if was == color {
        return Ok(None);
    }
    store(tx, user, &spelling.tag, color.as_deref(), now)?;
    let inverse = Inverse::ColorTag(TagColored {
        tag: spelling.tag.clone(),
        was,
        set_to: color,
    });
    let subject = Subject::Tag {
        name: &spelling.tag,
    };
    operation::record(tx, user, OperationKind::TagSetColor, subject, &inverse, now).map(Some)
}

/// Undoes [`set_color`].
///
/// # Errors
/// `Conflict` if the tag has another colour by now, or if no conversation has it any more.
pub(crate) fn take_color_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &TagColored,
    now: Timestamp,
) -> Result<(), Error> {
    require(tx, user, &done.tag)?;
    if of(tx, user, &done.tag)? != done.set_to {
        return Err(Error::conflict("This tag was given another colour since."));
    }
    store(tx, user, &done.tag, done.was.as_deref(), now)
}

/// The colours of this learner's tags, each with a spelling of its tag.
pub(super) fn all(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<(String, String)>, Error> {
    let mut statement = tx.prepare("SELECT tag, color FROM tag_colors WHERE user_id = :user")?;
    let rows = statement.query_map(named_params! { ":user": user }, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The tag's colour, if it has one.
pub(super) fn of(tx: &ReadTx<'_>, user: UserId, tag: &str) -> Result<Option<String>, Error> {
    let key = text::name_key(tag);
    let colors = all(tx, user)?.into_iter();
    Ok(colors
        .filter(|(other, _)| text::name_key(other) == key)
        .map(|(_, color)| color)
        .next())
}

/// Gives the tag this colour and no other, however it is spelt.
pub(super) fn store(
    tx: &WriteTx<'_>,
    user: UserId,
    tag: &str,
    color: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    forget(tx, user, &text::name_key(tag))?;
    if let Some(color) = color {
        tx.prepare(
            "INSERT INTO tag_colors (user_id, tag, color, updated_at) VALUES (:user, :tag, :color, :now)",
        )?
        .execute(named_params! { ":user": user, ":tag": tag, ":color": color, ":now": now })?;
    }
    changed(tx, user);
    Ok(())
}

/// Forgets the colour of a tag, however it is spelt.
pub(super) fn forget(tx: &WriteTx<'_>, user: UserId, key: &str) -> Result<(), Error> {
    for (tag, _) in all(tx, user)? {
        if text::name_key(&tag) == key {
            tx.prepare("DELETE FROM tag_colors WHERE user_id = :user AND tag = :tag")?
                .execute(named_params! { ":user": user, ":tag": tag })?;
        }
    }
    Ok(())
}
