//! Texts that are not sentences. None may hang the engine, become an option or a command, or go
//! unnoticed.

use parlance_speech::{SpeechError, SpeechRequest};

use crate::support::{NEUTRAL, Studio, patient_engine, real_engine};

#[test]
fn text_that_looks_like_options_is_spoken_and_not_obeyed() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let evil = studio.data_dir.path().join("evil.wav");
    let text = format!("--help -w {} -f /etc/hostname", evil.display());
    let spoken = studio.speak(&*engine, &text).unwrap();
    studio.listen(&spoken).assert_is_speech();
    assert!(!evil.exists());
}

#[test]
fn ssml_is_read_as_text_and_cannot_hold_up_the_speech() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let text = "<speak>One<break time=\"600s\"/><audio src=\"/etc/hostname\"/>two.</speak>";
    let spoken = studio.speak(&*engine, text).unwrap();
    studio.listen(&spoken).assert_is_speech();
    assert!(
        spoken.duration_ms < 60_000,
        "the break of ten minutes was obeyed"
    );
}

#[test]
fn phoneme_codes_are_read_as_text() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let coded = studio.speak(&*engine, "[[w'3:ld]] [[[h@l'oU]]]").unwrap();
    let spaced = studio
        .speak(&*engine, "[ [w'3:ld]] [ [ [h@l'oU]]]")
        .unwrap();
    assert_eq!(
        studio.store.read(&coded.key).unwrap(),
        studio.store.read(&spaced.key).unwrap()
    );
}

#[test]
fn control_characters_neither_cut_the_text_nor_command_the_voice() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    // U+0001 begins espeak-ng's embedded commands; here: 20 words a minute, volume 0.
    let hostile = studio
        .speak(
            &*engine,
            "\u{1}20S\0\u{1}0A Hello\0 my\u{7f} dear\r\n\u{85}friend",
        )
        .unwrap();
    let plain = studio
        .speak(&*engine, "20S  0A Hello  my  dear   friend")
        .unwrap();
    assert_eq!(hostile, plain);
    studio.listen(&hostile).assert_is_speech();
}

#[test]
fn the_longest_text_is_spoken_whatever_it_consists_of() {
    let engine = patient_engine();
    for text in [
        "a".repeat(20_000),
        "My dear old friend. ".repeat(1000),
        "!".repeat(20_000),
    ] {
        let studio = Studio::new();
        let spoken = studio.speak(&engine, &text).unwrap();
        assert!(spoken.duration_ms > 100, "{} ms", spoken.duration_ms);
    }
}

#[test]
fn a_text_that_would_become_hours_of_sound_is_refused_and_leaves_nothing() {
    let studio = Studio::new();
    let engine = patient_engine();
    let error = studio.speak(&engine, &"你".repeat(20_000)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The speech engine wrote no usable audio: the file is larger than 64 MB."
    );
    assert!(studio.files().is_empty());
}

#[test]
fn a_text_longer_than_any_sentence_is_refused_before_the_engine_sees_it() {
    let (_, voice) = real_engine();
    let error = SpeechRequest::new(&"é".repeat(20_001), &voice, NEUTRAL).unwrap_err();
    assert!(
        matches!(
            error,
            SpeechError::TooLong {
                length: 20_001,
                limit: 20_000
            }
        ),
        "{error}"
    );
}

#[test]
fn punctuation_alone_may_be_silent() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    for text in ["...", "?!", "—", "\"", "。", "،", "* * *"] {
        let spoken = studio
            .speak(&*engine, text)
            .unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert!(
            spoken.duration_ms < 3000,
            "{text:?} lasts {} ms",
            spoken.duration_ms
        );
    }
}

#[test]
fn words_without_any_sound_are_an_error() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    // Cherokee: the English voice passes over it.
    let error = studio.speak(&*engine, "ᏣᎳᎩ").unwrap_err();
    assert!(matches!(error, SpeechError::Silent), "{error}");
}

#[test]
fn other_scripts_and_emoji_do_not_stop_the_english_voice() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    for text in [
        "مرحبا، كيف حالك؟",
        "你好,世界",
        "こんにちは",
        "สวัสดีครับ",
        "Xin chào, bạn khoẻ không?",
        "\u{202e}olleh\u{202c} hello",
        "Great 👍🏽 work 👨‍👩‍👧!",
        "😀",
        "e\u{301}\u{301}\u{301}te\u{301}",
    ] {
        let spoken = studio
            .speak(&*engine, text)
            .unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert!(
            studio.listen(&spoken).loudest() > 0.02,
            "{text:?} cannot be heard"
        );
    }
}

#[test]
fn a_text_of_nothing_is_no_request() {
    let (_, voice) = real_engine();
    for text in [
        "",
        "   ",
        "\n\t",
        "\0\u{1}\u{1b}",
        "\u{feff}",
        "\u{a0}\u{2003}",
    ] {
        let error = SpeechRequest::new(text, &voice, NEUTRAL).unwrap_err();
        assert!(
            matches!(error, SpeechError::NothingToSay),
            "{text:?}: {error}"
        );
    }
}
