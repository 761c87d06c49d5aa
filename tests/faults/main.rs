//! The storage in the face of faults, at a scale that every change can afford.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod damage;
mod failing_calls;
mod full_disk;
mod kills;
mod migration_matrix;
mod model;
mod power_cuts;
mod support;
