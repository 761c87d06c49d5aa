//! The sweep: no file that nobody needs, no chunk without the sound that it says it has, and none lost on the way.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use parlance_speech::{AudioKey, AudioSweep, SETTLED_AFTER, sweep};
use parlance_storage::{ChunkId, Clock, TtsStatus, chunk};

use crate::lesson::{ActingEngine, Lesson, NEVER};
use crate::support::wait_until;

const AT_ONCE: Duration = Duration::ZERO;

fn place(lesson: &Lesson, key: &AudioKey) -> PathBuf {
    let folder = lesson
        .data_dir
        .path()
        .join("audio")
        .join(&key.as_str()[..2]);
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{key}.wav"))
}

/// A file in the store, last written so long ago.
fn file(lesson: &Lesson, text: &str, age: Duration) -> PathBuf {
    let path = place(lesson, &AudioKey::of(text, "test", "1", "voice", ""));
    write(&path, age);
    path
}

fn write(path: &Path, age: Duration) {
    fs::write(path, b"RIFF").unwrap();
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(SystemTime::now() - age)
        .unwrap();
}

fn key_of(lesson: &Lesson, id: ChunkId) -> AudioKey {
    AudioKey::parse(lesson.chunk(id).audio_key.as_deref().unwrap()).unwrap()
}

fn swept(lesson: &Lesson, settled_after: Duration) -> AudioSweep {
    sweep(&lesson.database, &lesson.store, settled_after).unwrap()
}

#[test]
fn a_file_that_nobody_names_goes_and_every_other_stays() {
    let lesson = Lesson::new();
    let worker = lesson.worker(&ActingEngine::beeping());
    let spoken = lesson.say(&["Keep my sound."])[0];
    lesson.wait_for(spoken, TtsStatus::Completed);
    worker.stop();
    let named = place(&lesson, &key_of(&lesson, spoken));
    File::options()
        .write(true)
        .open(&named)
        .unwrap()
        .set_modified(SystemTime::UNIX_EPOCH)
        .unwrap();
    let unnamed = file(&lesson, "nobody", SETTLED_AFTER);
    let young = file(&lesson, "young", Duration::from_secs(60));
    let from_the_future = file(&lesson, "future", AT_ONCE);
    File::options()
        .write(true)
        .open(&from_the_future)
        .unwrap()
        .set_modified(SystemTime::now() + 2 * SETTLED_AFTER)
        .unwrap();
    let folder = unnamed.parent().unwrap();
    let strangers = [
        folder.join("Xy12Ab.draft"),
        folder.join("song.wav"),
        folder.join("notes.txt"),
        lesson.data_dir.path().join("audio").join("readme"),
    ];
    for stranger in &strangers {
        write(stranger, 2 * SETTLED_AFTER);
    }

    assert_eq!(
        swept(&lesson, SETTLED_AFTER),
        AudioSweep {
            removed_files: 1,
            removed_bytes: 4,
            put_back: 0
        }
    );
    assert!(!unnamed.exists());
    for kept in [&named, &young, &from_the_future]
        .into_iter()
        .chain(&strangers)
    {
        assert!(kept.exists(), "{}", kept.display());
    }
    // At once means whatever its age; what a clock put into the future is still not taken for old.
    assert_eq!(swept(&lesson, AT_ONCE).removed_files, 1);
    assert!(!young.exists() && named.exists() && from_the_future.exists());
}

#[test]
fn a_sound_in_the_trash_stays_and_one_that_was_erased_goes() {
    let lesson = Lesson::new();
    let worker = lesson.worker(&ActingEngine::beeping());
    let (first, second) = (
        lesson.say(&["Erase me.", "Say me twice."]),
        lesson.say(&["Say me twice."]),
    );
    for id in first.iter().chain(&second) {
        lesson.wait_for(*id, TtsStatus::Completed);
    }
    worker.stop();
    let erased = place(&lesson, &key_of(&lesson, first[0]));
    let shared = place(&lesson, &key_of(&lesson, first[1]));
    let message = lesson.chunk(first[0]).message_id;
    let (user, now) = (lesson.user, lesson.clock.now());
    lesson
        .database
        .write_blocking(move |tx| parlance_storage::message::delete(tx, user, message, now))
        .unwrap();
    assert_eq!(swept(&lesson, AT_ONCE), AudioSweep::default());
    lesson
        .database
        .write_blocking(move |tx| {
            use parlance_storage::trash;
            trash::condemn(tx, user, trash::Trashed::Message(message))?;
            trash::sweep(tx, now, now)
        })
        .unwrap();
    assert_eq!(swept(&lesson, AT_ONCE).removed_files, 1);
    assert!(!erased.exists() && shared.exists());
}

