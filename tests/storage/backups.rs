//! Backups: whole, proven, and able to become the database again.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use parlance_storage::backup::{self, Backup, BackupReason, NewBackup};
use parlance_storage::{Database, Error, Progress, Stage, Watch, conversation, verify};

use crate::support::{NOON, REAL_TEXTS, World, options};

fn new(world: &World, reason: BackupReason) -> NewBackup {
    NewBackup {
        reason,
        app_version: "0.0.0-test".into(),
        now: world.now(),
    }
}

pub fn back_up(world: &World) -> Backup {
    backup::create(
        world.path(),
        &new(world, BackupReason::Manual),
        &Watch::nobody(),
    )
    .unwrap()
}

/// A profile in which every real text was said and answered.
pub fn lived_in() -> World {
    let world = World::new();
    let conversation = world.conversation();
    for text in REAL_TEXTS {
        world.send(conversation, text).unwrap();
        world.reply(conversation, &["I see. ", "Tell me more, 请!"]);
    }
    world
}

pub fn texts(world: &World) -> Vec<String> {
    let raw = world.raw();
    let mut statement = raw
        .prepare("SELECT content FROM messages ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

pub fn path_of(world: &World, backup: &Backup) -> PathBuf {
    world.path().join("backups").join(&backup.name)
}

pub fn restore(world: &World, backup: &Backup) -> Result<(), Error> {
    backup::restore(world.path(), &backup.name, world.now(), &Watch::nobody())
}

/// Changes what a backup says of itself.
pub fn edit_manifest(path: &Path, edit: impl FnOnce(&mut serde_json::Value)) {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let (mut database, mut manifest) = (Vec::new(), String::new());
    zip.by_name("parlance.db")
        .unwrap()
        .read_to_end(&mut database)
        .unwrap();
    zip.by_name("manifest.json")
        .unwrap()
        .read_to_string(&mut manifest)
        .unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    edit(&mut manifest);
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("parlance.db", options).unwrap();
    zip.write_all(&database).unwrap();
    zip.start_file("manifest.json", options).unwrap();
    zip.write_all(manifest.to_string().as_bytes()).unwrap();
    zip.finish().unwrap();
}

#[test]
fn a_backup_made_beside_the_open_app_brings_every_word_back() {
    let world = lived_in();
    let before = texts(&world);
    let made = back_up(&world);
    assert_eq!(made.reason, BackupReason::Manual);
    assert_eq!(made.created_at, NOON);
    assert_eq!(made.problem, None);
    let counts = made.counts.unwrap();
    assert_eq!(
        (counts.conversations, counts.messages as usize),
        (1, before.len())
    );

    let later = world.conversation();
    world.send(later, "This came after the backup.").unwrap();
    world.db.close().unwrap();
    restore(&world, &made).unwrap();

    let world = world.reopened();
    assert_eq!(texts(&world), before);
    world.db.close().unwrap();
    let report = verify::run(world.path()).unwrap().unwrap();
    assert!(report.ok, "{report:?}");
}

#[test]
fn a_backup_is_a_zip_file_with_an_ordinary_database_in_it() {
    let world = lived_in();
    let path = path_of(&world, &back_up(&world));
    let mut zip = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    zip.by_name("parlance.db")
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let out = world.path().join("out.db");
    fs::write(&out, bytes).unwrap();
    let plain = rusqlite::Connection::open(out).unwrap();
    let rows: i64 = plain
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(rows), Ok(texts(&world).len()));
    let full_text: i64 = plain
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name GLOB '*_search_*'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(full_text, 0);
    let mut manifest = String::new();
    zip.by_name("manifest.json")
        .unwrap()
        .read_to_string(&mut manifest)
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["tables"]["messages"], rows);
    assert_eq!(manifest["database"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(manifest["audio"]["count"], 0);
}

#[cfg(unix)]
#[test]
fn backups_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = lived_in();
    let path = path_of(&world, &back_up(&world));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn a_backup_can_be_cancelled_in_every_stage_and_leaves_nothing() {
    let world = lived_in();
    for stage in [Stage::Copying, Stage::Checking, Stage::Packing] {
        let cancelled = AtomicBool::new(false);
        let report = |progress: Progress| {
            if progress.stage == stage {
                cancelled.store(true, Ordering::Relaxed);
            }
        };
        let watch = Watch::new(&report, &cancelled);
        let outcome = backup::create(world.path(), &new(&world, BackupReason::Scheduled), &watch);
        assert_eq!(outcome, Err(Error::Cancelled), "{stage:?}");
        assert_eq!(
            fs::read_dir(world.path().join("backups")).unwrap().count(),
            0
        );
    }
}

#[test]
fn progress_never_goes_back_within_a_stage_and_comes_to_its_end() {
    let world = lived_in();
    let seen = std::sync::Mutex::new(Vec::new());
    let report = |progress: Progress| seen.lock().unwrap().push(progress);
    let never = AtomicBool::new(false);
    backup::create(
        world.path(),
        &new(&world, BackupReason::Manual),
        &Watch::new(&report, &never),
    )
    .unwrap();
    let seen = seen.into_inner().unwrap();
    for pair in seen.windows(2) {
        assert!(
            pair[0].stage != pair[1].stage || pair[0].permille <= pair[1].permille,
            "{pair:?}"
        );
    }
    assert_eq!(seen.last().unwrap().stage, Stage::Packing);
    assert_eq!(seen.last().unwrap().permille, 1000);
}

#[test]
fn what_a_killed_backup_leaves_is_swept_at_the_next_start() {
    let world = lived_in();
    back_up(&world);
    let left = world.path().join("backups/.work-0123456789abcdef");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("parlance.db"), "half").unwrap();
    world.db.close().unwrap();
    let world = world.reopened();
    assert!(!left.exists());
    assert_eq!(backup::list(world.path()).unwrap().len(), 1);
}

#[test]
fn a_database_with_a_row_that_breaks_a_rule_is_backed_up_all_the_same() {
    let world = lived_in();
    world
        .raw()
        .execute_batch("PRAGMA ignore_check_constraints = ON; UPDATE messages SET role = 'robot' WHERE sequence_number = 1")
        .unwrap();
    let before = texts(&world);
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    assert_eq!(texts(&world.reopened()), before);
}

/// Garbles the finished copy of a backup on its way, as a failing disk does: on one page two rows change places.
/// Gives whether there was one.
fn garble_copy(backups: &Path) -> bool {
    const PAGE: usize = 4096;
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let Some(copy) = fs::read_dir(backups)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("parlance.db"))
        .find(|copy| copy.exists())
    else {
        return false;
    };
    let mut bytes = fs::read(&copy).unwrap();
    // Its header is written first and its last page last.
    if bytes.is_empty() || number(&bytes[28..32]) as usize * PAGE != bytes.len() {
        return false;
    }
    let is_leaf_of_many = |page: &usize| {
        let header = &bytes[page * PAGE..];
        header[0] == 0x0d && header[4] > 2
    };
    let page = (1..bytes.len() / PAGE).find(is_leaf_of_many).unwrap();
    let pointers = page * PAGE + 8;
    bytes[pointers..pointers + 4].rotate_left(2);
    // Without that, SQLite goes on with the pages that it remembers.
    let changes = number(&bytes[24..28]).wrapping_add(1);
    bytes[24..28].copy_from_slice(&changes.to_be_bytes());
    fs::write(copy, bytes).unwrap();
    true
}

