//! A conversation, from the first click to the sound on the disk.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use window_driver::{MessageOnScreen, until};

use crate::support::{Computer, silent};

#[tokio::test]
async fn a_first_conversation_is_answered_spoken_and_there_again_after_a_restart() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window
        .say("Hello! I would like a café crème, please ☕ xin cảm ơn 谢谢")
        .await
        .unwrap();
    window.reply_after(before).await.unwrap();
    let seen = window.all_spoken().await.unwrap();
    window.quit().await.unwrap();

    assert_stored(&computer, &seen);

    let window = computer.open().await;
    window.click("conversation-item").await.unwrap();
    let again = until("the conversation of before", || async {
        let messages = window.messages().await?;
        Ok((messages.len() == seen.len()).then_some(messages))
    })
    .await
    .unwrap();
    assert_eq!(
        silent(again),
        silent(seen),
        "what was on screen before is on screen again"
    );
    window.quit().await.unwrap();
}

/// What was on screen is on the disk, with sound for every chunk that has something to say.
fn assert_stored(computer: &Computer, seen: &[MessageOnScreen]) {
    let database = computer.database();
    let mut statement = database
        .prepare("SELECT role, content, status FROM messages ORDER BY sequence_number")
        .unwrap();
    let stored: Vec<(String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(stored.len(), seen.len());
    for ((role, content, status), on_screen) in stored.iter().zip(seen) {
        assert_eq!((role, status), (&on_screen.role, &on_screen.status));
        assert!(status == "complete", "{role} message is {status}");
        if role == "user" {
            assert_eq!(
                content,
                "Hello! I would like a café crème, please ☕ xin cảm ơn 谢谢"
            );
        }
        let stored: Vec<&str> = content.split_whitespace().collect();
        assert_eq!(stored, on_screen.all_words());
    }

    let chunks_on_screen: usize = seen.iter().map(|message| message.chunks.len()).sum();
    let mut statement = database
        .prepare("SELECT tts_status, spoken_text, audio_key, audio_duration_ms, attempt_count FROM message_chunks")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut chunks = 0;
    while let Some(row) = rows.next().unwrap() {
        chunks += 1;
        let status: String = row.get("tts_status").unwrap();
        assert_eq!(status, "completed");
        let spoken: String = row.get("spoken_text").unwrap();
        if spoken.is_empty() {
            continue;
        }
        let key: String = row.get("audio_key").unwrap();
        let duration: u32 = row.get("audio_duration_ms").unwrap();
        let file = computer
            .data_dir()
            .join("audio")
            .join(&key[..2])
            .join(format!("{key}.wav"));
        assert_has_sound(&file, duration);
    }
    assert!(
        chunks >= 2,
        "an opening and a reply have at least two chunks, not {chunks}"
    );
    assert_eq!(chunks, chunks_on_screen);

    assert_eq!(
        computer.count("SELECT message_count FROM conversations"),
        stored.len() as i64
    );
    assert!(computer.count("SELECT count(*) FROM conversation_events") >= 3);
    assert_eq!(
        computer.count("PRAGMA user_version"),
        parlance_storage::migrations::EMBEDDED.len() as i64
    );
    assert_eq!(computer.count("SELECT count(*) FROM users"), 1);
}

/// Speech, not silence: loud enough, and neither constant nor a click.
fn assert_has_sound(file: &Path, duration_ms: u32) {
    let mut wav =
        hound::WavReader::open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let rate = wav.spec().sample_rate;
    let samples: Vec<f64> = wav
        .samples::<i16>()
        .map(|sample| f64::from(sample.unwrap()) / f64::from(i16::MAX))
        .collect();
    let length_ms = samples.len() as f64 * 1000.0 / f64::from(rate);
    assert!(
        (length_ms - f64::from(duration_ms)).abs() < 20.0,
        "{length_ms} ms are stored as {duration_ms}"
    );
    let loudness =
        (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64).sqrt();
    assert!(loudness > 0.01, "{} is silent: {loudness}", file.display());
    let loud = samples.iter().filter(|sample| sample.abs() > 0.02).count();
    assert!(
        loud > samples.len() / 20,
        "{} is almost silent",
        file.display()
    );
}

#[tokio::test]
async fn a_reply_plays_in_order_and_marks_the_chunk_that_is_spoken() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let opening = window.all_spoken().await.unwrap().remove(0);
    assert!(
        opening.chunks.len() >= 2,
        "the test needs chunks to follow one another"
    );
    window.click("play-message").await.unwrap();
    let heard: RefCell<Vec<String>> = RefCell::default();
    until("every chunk to have been marked as spoken", || async {
        let speaking = speaking(&window.messages().await?);
        assert!(speaking.len() <= 1, "two chunks are spoken at once");
        let mut heard = heard.borrow_mut();
        if let Some(chunk) = speaking.into_iter().next()
            && heard.last() != Some(&chunk)
        {
            heard.push(chunk);
        }
        Ok((heard.len() == opening.chunks.len()).then_some(()))
    })
    .await
    .unwrap();
    let heard = heard.into_inner();
    let in_order: Vec<String> = opening
        .chunks
        .iter()
        .map(|chunk| chunk.id.clone())
        .collect();
    assert_eq!(heard, in_order);
    until("the end of the sound", || async {
        Ok(speaking(&window.messages().await?).is_empty().then_some(()))
    })
    .await
    .unwrap();
    window.quit().await.unwrap();
}

