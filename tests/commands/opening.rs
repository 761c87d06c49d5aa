//! The moments in which the profile is neither open nor closed: who may be at work then, and who waits.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use parlance_lib::{
    error::ErrorCode,
    events::{Notice, Notify},
    keys::Keys,
    slot::ProfileSlot,
    work::{Bench, Work},
};
use parlance_storage::{Database, Error, OpenOptions, Stage};
use serde_json::json;
use tauri::async_runtime::block_on;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::support::{TestApp, until};

/// A profile as a release with an older schema left it: opening it is an upgrade.
fn of_an_older_release() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("profile");
    fs::create_dir(&data_dir).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema_011");
    fs::copy(fixture.join("parlance.db"), data_dir.join("parlance.db")).unwrap();
    (directory, data_dir)
}

fn is_of_an_upgrade(notice: &Notice) -> bool {
    matches!(notice, Notice::Progress(progress) if progress.work == Work::Upgrade)
}

#[test]
fn while_a_restored_backup_is_upgraded_nobody_else_may_be_at_work() {
    let bench: Arc<OnceLock<Arc<Bench>>> = Arc::default();
    let was_taken: Arc<Mutex<Vec<bool>>> = Arc::default();
    let (asked, answers) = (Arc::clone(&bench), Arc::clone(&was_taken));
    let (directory, data_dir) = of_an_older_release();
    let app = TestApp::open_with(directory, data_dir, move |notice| {
        if is_of_an_upgrade(notice)
            && let Some(bench) = asked.get()
        {
            answers.lock().unwrap().push(bench.hold().is_err());
        }
    });
    let overview = app.call("backup_list", json!({})).unwrap();
    let older = overview["backups"][0].clone();
    assert_eq!(older["schemaVersion"], 11, "{older}");

    bench.set(Arc::clone(&app.slot().bench)).ok().unwrap();
    let status = app
        .call("backup_restore", json!({ "name": older["name"] }))
        .unwrap();
    assert_eq!(status["state"], "ready", "{status}");
    let was_taken = was_taken.lock().unwrap();
    assert!(!was_taken.is_empty(), "the backup was not upgraded");
    assert!(was_taken.iter().all(|taken| *taken), "{was_taken:?}");
    assert!(app.slot().bench.hold().is_ok(), "it is free at the end");
}

#[test]
fn whoever_quits_while_data_is_upgraded_leaves_nobody_at_work_on_it() {
    let (_directory, data_dir) = of_an_older_release();
    let (is_upgrading, upgrade) = mpsc::channel();
    let (has_closed, closed) = mpsc::channel::<()>();
    let closed = Mutex::new(closed);
    let in_time: Arc<OnceLock<bool>> = Arc::default();
    let seen = Arc::clone(&in_time);
    let notify: Notify = Arc::new(move |notice| {
        if is_of_an_upgrade(&notice) && seen.get().is_none() {
            is_upgrading.send(()).unwrap();
            // The upgrade takes this long, or until the app has ended without waiting for it.
            let ended_first = closed
                .lock()
                .unwrap()
                .recv_timeout(Duration::from_millis(500))
                .is_ok();
            seen.set(!ended_first).unwrap();
        }
    });
    let slot = ProfileSlot::begin(data_dir.clone(), notify, Keys::in_memory());
    upgrade.recv().unwrap();
    slot.close();
    has_closed.send(()).ok();
    assert_eq!(
        in_time.get(),
        Some(&true),
        "the end came before the upgrade's"
    );
    assert_eq!(
        slot.get().err().map(|error| error.code),
        Some(ErrorCode::Closed)
    );
    Database::open(&data_dir, OpenOptions::new("1")).unwrap();
}

#[test]
fn whoever_quits_in_the_middle_of_a_restore_finds_everything_as_it_was() {
    let app = TestApp::new();
    let id = json!({ "id": app.conversation() });
    let slot: &ProfileSlot = &app.slot();
    let job = slot.bench.begin(Work::Restore, slot.notify()).unwrap();
    let (has_begun, begun) = mpsc::channel();
    std::thread::scope(|scope| {
        let restore = scope.spawn(move || {
            block_on(slot.replace(job.place(), move |_| {
                job.run(|watch| -> Result<(), Error> {
                    has_begun.send(()).unwrap();
                    let ended = until("the wish to end it", || {
                        watch.at(Stage::Unpacking, 0, 1).err()
                    });
                    Err(ended)
                })
            }))
        });
        begun.recv().unwrap();
        slot.close();
        assert!(slot.bench.hold().is_ok(), "it is still under way");
        let error = restore.join().unwrap().unwrap_err();
        assert_eq!(error.code, ErrorCode::Cancelled);
    });
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    app.call("conversation_get", id).unwrap();
}

#[test]
fn a_start_while_the_last_app_still_ends_waits_for_it() {
    let last = TestApp::new();
    let id = json!({ "id": last.conversation() });
    let next = ProfileSlot::begin(
        last.data_dir().to_owned(),
        Arc::new(|_| {}),
        Keys::in_memory(),
    );
    // Nothing is told while the other one has the files.
    let told_at_once =
        block_on(async { timeout(Duration::from_millis(300), next.settled()).await });
    assert!(told_at_once.is_err(), "{:?}", next.get().err());
    let (directory, data_dir) = last.quit();
    block_on(next.settled());
    assert!(next.get().is_ok(), "{:?}", next.get().err());
    next.close();
    let app = TestApp::open(directory, data_dir);
    app.call("conversation_get", id).unwrap();
}

#[test]
fn a_start_that_waits_in_vain_can_be_ended() {
    let other = TestApp::new();
    let start = ProfileSlot::begin(
        other.data_dir().to_owned(),
        Arc::new(|_| {}),
        Keys::in_memory(),
    );
    start.close();
    assert!(start.bench.hold().is_ok(), "it goes on trying");
    assert_eq!(
        start.get().err().map(|error| error.code),
        Some(ErrorCode::Closed)
    );
    other.conversation();
}

#[test]
fn a_panic_in_the_middle_of_opening_is_told_and_can_be_tried_again() {
    let (_directory, data_dir) = of_an_older_release();
    let panicked = AtomicBool::new(false);
    let notify: Notify = Arc::new(move |notice| {
        if is_of_an_upgrade(&notice) && !panicked.swap(true, Ordering::Relaxed) {
            panic!("on purpose");
        }
    });
    let slot = ProfileSlot::begin(data_dir, notify, Keys::in_memory());
    block_on(async { timeout(Duration::from_secs(60), slot.settled()).await })
        .expect("it is settled");
    assert_eq!(
        slot.get().err().map(|error| error.code),
        Some(ErrorCode::Internal)
    );
    assert!(slot.bench.hold().is_ok(), "nobody has the place");
    block_on(slot.retry()).unwrap();
    assert!(slot.get().is_ok(), "{:?}", slot.get().err());
    slot.close();
}
