//! The words of a learner: which are due.

use parlance_storage::{Timestamp, vocabulary};

use crate::support::World;

/// Word, language, kind, status, due in so many minutes; none at all.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<i64>,
);

#[test]
fn the_longest_due_words_come_first_and_none_that_is_known_ignored_or_of_another_language() {
    let world = World::new();
    let now = world.now().as_millis();
    let rows: [Row; 10] = [
        ("umbrella", "en", "word", "review", Some(-5)),
        ("look forward to", "en", "phrase", "learning", Some(-50)),
        ("café ☕", "en", "word", "relearning", Some(0)),
        ("later", "en", "word", "review", Some(1)),
        ("known", "en", "word", "known", Some(-9)),
        ("ignored", "en", "word", "ignored", Some(-9)),
        ("I am agree", "en", "correction", "review", Some(-9)),
        ("你好", "zh", "word", "review", Some(-9)),
        ("never", "en", "word", "new", None),
        ("new", "en", "word", "new", Some(-1)),
    ];
    for (id, (word, language, kind, status, due)) in (1_i64..).zip(rows) {
        world
            .raw()
            .execute(
                "INSERT INTO vocabulary_words
                     (id, user_id, language, word, kind, status, due_at, first_encountered_at, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0)",
                rusqlite::params![
                    id,
                    world.user,
                    language,
                    word,
                    kind,
                    status,
                    due.map(|minutes| now + minutes * 60_000)
                ],
            )
            .unwrap();
    }
    let due = |language: &'static str, limit| {
        let (user, now) = (world.user, Timestamp::from_millis(now));
        world
            .read(move |tx| vocabulary::list_due_words(tx, user, language, now, limit))
            .unwrap()
    };
    assert_eq!(
        due("en", 10),
        ["look forward to", "umbrella", "new", "café ☕"]
    );
    assert_eq!(due("en", 2), ["look forward to", "umbrella"]);
    assert_eq!(due("zh", 10), ["你好"]);
    assert_eq!(due("vi", 10), [""; 0]);
}
