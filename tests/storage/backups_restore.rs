//! Restoring a backup: what it replaces is kept, and a backup that cannot be trusted is refused and changes nothing.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use parlance_storage::backup::{self, Backup, BackupReason};
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{Error, Progress, Stage, Watch};

use crate::backups::{back_up, edit_manifest, lived_in, path_of, restore, texts};
use crate::support::{NOON, REAL_TEXTS, World, block_on};

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Everything in the directory, by path, with its bytes; without the lock, which says nothing.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("parlance.lock") {
                files.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_a_restore_replaces_is_kept_for_30_days_and_can_be_restored_itself() {
    let world = lived_in();
    let made = back_up(&world);
    world.send(world.conversation(), "Đừng quên tôi!").unwrap();
    let with_the_new_words = texts(&world);
    // The words are in the log only, as after a crash: the undo copy needs it.
    drop(world.raw());
    world.db.close().unwrap();
    restore(&world, &made).unwrap();

    let undo = |world: &World| {
        let backups = backup::list(world.path()).unwrap();
        backups
            .into_iter()
            .find(|one| one.reason == BackupReason::Replaced)
    };
    let copy = undo(&world).unwrap();
    world.clock.advance(28 * DAY);
    world.reopened_for_a_moment();
    world.clock.advance(DAY);
    let world = world.reopened();
    assert_eq!(undo(&world), Some(copy.clone()));
    world.db.close().unwrap();
    restore(&world, &copy).unwrap();
    let world = world.reopened();
    assert_eq!(texts(&world), with_the_new_words);
    world.db.close().unwrap();
    world.clock.advance(2 * 24 * 60 * 60 * 1000);
    let world = world.reopened();
    let left: Vec<Backup> = backup::list(world.path())
        .unwrap()
        .into_iter()
        .filter(|one| one.reason == BackupReason::Replaced)
        .collect();
    assert_eq!(
        left.len(),
        1,
        "the older one is 31 days old, the younger one 2"
    );
}

#[test]
fn search_works_at_once_in_what_was_restored_and_leaves_nothing_of_deleted_words() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    let world = world.reopened();
    let raw = world.raw();
    let found: i64 = raw
        .query_row(
            "SELECT count(*) FROM message_search_words WHERE message_search_words MATCH '\"creme\"'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(found, 1);
    for table in [
        "message_search_words",
        "message_search_trigrams",
        "note_search_words",
        "note_search_trigrams",
    ] {
        let option: i64 = raw
            .query_row(
                &format!("SELECT v FROM {table}_config WHERE k = 'secure-delete'"),
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(option, 1, "{table}");
    }
}

#[test]
fn a_backup_with_any_byte_changed_is_refused_and_nothing_is_touched() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let path = path_of(&world, &made);
    let whole = fs::read(&path).unwrap();
    // The names and sizes in a zip file stand twice; what is compared with nothing is not looked at.
    let places = (0..whole.len()).step_by(whole.len() / 97);
    let mut refused = 0;
    for place in places {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        fs::write(&path, &bytes).unwrap();
        let before = snapshot(world.path());
        match restore(&world, &made) {
            Err(Error::Backup { reason }) => {
                assert!(reason.ends_with('.'), "{reason}");
                refused += 1;
                assert_eq!(snapshot(world.path()), before, "byte {place}");
            }
            Err(error) => panic!("byte {place}: {error:?}"),
            // The change was of something that says nothing about the content.
            Ok(()) => {
                let said: usize = world
                    .raw()
                    .query_row("SELECT count(*) FROM messages", [], |row| {
                        row.get::<_, i64>(0)
                    })
                    .unwrap()
                    .try_into()
                    .unwrap();
                assert_eq!(said, 2 * REAL_TEXTS.len(), "byte {place}");
            }
        }
    }
    assert!(refused > 80, "only {refused} of 97 were noticed");
}

#[test]
fn a_backup_cut_off_anywhere_is_listed_with_its_problem_and_refused() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let path = path_of(&world, &made);
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let listed = backup::list(world.path()).unwrap();
        assert!(
            listed[0]
                .problem
                .as_ref()
                .unwrap()
                .contains("cannot be read"),
            "{listed:?}"
        );
        assert_eq!(listed[0].created_at, NOON, "by its name");
        assert_eq!(restore(&world, &made).unwrap_err().code(), "backup");
    }
}

#[test]
fn a_backup_that_swells_beyond_its_word_is_refused() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let path = path_of(&world, &made);
    let mut manifest = String::new();
    zip::ZipArchive::new(fs::File::open(&path).unwrap())
        .unwrap()
        .by_name("manifest.json")
        .unwrap()
        .read_to_string(&mut manifest)
        .unwrap();
    let mut bomb = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    bomb.start_file("parlance.db", options).unwrap();
    bomb.write_all(&vec![0; 300 * 1024 * 1024]).unwrap();
    bomb.start_file("manifest.json", options).unwrap();
    bomb.write_all(manifest.as_bytes()).unwrap();
    bomb.finish().unwrap();
    let before = snapshot(world.path());
    assert_eq!(restore(&world, &made).unwrap_err().code(), "backup");
    assert_eq!(snapshot(world.path()), before);
}

#[test]
fn a_backup_of_a_newer_version_is_listed_and_refused() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let path = path_of(&world, &made);
    edit_manifest(&path, |manifest| {
        manifest["schema_version"] = 99.into();
        manifest["app_version"] = "7.2.0".into();
    });
    let problem = backup::list(world.path()).unwrap()[0]
        .problem
        .clone()
        .unwrap();
    assert!(
        problem.contains("newer version of Parlance, 7.2.0"),
        "{problem}"
    );
    assert_eq!(restore(&world, &made).unwrap_err().code(), "backup");
}

