//! A full disk: what was acknowledged stays, reading goes on, and once there is room the same write succeeds.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::{ConversationId, Database, Error, InputMethod, UserId, user};

use crate::examine::{examine, open};
use crate::facts;
use crate::history;
use crate::ledger::{Fact, Ledger, Note};
use crate::report::Figures;
use crate::vfs::{Kind, Lasts, Plan, Syncing, Trouble, Watched};

/// More messages than any of the small disks takes.
const MORE_THAN_FIT: u32 = 20_000;

/// Somebody who writes until the disk is full.
struct Writer<'a> {
    db: &'a Database,
    user: UserId,
    conversation: ConversationId,
    ledger: Ledger,
    sent: u32,
}

impl<'a> Writer<'a> {
    fn new(db: &'a Database) -> Result<Self> {
        let now = db.now();
        let user = db.write_blocking(move |tx| user::ensure_first(tx, now))?.id;
        let new = NewConversation {
            user_id: user,
            template_id: None,
            title: None,
            level: None,
            topic: Some("full".into()),
        };
        let conversation = db.write_blocking(move |tx| conversation::insert(tx, new, now))?;
        let mut ledger = Ledger::default();
        ledger.note(Note::Kept(vec![facts::conversation("full", None)]));
        Ok(Self {
            db,
            user,
            conversation: conversation.id,
            ledger,
            sent: 0,
        })
    }

    fn next(&self) -> (Fact, String) {
        let mark = format!("m{}", self.sent);
        let text = "Ça va ? 我想练习口语。 ".repeat(1 + self.sent as usize % 40);
        let content = format!("{mark} {text}");
        (facts::sent(&mark, &content), content)
    }

    /// Sends the next message; after an error, the same one is the next again.
    fn send(&mut self) -> Result<(), Error> {
        let (fact, content) = self.next();
        self.ledger.note(Note::Intended(vec![fact.clone()]));
        let (user, conversation, now) = (self.user, self.conversation, self.db.now());
        let new = NewMessage {
            content,
            input_method: InputMethod::Text,
        };
        self.db
            .write_blocking(move |tx| message::send(tx, user, conversation, new, now))?;
        self.ledger.note(Note::Kept(vec![fact]));
        self.sent += 1;
        Ok(())
    }

    /// Sends until a message does not fit any more.
    fn fill(&mut self) -> Result<()> {
        for _ in 0..MORE_THAN_FIT {
            if let Err(error) = self.send() {
                return check_disk_full(&error);
            }
        }
        bail!("{MORE_THAN_FIT} messages fit on the small disk")
    }

    /// What can be read now, in this process, is what was promised.
    fn read(&self) -> Result<()> {
        let found = facts::found(self.db).context("reading on a full disk")?;
        self.ledger.check(&found, facts::TOLD)
    }
}

fn check_disk_full(error: &Error) -> Result<()> {
    ensure!(
        error.code() == "disk_full",
        "a full disk is called {}: {error}",
        error.code()
    );
    Ok(())
}

/// Fills simulated disks of several sizes, and runs full at the commit and at the checkpoint.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn simulated() -> Result<Figures> {
    let start = Instant::now();
    let mut promised = 0;
    // In bytes beyond what is there at first: hardly a page, a few pages, past a checkpoint.
    let sizes = [1, 5_000, 50_000, 400_000, 6_000_000];
    for more in sizes {
        promised += fill_up(more).with_context(|| format!("a disk with {more} bytes left"))?;
    }
    for at in 1..=25 {
        promised += full_at(Kind::Log, at).with_context(|| format!("full at commit, {at}"))?;
    }
    promised += full_at_checkpoint().context("full at the checkpoint")?;
    for more in [0, 5_000, 40_000, 100_000, 200_000] {
        open_when_full(more).with_context(|| format!("opened with {more} bytes left"))?;
    }
    Ok(Figures::new(
        start,
        0,
        vec![
            ("full disks", (sizes.len() + 25 + 1 + 5) as u64),
            ("things promised and all found", promised),
        ],
    ))
}

fn size_of(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

fn fill_up(more: u64) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let disk = Watched::new(folder.path(), Syncing::Pretended)?;
    let db = open(folder.path())?;
    let mut writer = Writer::new(&db)?;
    disk.limit(folder.path(), Some(size_of(folder.path())? + more))?;
    writer.fill()?;
    writer.read()?;
    // Still full, and said again.
    check_disk_full(&writer.send().err().context("a second write fits")?)?;
    disk.limit(folder.path(), None)?;
    writer.send().context("the same write, with room for it")?;
    writer.read()?;
    db.close()?;
    let ledger = writer.ledger;
    examine(folder.path(), &ledger)?;
    Ok(ledger.acknowledged() as u64)
}

