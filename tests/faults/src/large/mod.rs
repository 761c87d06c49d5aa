//! A large profile, and how long the storage takes with it: the start, a backup beside somebody who writes,
//! and a restore.
//!
//! Times are of one run on one machine and mean little by themselves; what counts is a promise held, and ratios
//! within the run.

mod build;
mod measure;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use parlance_storage::data_dir::DATABASE_FILE;
use rusqlite::Connection;

pub use build::build;
pub use measure::{
    BackupFigures, Measured, backup_beside_a_writer, restore, starts, starts_after_a_death,
};

/// The part of the runs that must keep a promise.
const MOST: f64 = 0.99;
/// What the learner waits for at the start, at most, with so many messages.
const START: (Duration, u64) = (Duration::from_millis(300), 1_000_000);
/// How much longer a message may take while a backup is made.
const BESIDE_A_BACKUP: f64 = 2.5;
/// A restore takes at most so long for so many bytes of database; more of them in proportion.
const RESTORE: (Duration, u64) = (Duration::from_secs(5), 200_000_000);

/// What was measured of a profile.
#[derive(Clone, Debug)]
pub struct LargeFigures {
    /// How many messages there were.
    pub messages: u64,
    /// The size of the database.
    pub bytes: u64,
    /// The start after an orderly end.
    pub start: Measured,
    /// The start after a killed process.
    pub start_after_a_death: Measured,
    /// A backup, and who writes beside it.
    pub backup: BackupFigures,
    /// How long the backup's restore took.
    pub restore: Duration,
}

impl LargeFigures {
    /// Measures everything. Restores the backup that it makes, so the messages sent meanwhile are gone.
    ///
    /// # Errors
    /// What the storage says, and the system.
    pub fn measure(data_dir: &Path) -> Result<Self> {
        let file = data_dir.join(DATABASE_FILE);
        let messages: i64 =
            Connection::open(&file)?
                .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))?;
        let bytes = file.metadata()?.len();
        let start = starts(data_dir, 11)?;
        let start_after_a_death = starts_after_a_death(data_dir, 11)?;
        let backup = backup_beside_a_writer(data_dir)?;
        let restore = restore(data_dir, &backup.name)?;
        Ok(Self {
            messages: messages.cast_unsigned(),
            bytes,
            start,
            start_after_a_death,
            backup,
            restore,
        })
    }

    /// A table in Markdown.
    ///
    /// # Errors
    /// None in fact: a string takes all that is written to it.
    pub fn table(&self) -> Result<String> {
        let mut table = format!(
            "| {} messages, {} MB | times | median | 99 of 100 | at most |\n|---|---|---|---|---|\n",
            self.messages,
            self.bytes / 1_000_000
        );
        let start = self
            .start_promised()
            .map_or_else(String::new, |most| format!("{} ms", most.as_millis()));
        for (measured, most) in [
            (&self.start, start.as_str()),
            (&self.start_after_a_death, &start),
            (&self.backup.idle, ""),
            (
                &self.backup.during,
                &format!("{BESIDE_A_BACKUP} times idle"),
            ),
        ] {
            let ms = |part| measured.quantile(part).as_secs_f64() * 1000.0;
            writeln!(
                table,
                "| {} | {} | {:.1} ms | {:.1} ms | {most} |",
                measured.what,
                measured.times.len(),
                ms(0.5),
                ms(MOST)
            )?;
        }
        writeln!(
            table,
            "| a backup of {} MB, beside those | 1 | {:.1} s | | |",
            self.backup.bytes / 1_000_000,
            self.backup.took.as_secs_f64()
        )?;
        writeln!(
            table,
            "| its restore, full-text tables made anew | 1 | {:.1} s | | {:.1} s |",
            self.restore.as_secs_f64(),
            self.restore_promised().as_secs_f64()
        )?;
        Ok(table)
    }

    /// The promises that these figures break, each in words.
    #[must_use]
    pub fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut check = |what: &str, took: Duration, most: Duration| {
            if took > most {
                broken.push(format!("{what}: {took:.1?}, promised are {most:.1?}"));
            }
        };
        for measured in [&self.start, &self.start_after_a_death] {
            if let Some(most) = self.start_promised() {
                check(measured.what, measured.quantile(MOST), most);
            }
        }
        let BackupFigures { idle, during, .. } = &self.backup;
        check(
            during.what,
            during.quantile(MOST),
            idle.quantile(MOST).mul_f64(BESIDE_A_BACKUP),
        );
        check("a restore", self.restore, self.restore_promised());
        broken
    }

    /// Nothing is promised of a profile that is larger yet.
    fn start_promised(&self) -> Option<Duration> {
        (self.messages <= START.1).then_some(START.0)
    }

    fn restore_promised(&self) -> Duration {
        let (most, bytes) = RESTORE;
        #[allow(clippy::cast_precision_loss)]
        let times = self.bytes as f64 / bytes as f64;
        most.mul_f64(times.max(1.0))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::{BackupFigures, LargeFigures, Measured};

    fn ms(times: &[u64]) -> Measured {
        Measured {
            what: "something",
            times: times.iter().copied().map(Duration::from_millis).collect(),
        }
    }

    /// Each figure exactly as promised.
    pub(crate) fn just_kept() -> LargeFigures {
        LargeFigures {
            messages: 1_000_000,
            bytes: 2_000_000_000,
            start: ms(&[3, 300, 4]),
            start_after_a_death: ms(&[300, 5]),
            backup: BackupFigures {
                idle: ms(&[1, 10]),
                during: ms(&[25, 2]),
                took: Duration::from_secs(600),
                bytes: 400_000_000,
                name: String::new(),
            },
            restore: Duration::from_secs(50),
        }
    }

    fn broken(change: impl FnOnce(&mut LargeFigures)) -> usize {
        let mut figures = just_kept();
        change(&mut figures);
        figures.broken_promises().len()
    }

    #[test]
    fn each_promise_is_kept_to_the_last_and_broken_one_millisecond_later() {
        let late = Duration::from_millis(1);
        assert_eq!(just_kept().broken_promises(), [""; 0]);
        assert_eq!(broken(|f| f.start.times[1] += late), 1);
        assert_eq!(broken(|f| f.start_after_a_death.times[0] += late), 1);
        assert_eq!(broken(|f| f.backup.during.times[0] += late), 1);
        assert_eq!(broken(|f| f.restore += late), 1);
    }

    #[test]
    fn a_restore_is_promised_by_size_and_a_start_only_up_to_a_million() {
        let small = |restore| {
            broken(|f| {
                f.bytes = 1_000_000;
                f.restore = Duration::from_millis(restore);
            })
        };
        assert_eq!((small(5_000), small(5_001)), (0, 1));
        let slow = |messages| {
            broken(|f| {
                f.messages = messages;
                f.start = ms(&[301]);
            })
        };
        assert_eq!((slow(1_000_000), slow(1_000_001)), (1, 0));
    }
}
