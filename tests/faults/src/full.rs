//! The full figures: every suite, at the scale that was promised.

use std::time::Instant;

use anyhow::{Context, Result, anyhow};

use crate::calls::{self, TROUBLES};
use crate::damage::{self, Programs};
use crate::kills::{self, Backup, Migration, MixedWork, Restore};
use crate::power;
use crate::report::Figures;
use crate::{fixtures, full_disk, history, model};

/// Of the full figures. The tests have seeds of their own.
const SEED: u64 = 20_240_229;
/// Work at the same time.
const THREADS: u32 = 2;

/// A suite at full scale.
pub struct Suite {
    /// As the report calls it.
    pub title: &'static str,
    /// What it does and what must hold.
    pub shows: &'static str,
    /// What was broken on purpose, by hand, and seen to fail. No run does this again.
    pub caught: &'static [&'static str],
    run: fn(&Programs) -> Result<Figures>,
}

/// A suite that has run.
pub struct Outcome {
    /// Which.
    pub suite: Suite,
    /// Its figures, or what is wrong.
    pub result: Result<Figures>,
}

impl Suite {
    /// Runs it.
    #[must_use]
    pub fn run(self, programs: &Programs) -> Outcome {
        let result = (self.run)(programs);
        Outcome {
            suite: self,
            result,
        }
    }
}

