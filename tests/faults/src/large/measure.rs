//! The single measurements.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parlance_storage::backup::{self, BackupReason, NewBackup};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::{
    Clock, ConversationId, Database, InputMethod, OpenOptions, SystemClock, UserId, Watch, user,
};

use super::build::text;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What was done, in words.
    pub what: &'static str,
    /// The single times, in the order of measuring.
    pub times: Vec<Duration>,
}

impl Measured {
    /// The time that this part of the runs did not exceed.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Duration {
        let mut sorted = self.times.clone();
        sorted.sort();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let place =
            ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
        sorted.get(place).copied().unwrap_or_default()
    }
}

/// From the call of `Database::open` to the first page of conversations: what the learner waits for.
pub fn starts(data_dir: &Path, times: usize) -> Result<Measured> {
    let mut measured = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let database = open_to_first_page(data_dir)?;
        measured.push(start.elapsed());
        database.close()?;
    }
    Ok(Measured {
        what: "start after an orderly end",
        times: measured,
    })
}

/// Like [`starts`], each after a process that died with its last words in the log.
pub fn starts_after_a_death(data_dir: &Path, times: usize) -> Result<Measured> {
    let mut measured = Vec::new();
    for _ in 0..times {
        let aside = tempfile::tempdir()?;
        let log = aside.path().join("log");
        let database = Database::open(data_dir, OpenOptions::new("large"))?;
        let mut turn = Turn::begin(&database)?;
        for _ in 0..50 {
            turn.send(&database)?;
        }
        std::fs::copy(data_dir.join("parlance.db-wal"), &log)?;
        database.close()?;
        // Putting the folded log back is the state after a kill: its frames are replayed.
        std::fs::copy(&log, data_dir.join("parlance.db-wal"))?;
        let start = Instant::now();
        let database = open_to_first_page(data_dir)?;
        measured.push(start.elapsed());
        database.close()?;
    }
    Ok(Measured {
        what: "start after a killed process",
        times: measured,
    })
}

fn open_to_first_page(data_dir: &Path) -> Result<Database> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let page = database.read_blocking(|tx| {
        let user = user::find_first(tx)?.map(|user| user.id);
        user.map(|user| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 50)
        })
        .transpose()
    })?;
    let page = page.context("there is a profile")?;
    ensure!(page.items.len() == 50, "the first page is full");
    Ok(database)
}

/// Sends messages, one conversation after the other.
struct Turn {
    user: UserId,
    conversation: ConversationId,
}

impl Turn {
    fn begin(database: &Database) -> Result<Self> {
        let now = database.now();
        let (user, conversation) = database.write_blocking(move |tx| {
            let user_id = user::ensure_first(tx, now)?.id;
            let new = NewConversation {
                user_id,
                template_id: None,
                title: None,
                level: None,
                topic: None,
            };
            Ok((user_id, conversation::insert(tx, new, now)?.id))
        })?;
        Ok(Self { user, conversation })
    }

    fn send(&mut self, database: &Database) -> Result<()> {
        let (user, conversation, now) = (self.user, self.conversation, database.now());
        let new = NewMessage {
            content: text(u64::try_from(now.as_millis())?).concat(),
            input_method: InputMethod::Text,
        };
        database.write_blocking(move |tx| message::send(tx, user, conversation, new, now))?;
        Ok(())
    }
}

/// What a backup costs, and what it costs somebody who writes meanwhile.
#[derive(Clone, Debug)]
pub struct BackupFigures {
    /// Sending a message while nothing else happens.
    pub idle: Measured,
    /// Sending a message while the backup is made.
    pub during: Measured,
    /// How long the backup took.
    pub took: Duration,
    /// Its size on the disk.
    pub bytes: u64,
    /// Its name.
    pub name: String,
}

/// Makes a backup while somebody sends a message every few milliseconds, and compares with an idle time.
pub fn backup_beside_a_writer(data_dir: &Path) -> Result<BackupFigures> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let mut turn = Turn::begin(&database)?;
    let mut send = |times: &mut Vec<Duration>| -> Result<()> {
        let start = Instant::now();
        turn.send(&database)?;
        times.push(start.elapsed());
        std::thread::sleep(Duration::from_millis(10));
        Ok(())
    };
    let (mut idle, mut during) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        send(&mut idle)?;
    }
    let is_done = AtomicBool::new(false);
    let (made, took) = std::thread::scope(|scope| {
        let making = scope.spawn(|| {
            let start = Instant::now();
            let new = NewBackup {
                reason: BackupReason::Manual,
                app_version: "large".into(),
                now: SystemClock.now(),
            };
            let made = backup::create(data_dir, &new, &Watch::nobody());
            is_done.store(true, Ordering::Relaxed);
            (made, start.elapsed())
        });
        while !is_done.load(Ordering::Relaxed) {
            send(&mut during)?;
        }
        anyhow::Ok(
            making
                .join()
                .map_err(|_| anyhow::anyhow!("the backup panicked"))?,
        )
    })?;
    let made = made?;
    database.close()?;
    Ok(BackupFigures {
        idle: Measured {
            what: "send a message, idle",
            times: idle,
        },
        during: Measured {
            what: "send a message, during a backup",
            times: during,
        },
        took,
        bytes: made.bytes,
        name: made.name,
    })
}

/// Restores this backup, and gives how long that took.
pub fn restore(data_dir: &Path, name: &str) -> Result<Duration> {
    let start = Instant::now();
    backup::restore(data_dir, name, SystemClock.now(), &Watch::nobody())?;
    Ok(start.elapsed())
}
