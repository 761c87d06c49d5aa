//! In the middle of mixed work by several threads, or of the start before it.

use std::time::Duration;

use anyhow::{Context, Result};
use rand::Rng;
use rand::rngs::StdRng;
use tempfile::TempDir;

use super::{BEGUN, Moment, Scenario, up_to};
use crate::examine::examine;
use crate::facts::CHUNK;
use crate::ledger::Ledger;

/// So many children work on one database, one after the other, each beginning with what the last one left.
const ROUNDS_PER_DATABASE: u32 = 8;

/// See the module.
#[derive(Debug)]
pub struct MixedWork {
    folder: TempDir,
    ledger: Ledger,
    promised: u64,
}

impl MixedWork {
    /// Begins with an empty directory.
    ///
    /// # Errors
    /// The system's own.
    pub fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            ledger: Ledger::default(),
            promised: 0,
        })
    }
}

impl Scenario for MixedWork {
    fn prepare(&mut self, round: u32, random: &mut StdRng) -> Result<Vec<String>> {
        if round.is_multiple_of(ROUNDS_PER_DATABASE) {
            *self = Self {
                promised: self.promised,
                ..Self::new()?
            };
        }
        let data_dir = self.folder.path().to_str().context("a strange path")?;
        Ok(vec![
            "work".into(),
            data_dir.into(),
            format!("r{round}w"),
            random.random_range(0..u64::from(u32::MAX)).to_string(),
            // Clocks are wrong now and then, and put right again.
            random.random_range(-2000..20_000).to_string(),
        ])
    }

    fn moment(&self, random: &mut StdRng) -> Moment {
        // Every fourth in the start: making the database, or recovering the one of before.
        if random.random_range(0..4) == 0 {
            return Moment {
                lines: 0,
                pause: up_to(Duration::from_millis(20), random),
            };
        }
        Moment {
            lines: random.random_range(1..400),
            pause: up_to(Duration::from_millis(3), random),
        }
    }

    fn check(&mut self, lines: &[String]) -> Result<()> {
        let before = self.ledger.acknowledged();
        for line in lines.iter().filter(|line| *line != BEGUN) {
            self.ledger
                .note(serde_json::from_str(line).with_context(|| line.clone())?);
        }
        self.promised += (self.ledger.acknowledged() - before) as u64;
        let found = examine(self.folder.path(), &self.ledger)?;
        // The next start gives up the leases of the dead.
        self.ledger.settle(&found, |name, value| {
            name.starts_with(CHUNK) && value.starts_with("processing")
        });
        Ok(())
    }

    fn promised(&self) -> u64 {
        self.promised
    }
}
