//! The writer, the readers, the lock, and what becomes of work when something goes wrong.

use std::fs;
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use parlance_storage::{
    ChangeKind, ConversationId, Database, Entity, Error, ManualClock, conversation, message,
    status, user,
};
use tokio::sync::broadcast::error::TryRecvError;

use crate::support::{NOON, World, blank, open, options};

/// Keeps the writer busy until `go` is dropped, so that everything queued meanwhile forms one group.
fn hold_writer(world: &World) -> mpsc::Sender<()> {
    let (go, wait) = mpsc::channel::<()>();
    let (started, has_started) = mpsc::channel();
    drop(world.db.write(move |_| {
        started.send(()).unwrap();
        assert!(wait.recv().is_err());
        Ok(())
    }));
    has_started.recv().unwrap();
    go
}

fn new_conversation(
    world: &World,
) -> impl FnOnce(&parlance_storage::WriteTx<'_>) -> Result<ConversationId, Error> + use<> {
    let (new, now) = (blank(world.user), world.now());
    move |tx| Ok(conversation::insert(tx, new, now)?.id)
}

fn count(world: &World) -> usize {
    let user = world.user;
    world
        .read(move |tx| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 100)
        })
        .unwrap()
        .items
        .len()
}

#[test]
fn an_error_rolls_the_whole_job_back() {
    let world = World::new();
    let (new, now) = (blank(world.user), world.now());
    let result: Result<(), Error> = world.write(move |tx| {
        conversation::insert(tx, new, now)?;
        Err(Error::Busy)
    });
    assert_eq!(result, Err(Error::Busy));
    assert_eq!(count(&world), 0);
}

#[test]
fn a_panic_rolls_the_job_back_and_the_threads_live_on() {
    let world = World::new();
    let (new, now) = (blank(world.user), world.now());
    let result: Result<(), Error> = world.write(move |tx| {
        conversation::insert(tx, new, now)?;
        panic!("a job gone wrong");
    });
    assert_eq!(result, Err(Error::Panicked));
    for _ in 0..3 {
        let result: Result<(), Error> = world.read(|_| panic!("a read gone wrong"));
        assert_eq!(result, Err(Error::Panicked));
    }
    assert_eq!(count(&world), 0);
    world.conversation();
    assert_eq!(count(&world), 1);
}

/// A value that cannot even be thrown away.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("a value gone wrong");
        }
    }
}

#[test]
fn an_answer_that_panics_when_nobody_takes_it_does_not_end_the_threads() {
    let world = World::new();
    let (go, wait) = mpsc::channel::<()>();
    drop(world.db.write(move |_| {
        assert!(wait.recv().is_err());
        Ok(Bomb)
    }));
    drop(go);
    // As many as there are readers, and more.
    for _ in 0..4 {
        let (go, wait) = mpsc::channel::<()>();
        drop(world.db.read(move |_| {
            assert!(wait.recv().is_err());
            Ok(Bomb)
        }));
        drop(go);
    }
    let db = world.db;
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let answers = (db.write_blocking(|_| Ok(1)), db.read_blocking(|_| Ok(2)));
        done.send(answers).unwrap();
    });
    let answers = is_done.recv_timeout(Duration::from_secs(20));
    assert_eq!(answers.expect("nobody is left to serve"), (Ok(1), Ok(2)));
}

#[test]
fn waiting_writes_share_a_commit_and_a_failing_one_takes_no_other_with_it() {
    let world = World::new();
    let go = hold_writer(&world);
    let first = world.db.write(new_conversation(&world));
    let (new, now) = (blank(world.user), world.now());
    let failing = world.db.write(move |tx| {
        conversation::insert(tx, new, now)?;
        Err::<(), _>(Error::Busy)
    });
    let (new, now) = (blank(world.user), world.now());
    let panicking = world.db.write::<(), _>(move |tx| {
        conversation::insert(tx, new, now)?;
        panic!("in the middle of a group");
    });
    // The last of the group looks from outside: the first is done, but not committed.
    let path = world.db.path().to_owned();
    let (last_new, now) = (blank(world.user), world.now());
    let last = world.db.write(move |tx| {
        let outside = rusqlite::Connection::open(path).unwrap();
        let seen: u32 = outside
            .query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))
            .unwrap();
        conversation::insert(tx, last_new, now)?;
        Ok(seen)
    });
    drop(go);
    assert!(block_on(first).is_ok());
    assert_eq!(block_on(failing), Err(Error::Busy));
    assert_eq!(block_on(panicking), Err(Error::Panicked));
    assert_eq!(block_on(last), Ok(0));
    assert_eq!(count(&world), 2);
}

