//! The real commands, through Tauri's own invoke machinery, on a real profile; only the window is missing.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod app;
mod backup;
mod bindings;
mod bookmark;
mod chunk;
mod conversation;
mod conversations;
mod doctor;
mod draft;
mod folder;
mod meanings;
mod memory;
mod message;
mod message_edit;
/// The same server as the tutor's own tests are made with.
#[allow(dead_code, reason = "those need more of it")]
#[path = "../tutor/model/fake.rs"]
mod model;
mod model_server;
mod note;
mod opening;
mod operation;
mod panic;
mod reaction;
mod rearrange;
mod recovery;
mod remembering;
mod search;
mod settings;
mod support;
mod tag;
mod template;
mod trash;
