//! What the window can ask for: one file per entity, and here the list of them all.
//!
//! A command reads or writes through one closure of the storage layer and maps its error; anything longer
//! belongs elsewhere. Each command is also listed in `capabilities/main.json`, else it does not exist for
//! the window.

// Both come from `#[tauri::command]`: it discards results by `let _`, and wants `State` by value.
#![allow(clippy::let_underscore_must_use, clippy::needless_pass_by_value)]

pub mod app;
pub mod backup;
pub mod bookmark;
pub mod chunk;
pub mod conversation;
pub mod doctor;
pub mod draft;
pub mod event;
pub mod folder;
pub mod key_fact;
pub mod memory;
pub mod message;
pub mod model_server;
pub mod note;
pub mod operation;
pub mod reaction;
pub mod search;
pub mod settings;
pub mod summary;
pub mod tag;
pub mod template;
pub mod trash;
pub mod work;

use serde_json::Value;
use tauri::{
    Runtime,
    ipc::{Invoke, InvokeBody},
};
use tauri_specta::{Builder, Commands, collect_commands, collect_events};

use crate::{
    events::{AppProblem, DataChanged},
    input,
    remembering::RememberingProgress,
    work::WorkProgress,
};

/// Lists the commands, with the names under which the window gives their arguments.
macro_rules! commands {
    ($($module:ident::$name:ident($($argument:literal),*);)+) => {
        fn all<R: Runtime>() -> Commands<R> {
            collect_commands![$($module::$name),+]
        }

        const ARGUMENTS: &[(&str, &[&str])] = &[$((stringify!($name), &[$($argument),*])),+];
    };
}

commands! {
    app::app_status();
    app::app_retry();
    app::app_begin_anew();
    app::app_open_folder();
    app::app_report();
    template::template_list();
    template::template_create("template");
    template::template_update("id", "patch");
    template::template_delete("id");
    template::template_from_conversation("conversation", "name");
    conversation::conversation_create("request");
    conversation::conversation_list("cursor", "limit", "filter");
    conversation::conversation_get("id");
    conversation::conversation_rename("id", "title");
    conversation::conversation_delete("id");
    conversation::conversation_duplicate("id", "withHistory");
    conversation::conversation_branch("messageId");
    conversation::conversation_split("messageId");
    conversation::conversation_merge("intoId", "fromId");
    draft::draft_save("of", "content");
    draft::draft_get("of");
    draft::draft_list_edits("conversationId");
    message::message_send("conversationId", "content");
    message::message_list("conversationId", "beforeSequence", "limit", "afterSequence", "around");
    message::message_get("id");
    message::message_stop("conversationId");
    message::message_delete("id");
    trash::trash_list("cursor", "limit");
    trash::trash_restore("kind", "id");
    trash::trash_erase("kind", "id");
    trash::trash_empty();
    operation::operation_list();
    operation::operation_undo("id");
    search::search_run("text", "kind", "cursor", "limit");
    search::search_recent();
    search::search_remember("text");
    search::search_forget("text");
    search::search_rebuild();
    chunk::chunk_audio("id");
    chunk::chunk_retry("id");
    settings::settings_get();
    settings::settings_update("patch");
    backup::backup_list();
    backup::backup_create();
    backup::backup_restore("name");
    backup::backup_set_budget("megabytes");
    work::work_cancel();
    doctor::doctor_report();
    doctor::doctor_repair();
    doctor::doctor_rescue();
    conversation::conversation_move("ids", "folderId");
    conversation::conversation_change_tags("ids", "add", "remove");
    conversation::conversation_pin("ids", "pinned");
    conversation::conversation_move_pin("id", "beforeId");
    conversation::conversation_set_status("ids", "status");
    conversation::conversation_set_level("ids", "level");
    conversation::conversation_mark_read("ids");
    conversation::conversation_mark_unread("ids");
    conversation::conversation_unread_count();
    conversation::conversation_delete_many("ids");
    folder::folder_list();
    folder::folder_create("request");
    folder::folder_update("id", "patch");
    folder::folder_move("id", "parentFolderId", "beforeId");
    folder::folder_delete("id");
    tag::tag_list();
    tag::tag_rename("name", "newName");
    tag::tag_merge("name", "into");
    tag::tag_set_color("name", "color");
    tag::tag_delete("name");
    message::message_edit("id", "content", "regenerate");
    message::message_history("id", "cursor");
    message::message_details("id");
    message::message_delete_many("ids");
    message::message_regenerate("id", "tutor");
    message::message_resume("id");
    conversation::conversation_set_tutor("id", "tutor");
    conversation::conversation_tutor("id");
    model_server::model_server_discover();
    model_server::model_server_list();
    model_server::model_server_create("server");
    model_server::model_server_update("id", "server");
    model_server::model_server_delete("id");
    model_server::model_server_models("id");
    model_server::model_server_test("id", "server");
    model_server::model_server_set_key("id", "key");
    model_server::model_server_set_embedding_model("id", "model");
    event::event_list("conversationId", "filter", "before", "limit");
    memory::memory_get("conversationId");
    memory::memory_update_settings("conversationId", "patch");
    memory::memory_summarize("conversationId");
    memory::memory_learn_meanings("conversationId");
    memory::memory_stop("conversationId");
    key_fact::key_fact_create("conversationId", "factType", "text");
    key_fact::key_fact_update("id", "patch");
    key_fact::key_fact_pin("id", "pinned");
    key_fact::key_fact_delete("id");
    key_fact::key_fact_clear("conversationId");
    summary::summary_update("id", "text");
    summary::summary_delete("id");
    summary::summary_clear("conversationId");
    bookmark::bookmark_set("messageId", "note");
    bookmark::bookmark_remove("messageId");
    bookmark::bookmark_get("messageId");
    bookmark::bookmark_list("cursor", "limit");
    reaction::reaction_get("messageId");
    reaction::reaction_set("messageId", "reaction", "feedback");
    reaction::reaction_clear("messageId");
    note::note_create("conversationId", "messageId", "content");
    note::note_update("id", "content");
    note::note_delete("id");
    note::note_list("conversationId", "messageId", "cursor", "limit");
}

/// Every command and event of the app, as the window sees them.
#[must_use]
pub fn bindings<R: Runtime>() -> Builder<R> {
    Builder::new()
        // One type for both directions; what differs between them has two Rust types anyway.
        .disable_serde_phases()
        .commands(all())
        .events(collect_events![
            DataChanged,
            AppProblem,
            WorkProgress,
            RememberingProgress
        ])
}

/// Carries out what the window asks for. An argument that the command does not have is refused: Tauri
/// would ignore it, and a misspelt one would be taken for one left out.
pub fn invoke_handler<R: Runtime>(
    bindings: &Builder<R>,
) -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    let carry_out = bindings.invoke_handler();
    move |invoke| {
        let (command, payload) = (invoke.message.command(), invoke.message.payload());
        if has_unknown_argument(command, payload) {
            let refusal = input::refusal("request", "it has an argument that is not known");
            invoke.resolver.reject(refusal);
            return true;
        }
        carry_out(invoke)
    }
}

fn has_unknown_argument(command: &str, payload: &InvokeBody) -> bool {
    let (Some((_, known)), InvokeBody::Json(Value::Object(given))) =
        (ARGUMENTS.iter().find(|(name, _)| *name == command), payload)
    else {
        return false;
    };
    given
        .keys()
        .any(|argument| !known.contains(&argument.as_str()))
}
