//! The storage layer, from the outside: one file per entity and one per promise.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod support;

mod audio;
mod backups;
mod backups_restore;
mod chunks;
mod conversations;
mod data_directory;
mod database;
mod doctor;
mod doctor_chance;
mod doctor_file;
mod doctor_pages;
mod doctor_rescue;
mod doctor_tool;
mod drafts;
mod erase;
mod erase_life;
mod events;
mod ids;
mod imports;
mod launch;
mod messages;
mod migrations;
mod operations;
mod own_templates;
mod query_plans;
mod races;
mod refused;
mod replies;
mod search;
mod search_corpus;
mod searching;
mod settings;
mod sick;
mod templates;
mod tool;
mod trash;
mod trash_contents;
mod trash_steps;
mod users;
mod verify;
mod verify_file;
