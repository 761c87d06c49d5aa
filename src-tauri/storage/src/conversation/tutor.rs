//! Who answers in a conversation.

use rusqlite::named_params;
use serde_json::json;

use super::{Conversation, get};
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tutor_choice::TutorChoice;
use crate::tx::WriteTx;
use crate::{Error, event};

/// Chooses who answers in the conversation from now on; `None`: whoever the settings say. Choosing what is chosen
/// changes nothing.
///
/// # Errors
/// `NotFound` like [`get`] and for a server that this learner does not have; `Invalid` for a model without a name.
pub fn set_tutor(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    tutor: Option<&TutorChoice>,
    now: Timestamp,
) -> Result<Conversation, Error> {
    let before = get(tx, user, id)?;
    if before.tutor.as_ref() == tutor {
        return Ok(before);
    }
    if let Some(tutor) = tutor {
        tutor.check(tx, user)?;
    }
    let chosen = json!(tutor);
    tx.prepare(
        "UPDATE conversations SET updated_at = :now,
             ai_settings = iif(:chosen = 'null', json_remove(ai_settings, '$.tutor'),
                 json_set(ai_settings, '$.tutor', json(:chosen)))
         WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":chosen": chosen.to_string(), ":now": now })?;
    let data = json!({ "tutor": chosen });
    event::append(tx, id, EventType::ConversationTutorChanged, &data, now)?;
    tx.changed_conversation(ChangeKind::Updated, id);
    get(tx, user, id)
}
