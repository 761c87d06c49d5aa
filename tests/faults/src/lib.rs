//! The faults that Parlance's storage must survive, made real: power cuts, failing disks, kills in the
//! middle of anything, full disks, damage.
//!
//! Each suite is a function that runs at any scale: a short one in the tests, the full one in
//! `cargo xtask faults`. Chance comes from a seed that is part of every failure's text.

pub mod calls;
pub mod damage;
pub mod examine;
pub mod facts;
pub mod fixtures;
pub mod full;
pub mod full_disk;
pub mod history;
pub mod image;
pub mod kills;
pub mod large;
pub mod ledger;
pub mod model;
pub mod power;
pub mod report;
pub mod vfs;
pub mod work;
