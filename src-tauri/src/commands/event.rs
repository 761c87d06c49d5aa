//! The audit log of a conversation.

use parlance_storage::{
    ConversationId, EventId,
    event::{self, EventFilter, EventPage},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// What happened in a conversation, newest first: the last `limit` entries, or those before the entry `before`. `limit`
/// is 1 to 200.
#[tauri::command]
#[specta::specta]
pub async fn event_list(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    filter: Input<EventFilter>,
    before: Input<Option<EventId>>,
    limit: Input<u32>,
) -> CommandResult<EventPage> {
    let (Input(conversation), Input(filter)) = (conversation_id, filter);
    let (Input(before), Input(limit)) = (before, limit);
    profile
        .get()?
        .read(move |tx, user| event::list_page(tx, user, conversation, &filter, before, limit))
        .await
}
