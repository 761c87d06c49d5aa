//! A large profile, and how long the storage takes with it: the start, a backup beside somebody who writes,
//! and a restore.
//!
//! Times are of one run on one machine and mean little by themselves; what counts is a promise held with a wide
//! margin, and ratios within the run.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parlance_storage::backup::{self, BackupReason, NewBackup};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::{
    Clock, ConversationId, Database, InputMethod, OpenOptions, SystemClock, UserId, Watch, user,
};
use rusqlite::{Connection, params};

/// Messages of one conversation.
const PER_CONVERSATION: u64 = 50;
/// Bits of an id below its milliseconds.
const RANDOM_BITS: u32 = 21;
/// Milliseconds since 2020 at which the first conversation begins; a message a second from then on.
const FIRST_MS: u64 = 100_000_000_000;

/// Words of several languages, so that both full-text indexes have something to do.
const WORDS: &[&str] = &[
    "yesterday",
    "coffee",
    "I",
    "went",
    "the",
    "station",
    "would",
    "like",
    "to",
    "speak",
    "café",
    "weather",
    "because",
    "learning",
    "với",
    "bạn",
    "tomorrow",
    "always",
    "question",
    "and",
    "a",
    "of",
    "in",
    "market",
    "brother",
    "travelled",
    "señor",
    "naïve",
    "morning",
    "quietly",
    "about",
    "musical",
];
const UNSPACED: &[&str] = &["我想练习口语", "今日はとても暑い", "学习每一天"];

/// Fills a new data directory with `messages` messages of about 447 characters, half of them replies with four
/// chunks, in conversations of fifty. Same number, same data.
pub fn build(data_dir: &Path, messages: u64) -> Result<()> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let now = database.now();
    let user = database
        .write_blocking(move |tx| user::ensure_first(tx, now))?
        .id;
    database.close()?;
    let mut connection = Connection::open(data_dir.join("parlance.db"))?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")?;
    let triggers: Vec<(String, String)> = {
        let mut statement =
            connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
    }
    let user_id: i64 = connection.query_row("SELECT id FROM users", [], |row| row.get(0))?;
    ensure!(!user.to_string().is_empty(), "there is a profile");
    for first in (0..messages).step_by(100_000) {
        fill(
            &mut connection,
            user_id,
            first,
            (first + 100_000).min(messages),
        )?;
    }
    for index in ["message_search_words", "message_search_trigrams"] {
        connection.execute_batch(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"))?;
    }
    for (_, sql) in &triggers {
        connection.execute_batch(sql)?;
    }
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn fill(connection: &mut Connection, user: i64, first: u64, end: u64) -> Result<()> {
    let tx = connection.transaction()?;
    {
        let mut conversation = tx.prepare(
            "INSERT INTO conversations (id, user_id, title, title_source, level, message_count, last_message_at,
                 last_message_preview, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'user', 'B1', 0, NULL, NULL, ?4, ?4)",
        )?;
        let mut settle = tx.prepare(
            "UPDATE conversations SET message_count = ?2, last_message_at = ?3, last_message_preview = ?4 WHERE id = ?1",
        )?;
        let mut message = tx.prepare(
            "INSERT INTO messages (id, conversation_id, role, content, sequence_number, model, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        )?;
        let mut chunk = tx.prepare(
            "INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, tts_status, audio_key,
                 audio_duration_ms)
             VALUES (?1, ?2, ?3, ?4, ?4, 'completed', ?5, 2000)",
        )?;
        let mut event = tx.prepare(
            "INSERT INTO conversation_events (id, conversation_id, event_type, event_data, created_at)
             VALUES (?1, ?2, ?3, '{}', ?4)",
        )?;
        for number in first..end {
            let place = number % PER_CONVERSATION;
            let conversation_id = id(number - place, 0);
            let at = time(number);
            if place == 0 {
                conversation.execute(params![
                    conversation_id,
                    user,
                    format!("Talk {number}"),
                    at
                ])?;
            }
            let is_reply = number % 2 == 1;
            let parts = text(number);
            let content = parts.concat();
            message.execute(params![
                id(number, 1),
                conversation_id,
                if is_reply { "assistant" } else { "user" },
                content,
                (place + 1).cast_signed(),
                is_reply.then_some("large"),
                at
            ])?;
            if is_reply {
                for (index, part) in (0_i64..).zip(&parts) {
                    let key = format!(
                        "{:064x}",
                        u128::from(number) * 4 + index.cast_unsigned() as u128
                    );
                    chunk.execute(params![
                        id(number, 2) + index,
                        id(number, 1),
                        index,
                        part,
                        key
                    ])?;
                }
            }
            let kind = if is_reply {
                "reply_finished"
            } else {
                "message_sent"
            };
            event.execute(params![id(number, 6), conversation_id, kind, at])?;
            if place + 1 == PER_CONVERSATION || number + 1 == end {
                let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
                let preview: String = line.chars().take(100).collect();
                settle.execute(params![
                    conversation_id,
                    (place + 1).cast_signed(),
                    at,
                    preview
                ])?;
            }
        }
    }
    Ok(tx.commit()?)
}

