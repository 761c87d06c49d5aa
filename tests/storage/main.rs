//! The storage layer, from the outside: one file per entity and one per promise.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod audio;
mod backups;
mod backups_restore;
mod backups_thinned;
mod bookmarks;
mod chunks;
mod conversations;
mod copies;
mod data_directory;
mod database;
mod doctor;
mod doctor_chance;
mod doctor_file;
mod doctor_pages;
mod doctor_replies;
mod doctor_rescue;
mod doctor_tool;
mod drafts;
mod erase;
mod erase_life;
mod erase_traces;
mod events;
mod folders;
mod ids;
mod imports;
mod launch;
mod launch_clock;
mod launch_replace;
mod lists;
mod many;
mod message_answers;
mod message_edits;
mod message_groups;
mod message_reading;
mod message_steps;
mod messages;
mod migrations;
mod moves;
mod moves_compare;
mod moves_length;
mod moves_marks;
mod moves_model;
mod moves_rearranged;
mod moves_steps;
mod moves_undo;
mod moves_undone;
mod names;
mod notes;
mod operations;
mod organising;
mod organising_folders;
mod organising_model;
mod organising_steps;
mod organising_undo;
mod own_templates;
mod pins;
mod query_plans;
mod races;
mod reactions;
mod read_marks;
mod refused;
mod replies;
mod search;
mod search_corpus;
mod search_forms;
mod search_marks;
mod search_operators;
mod search_pages;
mod search_rebuild;
mod searching;
mod settings;
mod sick;
mod support;
mod tags;
mod templates;
mod tool;
mod trash;
mod trash_contents;
mod trash_steps;
mod users;
mod verify;
mod verify_file;
