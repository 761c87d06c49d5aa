//! Many conversations at once: all of them or none, one operation, undone together.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Conversation, find, get, in_trash_since};
use crate::Error;
use crate::id::{ConversationId, UserId};
use crate::operation::Subject;
use crate::tx::ReadTx;

/// The most conversations that one verb takes.
pub const MOST_AT_ONCE: usize = 1_000;

/// What something of a conversation was before it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Was<T> {
    pub(crate) id: ConversationId,
    pub(crate) was: T,
}

/// The conversations with these ids in their order, one that is named twice once.
///
/// # Errors
/// `Invalid` unless there are 1 to [`MOST_AT_ONCE`] ids; `NotFound` if one is no conversation of this learner's
/// outside of the trash.
pub(super) fn get_all(
    tx: &ReadTx<'_>,
    user: UserId,
    ids: &[ConversationId],
) -> Result<Vec<Conversation>, Error> {
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        return Err(Error::invalid(
            "selection",
            format!("must hold 1 to {MOST_AT_ONCE} conversations"),
        ));
    }
    let mut known = HashSet::with_capacity(ids.len());
    ids.iter()
        .filter(|id| known.insert(**id))
        .map(|id| get(tx, user, *id))
        .collect()
}

/// A conversation of which something is to be taken back.
///
/// # Errors
/// `Conflict` if it lies in the trash, or is gone.
pub(super) fn still_there(
    tx: &ReadTx<'_>,
    user: UserId,
    id: ConversationId,
) -> Result<Conversation, Error> {
    if let Some(conversation) = find(tx, user, id)? {
        return Ok(conversation);
    }
    let reason = if in_trash_since(tx, user, id)?.is_some() {
        "A conversation that this was done to is in the trash; take it out first."
    } else {
        "A conversation that this was done to is not there any more."
    };
    Err(Error::conflict(reason))
}

/// What an operation on these is about: many have no name, and their titles stand nowhere else.
pub(super) fn subject<'a>(ids: &'a [ConversationId], all: &'a [Conversation]) -> Subject<'a> {
    let named = |id| all.iter().find(|conversation| conversation.id == id);
    match ids {
        [id] => Subject::Conversation {
            id: *id,
            title: named(*id).map_or("", |conversation| &conversation.title),
        },
        ids => Subject::Conversations { ids },
    }
}
