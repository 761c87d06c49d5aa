//! The worker when engines fail: three attempts, a reason that stays, and the queue goes on.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use parlance_speech::WorkerOptions;
use parlance_storage::TtsStatus;

use crate::lesson::{ActingEngine, BY_NEWS_ONLY, Lesson, NEVER, beep, failure};
use crate::support::{PATIENCE, assert_all_end, fake_engine, files_below, wait_until};

#[test]
fn an_engine_that_fails_twice_is_asked_a_third_time_and_the_error_is_forgotten() {
    let lesson = Lesson::new();
    let attempts = AtomicU32::new(0);
    let engine =
        ActingEngine::new(
            move |_, out, _| match attempts.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => Err(failure("not yet")),
                _ => beep(out),
            },
        );
    let chunks = lesson.say(&["Third time lucky."]);
    let worker = lesson.worker(&engine);
    let chunk = lesson.wait_for(chunks[0], TtsStatus::Completed);
    worker.stop();
    assert_eq!((chunk.attempt_count, chunk.last_error), (3, None));
}

#[test]
fn an_engine_that_always_fails_is_asked_three_times_and_its_last_error_stays() {
    let lesson = Lesson::new();
    let attempts = AtomicU32::new(0);
    let engine = ActingEngine::new(move |request, out, _| match request.text() {
        "Bad." => Err(failure(&format!(
            "reason {}",
            attempts.fetch_add(1, Ordering::SeqCst)
        ))),
        _ => beep(out),
    });
    let chunks = lesson.say(&["Bad.", "Good."]);
    let worker = lesson.worker(&engine);
    lesson.wait_for(chunks[1], TtsStatus::Completed);
    worker.stop();
    let bad = lesson.chunk(chunks[0]);
    assert_eq!((bad.tts_status, bad.attempt_count), (TtsStatus::Failed, 3));
    let reason = "The speech engine failed (exit status: 1): reason 2";
    assert_eq!(bad.last_error.as_deref(), Some(reason));
    assert_eq!(engine.asked(), ["Bad.", "Bad.", "Bad.", "Good."]);
}

#[test]
fn the_pause_before_another_attempt_grows() {
    let lesson = Lesson::new();
    let asked_at = Arc::new(Mutex::new(Vec::new()));
    let times = asked_at.clone();
    let engine = ActingEngine::new(move |_, _, _| {
        times.lock().unwrap().push(Instant::now());
        Err(failure("no"))
    });
    let chunks = lesson.say(&["Wait for me."]);
    let back_off = Duration::from_millis(40);
    let worker = lesson.worker_with(
        &engine,
        WorkerOptions {
            back_off,
            ..BY_NEWS_ONLY
        },
    );
    lesson.wait_for(chunks[0], TtsStatus::Failed);
    worker.stop();
    let times = asked_at.lock().unwrap();
    assert!(times[1] - times[0] >= back_off);
    assert!(times[2] - times[1] >= 2 * back_off);
}

#[test]
fn a_panic_in_an_engine_is_a_failed_attempt_and_not_the_end_of_the_worker() {
    let lesson = Lesson::new();
    let engine = ActingEngine::new(|request, out, _| match request.text() {
        "Boom." => panic!("on purpose"),
        _ => beep(out),
    });
    let chunks = lesson.say(&["Boom.", "Calm."]);
    let worker = lesson.worker(&engine);
    lesson.wait_for(chunks[1], TtsStatus::Completed);
    worker.stop();
    let boom = lesson.chunk(chunks[0]);
    assert_eq!(
        (boom.tts_status, boom.attempt_count),
        (TtsStatus::Failed, 3)
    );
    assert_eq!(
        boom.last_error.as_deref(),
        Some("The speech engine broke down.")
    );
    assert_eq!(engine.asked(), ["Boom.", "Boom.", "Boom.", "Calm."]);
}

