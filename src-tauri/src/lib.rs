//! Parlance's shell: opens the profile, shows the window, and carries commands between the two.
//!
//! It stays thin: no SQL, and no rules of learning, are here. See ARCHITECTURE.md for the house.

mod app;
pub mod backups;
pub mod commands;
pub mod error;
pub mod events;
pub mod housekeeping;
pub mod input;
pub mod keys;
pub mod log_file;
pub mod profile;
pub mod remembering;
pub mod replies;
mod report;
pub mod slot;
pub mod tutors;
pub mod work;

pub use app::run;
