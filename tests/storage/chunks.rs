//! The queue in which chunks become sound.

use parlance_storage::chunk::{self, Chunk, ChunkCounts, NewChunk};
use parlance_storage::{ChunkId, Emotion, Emphasis, Error, TtsStatus, message};

use crate::support::{NOON, World, chunk};

const LEASE_MS: u32 = 10_000;

fn claim(world: &World, owner: &'static str) -> Option<Chunk> {
    let now = world.now();
    world
        .write(move |tx| chunk::claim_next(tx, owner, now, LEASE_MS))
        .unwrap()
}

fn complete(world: &World, id: ChunkId, owner: &'static str) -> Result<Chunk, Error> {
    world.write(move |tx| chunk::complete(tx, id, owner, "ab12", 1_500))
}

fn fail(world: &World, id: ChunkId, owner: &'static str) -> Result<Chunk, Error> {
    world.write(move |tx| chunk::fail(tx, id, owner, "the voice is hoarse"))
}

fn retry(world: &World, id: ChunkId) -> Result<Chunk, Error> {
    let user = world.user;
    world.write(move |tx| chunk::retry(tx, user, id))
}

fn counts(world: &World) -> ChunkCounts {
    world.read(chunk::count_by_status).unwrap()
}

#[test]
fn chunks_are_taken_oldest_message_first_and_in_order() {
    let world = World::new();
    let (first, second) = (world.conversation(), world.conversation());
    world.reply(second, &["1 ", "2 "]);
    world.reply(first, &["3 ", "4 "]);
    let mut taken = Vec::new();
    while let Some(chunk) = claim(&world, "worker") {
        assert_eq!(
            (chunk.tts_status, chunk.attempt_count),
            (TtsStatus::Processing, 1)
        );
        taken.push(chunk.text);
    }
    assert_eq!(taken, ["1 ", "2 ", "3 ", "4 "]);
    assert_eq!(
        counts(&world),
        ChunkCounts {
            processing: 4,
            ..ChunkCounts::default()
        }
    );
}

#[test]
fn a_completed_chunk_has_its_sound_and_is_not_taken_again() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    let id = claim(&world, "worker").unwrap().id;
    let mut changes = world.db.changes();
    let done = complete(&world, id, "worker").unwrap();
    assert_eq!(
        (done.tts_status, done.has_audio, done.audio_duration_ms),
        (TtsStatus::Completed, true, Some(1_500))
    );
    assert_eq!(done.audio_key.as_deref(), Some("ab12"));
    let set = changes.blocking_recv().unwrap();
    assert_eq!(
        (set.changes[0].id.as_str(), set.changes[0].message_id),
        (id.to_string().as_str(), Some(done.message_id))
    );
    assert!(claim(&world, "worker").is_none());
}

#[test]
fn after_three_attempts_a_chunk_is_failed_and_says_why() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    for attempt in 1..=3 {
        let taken = claim(&world, "worker").unwrap();
        assert_eq!(taken.attempt_count, attempt);
        let failed = fail(&world, taken.id, "worker").unwrap();
        let expected = if attempt < 3 {
            TtsStatus::Pending
        } else {
            TtsStatus::Failed
        };
        assert_eq!(
            (failed.tts_status, failed.last_error.as_deref()),
            (expected, Some("the voice is hoarse"))
        );
    }
    assert!(claim(&world, "worker").is_none());
    assert_eq!(
        counts(&world),
        ChunkCounts {
            failed: 1,
            ..ChunkCounts::default()
        }
    );
}

#[test]
fn a_failed_chunk_can_be_asked_for_again() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    let mut id = None;
    for _ in 0..3 {
        id = claim(&world, "worker").map(|chunk| chunk.id);
        fail(&world, id.unwrap(), "worker").unwrap();
    }
    let again = retry(&world, id.unwrap()).unwrap();
    assert_eq!(
        (again.tts_status, again.attempt_count, again.last_error),
        (TtsStatus::Pending, 0, None)
    );
    assert_eq!(claim(&world, "worker").unwrap().id, again.id);
}

