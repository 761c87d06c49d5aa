//! Leases: a chunk belongs to one worker at a time, and to nobody once its worker is dead.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parlance_speech::{AudioStore, Speech, SpeechEngine, SpeechWorker, WorkerOptions};
use parlance_storage::chunk::{ChunkCounts, count_by_status};
use parlance_storage::{ChunkId, Database, OpenOptions, TtsStatus};
use tempfile::TempDir;

use crate::lesson::{ActingEngine, BY_NEWS_ONLY, Door, Lesson, NEVER, beep};
use crate::support::wait_until;

const MINUTE: Duration = Duration::from_secs(60);
const NONE: ChunkCounts = ChunkCounts {
    pending: 0,
    processing: 0,
    completed: 0,
    failed: 0,
};

#[test]
fn a_lease_that_runs_out_frees_its_chunk_without_any_news() {
    let lesson = Lesson::new();
    let options = WorkerOptions {
        look_again: Duration::from_millis(5),
        ..BY_NEWS_ONLY
    };
    let worker = lesson.worker_with(&ActingEngine::beeping(), options);
    let first = lesson.say(&["The worker is at work."]);
    lesson.wait_for(first[0], TtsStatus::Completed);
    let held = claimed_by_another(&lesson);
    lesson.clock.advance(MINUTE.as_millis() as i64 - 1);
    // The worker has looked, and has left the other's chunk alone.
    let third = lesson.say(&["Something else."]);
    lesson.wait_for(third[0], TtsStatus::Completed);
    assert_eq!(lesson.status(held), TtsStatus::Processing);
    lesson.clock.advance(1);
    lesson.wait_for(held, TtsStatus::Completed);
    worker.stop();
}

/// A chunk that a stranger holds for a minute. The worker may be quicker to claim it, so another is
/// said until the stranger gets one.
fn claimed_by_another(lesson: &Lesson) -> ChunkId {
    loop {
        lesson.say(&["Who is quicker?"]);
        if let Some(chunk) = lesson.claim_as("a stranger", MINUTE) {
            return chunk.id;
        }
    }
}

#[test]
fn who_has_lost_the_lease_changes_nothing_and_goes_on() {
    let lesson = Lesson::new();
    let (engine, door) = engine_behind_a_door();
    let chunks = lesson.say(&["Slow.", "Next."]);
    let worker = lesson.worker_with(
        &engine,
        WorkerOptions {
            lease: MINUTE,
            ..BY_NEWS_ONLY
        },
    );
    wait_until("it is being spoken", || !engine.asked().is_empty());
    lesson.clock.advance(MINUTE.as_millis() as i64);
    let stolen = lesson.claim_as("a thief", NEVER).unwrap();
    assert_eq!(stolen.id, chunks[0]);
    door.open();
    lesson.wait_for(chunks[1], TtsStatus::Completed);
    worker.stop();
    let chunk = lesson.chunk(chunks[0]);
    assert_eq!(
        (chunk.tts_status, chunk.has_audio),
        (TtsStatus::Processing, false)
    );
    assert_eq!(chunk.last_error, stolen.last_error);
}

#[test]
fn who_was_too_slow_does_not_end_the_work_of_who_took_over() {
    let lesson = Lesson::new();
    let options = WorkerOptions {
        lease: MINUTE,
        ..BY_NEWS_ONLY
    };
    let (slow, slow_door) = engine_behind_a_door();
    let (other, other_door) = engine_behind_a_door();
    let chunks = lesson.say(&["Long."]);
    let first = lesson.worker_with(&slow, options);
    wait_until("the first worker speaks", || !slow.asked().is_empty());
    lesson.clock.advance(MINUTE.as_millis() as i64);
    let second = lesson.worker_with(&other, options);
    wait_until("the second has taken over", || !other.asked().is_empty());
    slow_door.open();
    let next = lesson.say(&["Next."]);
    lesson.wait_for(next[0], TtsStatus::Completed);
    assert_eq!(lesson.status(chunks[0]), TtsStatus::Processing);
    other_door.open();
    lesson.wait_for(chunks[0], TtsStatus::Completed);
    first.stop();
    second.stop();
}

#[test]
fn stopping_in_the_middle_again_and_again_costs_no_attempt() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["Later."]);
    for _ in 0..4 {
        let (engine, _door) = engine_behind_a_door();
        let worker = lesson.worker(&engine);
        wait_until("it is being spoken", || !engine.asked().is_empty());
        worker.stop();
        let chunk = lesson.chunk(chunks[0]);
        assert_eq!(
            (chunk.tts_status, chunk.attempt_count),
            (TtsStatus::Pending, 0)
        );
    }
}

