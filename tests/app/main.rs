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
mod lived_in;
mod living;
mod pictures;
mod start;
mod support;
