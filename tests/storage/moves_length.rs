//! Fifty thousand messages take seconds, not minutes.

use std::time::{Duration, Instant};

use parlance_storage::{ConversationId, Error, operation};

use crate::copies::{contents, duplicate};
use crate::moves::{merge, split};
use crate::support::World;

const MESSAGES: u32 = 50_000;
/// Of an unoptimised build, on a computer with other things to do.
const LONGEST: Duration = Duration::from_secs(60);

fn time<T>(what: &str, job: impl FnOnce() -> Result<T, Error>) -> T {
    let start = Instant::now();
    let done = job().unwrap();
    let took = start.elapsed();
    assert!(took < LONGEST, "{what} took {took:?}");
    if let Some(figures) = std::env::var_os("PARLANCE_FIGURES") {
        use std::io::Write as _;
        let mut file = std::fs::File::options()
            .append(true)
            .create(true)
            .open(figures)
            .unwrap();
        writeln!(file, "{what}: {} ms", took.as_millis()).unwrap();
    }
    done
}

/// Half of them replies of two chunks.
fn long_talk(world: &World) -> ConversationId {
    let talk = world.conversation();
    world
        .raw()
        .execute_batch(&format!(
            "WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < {MESSAGES})
             INSERT INTO messages (id, conversation_id, role, content, sequence_number, created_at, updated_at)
                 SELECT 1000 + place, (SELECT max(id) FROM conversations), iif(place % 2, 'user', 'assistant'),
                     'Yesterday I went to the market for the ' || place || '. time. And we met there.', place,
                     place * 1000, 0
                 FROM places;
             INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text)
                 SELECT id * 2, id, 0, substr(content, 1, 20), 'spoken' FROM messages WHERE role = 'assistant'
                 UNION ALL
                 SELECT id * 2 + 1, id, 1, substr(content, 21), 'spoken' FROM messages WHERE role = 'assistant';
             UPDATE conversations SET message_count = {MESSAGES}, (last_message_at, last_message_preview) =
                 (SELECT created_at, content FROM messages ORDER BY sequence_number DESC LIMIT 1);"
        ))
        .unwrap();
    talk
}

#[test]
#[ignore = "takes a minute"]
fn fifty_thousand_messages_are_copied_split_and_merged_within_seconds() {
    let world = World::new();
    let talk = long_talk(&world);
    let copy = time("duplicate", || duplicate(&world, talk, true));
    let copy = copy.conversation.id;
    assert_eq!(contents(&world, copy), contents(&world, talk));
    let merged = time("merge", || merge(&world, talk, copy)).operation.id;
    assert_eq!(world.get(talk).message_count, 2 * MESSAGES);
    time("undo of the merge", || world.undo(merged));
    let middle: parlance_storage::MessageId = world
        .raw()
        .query_row(
            "SELECT id FROM messages WHERE conversation_id = ?1 AND sequence_number = ?2",
            rusqlite::params![talk, MESSAGES / 2 + 1],
            |row| row.get(0),
        )
        .unwrap();
    let part = time("split", || split(&world, middle)).operation.id;
    assert_eq!(world.get(talk).message_count, MESSAGES / 2);
    time("undo of the split", || world.undo(part));
    assert_eq!(world.get(talk).message_count, MESSAGES);
    let user = world.user;
    let left = world.read(move |tx| operation::list(tx, user)).unwrap();
    assert_eq!(left.len(), 1, "the copy");
    world.assert_sound();
}