fn time(number: u64) -> i64 {
    1_577_836_800_000 + (FIRST_MS + number * 1_000).cast_signed()
}

fn id(number: u64, kind: u64) -> i64 {
    (((FIRST_MS + number * 1_000) << RANDOM_BITS) | kind).cast_signed()
}

/// Four sentences.
fn text(number: u64) -> Vec<String> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    let mut parts: Vec<String> = (0..4)
        .map(|_| {
            let words: Vec<&str> = (0..18).map(|_| WORDS[next(WORDS.len())]).collect();
            format!("{}. ", words.join(" "))
        })
        .collect();
    if number.is_multiple_of(20) {
        parts[0].push_str(UNSPACED[next(UNSPACED.len())]);
    }
    parts
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What was done, in words.
    pub what: &'static str,
    /// The single times, in the order of measuring.
    pub times: Vec<Duration>,
}

impl Measured {
    /// The time that this part of the runs did not exceed.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Duration {
        let mut sorted = self.times.clone();
        sorted.sort();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let place =
            ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
        sorted.get(place).copied().unwrap_or_default()
    }
}

/// From the call of `Database::open` to the first page of conversations: what the learner waits for.
pub fn starts(data_dir: &Path, times: usize) -> Result<Measured> {
    let mut measured = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let database = open_to_first_page(data_dir)?;
        measured.push(start.elapsed());
        database.close()?;
    }
    Ok(Measured {
        what: "start after an orderly end",
        times: measured,
    })
}

/// Like [`starts`], each after a process that died with its last words in the log.
pub fn starts_after_a_death(data_dir: &Path, times: usize) -> Result<Measured> {
    let mut measured = Vec::new();
    for _ in 0..times {
        let aside = tempfile::tempdir()?;
        let log = aside.path().join("log");
        let database = Database::open(data_dir, OpenOptions::new("large"))?;
        let mut turn = Turn::begin(&database)?;
        for _ in 0..50 {
            turn.send(&database)?;
        }
        std::fs::copy(data_dir.join("parlance.db-wal"), &log)?;
        database.close()?;
        // Putting the folded log back is the state after a kill: its frames are replayed.
        std::fs::copy(&log, data_dir.join("parlance.db-wal"))?;
        let start = Instant::now();
        let database = open_to_first_page(data_dir)?;
        measured.push(start.elapsed());
        database.close()?;
    }
    Ok(Measured {
        what: "start after a killed process",
        times: measured,
    })
}

fn open_to_first_page(data_dir: &Path) -> Result<Database> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let page = database.read_blocking(|tx| {
        let user = user::find_first(tx)?.map(|user| user.id);
        user.map(|user| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 50)
        })
        .transpose()
    })?;
    let page = page.context("there is a profile")?;
    ensure!(page.items.len() == 50, "the first page is full");
    Ok(database)
}

/// Sends messages, one conversation after the other.
struct Turn {
    user: UserId,
    conversation: ConversationId,
}

impl Turn {
    fn begin(database: &Database) -> Result<Self> {
        let now = database.now();
        let (user, conversation) = database.write_blocking(move |tx| {
            let user_id = user::ensure_first(tx, now)?.id;
            let new = NewConversation {
                user_id,
                template_id: None,
                title: None,
                level: None,
                topic: None,
            };
            Ok((user_id, conversation::insert(tx, new, now)?.id))
        })?;
        Ok(Self { user, conversation })
    }