#[test]
fn a_retry_of_what_waits_or_is_being_made_changes_nothing() {
    let world = World::new();
    let reply = world.reply(world.conversation(), &["Hello. ", "\n"]);
    let (spoken, silent) = (reply.chunks[0].clone(), reply.chunks[1].clone());
    assert_eq!(retry(&world, spoken.id).unwrap(), spoken);
    assert_eq!(retry(&world, silent.id).unwrap(), silent);
    let taken = claim(&world, "worker").unwrap();
    assert_eq!(retry(&world, taken.id).unwrap(), taken);
    complete(&world, taken.id, "worker").unwrap();
    assert_eq!(
        retry(&world, taken.id).unwrap().tts_status,
        TtsStatus::Pending,
        "its sound is made anew"
    );
}

#[test]
fn work_that_was_broken_off_does_not_count_as_an_attempt() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    for _ in 0..5 {
        let claimed = claim(&world, "worker").unwrap();
        assert_eq!(claimed.attempt_count, 1);
        let id = claimed.id;
        let released = world
            .write(move |tx| chunk::release(tx, id, "worker"))
            .unwrap();
        assert_eq!(
            (released.tts_status, released.attempt_count),
            (TtsStatus::Pending, 0)
        );
        let again = world
            .write(move |tx| chunk::release(tx, id, "worker"))
            .unwrap_err();
        assert_eq!(again.code(), "conflict");
    }
}

#[test]
fn who_lost_the_lease_changes_nothing() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    let id = claim(&world, "slow").unwrap().id;
    assert!(claim(&world, "quick").is_none(), "the lease is still good");
    world.clock.advance(i64::from(LEASE_MS));
    let taken = claim(&world, "quick").unwrap();
    assert_eq!((taken.id, taken.attempt_count), (id, 2));
    for error in [
        complete(&world, id, "slow").unwrap_err(),
        fail(&world, id, "slow").unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "This chunk is no longer this worker's to finish."
        );
        assert_eq!(error.code(), "conflict");
    }
    let user = world.user;
    assert_eq!(
        world.read(move |tx| chunk::get(tx, user, id)).unwrap(),
        taken
    );
    complete(&world, id, "quick").unwrap();
    assert_eq!(
        complete(&world, id, "quick").unwrap_err().code(),
        "conflict"
    );
}

#[test]
fn late_work_counts_if_nobody_else_has_begun() {
    let world = World::new();
    world.reply(world.conversation(), &["Hello."]);
    let id = claim(&world, "slow").unwrap().id;
    world.clock.advance(i64::from(LEASE_MS) * 5);
    assert!(complete(&world, id, "slow").is_ok());
}

#[test]
fn leases_of_the_dead_are_released_at_start_and_a_chunk_that_kills_is_failed() {
    let world = World::new();
    world.reply(world.conversation(), &["Deadly. "]);
    for attempt in 1..=3 {
        let id = claim(&world, "instance").unwrap().id;
        let released = world.write(chunk::release_leases).unwrap();
        assert_eq!(released, 1);
        let user = world.user;
        let chunk = world.read(move |tx| chunk::get(tx, user, id)).unwrap();
        let expected = if attempt < 3 {
            TtsStatus::Pending
        } else {
            TtsStatus::Failed
        };
        assert_eq!(chunk.tts_status, expected);
        assert_eq!(
            chunk.last_error.as_deref(),
            Some("the speech worker ended before it was done")
        );
    }
    assert_eq!(world.write(chunk::release_leases).unwrap(), 0);
}

#[test]
fn chunks_of_a_reply_that_is_still_written_are_spoken_already() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    world
        .write(move |tx| {
            let reply = message::begin_reply(tx, conversation, "m", now)?;
            message::append_to_reply(
                tx,
                reply.id,
                "First sentence. Sec",
                &[chunk("First sentence. ")],
                now,
            )
        })
        .unwrap();
    assert_eq!(
        claim(&world, "worker").unwrap().spoken_text,
        "First sentence."
    );
}

