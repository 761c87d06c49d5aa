//! What the window can ask for: one file per entity, and here the list of them all.
//!
//! A command reads or writes through one closure of the storage layer and maps its error; anything longer
//! belongs elsewhere. Each command is also listed in `capabilities/main.json`, else it does not exist for
//! the window.

// Both come from `#[tauri::command]`: it discards results by `let _`, and wants `State` by value.
#![allow(clippy::let_underscore_must_use, clippy::needless_pass_by_value)]

pub mod app;
pub mod chunk;
pub mod conversation;
pub mod message;
pub mod settings;
pub mod template;

use tauri::Runtime;
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::events::{AppProblem, DataChanged};

/// Every command and event of the app, as the window sees them.
#[must_use]
pub fn bindings<R: Runtime>() -> Builder<R> {
    Builder::new()
        // One type for both directions; what differs between them has two Rust types anyway.
        .disable_serde_phases()
        .commands(collect_commands![
            app::app_status,
            app::app_retry,
            template::template_list,
            conversation::conversation_create,
            conversation::conversation_list,
            conversation::conversation_get,
            conversation::conversation_rename,
            message::message_send,
            message::message_list,
            message::message_get,
            message::message_stop,
            chunk::chunk_audio,
            chunk::chunk_retry,
            settings::settings_get,
            settings::settings_update,
        ])
        .events(collect_events![DataChanged, AppProblem])
}