/// The ids of the chunks that are marked as being spoken.
fn speaking(messages: &[MessageOnScreen]) -> Vec<String> {
    messages
        .iter()
        .flat_map(|message| &message.chunks)
        .filter(|chunk| chunk.speaking)
        .map(|chunk| chunk.id.clone())
        .collect()
}

#[tokio::test]
async fn killing_the_app_in_mid_reply_keeps_the_words_that_had_come() {
    let computer = Computer::new();
    let window = computer.open_with_a_slow_partner().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window
        .say("Tell me everything about your cakes and drinks, please.")
        .await
        .unwrap();
    let seen = until("some words of the reply", || async {
        let messages = window.messages().await?;
        let reply = messages.into_iter().nth(before + 1);
        Ok(reply.filter(|reply| reply.status == "streaming" && reply.all_words().len() >= 3))
    })
    .await
    .unwrap();
    window.kill().await.unwrap();

    assert_eq!(
        computer.count("SELECT count(*) FROM messages WHERE status = 'streaming'"),
        1
    );
    let window = computer.open().await;
    window.click("conversation-item").await.unwrap();
    let kept = until("the interrupted reply", || async {
        let messages = window.messages().await?;
        Ok(messages.into_iter().nth(before + 1))
    })
    .await
    .unwrap();
    assert_eq!(kept.status, "interrupted");
    let (seen, kept) = (seen.all_words(), kept.all_words());
    assert!(
        kept.starts_with(&seen),
        "on screen were {seen:?}, kept are {kept:?}"
    );
    window.quit().await.unwrap();
    let content: String = computer
        .database()
        .query_row(
            "SELECT content FROM messages WHERE status = 'interrupted'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let chunks: String = computer
        .database()
        .query_row(
            "SELECT group_concat(text, '') FROM (SELECT text FROM message_chunks AS chunk \
             JOIN messages AS message ON message.id = chunk.message_id \
             WHERE message.status = 'interrupted' ORDER BY chunk_index)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(chunks, content, "the kept words are speakable, all of them");
}

#[tokio::test]
async fn stopping_a_reply_keeps_its_words_and_the_next_message_is_answered() {
    let computer = Computer::new();
    let window = computer.open_with_a_slow_partner().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window.say("What cakes do you have today?").await.unwrap();
    window.click("stop").await.unwrap();
    until("the stopped reply", || async {
        let messages = window.messages().await?;
        let stopped = messages
            .get(before + 1)
            .is_some_and(|reply| reply.status == "interrupted");
        Ok(stopped.then_some(()))
    })
    .await
    .unwrap();
    window.say("Just a tea, then.").await.unwrap();
    window.reply_after(before + 3).await.unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_reloaded_window_finds_the_reply_where_it_is() {
    let computer = Computer::new();
    let window = computer.open_with_a_slow_partner().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window
        .say("I am hungry and thirsty. What do you recommend?")
        .await
        .unwrap();
    until("some words of the reply", || async {
        let messages = window.messages().await?;
        Ok(messages
            .get(before + 1)
            .is_some_and(|reply| reply.status == "streaming")
            .then_some(()))
    })
    .await
    .unwrap();
    window.reload().await.unwrap();
    window.ready().await.unwrap();
    window.click("conversation-item").await.unwrap();
    let reply = window.reply_after(before).await.unwrap();
    assert_eq!(reply.status, "complete");
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_too_long_stays_in_the_box_with_a_sentence_that_says_why() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap();
    let _: Option<()> = window
        .ask(
            "const box = document.querySelector('[data-testid=\"composer\"]');
             box.value = 'đá '.repeat(350_000);
             box.dispatchEvent(new Event('input', { bubbles: true }));
             return null",
            Vec::new(),
        )
        .await
        .unwrap();
    window.say("").await.unwrap();
    let code = until("the refusal", || window.text("error-code"))
        .await
        .unwrap();
    assert!(code.contains("invalid"), "{code}");
    let kept: usize = window
        .ask(
            "return document.querySelector('[data-testid=\"composer\"]').value.length",
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(kept, 1_050_000);
    assert_eq!(window.messages().await.unwrap().len(), before.len());
    window.quit().await.unwrap();
    assert_eq!(
        computer.count("SELECT count(*) FROM messages WHERE role = 'user'"),
        0
    );
}

#[tokio::test]
async fn a_sound_whose_file_is_gone_is_made_again_when_it_is_played() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let opening = window.all_spoken().await.unwrap().remove(0);
    let sounds = || -> BTreeSet<PathBuf> {
        let folders = fs::read_dir(computer.data_dir().join("audio")).unwrap();
        folders
            .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
            .map(|file| file.unwrap().path())
            .collect()
    };
    let before = sounds();
    assert_eq!(before.len(), opening.chunks.len());
    before
        .iter()
        .for_each(|sound| fs::remove_file(sound).unwrap());

    window.click("play-message").await.unwrap();
    // Equal words have an equal name.
    until("the sounds to be made again", || async {
        Ok((sounds() == before).then_some(()))
    })
    .await
    .unwrap();
    window.quit().await.unwrap();
}
