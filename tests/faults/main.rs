//! The storage in the face of faults, at a scale that every change can afford.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod failing_calls;
mod full_disk;
mod kills;
mod migration_matrix;
mod power_cuts;
mod support;
