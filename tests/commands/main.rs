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
mod chunk;
mod conversation;
mod doctor;
mod draft;
mod message;
mod operation;
mod panic;
mod recovery;
mod search;
mod settings;
mod support;
mod template;
mod trash;
