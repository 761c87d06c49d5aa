//! Replies: stored word by word, whole when finished, kept when cut off.

use parlance_storage::{
    ConversationId, Entity, Error, MessageId, MessageStatus, Role, TtsStatus, message,
};

use crate::support::{NOON, World, chunk};

fn begin(world: &World, conversation: ConversationId) -> Result<MessageId, Error> {
    let now = world.now();
    Ok(world
        .write(move |tx| message::begin_reply(tx, conversation, "practice-partner", now))?
        .id)
}

fn append(world: &World, id: MessageId, words: &str, chunks: &[&str]) -> Result<(), Error> {
    let (now, words, chunks) = (
        world.now(),
        words.to_owned(),
        chunks.iter().map(|text| chunk(text)).collect::<Vec<_>>(),
    );
    world.write(move |tx| message::append_to_reply(tx, id, &words, &chunks, now))
}

fn finish(
    world: &World,
    id: MessageId,
    status: MessageStatus,
    chunks: &[&str],
) -> Result<message::Message, Error> {
    let (now, chunks) = (
        world.now(),
        chunks.iter().map(|text| chunk(text)).collect::<Vec<_>>(),
    );
    world.write(move |tx| message::finish_reply(tx, id, status, &chunks, now))
}

#[test]
fn a_streamed_reply_is_there_word_by_word_with_its_chunks() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Xin chào!").unwrap();
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, "Hello", &[]).unwrap();
    append(&world, reply, "! How", &["Hello! "]).unwrap();
    let seen = world.messages(conversation).pop().unwrap();
    assert_eq!(
        (seen.status, seen.role),
        (MessageStatus::Streaming, Role::Assistant)
    );
    assert!(seen.content.starts_with("Hello"));
    assert_eq!(
        world.get(conversation).message_count,
        1,
        "a streaming reply does not count yet"
    );
    assert_eq!(
        world.get(conversation).last_message_preview.as_deref(),
        Some("Xin chào!")
    );
}

#[test]
fn a_finished_reply_counts_and_its_chunks_are_its_content() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Hi").unwrap();
    world.clock.advance(10);
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, "Hello there! How", &["Hello there! "]).unwrap();
    append(&world, reply, " are you?", &[]).unwrap();
    let done = finish(&world, reply, MessageStatus::Complete, &["How are you?"]).unwrap();
    assert_eq!(
        (done.status, done.sequence_number),
        (MessageStatus::Complete, 2)
    );
    assert_eq!(done.model.as_deref(), Some("practice-partner"));
    assert_eq!(
        done.chunks
            .iter()
            .map(|chunk| chunk.text.as_str())
            .collect::<String>(),
        done.content
    );
    assert_eq!(
        done.chunks
            .iter()
            .map(|chunk| chunk.chunk_index)
            .collect::<Vec<_>>(),
        [0, 1]
    );
    let after = world.get(conversation);
    assert_eq!(
        (after.message_count, after.last_message_at),
        (2, Some(NOON.plus_millis(10)))
    );
    assert_eq!(
        after.last_message_preview.as_deref(),
        Some("Hello there! How are you?")
    );
}

#[test]
fn chunks_that_do_not_give_the_reply_back_are_refused() {
    let world = World::new();
    let reply = begin(&world, world.conversation()).unwrap();
    append(&world, reply, "One. Two.", &["One. "]).unwrap();
    for chunks in [&[][..], &["two."], &["Two.", " "], &["Two"]] {
        let error = finish(&world, reply, MessageStatus::Complete, chunks).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The chunks must give the reply's text when put together."
        );
    }
    assert!(finish(&world, reply, MessageStatus::Complete, &["Two."]).is_ok());
}

#[test]
fn chunks_that_are_not_the_beginning_of_the_reply_are_refused_as_they_come() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, "One. ", &["One. "]).unwrap();
    for chunk in ["2", "Two. More"] {
        let error = append(&world, reply, "Two. ", &[chunk]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The chunks must be the beginning of the reply's text."
        );
    }
    assert_eq!(world.messages(conversation)[0].content, "One. ");
    append(&world, reply, "Two. ", &["Two. "]).unwrap();
}

#[test]
fn an_interrupted_reply_keeps_its_words() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, "I was about to s", &[]).unwrap();
    let kept = finish(
        &world,
        reply,
        MessageStatus::Interrupted,
        &["I was about to s"],
    )
    .unwrap();
    assert_eq!(
        (kept.status, kept.content.as_str()),
        (MessageStatus::Interrupted, "I was about to s")
    );
    assert_eq!(
        world.get(conversation).last_message_preview.as_deref(),
        Some("I was about to s")
    );
}

