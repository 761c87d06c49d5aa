//! Tests of the lexicon: which level words have.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod levels;
mod lists;