#[test]
fn a_copy_with_a_damaged_page_is_no_backup_and_that_is_said() {
    let world = lived_in();
    let backups = world.path().join("backups");
    let is_garbled = AtomicBool::new(false);
    let report = |progress: Progress| {
        if progress.stage == Stage::Copying && !is_garbled.load(Ordering::Relaxed) {
            is_garbled.store(garble_copy(&backups), Ordering::Relaxed);
        }
    };
    let never = AtomicBool::new(false);
    let watch = Watch::new(&report, &never);
    let error =
        backup::create(world.path(), &new(&world, BackupReason::Manual), &watch).unwrap_err();
    assert!(is_garbled.into_inner());
    assert_eq!(error.code(), "corrupt", "{error}");
    assert!(error.to_string().contains("out of order"), "{error}");
    assert_eq!(backup::list(world.path()).unwrap(), []);
}

#[test]
fn a_backup_of_what_a_crash_left_holds_the_words_in_the_log_and_leaves_it_as_it_is() {
    let world = lived_in();
    let left = tempfile::tempdir().unwrap();
    let files = ["parlance.db", "parlance.db-wal"].map(|name| left.path().join(name));
    for file in &files {
        fs::copy(world.path().join(file.file_name().unwrap()), file).unwrap();
    }
    let before = files.clone().map(|file| fs::read(file).unwrap());
    assert!(!before[1].is_empty());
    let made = backup::create(
        left.path(),
        &new(&world, BackupReason::Manual),
        &Watch::nobody(),
    )
    .unwrap();
    assert_eq!(made.counts.unwrap().messages as usize, texts(&world).len());
    assert!(files.map(|file| fs::read(file).unwrap_or_default()) == before);
}