#[test]
fn programs_that_misbehave_leave_failed_chunks_with_a_reason_and_no_files() {
    const SHORT: Duration = Duration::from_millis(200);
    for (program, limit, reason) in [
        (
            "crashes",
            PATIENCE,
            "the first line of the reason the second line",
        ),
        ("writes_rubbish", PATIENCE, "no RIFF tag found"),
        ("writes_nothing", PATIENCE, "the file is empty"),
        ("writes_silence", PATIENCE, "only silence"),
        ("never_reads", SHORT, "stopped after 0.2 s"),
    ] {
        let lesson = Lesson::new();
        let engine = Arc::new(fake_engine(program).with_time_limit(limit));
        let chunks = lesson.say(&["Please say this."]);
        let worker = lesson.worker(&engine);
        let chunk = lesson.wait_for(chunks[0], TtsStatus::Failed);
        worker.stop();
        let error = chunk.last_error.unwrap();
        assert!(error.contains(reason), "{program}: {error}");
        let audio = files_below(&lesson.data_dir.path().join("audio"));
        assert!(audio.is_empty(), "{program} left {audio:?}");
    }
}

#[test]
fn a_chunk_of_nothing_but_control_characters_fails_with_a_reason() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["\u{1}\u{1b}", "Hello."]);
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    lesson.wait_for(chunks[1], TtsStatus::Completed);
    worker.stop();
    let nothing = lesson.chunk(chunks[0]);
    assert_eq!(nothing.tts_status, TtsStatus::Failed);
    assert_eq!(
        nothing.last_error.as_deref(),
        Some("There is nothing to say.")
    );
    assert_eq!(engine.asked(), ["Hello."]);
}

#[test]
fn stopping_kills_a_running_engine_and_gives_its_chunk_back() {
    let lesson = Lesson::new();
    let numbers = lesson.data_dir.path().join("numbers");
    let engine = Arc::new(fake_engine("hangs_with_a_child"));
    let chunks = lesson.say(&[numbers.to_str().unwrap(), "And this."]);
    let worker = lesson.worker(&engine);
    wait_until("the engine runs", || numbers.exists());
    assert_eq!(lesson.status(chunks[0]), TtsStatus::Processing);
    let told = Instant::now();
    worker.stop();
    assert!(told.elapsed() < PATIENCE, "{:?}", told.elapsed());
    assert_all_end(&numbers);
    for id in chunks {
        assert_eq!(lesson.status(id), TtsStatus::Pending);
    }
}

#[test]
fn stopping_is_prompt_during_the_pause_after_a_failure() {
    let lesson = Lesson::new();
    let engine = ActingEngine::new(|_, _, _| Err(failure("no")));
    let chunks = lesson.say(&["Not now."]);
    let back_off = NEVER;
    let worker = lesson.worker_with(
        &engine,
        WorkerOptions {
            back_off,
            ..BY_NEWS_ONLY
        },
    );
    wait_until("the attempt has failed", || {
        lesson.chunk(chunks[0]).last_error.is_some()
    });
    let told = Instant::now();
    worker.stop();
    assert!(told.elapsed() < PATIENCE, "{:?}", told.elapsed());
}

#[test]
fn nothing_that_was_to_be_said_is_in_the_log() {
    let log = capture_log();
    let lesson = Lesson::new();
    let secret = "My secret is a xylophone.";
    let engine = ActingEngine::new(|request, _, _| Err(failure(request.text())));
    let chunks = lesson.say(&[secret]);
    let worker = lesson.worker(&engine);
    lesson.wait_for(chunks[0], TtsStatus::Failed);
    worker.stop();
    let lines = log.0.lock().unwrap();
    let id = chunks[0].to_string();
    assert!(
        lines.iter().any(|line| line.contains(&id)),
        "the failure is not in the log"
    );
    assert!(
        !lines.iter().any(|line| line.contains("xylophone")),
        "{lines:?}"
    );
}

#[test]
fn audio_that_cannot_be_kept_is_a_failure_with_a_reason() {
    let lesson = Lesson::new();
    // A file where the folder should be: nothing can be written below it, not even by root.
    fs::remove_dir(lesson.data_dir.path().join("audio")).unwrap();
    fs::write(lesson.data_dir.path().join("audio"), "in the way").unwrap();
    let chunks = lesson.say(&["Where shall I put it?"]);
    let worker = lesson.worker(&ActingEngine::beeping());
    let chunk = lesson.wait_for(chunks[0], TtsStatus::Failed);
    worker.stop();
    let error = chunk.last_error.unwrap();
    assert!(
        error.starts_with("The audio folder could not be made: "),
        "{error}"
    );
}

/// Keeps all that is logged by any test of this binary.
struct Log(Mutex<Vec<String>>);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push(record.args().to_string());
    }
    fn flush(&self) {}
}

fn capture_log() -> &'static Log {
    static LOG: Log = Log(Mutex::new(Vec::new()));
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOG).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
    &LOG
}