#[test]
fn a_reply_left_by_a_dead_process_is_found_at_the_next_start() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = begin(&world, conversation).unwrap();
    append(
        &world,
        reply,
        "Words that came. And half a",
        &["Words that came. "],
    )
    .unwrap();
    world.db.close().unwrap();
    let world = world.reopened();
    let left = world.read(message::list_streaming).unwrap();
    assert_eq!(
        (left.len(), left[0].id, left[0].chunks.len()),
        (1, reply, 1)
    );
    let spoken: usize = left[0].chunks.iter().map(|chunk| chunk.text.len()).sum();
    let rest = left[0].content[spoken..].to_owned();
    finish(&world, reply, MessageStatus::Interrupted, &[&rest]).unwrap();
    assert!(world.read(message::list_streaming).unwrap().is_empty());
    assert_eq!(
        world.messages(conversation)[0].content,
        "Words that came. And half a"
    );
}

#[test]
fn only_one_reply_is_written_at_a_time() {
    let world = World::new();
    let (conversation, other) = (world.conversation(), world.conversation());
    let reply = begin(&world, conversation).unwrap();
    let error = begin(&world, conversation).unwrap_err();
    assert_eq!(
        error.to_string(),
        "A reply is being written in this conversation already."
    );
    assert_eq!(error.code(), "conflict");
    begin(&world, other).unwrap();
    finish(&world, reply, MessageStatus::Failed, &[]).unwrap();
    begin(&world, conversation).unwrap();
}

#[test]
fn a_finished_reply_takes_no_more_words() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = world.reply(conversation, &["Done."]).id;
    assert_eq!(
        append(&world, reply, "more", &["more"]).unwrap_err().code(),
        "conflict"
    );
    assert_eq!(
        finish(&world, reply, MessageStatus::Failed, &[])
            .unwrap_err()
            .code(),
        "conflict"
    );
    let sent = world.send(conversation, "mine").unwrap().id;
    assert_eq!(
        append(&world, sent, "forged", &[]).unwrap_err().code(),
        "conflict"
    );
    assert_eq!(
        append(&world, MessageId::new(NOON), "lost", &[])
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(world.messages(conversation)[0].content, "Done.");
}

#[test]
fn streaming_is_no_way_to_finish() {
    let world = World::new();
    let reply = begin(&world, world.conversation()).unwrap();
    assert_eq!(
        finish(&world, reply, MessageStatus::Streaming, &[])
            .unwrap_err()
            .code(),
        "invalid"
    );
}

#[test]
fn an_endless_reply_is_stopped_at_the_limit_and_keeps_what_it_had() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, &"字".repeat(99_999), &[]).unwrap();
    assert_eq!(
        append(&world, reply, "ab", &[]).unwrap_err().code(),
        "invalid"
    );
    append(&world, reply, "a", &[]).unwrap();
    assert_eq!(
        world.messages(conversation)[0].content.chars().count(),
        100_000
    );
}

#[test]
fn a_chunk_with_nothing_to_say_is_done_at_once() {
    let world = World::new();
    let done = world.reply(world.conversation(), &["Spoken. ", "   \n"]);
    let state = |place: usize| {
        let chunk = &done.chunks[place];
        (chunk.tts_status, chunk.audio_duration_ms, chunk.has_audio)
    };
    assert_eq!(state(0), (TtsStatus::Pending, None, false));
    assert_eq!(state(1), (TtsStatus::Completed, Some(0), false));
}

#[test]
fn every_change_of_a_turn_is_told_once() {
    let world = World::new();
    let conversation = world.conversation();
    let mut changes = world.db.changes();
    let reply = world.reply(conversation, &["One. ", "Two."]);
    let set = changes.blocking_recv().unwrap();
    let told: Vec<(Entity, String)> = set
        .changes
        .iter()
        .map(|change| (change.entity, change.id.clone()))
        .collect();
    let expected = [
        (Entity::Message, reply.id.to_string()),
        (Entity::Chunk, reply.chunks[0].id.to_string()),
        (Entity::Chunk, reply.chunks[1].id.to_string()),
        (Entity::Conversation, conversation.to_string()),
    ];
    assert_eq!(told, expected);
    assert!(
        set.changes
            .iter()
            .all(|change| change.conversation_id == Some(conversation))
    );
}

#[test]
fn a_reply_that_is_thrown_away_while_it_is_written_ends_there_and_makes_room_for_the_next() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Bonjour").unwrap();
    let before = world.get(conversation);
    let reply = begin(&world, conversation).unwrap();
    append(&world, reply, "Salut", &[]).unwrap();
    world
        .raw()
        .execute("UPDATE messages SET deleted_at = 1 WHERE id = ?1", [reply])
        .unwrap();
    append(&world, reply, " !", &[]).unwrap();
    let done = finish(&world, reply, MessageStatus::Interrupted, &["Salut !"]).unwrap();
    assert_eq!(
        (done.id, done.status, done.chunks.len()),
        (reply, MessageStatus::Interrupted, 1)
    );
    let after = world.get(conversation);
    assert_eq!(
        (after.message_count, &after.last_message_preview),
        (1, &before.last_message_preview)
    );
    assert_eq!(world.messages(conversation).len(), 1);
    begin(&world, conversation).unwrap();
    world.db.close().unwrap();
    let report = parlance_storage::verify::run(world.path())
        .unwrap()
        .unwrap();
    assert!(report.ok, "{report:#?}");
}
