//! The real window under Xvfb: what a person sees, and what is on the disk afterwards.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod conversation;
mod data;
mod disks;
mod finding;
mod keeping;
mod kills;
mod lived_in;
mod living;
/// The same server as the tutor's own tests are made with.
#[allow(dead_code, reason = "those need more of it")]
#[path = "../tutor/model/fake.rs"]
mod model;
mod models;
mod pictures;
mod real_model;
mod remembering;
mod start;
mod support;
