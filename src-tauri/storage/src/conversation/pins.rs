//! The pinned conversations and their order, which the learner makes by hand.
//!
//! Those outside of the trash have the places 1 to n, without gaps. One that goes to the trash keeps its place
//! to come back to, and the others close up.

use rusqlite::named_params;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bulk::{self, Was};
use super::{Conversation, get};
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// Conversations that were pinned at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pinned {
    pub(crate) conversations: Vec<ConversationId>,
    pinned_at: Timestamp,
}

/// Conversations whose pins were removed, with those.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Unpinned {
    conversations: Vec<Was<Pin>>,
}

impl Unpinned {
    pub(crate) fn conversations(&self) -> impl Iterator<Item = ConversationId> {
        self.conversations.iter().map(|was| was.id)
    }
}

/// Since when something is pinned, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pin {
    pinned_at: Timestamp,
    place: i32,
}

/// Pins conversations after those that are pinned, in the order given, or removes their pins. Gives what can be
/// undone; `None` if nothing was to be done.
///
/// # Errors
/// `Invalid` unless there are 1 to 1,000 ids; `NotFound` if one is no conversation of this learner's outside of
/// the trash.
pub fn set_pinned(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    is_pinned: bool,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let mut all = bulk::get_all(tx, user, ids)?;
    all.retain(|conversation| conversation.pinned_at.is_some() != is_pinned);
    let changed: Vec<ConversationId> = all.iter().map(|conversation| conversation.id).collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let subject = bulk::subject(&changed, &all);
    let (kind, inverse) = if is_pinned {
        pin(tx, user, &changed, now)?;
        let inverse = Inverse::Unpin(Pinned {
            conversations: changed.clone(),
            pinned_at: now,
        });
        (OperationKind::ConversationPin, inverse)
    } else {
        let conversations = all.iter().filter_map(was_pinned).collect();
        unpin(tx, user, &changed, now)?;
        let inverse = Inverse::PinAgain(Unpinned { conversations });
        (OperationKind::ConversationUnpin, inverse)
    };
    operation::record(tx, user, kind, subject, &inverse, now).map(Some)
}

/// Puts a pinned conversation before another one, or at the end. Gives what can be undone; `None` if it stood
/// there.
///
/// # Errors
/// `NotFound` if one of the two is no conversation of this learner's outside of the trash; `Conflict` if one is
/// not pinned; `Invalid` if they are the same.
pub fn move_pin(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    before: Option<ConversationId>,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    if before == Some(id) {
        return Err(Error::invalid(
            "place",
            "must not be before the conversation itself",
        ));
    }
    let conversation = get(tx, user, id)?;
    let pin = require_pin(&conversation)?;
    if let Some(before) = before {
        require_pin(&get(tx, user, before)?)?;
    }
    let old = order(tx, user)?;
    let mut new: Vec<Place> = old.iter().copied().filter(|place| place.id != id).collect();
    let at = new
        .iter()
        .position(|place| Some(place.id) == before)
        .unwrap_or(new.len());
    new.insert(
        at,
        Place {
            id,
            number: pin.place,
        },
    );
    if new == old {
        return Ok(None);
    }
    number(tx, &new)?;
    log(tx, id, EventType::ConversationPinMoved, now)?;
    let title = &conversation.title;
    operation::record(
        tx,
        user,
        OperationKind::ConversationMovePin,
        Subject::Conversation { id, title },
        &Inverse::MovePin(Was { id, was: pin }),
        now,
    )
    .map(Some)
}

/// Undoes a pinning.
///
/// # Errors
/// `Conflict` if a pin was removed since, or if its conversation is in the trash.
pub(crate) fn take_pins_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Pinned,
    now: Timestamp,
) -> Result<(), Error> {
    for id in &done.conversations {
        let conversation = bulk::still_there(tx, user, *id)?;
        if conversation.pinned_at != Some(done.pinned_at) {
            return Err(Error::conflict("This pin was changed since."));
        }
    }
    unpin(tx, user, &done.conversations, now)
}

/// Undoes the removing of pins: each is again where it was.
///
/// # Errors
/// `Conflict` if one of the conversations was pinned since, or is in the trash.
pub(crate) fn give_pins_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Unpinned,
    now: Timestamp,
) -> Result<(), Error> {
    let mut places = Vec::with_capacity(done.conversations.len());
    for Was { id, was } in &done.conversations {
        if bulk::still_there(tx, user, *id)?.pinned_at.is_some() {
            return Err(Error::conflict("This was pinned again since."));
        }
        store(tx, *id, Some(*was), EventType::ConversationPinned, now)?;
        places.push(Place {
            id: *id,
            number: was.place,
        });
    }
    put_back(tx, user, places)
}