#[test]
fn a_name_that_is_not_in_the_list_leads_nowhere() {
    let world = lived_in();
    back_up(&world);
    world.db.close().unwrap();
    for name in [
        "../parlance.db",
        "parlance.db",
        "",
        "/etc/passwd",
        "..",
        "x.plbackup",
    ] {
        let error = backup::restore(world.path(), name, NOON, &Watch::nobody()).unwrap_err();
        assert_eq!(error.code(), "not_found", "{name}");
    }
}

#[test]
fn nothing_is_restored_while_the_app_has_the_profile_open() {
    let world = lived_in();
    let made = back_up(&world);
    assert_eq!(restore(&world, &made), Err(Error::AlreadyOpen));
}

#[test]
fn a_restore_can_be_cancelled_in_every_stage_and_leaves_everything_as_it_was() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let before = snapshot(world.path());
    for stage in [Stage::Unpacking, Stage::Checking, Stage::Indexing] {
        let cancelled = AtomicBool::new(false);
        let report = |progress: Progress| {
            if progress.stage == stage {
                cancelled.store(true, Ordering::Relaxed);
            }
        };
        let watch = Watch::new(&report, &cancelled);
        let outcome = backup::restore(world.path(), &made.name, NOON, &watch);
        assert_eq!(outcome, Err(Error::Cancelled), "{stage:?}");
        assert_eq!(snapshot(world.path()), before, "{stage:?}");
    }
}

/// Each in a process of its own, since ids never go back to an earlier time.
fn the_trash_of_a_restored_backup_waits(forgotten: &str) {
    let world = lived_in();
    let wanted = world.conversation();
    world.send(wanted, "deleted long ago").unwrap();
    world.delete(wanted).unwrap();
    world.clock.advance(5 * DAY);
    let made = back_up(&world);
    world.clock.advance(35 * DAY);
    assert!(world.erase_due() > 0);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    match forgotten {
        "replaced" => fs::remove_dir_all(world.path().join(forgotten)).unwrap(),
        "" => {}
        // One of an older version, or lost.
        _ => fs::write(world.path().join(forgotten), "{}").unwrap(),
    }
    let world = world.reopened();
    // As the app does, now and once a day.
    let tidy = |world: &World| {
        let trusted = backup::trusted_time(world.path(), world.now());
        let as_of = backup::erase_until(world.path(), trusted);
        block_on(trash::erase_due(&world.db, as_of)).unwrap()
    };
    assert_eq!(tidy(&world), 0, "{forgotten}");
    assert_eq!(world.trash().len(), 1, "{forgotten}");
    // What is to be erased is.
    let unwanted = world.conversation();
    world.send(unwanted, "not this").unwrap();
    world.delete(unwanted).unwrap();
    let user = world.user;
    world
        .write(move |tx| trash::condemn(tx, user, Trashed::Conversation(unwanted)))
        .unwrap();
    assert!(tidy(&world) > 0, "{forgotten}");
    for _ in 0..29 {
        world.clock.advance(DAY);
        assert_eq!(tidy(&world), 0, "{forgotten}");
    }
    assert_eq!(world.trash().len(), 1, "{forgotten}");
    for _ in 0..2 {
        world.clock.advance(DAY);
        tidy(&world);
    }
    assert_eq!(world.trash(), [], "{forgotten}");
}

#[test]
fn what_lies_in_the_trash_of_a_restored_backup_lies_there_for_another_thirty_days() {
    the_trash_of_a_restored_backup_waits("");
}

#[test]
fn it_does_also_where_the_undo_copy_has_gone() {
    the_trash_of_a_restored_backup_waits("replaced");
}

#[test]
fn it_does_also_where_the_restore_is_not_remembered() {
    the_trash_of_a_restored_backup_waits("parlance.state");
}

#[test]
fn a_backup_of_a_newer_version_is_whole_however_strange_its_manifest() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let path = path_of(&world, &made);
    let whole = fs::read(&path).unwrap();
    let edits: [fn(&mut serde_json::Value); 4] = [
        |manifest| manifest["reason"] = "dream".into(),
        |manifest| drop(manifest.as_object_mut().unwrap().remove("audio")),
        |manifest| manifest["database"] = serde_json::json!([{ "name": "parlance.db" }]),
        |manifest| manifest["tables"] = "elsewhere".into(),
    ];
    for (place, edit) in edits.into_iter().enumerate() {
        for newer in ["format", "schema_version", "app_version"] {
            fs::write(&path, &whole).unwrap();
            edit_manifest(&path, |manifest| {
                edit(manifest);
                manifest[newer] = match newer {
                    "app_version" => "7.2.0".into(),
                    _ => 99.into(),
                };
            });
            let listed = backup::list(world.path()).unwrap().remove(0);
            let problem = listed.problem.clone().unwrap();
            assert!(
                problem.contains("made by a newer version of Parlance"),
                "{place}, {newer}: {problem}"
            );
            assert_eq!(listed.created_at, NOON, "{place}, {newer}");
            let error = restore(&world, &made).unwrap_err();
            assert!(error.to_string().contains("newer version"), "{error}");
        }
        // Of this version it is what it was: damaged.
        fs::write(&path, &whole).unwrap();
        edit_manifest(&path, edit);
        let problem = backup::list(world.path()).unwrap().remove(0).problem;
        assert!(problem.unwrap().contains("damaged"), "{place}");
    }
}
