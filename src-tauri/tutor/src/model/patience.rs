//! How long a server is waited for, and how often it is asked again.

use std::time::Duration;

/// Time limits and retries. The defaults are for people; tests use milliseconds.
///
/// Only time spent waiting for the server counts, not what the reader of a stream takes for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, with the look-up of the name and TLS. 5 s.
    pub connect: Duration,
    /// For a short answer, such as the list of models, from the question to its last byte. 10 s.
    pub answer: Duration,
    /// From the question to the first word or thought, retries and their waits included. 120 s, since a
    /// server may first have to read gigabytes of a model.
    pub first_word: Duration,
    /// From one word or thought to the next. What keeps only the connection alive does not count. 30 s.
    pub next_word: Duration,
    /// For a whole reply. 10 minutes.
    pub whole: Duration,
    /// For what may come after the last word: the number of tokens. Its absence is no error. 2 s.
    pub epilogue: Duration,
    /// How often a question is asked in all if the connection fails. 3.
    pub tries: u32,
    /// How often it is asked in all if the server says that it is busy or loading. 6.
    pub tries_when_busy: u32,
    /// The wait before the second try, doubled for each further one, and shortened by up to half by chance, so
    /// that several programs do not come back in step. 500 ms.
    pub back_off: Duration,
    /// No wait is longer, and a server that asks for a longer one (`Retry-After`) is not asked again. 20 s.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            first_word: Duration::from_secs(120),
            next_word: Duration::from_secs(30),
            whole: Duration::from_secs(600),
            epilogue: Duration::from_secs(2),
            tries: 3,
            tries_when_busy: 6,
            back_off: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
        }
    }
}

impl Patience {
    /// The wait after a number of failed tries, at least 1. `chance` is between 0 and 1.
    pub(super) fn back_off_after(&self, failed: u32, chance: f64) -> Duration {
        let doubled = self.back_off.saturating_mul(
            1_u32
                .checked_shl(failed.saturating_sub(1))
                .unwrap_or(u32::MAX),
        );
        doubled
            .min(self.longest_wait)
            .mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_the_longest_and_chance_takes_half_at_most() {
        let patience = Patience::default();
        let waits: Vec<_> = (1..=8)
            .map(|failed| patience.back_off_after(failed, 0.0).as_millis())
            .collect();
        assert_eq!(
            waits,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
        );
        assert_eq!(patience.back_off_after(1, 1.0).as_millis(), 250);
        assert_eq!(patience.back_off_after(u32::MAX, 0.0).as_secs(), 20);
    }
}