/// The n-th write to this file and all after it find the disk full.
fn full_at(kind: Kind, at: u64) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let disk = Watched::new(folder.path(), Syncing::Pretended)?;
    let db = open(folder.path())?;
    let mut writer = Writer::new(&db)?;
    disk.plan(full_plan(kind, at));
    writer.fill()?;
    writer.read()?;
    disk.heal();
    writer.send().context("the same write, with room for it")?;
    db.close()?;
    let ledger = writer.ledger;
    examine(folder.path(), &ledger)?;
    Ok(ledger.acknowledged() as u64)
}

const fn full_plan(kind: Kind, at: u64) -> Plan {
    Plan {
        trouble: Trouble::Full,
        lasts: Lasts::ForEver,
        at,
        only: Some(kind),
    }
}

/// The log takes everything and cannot be folded in: nobody notices, not even at the end.
fn full_at_checkpoint() -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let disk = Watched::new(folder.path(), Syncing::Pretended)?;
    let db = open(folder.path())?;
    let mut writer = Writer::new(&db)?;
    disk.plan(full_plan(Kind::Database, 1));
    while disk.failed() == 0 {
        ensure!(writer.sent < MORE_THAN_FIT, "no checkpoint was tried");
        writer.send()?;
    }
    for _ in 0..50 {
        writer.send().context("after a checkpoint that failed")?;
    }
    writer.read()?;
    close_when_full(&db)?;
    disk.heal();
    let ledger = writer.ledger;
    examine(folder.path(), &ledger)?;
    Ok(ledger.acknowledged() as u64)
}

/// The app starts on a full disk, with a schema of before: it says so or it works, and changes nothing by half.
fn open_when_full(more: u64) -> Result<()> {
    for version in [history::newest() - 1, history::newest()] {
        let folder = tempfile::tempdir()?;
        let rows = history::build(folder.path(), version)?;
        let disk = Watched::new(folder.path(), Syncing::Pretended)?;
        disk.limit(folder.path(), Some(size_of(folder.path())? + more))?;
        match open(folder.path()) {
            Ok(db) => close_when_full(&db)?,
            Err(error) => {
                check_disk_full(error.downcast_ref().context("another error")?)?;
                history::check_old_or_new(folder.path(), version, &rows)?;
            }
        }
        disk.limit(folder.path(), None)?;
        history::check_migrates(folder.path(), &rows)?;
    }
    Ok(())
}

/// The files that are taken away to make room: for some messages, and for a whole log to be folded in.
const BALLAST: [&str; 2] = ["ballast-1", "ballast-2"];

/// Fills a real file system of a few megabytes, mounted for a child of this process only.
///
/// # Errors
/// The first thing that is not as it must be; also a system that refuses such a file system.
pub fn real(child: &Path) -> Result<Figures> {
    let start = Instant::now();
    let folder = tempfile::tempdir()?;
    let sizes = [3, 5, 12];
    for megabytes in sizes {
        let script = format!(
            "mount -t tmpfs -o size={megabytes}m tmpfs \"$1\" || exit 77; exec \"$2\" fill \"$1\" {megabytes}"
        );
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", &script, "sh"])
            .arg(folder.path())
            .arg(child)
            .output()
            .context("`unshare` cannot be started, so the real full disk is NOT tested")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.code() != Some(77) && !complaint.starts_with("unshare:"),
            "this system refuses `unshare -rm` with a small tmpfs, so the real full disk is NOT tested: \
             {complaint}"
        );
        ensure!(
            output.status.success(),
            "a tmpfs of {megabytes} MB: {}: {complaint}",
            output.status
        );
    }
    Ok(Figures::new(
        start,
        0,
        vec![("real full disks", sizes.len() as u64)],
    ))
}

/// What the child does on the small file system, which has so many megabytes.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn fill_real(directory: &Path, megabytes: usize) -> Result<()> {
    let [some, half] = BALLAST.map(|name| directory.join(name));
    fs::write(&some, vec![1; 400_000])?;
    fs::write(&half, vec![1; megabytes * 500_000])?;
    let data_dir = directory.join("data");
    let db = open(&data_dir)?;
    let mut writer = Writer::new(&db)?;
    writer.fill()?;
    writer.read()?;
    check_disk_full(&writer.send().err().context("a second write fits")?)?;
    fs::remove_file(some)?;
    writer.send().context("the same write, with room for it")?;
    writer.read()?;
    writer.fill()?;
    close_when_full(&db)?;
    let ledger = writer.ledger;

    let db = open(&data_dir).context("on a full disk")?;
    ledger.check(&facts::found(&db)?, facts::TOLD)?;
    close_when_full(&db)?;
    fs::remove_file(half)?;
    examine(&data_dir, &ledger).map(drop)
}

/// What does not fit into the database stays in the log.
fn close_when_full(db: &Database) -> Result<()> {
    match db.close() {
        Ok(()) => Ok(()),
        Err(error) => check_disk_full(&error),
    }
}
