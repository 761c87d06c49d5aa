//! The moments in which the profile is neither open nor closed: who may be at work then, and who waits.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};

use parlance_lib::{
    events::Notice,
    work::{Bench, Work},
};
use serde_json::json;
use tempfile::TempDir;

use crate::support::TestApp;

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