/// Undoes [`move_pin`].
///
/// # Errors
/// `Conflict` if the conversation is not pinned any more, or is in the trash.
pub(crate) fn take_pin_move_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Was<Pin>,
    now: Timestamp,
) -> Result<(), Error> {
    let Was { id, was } = *done;
    if bulk::still_there(tx, user, id)?.pinned_at != Some(was.pinned_at) {
        return Err(Error::conflict("This pin was changed since."));
    }
    let place = Place {
        id,
        number: was.place,
    };
    put_back(tx, user, vec![place])?;
    log(tx, id, EventType::ConversationPinMoved, now)
}

/// Where a pinned conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: ConversationId,
    pub(super) number: i32,
}

/// Closes the gaps that a pin left.
pub(super) fn close_up(tx: &WriteTx<'_>, user: UserId) -> Result<(), Error> {
    number(tx, &order(tx, user)?)
}

/// Gives conversations that are pinned the places that they had, as far as there are so many.
pub(super) fn put_back(
    tx: &WriteTx<'_>,
    user: UserId,
    mut places: Vec<Place>,
) -> Result<(), Error> {
    let mut order = order(tx, user)?;
    order.retain(|place| places.iter().all(|back| back.id != place.id));
    // From the front: each then finds before it what stood there.
    places.sort_by_key(|place| place.number);
    for place in places {
        let at = usize::try_from(place.number - 1).unwrap_or_default();
        order.insert(at.min(order.len()), place);
    }
    number(tx, &order)
}

fn was_pinned(conversation: &Conversation) -> Option<Was<Pin>> {
    let was = Pin {
        pinned_at: conversation.pinned_at?,
        place: conversation.pin_order?,
    };
    let id = conversation.id;
    Some(Was { id, was })
}

fn require_pin(conversation: &Conversation) -> Result<Pin, Error> {
    was_pinned(conversation)
        .map(|was| was.was)
        .ok_or_else(|| Error::conflict("This conversation is not pinned."))
}

fn pin(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    now: Timestamp,
) -> Result<(), Error> {
    let last = order(tx, user)?.last().map_or(0, |place| place.number);
    for (id, place) in ids.iter().zip(last + 1..) {
        let pin = Pin {
            pinned_at: now,
            place,
        };
        store(tx, *id, Some(pin), EventType::ConversationPinned, now)?;
    }
    close_up(tx, user)
}

fn unpin(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    now: Timestamp,
) -> Result<(), Error> {
    for id in ids {
        store(tx, *id, None, EventType::ConversationUnpinned, now)?;
    }
    close_up(tx, user)
}

fn store(
    tx: &WriteTx<'_>,
    id: ConversationId,
    pin: Option<Pin>,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(
        "UPDATE conversations SET pinned_at = :pinned_at, pin_order = :place, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id,
        ":pinned_at": pin.map(|pin| pin.pinned_at),
        ":place": pin.map(|pin| pin.place),
        ":now": now,
    })?;
    log(tx, id, event_type, now)
}

fn log(
    tx: &WriteTx<'_>,
    id: ConversationId,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    event::append(tx, id, event_type, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(())
}

pub(crate) const ORDER: &str = "
    SELECT id, pin_order FROM conversations
    WHERE user_id = :user AND pinned_at IS NOT NULL AND deleted_at IS NULL ORDER BY pin_order, id";

/// The pinned ones as they stand.
fn order(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<Place>, Error> {
    let mut statement = tx.prepare(ORDER)?;
    let rows = statement.query_map(named_params! { ":user": user }, |row| {
        Ok(Place {
            id: row.get(0)?,
            number: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Numbers the places from 1. The others move up or down by it, which is no change of theirs: only what was
/// pinned, unpinned or moved is told.
fn number(tx: &WriteTx<'_>, order: &[Place]) -> Result<(), Error> {
    for (place, number) in order.iter().zip(1_i32..) {
        tx.prepare(
            "UPDATE conversations SET pin_order = :number WHERE id = :id AND pin_order <> :number",
        )?
        .execute(named_params! { ":id": place.id, ":number": number })?;
    }
    Ok(())
}