#[test]
fn without_a_database_there_is_nothing_to_back_up() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new();
    let error = backup::create(
        folder.path(),
        &new(&world, BackupReason::Manual),
        &Watch::nobody(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "missing");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_trial_restore_proves_a_backup_without_touching_anything_else() {
    let world = lived_in();
    let made = back_up(&world);
    assert!(backup::is_trial_due(&backup::state(world.path()), NOON));
    let before = texts(&world);
    let trial = backup::trial(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    assert_eq!(trial.problems, Vec::<String>::new());
    assert!(trial.ok);
    assert_eq!(texts(&world), before);
    let state = backup::state(world.path());
    assert_eq!(state.last_trial_was_good, Some(true));
    assert!(!backup::is_trial_due(
        &state,
        NOON.plus_millis(29 * 86_400_000)
    ));
    assert!(backup::is_trial_due(
        &state,
        NOON.plus_millis(30 * 86_400_000)
    ));

    let path = path_of(&world, &made);
    let mut bytes = fs::read(&path).unwrap();
    bytes[2000..2400].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let trial = backup::trial(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    assert!(!trial.ok);
    assert_eq!(backup::state(world.path()).last_trial_was_good, Some(false));
}

#[test]
fn a_trial_for_which_the_disk_has_no_room_is_not_due_for_a_day() {
    let world = lived_in();
    let made = back_up(&world);
    edit_manifest(&path_of(&world, &made), |manifest| {
        manifest["database"]["bytes"] = (1_u64 << 60).into();
    });
    let error = backup::trial(world.path(), &made.name, NOON, &Watch::nobody()).unwrap_err();
    assert!(matches!(error, Error::NotEnoughSpace { .. }), "{error}");
    let state = backup::state(world.path());
    assert!(!backup::is_trial_due(&state, NOON.plus_millis(900_000)));
    assert!(backup::is_trial_due(&state, NOON.plus_millis(86_400_000)));
}

#[test]
fn the_space_for_backups_is_the_learners_to_choose() {
    let world = lived_in();
    back_up(&world);
    let usual = backup::overview(world.path()).unwrap();
    assert_eq!(
        (usual.budget_bytes, usual.budget_is_chosen),
        (500_000_000, false)
    );
    assert_eq!(usual.used_bytes, usual.backups[0].bytes);
    backup::set_budget(world.path(), Some(2_000_000_000)).unwrap();
    let chosen = backup::overview(world.path()).unwrap();
    assert_eq!(
        (chosen.budget_bytes, chosen.budget_is_chosen),
        (2_000_000_000, true)
    );
    assert_eq!(
        backup::set_budget(world.path(), Some(1))
            .unwrap_err()
            .code(),
        "invalid"
    );
    backup::set_budget(world.path(), None).unwrap();
    assert_eq!(backup::overview(world.path()).unwrap(), usual);
}

#[test]
fn backups_go_on_while_somebody_writes_and_each_is_one_moment() {
    let world = lived_in();
    let conversation = world.conversation();
    let counts: Vec<Backup> = std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..300 {
                world.send(conversation, "one more").unwrap();
            }
        });
        (0..5).map(|_| back_up(&world)).collect()
    });
    world.db.close().unwrap();
    for made in &counts {
        restore(&world, made).unwrap();
        let opened = Database::open(world.path(), options(&world.clock)).unwrap();
        let user = world.user;
        let stored = opened
            .read_blocking(move |tx| conversation::get(tx, user, conversation))
            .unwrap();
        opened.close().unwrap();
        let report = verify::run(world.path()).unwrap().unwrap();
        assert!(report.ok, "{report:?}");
        assert!(stored.message_count <= made.counts.unwrap().messages);
    }
    assert!(
        counts
            .windows(2)
            .all(|pair| pair[0].counts.unwrap().messages <= pair[1].counts.unwrap().messages)
    );
}