#[test]
fn a_chunk_whose_file_is_gone_gets_its_sound_again() {
    let lesson = Lesson::new();
    let engine = ActingEngine::beeping();
    let worker = lesson.worker(&engine);
    let chunks = lesson.say(&["Lost.", "Kept."]);
    for id in &chunks {
        lesson.wait_for(*id, TtsStatus::Completed);
    }
    fs::remove_file(place(&lesson, &key_of(&lesson, chunks[0]))).unwrap();
    assert_eq!(swept(&lesson, SETTLED_AFTER).put_back, 1);
    wait_until("it is spoken again", || engine.asked().len() == 3);
    let again = lesson.wait_for(chunks[0], TtsStatus::Completed);
    lesson.listen(&again);
    assert_eq!(engine.asked(), ["Lost.", "Kept.", "Lost."]);
    worker.stop();
}

#[test]
fn the_whole_folder_may_be_gone_and_more_than_one_batch_is_seen_to() {
    let lesson = Lesson::new();
    let texts: Vec<String> = (0..1_203)
        .map(|number| format!("Sentence {number}."))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    lesson.say(&texts);
    let now = lesson.clock.now();
    let keys: Vec<AudioKey> = texts
        .iter()
        .map(|text| AudioKey::of(text, "test", "1", "voice", ""))
        .collect();
    let named = keys.clone();
    lesson
        .database
        .write_blocking(move |tx| {
            for key in &named {
                let claimed =
                    chunk::claim_next(tx, "voice", now, NEVER.as_millis() as u32)?.unwrap();
                chunk::complete(tx, claimed.id, "voice", key.as_str(), 500)?;
            }
            Ok(())
        })
        .unwrap();
    for key in &keys {
        write(&place(&lesson, key), 2 * SETTLED_AFTER);
    }
    assert_eq!(swept(&lesson, SETTLED_AFTER), AudioSweep::default());
    for folder in fs::read_dir(lesson.data_dir.path().join("audio")).unwrap() {
        fs::remove_dir_all(folder.unwrap().path()).unwrap();
    }
    assert_eq!(swept(&lesson, SETTLED_AFTER).put_back, 1_203);
    let counts = lesson
        .database
        .read_blocking(chunk::count_by_status)
        .unwrap();
    assert_eq!((counts.pending, counts.completed), (1_203, 0));
}

#[test]
fn no_sweep_takes_a_file_away_that_is_about_to_be_named() {
    let lesson = Lesson::new();
    let texts: Vec<String> = (0..150)
        .map(|number| format!("Sentence {number}."))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let chunks = lesson.say(&texts);
    let worker = lesson.worker(&ActingEngine::beeping());
    let is_done = || {
        lesson
            .database
            .read_blocking(chunk::count_by_status)
            .unwrap()
            .completed
            == 150
    };
    // Sweep upon sweep, each of them with files under way.
    wait_until("all is spoken", || {
        assert_eq!(swept(&lesson, AT_ONCE), AudioSweep::default());
        is_done()
    });
    worker.stop();
    for id in chunks {
        lesson.listen(&lesson.chunk(id));
    }
}

#[test]
fn a_database_that_is_closed_ends_the_sweep_with_an_error() {
    let lesson = Lesson::new();
    let unnamed = file(&lesson, "nobody", 2 * SETTLED_AFTER);
    lesson.database.close().unwrap();
    assert!(sweep(&lesson.database, &lesson.store, SETTLED_AFTER).is_err());
    assert!(unnamed.exists(), "nobody said that it is not needed");
}