#[test]
fn every_property_of_a_chunk_comes_back() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    let new = NewChunk {
        text: "**Très bien !** 🎉\n".into(),
        spoken_text: "Très bien !".into(),
        emotion: Emotion::Excited,
        icon: Some("🎉".into()),
        pause_after_ms: 650,
        emphasis: Emphasis::Strong,
    };
    let copy = new.clone();
    let said = world
        .write(move |tx| {
            message::say(
                tx,
                conversation,
                &copy.text,
                std::slice::from_ref(&copy),
                "m",
                now,
            )
        })
        .unwrap();
    let chunk = &said.chunks[0];
    assert_eq!(
        (&chunk.text, &chunk.spoken_text, chunk.emotion),
        (&new.text, &new.spoken_text, new.emotion)
    );
    assert_eq!(
        (&chunk.icon, chunk.pause_after_ms, chunk.emphasis),
        (&new.icon, new.pause_after_ms, new.emphasis)
    );
}

#[test]
fn chunks_that_cannot_be_stored_are_refused() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    let good = chunk("Hi");
    for bad in [
        NewChunk {
            text: String::new(),
            ..good.clone()
        },
        NewChunk {
            text: "H\0i".into(),
            ..good.clone()
        },
        NewChunk {
            spoken_text: "H\0i".into(),
            ..good.clone()
        },
        NewChunk {
            icon: Some("🎉".repeat(100)),
            ..good.clone()
        },
        NewChunk {
            pause_after_ms: 60_001,
            ..good
        },
    ] {
        let result = world.write(move |tx| {
            let reply = message::begin_reply(tx, conversation, "m", now)?;
            message::append_to_reply(tx, reply.id, "Hi", &[bad], now)
        });
        assert_eq!(result.unwrap_err().code(), "invalid");
    }
    assert!(world.messages(conversation).is_empty());
}

#[test]
fn unknown_and_foreign_chunks_are_not_found() {
    let world = World::new();
    let (stranger, user) = (world.stranger(), world.user);
    let id = world.reply(world.conversation(), &["Hello."]).chunks[0].id;
    let unknown = ChunkId::new(NOON);
    assert_eq!(
        world
            .read(move |tx| chunk::get(tx, stranger, id))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(
        world
            .write(move |tx| chunk::retry(tx, stranger, id))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(
        world
            .read(move |tx| chunk::get(tx, user, unknown))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(
        complete(&world, unknown, "worker").unwrap_err().code(),
        "not_found"
    );
}

#[test]
fn an_error_of_any_length_is_kept_short() {
    let world = World::new();
    let conversation = world.conversation();
    world.reply(conversation, &["Hello."]);
    let id = claim(&world, "worker").unwrap().id;
    let long = format!("nul\0 {}", "ồ".repeat(10_000));
    let failed = world
        .write(move |tx| chunk::fail(tx, id, "worker", &long))
        .unwrap();
    assert_eq!(failed.last_error.unwrap().chars().count(), 500);
}

#[test]
fn what_lies_in_the_trash_is_not_spoken_until_it_is_taken_out() {
    let world = World::new();
    let (thrown_away, kept) = (world.conversation(), world.conversation());
    let first = world.reply(thrown_away, &["In a conversation that is thrown away."]);
    let second = world.reply(kept, &["Thrown away by itself."]);
    let third = world.reply(kept, &["Kept."]);
    let raw = world.raw();
    let delete = |table: &str, at: Option<i64>, id: i64| {
        raw.execute(
            &format!("UPDATE {table} SET deleted_at = ?1 WHERE rowid = ?2"),
            rusqlite::params![at, id],
        )
        .unwrap();
    };
    let row = |id: &dyn rusqlite::ToSql| -> i64 {
        raw.query_row("SELECT ?1", [id], |row| row.get(0)).unwrap()
    };
    let (conversation, message) = (row(&thrown_away), row(&second.id));
    delete("conversations", Some(1), conversation);
    delete("messages", Some(1), message);
    assert_eq!(claim(&world, "worker").unwrap().message_id, third.id);
    assert!(claim(&world, "worker").is_none());
    delete("conversations", None, conversation);
    assert_eq!(claim(&world, "worker").unwrap().message_id, first.id);
    delete("messages", None, message);
    assert_eq!(claim(&world, "worker").unwrap().message_id, second.id);
}
