//! Programs that answer as espeak-ng does when they are looked for, and then fail in their own way;
//! one of them to show what they are told.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use parlance_speech::{
    Delivery, SpeechEngine, SpeechError, SpeechRequest, Stop, choose_voice, speak,
};
use parlance_storage::{Emotion, Emphasis};
use tempfile::TempDir;

use crate::support::{PATIENCE, Studio, assert_all_end, fake_engine, request, wait_until};

#[test]
fn an_engine_that_crashes_is_an_error_with_its_last_words_on_one_line() {
    let error = error_of("crashes");
    let SpeechError::Failed { status, said } = &error else {
        panic!("{error}")
    };
    assert!(status.contains("signal: 11"), "{status}");
    assert_eq!(said, "the first line of the reason the second line");
}

#[test]
fn an_engine_that_complains_without_end_is_cut_short() {
    let error = error_of("complains_without_end");
    let SpeechError::Failed { said, .. } = &error else {
        panic!("{error}")
    };
    assert!(
        said.starts_with("one complaint after the other one complaint"),
        "{said}"
    );
    assert_eq!(said.chars().count(), 201);
}

#[test]
fn an_engine_that_writes_no_audio_is_an_error_that_says_what_it_wrote() {
    for (engine, expected) in [
        ("writes_rubbish", "no RIFF tag found"),
        ("writes_nothing", "the file is empty"),
        ("writes_only_a_header", "the file holds no sound"),
        ("writes_half", "Failed to read enough bytes"),
    ] {
        let error = error_of(engine);
        let SpeechError::BadAudio(reason) = &error else {
            panic!("{engine}: {error}")
        };
        assert!(reason.contains(expected), "{engine}: {reason}");
    }
}

#[test]
fn an_engine_that_writes_silence_instead_of_words_is_an_error() {
    let error = error_of("writes_silence");
    assert!(matches!(error, SpeechError::Silent), "{error}");
}

#[test]
fn a_hanging_engine_is_killed_at_its_time_limit_with_all_it_started() {
    let studio = Studio::new();
    let folder = TempDir::new().unwrap();
    let numbers = folder.path().join("numbers");
    let limit = Duration::from_millis(1500);
    let engine = fake_engine("hangs_with_a_child").with_time_limit(limit);
    let started = Instant::now();
    let error = studio
        .speak(&engine, numbers.to_str().unwrap())
        .unwrap_err();
    assert!(
        matches!(error, SpeechError::TimedOut(l) if l == limit),
        "{error}"
    );
    assert!(
        (limit..PATIENCE).contains(&started.elapsed()),
        "{:?}",
        started.elapsed()
    );
    assert_all_end(&numbers);
    assert!(studio.files().is_empty());
}

#[test]
fn an_engine_that_never_reads_its_text_is_killed_too() {
    let studio = Studio::new();
    let engine = fake_engine("never_reads").with_time_limit(Duration::from_millis(200));
    let more_than_a_pipe_holds = "more ".repeat(4000);
    let error = studio.speak(&engine, &more_than_a_pipe_holds).unwrap_err();
    assert!(matches!(error, SpeechError::TimedOut(_)), "{error}");
}

#[test]
fn an_engine_that_writes_without_end_is_killed_before_it_fills_the_disk() {
    let error = error_of("writes_without_end");
    let SpeechError::BadAudio(reason) = &error else {
        panic!("{error}")
    };
    assert_eq!(reason, "the file is larger than 64 MB");
}

#[test]
fn an_engine_is_not_waited_for_once_it_is_told_to_stop() {
    let studio = Studio::new();
    let folder = TempDir::new().unwrap();
    let numbers = folder.path().join("numbers");
    let engine = fake_engine("hangs_with_a_child");
    let voice = choose_voice(engine.voices(), "en").unwrap().clone();
    let (owner, stop) = Stop::channel();
    let request = request(numbers.to_str().unwrap(), &voice);
    let error = thread::scope(|scope| {
        let speaking = scope.spawn(|| speak(&engine, &studio.store, &request, &stop).unwrap_err());
        wait_until("the engine runs", || numbers.exists());
        let told = Instant::now();
        owner.send(true).unwrap();
        let error = speaking.join().unwrap();
        assert!(told.elapsed() < PATIENCE, "{:?}", told.elapsed());
        error
    });
    assert!(matches!(error, SpeechError::Stopped), "{error}");
    assert_all_end(&numbers);
}

#[test]
fn a_process_left_behind_by_the_engine_does_not_hold_up_its_result() {
    let studio = Studio::new();
    let engine = fake_engine("leaves_a_child_behind");
    let started = Instant::now();
    let spoken = studio
        .speak(&engine, "Nobody waits for the other one.")
        .unwrap();
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    studio.listen(&spoken).assert_is_speech();
}

#[test]
fn an_engine_is_told_how_to_speak_and_never_what_by_its_arguments() {
    let studio = Studio::new();
    let folder = TempDir::new().unwrap();
    let answer = folder.path().join("arguments");
    let engine = fake_engine("tells_its_arguments");
    let voice = choose_voice(engine.voices(), "en").unwrap();
    let delivery = Delivery {
        emotion: Emotion::Excited,
        emphasis: Emphasis::Strong,
    };
    let request = SpeechRequest::new(answer.to_str().unwrap(), voice, delivery).unwrap();
    let error = studio.speak_as(&engine, &request).unwrap_err();
    assert!(matches!(error, SpeechError::BadAudio(_)), "{error}");
    let arguments = fs::read_to_string(&answer).unwrap();
    let (settings, file) = arguments.split_once(" -w ").unwrap();
    assert_eq!(settings, "--stdin -b 1 -z -v gmw/en -s 174 -p 71 -a 140");
    assert!(file.trim_end().ends_with(".draft"), "{file}");
}

/// The error of an engine that fails at everything, having made sure that it leaves no file.
fn error_of(engine: &str) -> SpeechError {
    let studio = Studio::new();
    let error = studio
        .speak(&fake_engine(engine), "Say this, please.")
        .unwrap_err();
    assert_eq!(studio.files(), Vec::<std::path::PathBuf>::new(), "{engine}");
    error
}
