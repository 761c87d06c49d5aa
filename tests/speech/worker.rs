//! The worker when all goes well: everything that waits is spoken, in order, once, and without delay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parlance_speech::{Speech, SpeechWorker, WorkerOptions};
use parlance_storage::{TtsStatus, chunk};

use crate::lesson::{ActingEngine, BY_NEWS_ONLY, Lesson, beep};
use crate::support::{PATIENCE, real_engine, wait_until};

#[test]
fn what_waits_at_the_start_is_spoken_with_the_real_voice() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["Hello, Zoë! ", "How was your day? ", "你好 means “hello”."]);
    let (engine, voice) = real_engine();
    let speech = Speech::Ready { engine, voice };
    let worker = SpeechWorker::start(
        lesson.database.clone(),
        speech,
        lesson.store.clone(),
        BY_NEWS_ONLY,
    );
    for id in chunks {
        let chunk = lesson.wait_for(id, TtsStatus::Completed);
        let recording = lesson.listen(&chunk);
        recording.assert_is_speech();
        assert_eq!(chunk.audio_duration_ms, Some(recording.duration_ms));
        assert_eq!((chunk.attempt_count, chunk.last_error), (1, None));
    }
    worker.unwrap().stop();
}

#[test]
fn a_chunk_that_comes_while_the_worker_sleeps_wakes_it() {
    let lesson = Lesson::new();
    let worker = lesson.worker(&ActingEngine::beeping());
    for text in ["First.", "Second.", "Third."] {
        let chunks = lesson.say(&[text]);
        lesson.wait_for(chunks[0], TtsStatus::Completed);
    }
    worker.stop();
}

#[test]
fn older_messages_and_earlier_chunks_are_spoken_first() {
    let lesson = Lesson::new();
    lesson.say(&["1", "2"]);
    let last = lesson.say(&["3", "4", "5"]);
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    lesson.wait_for(last[2], TtsStatus::Completed);
    worker.stop();
    assert_eq!(engine.asked(), ["1", "2", "3", "4", "5"]);
}

#[test]
fn equal_chunks_share_one_piece_of_audio() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["Very good! ", "Once more. ", "Very good! "]);
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    let last = lesson.wait_for(chunks[2], TtsStatus::Completed);
    worker.stop();
    assert_eq!(last.audio_key, lesson.chunk(chunks[0]).audio_key);
    assert_eq!(engine.asked(), ["Very good!", "Once more."]);
}

#[test]
fn without_an_engine_nothing_is_claimed_and_everything_keeps_waiting() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["Is anybody there?"]);
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
    let chunk = lesson.chunk(chunks[0]);
    assert_eq!(
        (chunk.tts_status, chunk.attempt_count),
        (TtsStatus::Pending, 0)
    );
    // And a later start with an engine speaks it.
    let worker = lesson.worker(&ActingEngine::beeping());
    lesson.wait_for(chunks[0], TtsStatus::Completed);
    worker.stop();
}

#[test]
fn a_chunk_that_has_failed_is_spoken_again_when_somebody_asks_for_it() {
    let lesson = Lesson::new();
    let chunks = lesson.say(&["Try again."]);
    for _ in 0..chunk::MOST_ATTEMPTS {
        let id = lesson.claim_as("another", PATIENCE).unwrap().id;
        let fail = lesson
            .database
            .write_blocking(move |tx| chunk::fail(tx, id, "another", "The voice was away."));
        fail.unwrap();
    }
    let worker = lesson.worker(&ActingEngine::beeping());
    assert_eq!(lesson.status(chunks[0]), TtsStatus::Failed);
    let (user, id) = (lesson.user, chunks[0]);
    lesson
        .database
        .write_blocking(move |tx| chunk::retry(tx, user, id))
        .unwrap();
    lesson.wait_for(chunks[0], TtsStatus::Completed);
    worker.stop();
}

#[test]
fn several_speakers_speak_at_the_same_time() {
    let lesson = Lesson::new();
    let present = Arc::new(AtomicU32::new(0));
    let engine = ActingEngine::new(move |_, out, _| {
        present.fetch_add(1, Ordering::SeqCst);
        wait_until("the other speaks too", || {
            present.load(Ordering::SeqCst) == 2
        });
        beep(out)
    });
    let chunks = lesson.say(&["One.", "Two."]);
    let worker = lesson.worker_with(
        &engine,
        WorkerOptions {
            speakers: 2,
            ..BY_NEWS_ONLY
        },
    );
    for id in chunks {
        assert_eq!(lesson.wait_for(id, TtsStatus::Completed).attempt_count, 1);
    }
    worker.stop();
}

#[test]
fn two_workers_on_one_database_never_speak_a_chunk_twice() {
    let lesson = Lesson::new();
    let engine = ActingEngine::beeping();
    let options = WorkerOptions {
        speakers: 2,
        ..BY_NEWS_ONLY
    };
    let workers = [
        lesson.worker_with(&engine, options),
        lesson.worker_with(&engine, options),
    ];
    let texts: Vec<String> = (0..200)
        .map(|number| format!("Sentence {number}."))
        .collect();
    let mut chunks = Vec::new();
    for some in texts.chunks(20) {
        chunks.extend(lesson.say(&some.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    for &id in &chunks {
        assert_eq!(lesson.wait_for(id, TtsStatus::Completed).attempt_count, 1);
    }
    workers.into_iter().for_each(SpeechWorker::stop);
    let mut asked = engine.asked();
    asked.sort();
    let mut expected = texts;
    expected.sort();
    assert_eq!(asked, expected);
}

#[test]
fn a_stopped_worker_claims_nothing_more() {
    let lesson = Lesson::new();
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    let first = lesson.say(&["Before."]);
    lesson.wait_for(first[0], TtsStatus::Completed);
    worker.stop();
    let second = lesson.say(&["After."]);
    assert_eq!(lesson.status(second[0]), TtsStatus::Pending);
    assert_eq!(engine.asked(), ["Before."]);
}

#[test]
fn closing_the_database_ends_a_worker_that_was_forgotten() {
    let lesson = Lesson::new();
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    let chunks = lesson.say(&["Good night."]);
    wait_until("it is spoken", || {
        lesson.status(chunks[0]) == TtsStatus::Completed
    });
    lesson.database.close().unwrap();
    worker.stop();
}
