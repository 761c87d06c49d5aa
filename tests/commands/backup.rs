//! Backups by command and by themselves, and the way back.

use std::{
    fs,
    time::{Duration, UNIX_EPOCH},
};

use parlance_lib::{
    backups::{Backups, is_backed_up},
    error::ErrorCode,
    events::{Notice, Notify},
    work::Work,
};
use parlance_storage::{
    Database, Error, OpenOptions, Stage, Watch,
    backup::{self, BackupReason},
    user,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::support::{TestApp, assert_error, until};

fn backups(app: &TestApp) -> Vec<Value> {
    let overview = app.call("backup_list", json!({})).unwrap();
    overview["backups"].as_array().unwrap().clone()
}

fn titles(app: &TestApp) -> Vec<String> {
    let page = app
        .call("conversation_list", json!({ "cursor": null, "limit": 50 }))
        .unwrap();
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect()
}

fn named(app: &TestApp, title: &str) -> String {
    let request = json!({ "request": { "title": title } });
    let made = app.call("conversation_create", request).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_backup_is_listed_and_restoring_it_brings_its_conversations_back() {
    let app = TestApp::new();
    named(&app, "Chuyện hôm nay");
    let made = app.call("backup_create", json!({})).unwrap();
    assert_eq!(made["reason"], "manual");
    assert_eq!(made["counts"]["conversations"], 1);
    assert_eq!(backups(&app), std::slice::from_ref(&made));

    named(&app, "After the backup");
    let status = app
        .call("backup_restore", json!({ "name": made["name"] }))
        .unwrap();
    assert_eq!(status["state"], "ready");
    assert_eq!(titles(&app), ["Chuyện hôm nay"]);

    let undo = backups(&app)
        .into_iter()
        .find(|one| one["reason"] == "replaced")
        .unwrap();
    app.call("backup_restore", json!({ "name": undo["name"] }))
        .unwrap();
    assert_eq!(titles(&app), ["After the backup", "Chuyện hôm nay"]);
}

#[test]
fn a_restore_that_fails_leaves_the_app_open_as_it_was() {
    let app = TestApp::new();
    named(&app, "Still here");
    let made = app.call("backup_create", json!({})).unwrap();
    let path = app
        .data_dir()
        .join("backups")
        .join(made["name"].as_str().unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes[2000..2400].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let error = app
        .call("backup_restore", json!({ "name": made["name"] }))
        .unwrap_err();
    assert_error(&error, "backup");
    assert_eq!(titles(&app), ["Still here"]);
    for name in ["nothing", "../parlance.db", ""] {
        let error = app
            .call("backup_restore", json!({ "name": name }))
            .unwrap_err();
        assert_error(&error, "not_found");
    }
    named(&app, "And can be written");
    assert_eq!(titles(&app).len(), 2);
}

#[test]
fn a_profile_that_does_not_open_can_be_restored_from_its_backup() {
    let app = TestApp::new();
    named(&app, "Saved");
    let made = app.call("backup_create", json!({})).unwrap();
    let (directory, data_dir) = app.quit();
    fs::write(
        data_dir.join("parlance.db"),
        "Dear diary, this is not SQLite. ".repeat(1000),
    )
    .unwrap();

    let app = TestApp::open(directory, data_dir);
    let status = app.call("app_status", json!({})).unwrap();
    assert_eq!(status["state"], "failed");
    assert_eq!(status["error"]["code"], "corrupt");
    let listed = backups(&app);
    assert!(listed.contains(&made), "{listed:?}");
    let status = app
        .call("backup_restore", json!({ "name": made["name"] }))
        .unwrap();
    assert_eq!(status["state"], "ready");
    assert_eq!(titles(&app), ["Saved"]);
}

#[test]
fn a_missing_database_is_told_and_not_replaced_by_an_empty_one() {
    let app = TestApp::new();
    named(&app, "Saved");
    let (directory, data_dir) = app.quit();
    fs::remove_file(data_dir.join("parlance.db")).unwrap();
    let app = TestApp::open(directory, data_dir.clone());
    let status = app.call("app_status", json!({})).unwrap();
    assert_eq!(status["error"]["code"], "missing");
    assert!(!data_dir.join("parlance.db").exists());
    // Closing the app has made a backup by itself.
    let quit = backups(&app).remove(0);
    assert_eq!(quit["reason"], "quit");
    app.call("backup_restore", json!({ "name": quit["name"] }))
        .unwrap();
    assert_eq!(titles(&app), ["Saved"]);
}

#[test]
fn whoever_has_no_backup_of_a_missing_database_can_begin_anew() {
    let app = TestApp::new();
    assert_error(
        &app.call("app_begin_anew", json!({})).unwrap_err(),
        "conflict",
    );
    let (directory, data_dir) = app.quit();
    fs::remove_file(data_dir.join("parlance.db")).unwrap();
    let app = TestApp::open(directory, data_dir);
    let status = app.call("app_begin_anew", json!({})).unwrap();
    assert_eq!(status["state"], "ready");
}

#[test]
fn closing_the_app_makes_a_backup_only_if_something_has_changed() {
    let app = TestApp::new();
    named(&app, "Changed");
    let (mut directory, mut data_dir) = app.quit();
    for _ in 0..2 {
        let made = backup::list(&data_dir).unwrap();
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!(made[0].reason, BackupReason::Quit);
        let app = TestApp::open(directory, data_dir);
        assert_eq!(titles(&app), ["Changed"]);
        (directory, data_dir) = app.quit();
    }
}

#[test]
fn the_room_for_backups_can_be_chosen() {
    let app = TestApp::new();
    let chosen = app
        .call("backup_set_budget", json!({ "megabytes": 2000 }))
        .unwrap();
    assert_eq!(chosen["budgetBytes"], 2_000_000_000_u64);
    assert_eq!(chosen["budgetIsChosen"], true);
    let error = app
        .call("backup_set_budget", json!({ "megabytes": 1 }))
        .unwrap_err();
    assert_error(&error, "invalid");
    let usual = app
        .call("backup_set_budget", json!({ "megabytes": null }))
        .unwrap();
    assert_eq!(usual["budgetIsChosen"], false);
}

#[test]
fn there_is_nothing_to_cancel_when_nothing_is_under_way() {
    let app = TestApp::new();
    assert_eq!(app.call("work_cancel", json!({})).unwrap(), false);
}

#[test]
fn what_nothing_can_end_is_not_told_to_be_cancelled() {
    let app = TestApp::new();
    let notify: Notify = Arc::new(|_| {});
    let bench = Arc::clone(&app.slot().bench);
    let held = bench.hold().unwrap();
    assert_eq!(app.call("work_cancel", json!({})).unwrap(), false);
    drop(held);

    let job = bench.begin(Work::Backup, &notify).unwrap();
    assert_eq!(app.call("work_cancel", json!({})).unwrap(), true);
    let place = job.place();
    let done = job.run(|watch| watch.at(Stage::Copying, 0, 1));
    assert_eq!(done.unwrap_err().code, ErrorCode::Cancelled);
    assert_eq!(app.call("work_cancel", json!({})).unwrap(), false);
    assert!(bench.hold().is_err(), "what comes after it has the place");
    drop(place);
    assert!(bench.hold().is_ok());
}

/// A database outside of the app, and what the window would be told.
struct Watched {
    database: Database,
    backups: Arc<Backups>,
    told: Arc<Mutex<Vec<ErrorCode>>>,
    directory: tempfile::TempDir,
}

impl Watched {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(directory.path(), OpenOptions::new("1")).unwrap();
        let told: Arc<Mutex<Vec<ErrorCode>>> = Arc::default();
        let sink = Arc::clone(&told);
        let notify: Notify = Arc::new(move |notice| {
            if let Notice::Problem(problem) = notice {
                sink.lock().unwrap().push(problem.0.code);
            }
        });
        let backups = Backups::new(database.clone(), directory.path(), false, notify);
        Self {
            database,
            backups,
            told,
            directory,
        }
    }

    fn write(&self) {
        self.database
            .write_blocking(|tx| {
                let now = parlance_storage::Timestamp::from_millis(0);
                let user_id = user::ensure_first(tx, now)?.id;
                let new = parlance_storage::conversation::NewConversation {
                    user_id,
                    template_id: None,
                    title: None,
                    level: None,
                    topic: None,
                };
                parlance_storage::conversation::insert(tx, new, now).map(drop)
            })
            .unwrap();
    }

    fn scheduled(&self) -> usize {
        let all = backup::list(self.directory.path()).unwrap();
        all.iter()
            .filter(|one| one.reason == BackupReason::Scheduled)
            .count()
    }
}

#[test]
fn backups_are_made_by_themselves_while_something_changes_and_not_otherwise() {
    let watched = Watched::new();
    watched.write();
    watched.backups.start(Duration::from_millis(30));
    until("the first backup", || {
        (watched.scheduled() == 1).then_some(())
    });
    // Many looks later there is still one, since nothing has changed.
    let last_trial = until("the trial of the first", || {
        backup::state(watched.directory.path()).last_trial_was_good
    });
    assert!(last_trial);
    assert_eq!(watched.scheduled(), 1);
    watched.write();
    until("the second backup", || {
        (watched.scheduled() == 2).then_some(())
    });
    assert_eq!(*watched.told.lock().unwrap(), []);
    watched.backups.stop();
}

#[test]
fn a_backup_that_fails_is_said_aloud_and_made_as_soon_as_it_can_be() {
    let watched = Watched::new();
    let in_the_way = watched.directory.path().join("backups");
    fs::write(&in_the_way, "a file").unwrap();
    watched.write();
    watched.backups.start(Duration::from_millis(30));
    until("the news of it", || {
        watched
            .told
            .lock()
            .unwrap()
            .contains(&ErrorCode::Backup)
            .then_some(())
    });
    assert!(watched.backups.last_failure().is_some());
    fs::remove_file(in_the_way).unwrap();
    until("the backup", || (watched.scheduled() > 0).then_some(()));
    until("the end of the failure", || {
        watched.backups.last_failure().is_none().then_some(())
    });
    watched.backups.stop();
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_does_not_count_as_backed_up() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("backups")).unwrap();
    fs::write(at("backups/parlance-20240229-120000-000-quit.plbackup"), "").unwrap();
    let database = fs::File::create(at("parlance.db")).unwrap();
    // 2024-02-01
    let before = UNIX_EPOCH + Duration::from_secs(1_706_745_600);
    database.set_modified(before).unwrap();
    assert!(is_backed_up(directory.path()));
    // Whoever follows it is told of an error.
    std::os::unix::fs::symlink("parlance.db-wal", at("parlance.db-wal")).unwrap();
    assert!(!is_backed_up(directory.path()));
}

#[test]
fn after_the_end_no_backup_opens_the_database_any_more() {
    let watched = Watched::new();
    watched.write();
    watched.backups.stop();
    let made = watched
        .backups
        .create(BackupReason::Manual, &Watch::nobody());
    assert_eq!(made.unwrap_err(), Error::Cancelled);
    assert_eq!(backup::list(watched.directory.path()).unwrap(), []);
}
