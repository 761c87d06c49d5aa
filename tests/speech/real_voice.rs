//! espeak-ng as it is installed.

use std::collections::HashSet;

use parlance_speech::{Delivery, Speech, SpeechRequest, choose_voice, find_engine, find_engine_in};
use parlance_storage::{Emotion, Emphasis};
use tempfile::TempDir;

use crate::support::{NEUTRAL, Studio, fake_program, real_engine, request};

#[test]
fn a_sentence_becomes_audible_speech_of_a_plausible_length() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let spoken = studio
        .speak(&*engine, "What did you do at the weekend, Zoë?")
        .unwrap();
    let recording = studio.listen(&spoken);
    recording.assert_is_speech();
    assert!(
        (1000..5000).contains(&spoken.duration_ms),
        "{} ms",
        spoken.duration_ms
    );
    assert_eq!(recording.duration_ms, spoken.duration_ms);
}

#[test]
fn a_longer_text_lasts_longer() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let short = studio.speak(&*engine, "Good morning.").unwrap();
    let long = studio
        .speak(&*engine, &"Good morning. ".repeat(10))
        .unwrap();
    assert!(long.duration_ms > 5 * short.duration_ms);
}

#[test]
fn equal_texts_share_one_file() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let first = studio.speak(&*engine, "Well done!").unwrap();
    let second = studio.speak(&*engine, "Well done!").unwrap();
    assert_eq!(first, second);
    assert_eq!(studio.files().len(), 1);
}

#[test]
fn every_emotion_and_every_emphasis_sounds_different() {
    let studio = Studio::new();
    let (engine, voice) = real_engine();
    let mut keys = HashSet::new();
    let mut sounds = HashSet::new();
    for &emotion in Emotion::ALL {
        for &emphasis in Emphasis::ALL {
            let delivery = Delivery { emotion, emphasis };
            let request = SpeechRequest::new("Tell me more about it.", &voice, delivery);
            let spoken = studio.speak_as(&*engine, &request.unwrap()).unwrap();
            sounds.insert(studio.store.read(&spoken.key).unwrap());
            keys.insert(spoken.key);
        }
    }
    assert_eq!(keys.len(), Emotion::ALL.len() * Emphasis::ALL.len());
    assert_eq!(sounds.len(), keys.len());
}

#[test]
fn calm_is_slower_and_softer_than_excited() {
    let studio = Studio::new();
    let (engine, voice) = real_engine();
    let [calm, excited] = [Emotion::Calm, Emotion::Excited].map(|emotion| {
        let delivery = Delivery { emotion, ..NEUTRAL };
        let request = SpeechRequest::new("We found the old map in the attic.", &voice, delivery);
        let spoken = studio.speak_as(&*engine, &request.unwrap()).unwrap();
        studio.listen(&spoken)
    });
    assert!(calm.duration_ms > excited.duration_ms);
    assert!(calm.loudest() < excited.loudest());
}

#[test]
fn another_voice_says_the_same_text_differently() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let [british, american] = ["en-GB", "en_US"].map(|language| {
        let voice = choose_voice(engine.voices(), language).unwrap();
        assert_eq!(voice.language, language.to_lowercase().replace('_', "-"));
        studio
            .speak_as(&*engine, &request("Can you ask her to dance?", voice))
            .unwrap()
    });
    assert_ne!(british.key, american.key);
    assert_ne!(
        studio.store.read(&british.key).unwrap(),
        studio.store.read(&american.key).unwrap()
    );
}

#[test]
fn a_language_without_its_own_tag_gets_the_nearest_voice() {
    let (engine, _) = real_engine();
    for (asked, given) in [
        ("en", "en-gb"),
        ("en-AU", "en-gb"),
        ("vi", "vi"),
        ("fr", "fr-fr"),
        ("zh", "cmn"),
    ] {
        let voice = choose_voice(engine.voices(), asked).unwrap();
        assert_eq!(voice.language, given, "for {asked}");
    }
    assert_eq!(choose_voice(engine.voices(), "tlh-x-none"), None);
}

#[test]
fn a_computer_without_an_engine_is_told_so_in_one_sentence() {
    let empty = TempDir::new().unwrap();
    let reason = unavailable(find_engine_in(&[empty.path()], "en"));
    assert_eq!(
        reason,
        "espeak-ng is not installed, so replies cannot be read aloud."
    );
}

#[test]
fn a_language_that_no_voice_speaks_is_a_state_and_not_an_error() {
    let reason = unavailable(find_engine("xx"));
    assert_eq!(reason, "espeak-ng has no voice for the language “xx”.");
}

#[cfg(unix)]
#[test]
fn an_engine_that_does_not_work_is_a_state_and_not_an_error() {
    for (program, expected) in [
        (
            "is_something_else",
            "not a known speech engine: Usage: something else",
        ),
        ("hangs_at_once", "stopped after 5 s"),
    ] {
        let folder = TempDir::new().unwrap();
        std::os::unix::fs::symlink(fake_program(program), folder.path().join("espeak-ng")).unwrap();
        let reason = unavailable(find_engine_in(&[folder.path()], "en"));
        assert!(
            reason.starts_with("espeak-ng is installed but does not work. The "),
            "{reason}"
        );
        assert!(reason.contains(expected), "{reason}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_run_is_not_taken_for_the_engine() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("espeak-ng"), "a note, not a program").unwrap();
    let reason = unavailable(find_engine_in(&[folder.path()], "en"));
    assert!(reason.contains("not installed"), "{reason}");
}

fn unavailable(speech: Speech) -> String {
    match speech {
        Speech::Ready { voice, .. } => panic!("found {voice:?}"),
        Speech::Unavailable { reason } => reason,
    }
}