#[test]
fn changes_are_told_after_the_commit_and_only_of_what_was_kept() {
    let world = World::new();
    let mut changes = world.db.changes();
    let (new, now) = (blank(world.user), world.now());
    let result: Result<(), Error> = world.write(move |tx| {
        conversation::insert(tx, new, now)?;
        Err(Error::Busy)
    });
    assert!(result.is_err());
    assert_eq!(changes.try_recv().unwrap_err(), TryRecvError::Empty);

    let id = world.conversation();
    let set = changes.blocking_recv().unwrap();
    // Whoever hears of a change finds it.
    assert_eq!(world.get(id).id, id);
    assert_eq!(set.changes.len(), 1);
    assert_eq!(
        (set.changes[0].entity, set.changes[0].kind),
        (Entity::Conversation, ChangeKind::Inserted)
    );
    assert_eq!(set.changes[0].conversation_id, Some(id));
    assert_eq!(
        serde_json::to_value(&set.changes[0]).unwrap(),
        serde_json::json!({
            "entity": "conversation", "kind": "inserted", "id": id, "conversationId": id, "messageId": null
        })
    );
}

#[test]
fn a_read_only_job_changes_nothing_and_tells_nothing() {
    let world = World::new();
    let mut changes = world.db.changes();
    world.write(|tx| user::ensure_first(tx, NOON)).unwrap();
    assert_eq!(changes.try_recv().unwrap_err(), TryRecvError::Empty);
}

#[test]
fn a_write_whose_future_is_dropped_is_still_done() {
    let world = World::new();
    let go = hold_writer(&world);
    drop(world.db.write(new_conversation(&world)));
    drop(go);
    world.write(|_| Ok(())).unwrap();
    assert_eq!(count(&world), 1);
}

#[test]
fn closing_waits_for_queued_work_and_then_refuses_more() {
    let world = World::new();
    let go = hold_writer(&world);
    let queued: Vec<_> = (0..10)
        .map(|_| world.db.write(new_conversation(&world)))
        .collect();
    let closing = thread::spawn({
        let db = world.db.clone();
        move || db.close()
    });
    drop(go);
    closing.join().unwrap().unwrap();
    for write in queued {
        assert!(block_on(write).is_ok());
    }
    assert_eq!(world.db.write_blocking(|_| Ok(())), Err(Error::Closed));
    assert_eq!(world.db.read_blocking(|_| Ok(())), Err(Error::Closed));
    assert_eq!(block_on(world.db.read(|_| Ok(()))), Err(Error::Closed));
    assert_eq!(world.db.close(), Ok(()));
    assert!(
        !world.path().join("parlance.db-wal").exists(),
        "the log is folded in"
    );
    let reopened = world.reopened();
    assert_eq!(count(&reopened), 10);
}

#[test]
fn dropping_the_last_clone_closes_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(NOON));
    let db = open(folder.path(), &clock);
    let copy = db.clone();
    drop(db);
    copy.write_blocking(|_| Ok(())).unwrap();
    drop(copy);
    assert!(
        !folder.path().join("parlance.db-wal").exists(),
        "the log is folded in"
    );
    open(folder.path(), &clock);
}

#[test]
fn a_job_that_holds_the_last_clone_closes_the_database_only_when_it_has_ended() {
    for is_write in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOON));
        let db = open(folder.path(), &clock);
        db.write_blocking(|tx| user::ensure_first(tx, NOON))
            .unwrap();
        let copy = db.clone();
        let (go, wait) = mpsc::channel::<()>();
        let (dropped, has_dropped) = mpsc::channel();
        let (end, wait_for_end) = mpsc::channel::<()>();
        let job = move || {
            assert!(wait.recv().is_err());
            drop(copy);
            dropped.send(()).unwrap();
            assert!(wait_for_end.recv().is_err());
            Ok(())
        };
        if is_write {
            drop(db.write(|_| job()));
        } else {
            drop(db.read(|_| job()));
        }
        drop(db);
        drop(go);
        has_dropped.recv_timeout(Duration::from_secs(20)).unwrap();
        let second = || Database::open(folder.path(), options(&clock)).map(drop);
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(5));
            assert_eq!(second(), Err(Error::AlreadyOpen), "the job still runs");
        }
        drop(end);
        let patience = Instant::now() + Duration::from_secs(20);
        while second() == Err(Error::AlreadyOpen) {
            assert!(Instant::now() < patience, "the directory is never free");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn closing_from_inside_a_job_does_not_hang() {
    let world = World::new();
    let db = world.db.clone();
    assert_eq!(world.write(move |_| db.close()), Ok(()));
    assert_eq!(world.write(|_| Ok(())), Err(Error::Closed));
}

#[test]
fn a_hundred_threads_write_without_losing_a_message() {
    let world = Arc::new(World::new());
    let conversation = world.conversation();
    let start = Arc::new(Barrier::new(100));
    let threads: Vec<_> = (0..100)
        .map(|number| {
            let (world, start) = (Arc::clone(&world), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                world
                    .send(conversation, &format!("message {number}"))
                    .unwrap();
                world.messages(conversation).len()
            })
        })
        .collect();
    for thread in threads {
        assert!(thread.join().unwrap() >= 1);
    }
    let messages = world.messages(conversation);
    let sequence: Vec<u32> = messages
        .iter()
        .map(|message| message.sequence_number)
        .collect();
    assert_eq!(sequence, (1..=100).collect::<Vec<_>>());
    assert_eq!(world.get(conversation).message_count, 100);
}