    fn send(&mut self, database: &Database) -> Result<()> {
        let (user, conversation, now) = (self.user, self.conversation, database.now());
        let new = NewMessage {
            content: text(u64::try_from(now.as_millis())?).concat(),
            input_method: InputMethod::Text,
        };
        database.write_blocking(move |tx| message::send(tx, user, conversation, new, now))?;
        Ok(())
    }
}

/// What a backup costs, and what it costs somebody who writes meanwhile.
#[derive(Clone, Debug)]
pub struct BackupFigures {
    /// Sending a message while nothing else happens.
    pub idle: Measured,
    /// Sending a message while the backup is made.
    pub during: Measured,
    /// How long the backup took.
    pub took: Duration,
    /// Its size on the disk.
    pub bytes: u64,
    /// Its name.
    pub name: String,
}

/// Makes a backup while somebody sends a message every few milliseconds, and compares with an idle time.
pub fn backup_beside_a_writer(data_dir: &Path) -> Result<BackupFigures> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let mut turn = Turn::begin(&database)?;
    let mut send = |times: &mut Vec<Duration>| -> Result<()> {
        let start = Instant::now();
        turn.send(&database)?;
        times.push(start.elapsed());
        std::thread::sleep(Duration::from_millis(10));
        Ok(())
    };
    let (mut idle, mut during) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        send(&mut idle)?;
    }
    let is_done = AtomicBool::new(false);
    let (made, took) = std::thread::scope(|scope| {
        let making = scope.spawn(|| {
            let start = Instant::now();
            let new = NewBackup {
                reason: BackupReason::Manual,
                app_version: "large".into(),
                now: SystemClock.now(),
            };
            let made = backup::create(data_dir, &new, &Watch::nobody());
            is_done.store(true, Ordering::Relaxed);
            (made, start.elapsed())
        });
        while !is_done.load(Ordering::Relaxed) {
            send(&mut during)?;
        }
        anyhow::Ok(
            making
                .join()
                .map_err(|_| anyhow::anyhow!("the backup panicked"))?,
        )
    })?;
    let made = made?;
    database.close()?;
    Ok(BackupFigures {
        idle: Measured {
            what: "send a message, idle",
            times: idle,
        },
        during: Measured {
            what: "send a message, during a backup",
            times: during,
        },
        took,
        bytes: made.bytes,
        name: made.name,
    })
}

/// Restores this backup, and gives how long that took.
pub fn restore(data_dir: &Path, name: &str) -> Result<Duration> {
    let start = Instant::now();
    backup::restore(data_dir, name, SystemClock.now(), &Watch::nobody())?;
    Ok(start.elapsed())
}

/// Measures everything, and gives a table in Markdown.
pub fn table(data_dir: &Path) -> Result<String> {
    let database = data_dir.join("parlance.db");
    let messages: i64 =
        Connection::open(&database)?
            .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))?;
    let mut table = format!(
        "| {messages} messages, {} MB | times | median | 99 of 100 |\n|---|---|---|---|\n",
        database.metadata()?.len() / 1_000_000
    );
    let backup = {
        for measured in [starts(data_dir, 11)?, starts_after_a_death(data_dir, 11)?] {
            table.push_str(&line(&measured));
        }
        backup_beside_a_writer(data_dir)?
    };
    for measured in [&backup.idle, &backup.during] {
        table.push_str(&line(measured));
    }
    writeln!(
        table,
        "| a backup of {} MB, beside those | 1 | {:.1} s | |",
        backup.bytes / 1_000_000,
        backup.took.as_secs_f64()
    )?;
    let took = restore(data_dir, &backup.name)?;
    writeln!(
        table,
        "| its restore, full-text tables made anew | 1 | {:.1} s | |",
        took.as_secs_f64()
    )?;
    Ok(table)
}

fn line(measured: &Measured) -> String {
    let ms = |part| measured.quantile(part).as_secs_f64() * 1000.0;
    format!(
        "| {} | {} | {:.1} ms | {:.1} ms |\n",
        measured.what,
        measured.times.len(),
        ms(0.5),
        ms(0.99)
    )
}
