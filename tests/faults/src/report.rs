//! What a suite has to tell.

use std::time::{Duration, Instant};

/// The figures of a suite that found nothing wrong.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What was done how often.
    pub counts: Vec<(&'static str, u64)>,
    /// From which all chance came.
    pub seed: u64,
    /// How long it took.
    pub took: Duration,
}

impl Figures {
    /// Of a suite that began at `start`.
    #[must_use]
    pub fn new(start: Instant, seed: u64, counts: Vec<(&'static str, u64)>) -> Self {
        Self {
            counts,
            seed,
            took: start.elapsed(),
        }
    }
}
