//! In the middle of a restore, and of a backup: between two states of one profile, each of them whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parlance_storage::backup::{self, BackupReason, NewBackup};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::{Clock, Database, InputMethod, SystemClock, Watch, user};
use rand::Rng;
use rand::rngs::StdRng;
use tempfile::TempDir;

use super::{DONE, Moment, Scenario, up_to};
use crate::examine::{APP_VERSION, open, verify_whole};
use crate::facts;
use crate::image::Image;

/// Messages of each of the two states: enough that there is a middle to be met.
const MESSAGES: u32 = 300;

type Facts = BTreeMap<String, String>;

/// Makes a backup of what is in the directory now, as the child and the scenarios do.
///
/// # Errors
/// What the storage says.
pub fn back_up(data_dir: &Path) -> Result<String> {
    let new = NewBackup {
        reason: BackupReason::Manual,
        app_version: APP_VERSION.into(),
        now: SystemClock.now(),
    };
    Ok(backup::create(data_dir, &new, &Watch::nobody())?.name)
}

/// A profile that has moved on since its backup.
#[derive(Debug)]
struct Profile {
    folder: TempDir,
    /// The database with its log, without the directories beside it.
    moved_on: Image,
    /// What the backup holds, and what the database holds.
    before: Facts,
    after: Facts,
    backup: String,
}

