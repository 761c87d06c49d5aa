//! The storage layer, from the outside: one file per entity and one per promise.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub
)]

mod support;

mod messages;