#[test]
fn a_reader_sees_one_state_from_its_first_query_to_its_last() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "before").unwrap();
    let user = world.user;
    let (looked, has_looked) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let reading = world.db.read(move |tx| {
        let first = message::list_before(tx, user, conversation, None, 10)?
            .messages
            .len();
        looked.send(()).unwrap();
        assert!(wait.recv().is_err());
        let second = message::list_before(tx, user, conversation, None, 10)?
            .messages
            .len();
        Ok((first, second))
    });
    has_looked.recv().unwrap();
    world.send(conversation, "meanwhile").unwrap();
    drop(go);
    assert_eq!(block_on(reading), Ok((1, 1)));
    assert_eq!(world.messages(conversation).len(), 2);
}

#[test]
fn a_slow_read_does_not_hold_up_writes_or_other_reads() {
    let world = World::new();
    let (go, wait) = mpsc::channel::<()>();
    let slow = world.db.read(move |_| {
        assert!(wait.recv().is_err());
        Ok(())
    });
    world.conversation();
    assert_eq!(count(&world), 1);
    drop(go);
    block_on(slow).unwrap();
}

#[test]
fn async_callers_get_their_answers_on_one_thread_and_on_many() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path(), &Arc::new(ManualClock::new(NOON)));
    let ask = |db: Database| async move {
        let user = db.write(|tx| user::ensure_first(tx, NOON)).await.unwrap();
        db.read(move |tx| user::get(tx, user.id))
            .await
            .unwrap()
            .display_name
    };
    assert_eq!(block_on(ask(db.clone())), "Learner");
    let many = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..20).map(|_| many.spawn(ask(db.clone()))).collect();
    for task in tasks {
        assert_eq!(many.block_on(task).unwrap(), "Learner");
    }
}

#[test]
fn an_acknowledged_write_survives_the_death_of_the_process_in_the_log() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Giữ lấy lời tôi.").unwrap();
    // What a killed process leaves: the files as they are, copied without closing.
    let copy = tempfile::tempdir().unwrap();
    for name in ["parlance.db", "parlance.db-wal"] {
        fs::copy(world.path().join(name), copy.path().join(name)).unwrap();
    }
    let revived = open(copy.path(), &world.clock);
    let user = world.user;
    let page = revived
        .read_blocking(move |tx| message::list_before(tx, user, conversation, None, 10))
        .unwrap();
    assert_eq!(page.messages[0].content, "Giữ lấy lời tôi.");
}

#[test]
fn a_write_waits_for_another_program_and_then_happens() {
    let world = World::new();
    let raw = world.raw();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (began, has_begun) = mpsc::channel();
    let job = new_conversation(&world);
    let write = world.db.write(move |tx| {
        began.send(()).unwrap();
        job(tx)
    });
    // A job that was refused would have been dropped, and the channel with it.
    assert_eq!(
        has_begun.recv_timeout(Duration::from_millis(300)),
        Err(mpsc::RecvTimeoutError::Timeout)
    );
    raw.execute_batch("COMMIT").unwrap();
    assert!(block_on(write).is_ok());
    assert_eq!(has_begun.recv(), Ok(()));
}

#[test]
fn the_writer_keeps_its_promises_by_its_pragmas() {
    let world = World::new();
    let settings = world.write(|tx| status::connection_settings(tx)).unwrap();
    for (name, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
        ("trusted_schema", "0"),
        ("cell_size_check", "1"),
        ("cache_size", "-16384"),
    ] {
        assert_eq!(settings[name], value, "{name}");
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}