impl Profile {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let db = open(folder.path())?;
        say(&db, "before")?;
        let before = facts::found(&db)?;
        let backup = back_up(folder.path())?;
        // Closed and opened again, so that the log holds what came after, and not everything: beside another
        // database it would then make neither of the two.
        db.close()?;
        let db = open(folder.path())?;
        say(&db, "after")?;
        let after = facts::found(&db)?;
        // Without closing it: the last words are in the log.
        let moved_on = Image::read(folder.path())?;
        db.close()?;
        Ok(Self {
            folder,
            moved_on,
            before,
            after,
            backup,
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// As it was when it had moved on, without what earlier rounds have left.
    fn begin_again(&self) -> Result<()> {
        for place in [".", "replaced", "backups"] {
            let place = self.path().join(place);
            let entries = match std::fs::read_dir(&place) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            for entry in entries {
                let entry = entry?;
                let is_wanted = entry.file_name().to_str() == Some(&self.backup);
                if entry.file_type()?.is_file() && !is_wanted {
                    std::fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(self.moved_on.write(self.path())?)
    }
}

fn say(db: &Database, what: &str) -> Result<()> {
    let now = db.now();
    let what = what.to_owned();
    db.write_blocking(move |tx| {
        let user_id = user::ensure_first(tx, now)?.id;
        let new = NewConversation {
            user_id,
            template_id: None,
            title: Some(format!("Chuyện {what}")),
            level: None,
            topic: Some(what.clone()),
        };
        let conversation = conversation::insert(tx, new, now)?.id;
        for number in 0..MESSAGES {
            let new = NewMessage {
                content: format!("{what} {number}: Ça va ? 我很好。 {}", "word ".repeat(40)),
                input_method: InputMethod::Text,
            };
            message::send(tx, user_id, conversation, new, now)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A restore is killed: the profile is in the one state or in the other, and the other can be had.
#[derive(Debug)]
pub struct Restore {
    profile: Profile,
    takes: Duration,
    promised: u64,
}

impl Restore {
    /// Makes the profile, and restores it once to see how long that takes.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn new() -> Result<Self> {
        let profile = Profile::new()?;
        let start = Instant::now();
        backup::restore(
            profile.path(),
            &profile.backup,
            SystemClock.now(),
            &Watch::nobody(),
        )?;
        Ok(Self {
            takes: start.elapsed(),
            profile,
            promised: 0,
        })
    }
}

impl Scenario for Restore {
    fn prepare(&mut self, _: u32, _: &mut StdRng) -> Result<Vec<String>> {
        self.profile.begin_again()?;
        let data_dir = self.profile.path().to_str().context("a strange path")?;
        Ok(vec![
            "restore".into(),
            data_dir.into(),
            self.profile.backup.clone(),
        ])
    }

    fn moment(&self, random: &mut StdRng) -> Moment {
        // The files change places in the last moments; every other kill aims there.
        let first = if random.random() { 0.8 } else { 0.0 };
        Moment {
            lines: 0,
            pause: self.takes.mul_f64(random.random_range(first..1.1)),
        }
    }

    fn check(&mut self, lines: &[String]) -> Result<()> {
        let data_dir = self.profile.path();
        let db = open(data_dir)?;
        let found = facts::found(&db)?;
        db.close()?;
        verify_whole(data_dir)?;
        let is_done = lines.iter().any(|line| line == DONE);
        if found == self.profile.after && !is_done {
            // Not yet: then it can still be done.
            backup::restore(
                data_dir,
                &self.profile.backup,
                SystemClock.now(),
                &Watch::nobody(),
            )?;
        } else {
            ensure!(
                found == self.profile.before,
                "the profile is in neither of the two states"
            );
        }
        // However it went, what was replaced is kept, and can be had back.
        let copy = backup::list(data_dir)?
            .into_iter()
            .find(|one| one.reason == BackupReason::Replaced)
            .context("nothing was kept of what was replaced")?;
        backup::restore(data_dir, &copy.name, SystemClock.now(), &Watch::nobody())?;
        let db = open(data_dir)?;
        ensure!(
            facts::found(&db)? == self.profile.after,
            "what was replaced is not kept as it was"
        );
        db.close()?;
        self.promised += (self.profile.before.len() + self.profile.after.len()) as u64;
        Ok(())
    }

    fn promised(&self) -> u64 {
        self.promised
    }
}

/// A backup is killed: the profile and the backup before it are as they were, and nothing half-made counts.
#[derive(Debug)]
pub struct Backup {
    profile: Profile,
    takes: Duration,
    promised: u64,
}

impl Backup {
    /// Makes the profile, and a backup of it to see how long that takes.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn new() -> Result<Self> {
        let profile = Profile::new()?;
        let start = Instant::now();
        back_up(profile.path())?;
        Ok(Self {
            takes: start.elapsed(),
            profile,
            promised: 0,
        })
    }
}

impl Scenario for Backup {
    fn prepare(&mut self, _: u32, _: &mut StdRng) -> Result<Vec<String>> {
        self.profile.begin_again()?;
        let data_dir = self.profile.path().to_str().context("a strange path")?;
        Ok(vec!["backup".into(), data_dir.into()])
    }

    fn moment(&self, random: &mut StdRng) -> Moment {
        Moment {
            lines: 0,
            pause: up_to(self.takes.mul_f64(1.1), random),
        }
    }

    fn check(&mut self, _: &[String]) -> Result<()> {
        let data_dir = self.profile.path();
        let db = open(data_dir)?;
        ensure!(
            facts::found(&db)? == self.profile.after,
            "the profile is not as it was"
        );
        db.close()?;
        verify_whole(data_dir)?;
        let listed = backup::list(data_dir)?;
        ensure!(
            listed.iter().any(|one| one.name == self.profile.backup),
            "the backup from before is gone"
        );
        for one in &listed {
            ensure!(one.is_usable(), "a half-made backup is listed: {one:?}");
        }
        // The start has swept what the dead process left.
        let left = std::fs::read_dir(data_dir.join("backups"))?.count();
        ensure!(
            left == listed.len(),
            "{left} files for {} backups",
            listed.len()
        );
        let newest = &listed[0].name;
        backup::restore(data_dir, newest, SystemClock.now(), &Watch::nobody())?;
        let db = open(data_dir)?;
        let found = facts::found(&db)?;
        db.close()?;
        ensure!(
            found == self.profile.before || found == self.profile.after,
            "a backup holds neither of the two states"
        );
        self.promised += found.len() as u64;
        Ok(())
    }

    fn promised(&self) -> u64 {
        self.promised
    }
}