/// Every suite, in the order of the report.
#[must_use]
pub fn suites() -> Vec<Suite> {
    vec![
        Suite {
            title: "power cuts in mixed work",
            shows: "A first start and mixed work, recorded call by call; the power is cut after every I/O operation, \
                and the disk found in sixteen states: all that was not synced is there, nothing of it, either half, \
                odd or even sectors, a torn last write, sizes without bytes, and eight mixes by chance of sectors \
                of 512 and 4,096 bytes. Each opens, holds every acknowledged write, and is whole.",
            caught: &[
                "`synchronous = NORMAL` in place of `FULL`: acknowledged writes are lost",
                "the first page written in place: a start that is cut off leaves a file that no later start \
                 takes",
                "the writer acknowledges before COMMIT: an acknowledged conversation is gone",
            ],
            run: |_| {
                let scale = power::Scale {
                    steps: 100,
                    stride: 1,
                    threads: THREADS as usize,
                };
                power::mixed_work(scale, SEED)
            },
        },
        Suite {
            title: "power cuts in migrations",
            shows: "The same while a database with rows in every table is brought from each earlier schema to the \
                newest: at every operation from a released schema, at every tenth from the steps between. It is found \
                entirely at the old or entirely at the new one, with all rows, and migrates.",
            caught: &[
                "each migration in a transaction of its own: a schema is found that is neither the old nor the new one",
            ],
            run: |_| {
                each_version(1, |version| {
                    let scale = power::Scale {
                        steps: 0,
                        stride: every(version),
                        threads: THREADS as usize,
                    };
                    power::migration(version, scale, SEED)
                })
            },
        },
        Suite {
            title: "failing calls in mixed work",
            shows: "The n-th I/O call of a start, mixed work and a close fails, for every n: changes fail, changes \
                find the disk full, or reads fail; once, until the disk is well again, or for ever. The error is \
                called what it is, work goes on once the disk is well, nothing acknowledged is lost.",
            caught: &[
                "the writer goes on with a connection on which SQLite gave a transaction up: after one failed read the \
                 full-text index counts its texts wrongly",
                "a log's index that finds no room is called an unknown disk error",
                "the writer acknowledges before COMMIT: what was acknowledged is not there",
            ],
            run: |_| {
                let scale = calls::Scale {
                    steps: 12,
                    stride: 1,
                    troubles: TROUBLES,
                };
                calls::mixed_work(scale, SEED)
            },
        },
        Suite {
            title: "failing calls in migrations",
            shows: "The same while migrating from each earlier schema, its backup included: at every call from a \
                released schema, at every tenth from the steps between. Entirely done or not at all, no row lost.",
            caught: &[
                "each migration in a transaction of its own: a schema is found that is neither the old nor the new one",
            ],
            run: |_| {
                each_version(THREADS, |version| {
                    let scale = calls::Scale {
                        steps: 0,
                        stride: every(version) as u64,
                        troubles: TROUBLES,
                    };
                    calls::migration(version, scale)
                })
            },
        },
        Suite {
            title: "kills in mixed work",
            shows: "A process with three working threads is killed at a moment of chance, every fourth time in its \
                start; the next one begins with what is left, and with a clock that is wrong by years. All that it had \
                said was acknowledged is there, and ids grow all the same.",
            caught: &[
                "the writer acknowledges before COMMIT: an acknowledged message is gone",
                "ids do not begin above the largest one stored: after a clock that was put right they do not grow",
            ],
            run: |programs| kills::run(MixedWork::new, &kill_scale(programs, 1000), SEED),
        },
        Suite {
            title: "kills in migrations",
            shows: "A process is killed between the begin and the end of a migration, from each earlier schema in \
                turn. The database is entirely at the old or the new one, with all rows, and migrates.",
            caught: &[
                "each migration in a transaction of its own: a schema is found that is neither the old nor the new one",
                "a migration that takes one tag away: the row is missed",
            ],
            run: |programs| kills::run(Migration::new, &kill_scale(programs, 1000), SEED),
        },
        Suite {
            title: "kills in restores",
            shows: "A process is killed between the begin and the end of a restore. The profile is in the state of the \
                backup or as it was, whole; what was not done can be done again; what was replaced is kept, with the \
                words that were only in its log, and can be had back.",
            caught: &[
                "the old log left in its place: it is replayed into the restored database",
                "no intent written before the files are moved: a profile without a database is found",
            ],
            run: |programs| kills::run(Restore::new, &kill_scale(programs, 300), SEED),
        },
        Suite {
            title: "kills in backups",
            shows: "A process is killed while it makes a backup. The profile and the backups before it are as they \
                were, nothing half-made is listed, and the next start sweeps what is left.",
            caught: &["a backup that gets its name before it is whole: it is listed, and damaged"],
            run: |programs| kills::run(Backup::new, &kill_scale(programs, 300), SEED),
        },
        Suite {
            title: "full disks",
            shows: "Small disks, simulated, are filled by messages; the log is full at its n-th write; the database \
                is full when the log is to be folded in; the app starts on a full disk. A write is refused as \
                `disk_full`, reading goes on, and once there is room the same write succeeds.",
            caught: &[
                "a full disk is not told from other errors",
                "the writer acknowledges before COMMIT",
            ],
            run: |_| full_disk::simulated(),
        },
        Suite {
            title: "real full disks",
            shows: "The same on real file systems of 3, 5 and 12 MB (`unshare -rm`, tmpfs), closed and opened full.",
            caught: &["a full disk is not told from other errors"],
            run: |programs| full_disk::real(&programs.child),
        },
        Suite {
            title: "damage",
            shows: "A database of some hundred rows is cut, zeroed, emptied, taken away, damaged in its header, its \
                pages, its indexes, its full-text tables and in one bit, replaced by other files, left without its \
                log or with another's, renamed under the app, and put on a disk that only reads. It is refused \
                and left as it was to the byte, or noticed; nothing panics, nothing makes an empty database over \
                it, the tool says it in one sentence, and no message tells anybody to delete anything. \
                What of this does not hold yet is listed at the end.",
            caught: &[
                "whatever is found at the first look is opened all the same",
                "a log beside a missing or empty database is taken for no log",
            ],
            run: damage::run,
        },
        Suite {
            title: "migration matrix",
            shows: "Each earlier schema, with rows in every table, and each released fixture comes to the newest \
                schema with all its rows.",
            caught: &["a migration that takes one tag away: the row is missed"],
            run: |_| fixtures::run(),
        },
        Suite {
            title: "the model",
            shows: "Lists of happenings by chance (proptest): conversations, messages, replies, settings, restarts, \
                deaths and jumps of the clock by years, back and ahead. The order by sequence, growing ids, counters, \
                events and words are at every restart what a simple model says.",
            caught: &["a counter that counts only every other message"],
            run: |_| model::run(600, 120, SEED),
        },
    ]
}

/// Every how many operations something goes wrong in a migration from this schema: at every one from a schema that
/// was released, at every tenth from those that were steps on the way to one.
fn every(version: u32) -> usize {
    if fixtures::is_released(version) {
        1
    } else {
        10
    }
}

fn kill_scale(programs: &Programs, kills: u32) -> kills::Scale {
    kills::Scale {
        kills,
        threads: THREADS,
        child: programs.child.clone(),
    }
}

/// Runs something from each earlier schema, in so many threads, and puts the figures together.
fn each_version(threads: u32, run: impl Fn(u32) -> Result<Figures> + Sync) -> Result<Figures> {
    let start = Instant::now();
    let results: Vec<Result<Vec<Figures>>> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let run = &run;
                scope.spawn(move || {
                    (1..history::newest())
                        .filter(|version| version % threads == part)
                        .map(|version| run(version).with_context(|| format!("schema {version}")))
                        .collect()
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|_| Err(anyhow!("a panic"))))
            .collect()
    });
    let mut runs = Vec::new();
    for result in results {
        runs.extend(result?);
    }
    Ok(Figures::sum(start, &runs))
}