#[test]
fn a_second_worker_does_not_take_a_chunk_from_the_first() {
    let lesson = Lesson::new();
    let (slow, door) = engine_behind_a_door();
    let held = lesson.say(&["Mine."]);
    let first = lesson.worker(&slow);
    wait_until("the first worker speaks", || !slow.asked().is_empty());
    let quick = ActingEngine::beeping();
    let second = lesson.worker(&quick);
    let other = lesson.say(&["Yours."]);
    lesson.wait_for(other[0], TtsStatus::Completed);
    door.open();
    let chunk = lesson.wait_for(held[0], TtsStatus::Completed);
    first.stop();
    second.stop();
    assert_eq!(chunk.attempt_count, 1);
    assert_eq!(
        (slow.asked(), quick.asked()),
        (vec!["Mine.".to_owned()], vec!["Yours.".to_owned()])
    );
}

fn engine_behind_a_door() -> (Arc<ActingEngine>, Door) {
    let door = Door::default();
    let at_the_door = door.clone();
    let engine = ActingEngine::new(move |_, out, stop| {
        at_the_door.pass(stop)?;
        beep(out)
    });
    (engine, door)
}

#[test]
fn a_process_killed_in_mid_job_loses_no_chunk() {
    let data_dir = leave_waiting(&["Finish ", "this ", "for me."]);
    kill_in_mid_job(&data_dir);
    kill_in_mid_job(&data_dir);

    let lesson = Lesson::open(data_dir);
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    wait_until("all is spoken", || {
        counts(&lesson)
            == ChunkCounts {
                completed: 3,
                ..NONE
            }
    });
    worker.stop();
    assert_eq!(engine.asked(), ["Finish", "this", "for me."]);
}

#[test]
fn a_chunk_that_kills_its_process_three_times_is_failed_and_the_rest_is_spoken() {
    let data_dir = leave_waiting(&["Poison. ", "Water."]);
    for _ in 0..3 {
        kill_in_mid_job(&data_dir);
    }

    let lesson = Lesson::open(data_dir);
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    wait_until("the rest is spoken", || {
        counts(&lesson)
            == ChunkCounts {
                completed: 1,
                failed: 1,
                ..NONE
            }
    });
    worker.stop();
    assert_eq!(engine.asked(), ["Water."]);
}

#[test]
fn a_start_without_an_engine_frees_the_chunks_of_dead_processes_too() {
    let data_dir = leave_waiting(&["Nobody can say this now."]);
    kill_in_mid_job(&data_dir);

    let lesson = Lesson::open(data_dir);
    assert_eq!(
        counts(&lesson),
        ChunkCounts {
            processing: 1,
            ..NONE
        }
    );
    let speech = Speech::Unavailable {
        reason: "There is none.".to_owned(),
    };
    let worker = SpeechWorker::start(
        lesson.database.clone(),
        speech,
        lesson.store.clone(),
        BY_NEWS_ONLY,
    );
    worker.unwrap().stop();
    assert_eq!(counts(&lesson), ChunkCounts { pending: 1, ..NONE });
}

fn leave_waiting(texts: &[&str]) -> TempDir {
    let lesson = Lesson::new();
    lesson.say(texts);
    lesson.leave()
}

fn counts(lesson: &Lesson) -> ChunkCounts {
    lesson.database.read_blocking(count_by_status).unwrap()
}

const FOLDER_VARIABLE: &str = "PARLANCE_TEST_FOLDER";
const MARKER: &str = "speaking";

/// Starts a process that works on the folder's chunks, and kills it while it speaks.
fn kill_in_mid_job(folder: &TempDir) {
    let marker = folder.path().join(MARKER);
    let mut process = Victim(
        Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "worker_leases::the_process_that_is_killed",
                "--ignored",
            ])
            .env(FOLDER_VARIABLE, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    wait_until("the process speaks", || {
        assert_eq!(
            process.0.try_wait().unwrap(),
            None,
            "the process has ended by itself"
        );
        marker.exists()
    });
    drop(process);
    fs::remove_file(marker).unwrap();
}

/// A process that does not outlive its test, also when that fails.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
#[ignore = "not a test: the part of a process that is killed while it speaks"]
fn the_process_that_is_killed() {
    let folder = PathBuf::from(std::env::var_os(FOLDER_VARIABLE).expect("a folder to work on"));
    let marker = folder.join(MARKER);
    let database = Database::open(&folder, OpenOptions::new("test")).unwrap();
    let store = AudioStore::open(&folder).unwrap();
    let engine = ActingEngine::new(move |_, out, _| {
        // As far as an engine can come without being done.
        beep(out)?;
        fs::write(&marker, "").unwrap();
        wait_for_the_end()
    });
    let speech = Speech::Ready {
        voice: engine.voices()[0].clone(),
        engine,
    };
    let _worker = SpeechWorker::start(database, speech, store, BY_NEWS_ONLY).unwrap();
    wait_for_the_end()
}

fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}
