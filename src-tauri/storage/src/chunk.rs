//! Chunks: the speakable pieces of a reply, and the queue in which they become sound.
//!
//! A worker claims a chunk by lease, makes the sound outside of any transaction, and then completes or
//! fails the chunk; who has lost the lease changes nothing. After three attempts a chunk is failed,
//! visibly, until somebody asks for it again.

use rusqlite::{OptionalExtension, Params, Row, named_params};
use serde::Serialize;

use crate::Error;
use crate::change::{Change, ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{ChunkId, ConversationId, MessageId, UserId};
use crate::kinds::{Emotion, Emphasis, TtsStatus};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// Attempts before a chunk is failed.
pub const MOST_ATTEMPTS: u32 = 3;
/// The longest pause, in milliseconds.
pub const LONGEST_PAUSE_MS: u32 = 60_000;
/// Code points kept of an error.
const LONGEST_ERROR: usize = 500;
const LONGEST_ICON: usize = 64;

/// A speakable piece of a reply.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Chunk {
    /// Its id.
    pub id: ChunkId,
    /// The reply of which it is a piece.
    pub message_id: MessageId,
    /// Its place in the reply, from 0.
    pub chunk_index: u32,
    /// Its part of the reply's content, to the letter.
    pub text: String,
    /// What the voice says; empty if there is nothing to say.
    pub spoken_text: String,
    /// With which feeling.
    pub emotion: Emotion,
    /// What the window shows beside it.
    pub icon: Option<String>,
    /// Silence after it, in milliseconds.
    pub pause_after_ms: u32,
    /// How strongly it is stressed.
    pub emphasis: Emphasis,
    /// How far its sound has come.
    pub tts_status: TtsStatus,
    /// How often somebody began to make its sound.
    pub attempt_count: u32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Names the sound by its content; `None` if it is not made, or if there was nothing to say. Not for
    /// the window, which asks for sound by the chunk's id.
    #[serde(skip)]
    #[cfg_attr(feature = "specta", specta(skip))]
    pub audio_key: Option<String>,
    /// Whether there is a sound to play.
    pub has_audio: bool,
    /// How long the sound is; 0 if there was nothing to say.
    pub audio_duration_ms: Option<u32>,
}

/// A piece of a reply as the chunker cuts it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewChunk {
    /// See [`Chunk::text`]; not empty.
    pub text: String,
    /// See [`Chunk::spoken_text`]. One that is blank is stored as completed without sound.
    pub spoken_text: String,
    /// See [`Chunk::emotion`].
    pub emotion: Emotion,
    /// See [`Chunk::icon`].
    pub icon: Option<String>,
    /// See [`Chunk::pause_after_ms`]; at most a minute.
    pub pause_after_ms: u32,
    /// See [`Chunk::emphasis`].
    pub emphasis: Emphasis,
}

/// How many chunks stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChunkCounts {
    /// Waiting for a worker.
    pub pending: u32,
    /// Being made into sound.
    pub processing: u32,
    /// Done, with sound or without need of it.
    pub completed: u32,
    /// Given up after three attempts.
    pub failed: u32,
}

pub(crate) const COLUMNS: &str =
    "message_chunks.id, message_chunks.message_id, message_chunks.chunk_index,
    message_chunks.text, message_chunks.spoken_text, message_chunks.emotion, message_chunks.icon,
    message_chunks.pause_after_ms, message_chunks.emphasis, message_chunks.tts_status,
    message_chunks.attempt_count, message_chunks.last_error, message_chunks.audio_key,
    message_chunks.audio_duration_ms";

/// The oldest waiting chunk: ids of messages grow with time. What lies in the trash is not spoken, and waits
/// there. CROSS JOIN fixes the order: along the queue, until one is found whose message and conversation are not.
const NEXT_PENDING: &str = "
    SELECT message_chunks.id FROM message_chunks
    CROSS JOIN messages ON messages.id = message_chunks.message_id
    CROSS JOIN conversations ON conversations.id = messages.conversation_id
    WHERE message_chunks.tts_status = 'pending'
        AND messages.deleted_at IS NULL AND conversations.deleted_at IS NULL
    ORDER BY message_chunks.message_id, message_chunks.chunk_index LIMIT 1";

/// Gives work up whose lease ran out: back into the queue, or failed if it was the last attempt.
/// A chunk that kills its worker every time would otherwise do so for ever.
const RELEASE_EXPIRED: &str = "
    UPDATE message_chunks SET
        tts_status = CASE WHEN attempt_count < :most THEN 'pending' ELSE 'failed' END,
        last_error = 'the speech worker ended before it was done', lease_owner = NULL, lease_expires_at = NULL
    WHERE tts_status = 'processing' AND lease_expires_at <= :until";

pub(crate) fn claim_sql() -> String {
    format!(
        "UPDATE message_chunks SET tts_status = 'processing', attempt_count = attempt_count + 1,
             lease_owner = :owner, lease_expires_at = :expires
         WHERE id = ({NEXT_PENDING}) RETURNING {COLUMNS}"
    )
}

pub(crate) fn release_expired_sql() -> String {
    format!("{RELEASE_EXPIRED} RETURNING id, message_id")
}

impl Chunk {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        let mut chunk = Self {
            id: columns.get("id")?,
            message_id: columns.get("message_id")?,
            chunk_index: columns.get("chunk_index")?,
            text: columns.get("text")?,
            spoken_text: columns.get("spoken_text")?,
            emotion: columns.get("emotion")?,
            icon: columns.get("icon")?,
            pause_after_ms: columns.get("pause_after_ms")?,
            emphasis: columns.get("emphasis")?,
            tts_status: columns.get("tts_status")?,
            attempt_count: columns.get("attempt_count")?,
            last_error: columns.get("last_error")?,
            audio_key: columns.get("audio_key")?,
            audio_duration_ms: columns.get("audio_duration_ms")?,
            has_audio: false,
        };
        chunk.has_audio = chunk.audio_key.is_some();
        Ok(chunk)
    }
}

/// The learner's chunk with this id.
///
/// # Errors
/// `NotFound` if there is none, if its message or conversation is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: ChunkId) -> Result<Chunk, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM message_chunks
         JOIN messages ON messages.id = message_chunks.message_id
         JOIN conversations ON conversations.id = messages.conversation_id
         WHERE message_chunks.id = :id AND conversations.user_id = :user
             AND messages.deleted_at IS NULL AND conversations.deleted_at IS NULL"
    ))?;
    statement
        .query_row(named_params! { ":id": id, ":user": user }, Chunk::from_row)
        .optional()?
        .ok_or_else(|| Error::not_found("chunk", id))
}

/// The chunks of one message, in order; empty if it has none or is not there.
pub(crate) fn list_of_message(tx: &ReadTx<'_>, message: MessageId) -> Result<Vec<Chunk>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM message_chunks WHERE message_id = :message ORDER BY chunk_index"
    ))?;
    let rows = statement.query_map(named_params! { ":message": message }, Chunk::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds chunks after those that the message has. The caller is about to check that they match its content.
pub(crate) fn insert_all(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    message: MessageId,
    chunks: &[NewChunk],
    now: Timestamp,
) -> Result<(), Error> {
    if chunks.is_empty() {
        return Ok(());
    }
    let first: u32 = tx
        .prepare("SELECT coalesce(max(chunk_index) + 1, 0) FROM message_chunks WHERE message_id = :message")?
        .query_row(named_params! { ":message": message }, |row| row.get(0))?;
    for (chunk_index, chunk) in (first..).zip(chunks) {
        insert(tx, conversation, message, chunk_index, chunk, now)?;
    }
    Ok(())
}

/// Removes a chunk; whoever speaks it notices when it is to be completed.
pub(crate) fn delete(tx: &WriteTx<'_>, id: ChunkId) -> Result<(), Error> {
    tx.prepare("DELETE FROM message_chunks WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}

fn insert(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    message: MessageId,
    chunk_index: u32,
    chunk: &NewChunk,
    now: Timestamp,
) -> Result<(), Error> {
    check(chunk)?;
    let is_silent = chunk.spoken_text.trim().is_empty();
    let id = ChunkId::new(now);
    tx.prepare(
        "INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, emotion, icon,
             pause_after_ms, emphasis, tts_status, audio_duration_ms)
         VALUES (:id, :message, :chunk_index, :text, :spoken_text, :emotion, :icon,
             :pause_after_ms, :emphasis, :tts_status, :audio_duration_ms)",
    )?
    .execute(named_params! {
        ":id": id,
        ":message": message,
        ":chunk_index": chunk_index,
        ":text": chunk.text,
        ":spoken_text": if is_silent { "" } else { &chunk.spoken_text },
        ":emotion": chunk.emotion,
        ":icon": chunk.icon,
        ":pause_after_ms": chunk.pause_after_ms,
        ":emphasis": chunk.emphasis,
        ":tts_status": if is_silent { TtsStatus::Completed } else { TtsStatus::Pending },
        ":audio_duration_ms": is_silent.then_some(0),
    })?;
    note(tx, ChangeKind::Inserted, id, message, conversation);
    Ok(())
}

fn check(chunk: &NewChunk) -> Result<(), Error> {
    if chunk.text.is_empty() {
        return Err(Error::invalid("chunk", "must not be empty"));
    }
    text::check("chunk", &chunk.text, text::LONGEST_MESSAGE)?;
    text::check(
        "chunk's spoken text",
        &chunk.spoken_text,
        text::LONGEST_MESSAGE,
    )?;
    text::check(
        "chunk's icon",
        chunk.icon.as_deref().unwrap_or_default(),
        LONGEST_ICON,
    )?;
    if chunk.pause_after_ms > LONGEST_PAUSE_MS {
        return Err(Error::invalid(
            "chunk's pause",
            format!("must be at most {LONGEST_PAUSE_MS} ms"),
        ));
    }
    Ok(())
}

/// Takes the oldest waiting chunk for `lease_ms`; `None` if nothing waits. What is in the trash waits until
/// it is taken out again.
///
/// Work whose lease has run out is put back first, so it is taken as well. The lease is the worker's
/// until it runs out *and* somebody else has taken the chunk.
pub fn claim_next(
    tx: &WriteTx<'_>,
    lease_owner: &str,
    now: Timestamp,
    lease_ms: u32,
) -> Result<Option<Chunk>, Error> {
    release_until(tx, now)?;
    let expires = now.plus_millis(i64::from(lease_ms));
    update_one(
        tx,
        &claim_sql(),
        named_params! { ":owner": lease_owner, ":expires": expires },
    )
}

/// Ends the work on a chunk with its sound.
///
/// # Errors
/// `Conflict` if the lease is no longer this worker's, `NotFound` if the chunk is gone; nothing changes then.
pub fn complete(
    tx: &WriteTx<'_>,
    id: ChunkId,
    lease_owner: &str,
    audio_key: &str,
    duration_ms: u32,
) -> Result<Chunk, Error> {
    text::check_not_blank("audio key", audio_key, 200)?;
    let sql = format!(
        "UPDATE message_chunks SET tts_status = 'completed', audio_key = :key, audio_duration_ms = :duration,
             last_error = NULL, lease_owner = NULL, lease_expires_at = NULL
         WHERE id = :id AND tts_status = 'processing' AND lease_owner = :owner RETURNING {COLUMNS}"
    );
    update_one(
        tx,
        &sql,
        named_params! { ":id": id, ":owner": lease_owner, ":key": audio_key, ":duration": duration_ms },
    )?
    .map_or_else(|| Err(lost_lease(tx, id)), Ok)
}

/// Ends the work on a chunk without a sound: back into the queue, or failed after the third attempt.
/// `reason` is kept for the learner to see, up to 500 characters.
///
/// # Errors
/// Like [`complete`].
pub fn fail(
    tx: &WriteTx<'_>,
    id: ChunkId,
    lease_owner: &str,
    reason: &str,
) -> Result<Chunk, Error> {
    let reason: String = reason
        .chars()
        .filter(|c| *c != '\0')
        .take(LONGEST_ERROR)
        .collect();
    let sql = format!(
        "UPDATE message_chunks SET tts_status = CASE WHEN attempt_count < :most THEN 'pending' ELSE 'failed' END,
             last_error = :reason, lease_owner = NULL, lease_expires_at = NULL
         WHERE id = :id AND tts_status = 'processing' AND lease_owner = :owner RETURNING {COLUMNS}"
    );
    update_one(
        tx,
        &sql,
        named_params! { ":id": id, ":owner": lease_owner, ":reason": reason, ":most": MOST_ATTEMPTS },
    )?
    .map_or_else(|| Err(lost_lease(tx, id)), Ok)
}

/// Gives a chunk back as it was before it was claimed: the work was broken off by no fault of its own, so
/// the attempt does not count.
///
/// # Errors
/// Like [`complete`].
pub fn release(tx: &WriteTx<'_>, id: ChunkId, lease_owner: &str) -> Result<Chunk, Error> {
    let sql = format!(
        "UPDATE message_chunks SET tts_status = 'pending', attempt_count = attempt_count - 1,
             lease_owner = NULL, lease_expires_at = NULL
         WHERE id = :id AND tts_status = 'processing' AND lease_owner = :owner RETURNING {COLUMNS}"
    );
    update_one(tx, &sql, named_params! { ":id": id, ":owner": lease_owner })?
        .map_or_else(|| Err(lost_lease(tx, id)), Ok)
}

/// Puts a chunk into the queue again, with three new attempts: one that failed, or one whose sound is to
/// be made anew. One that waits, is being made or has nothing to say is given back as it is.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn retry(tx: &WriteTx<'_>, user: UserId, id: ChunkId) -> Result<Chunk, Error> {
    let chunk = get(tx, user, id)?;
    let sql = format!(
        "UPDATE message_chunks SET tts_status = 'pending', attempt_count = 0, last_error = NULL,
             audio_key = NULL, audio_duration_ms = NULL
         WHERE id = :id AND (tts_status = 'failed' OR audio_key IS NOT NULL) RETURNING {COLUMNS}"
    );
    Ok(update_one(tx, &sql, named_params! { ":id": id })?.unwrap_or(chunk))
}

/// Gives up every lease, whoever holds it, and says how many there were. For the start of the app: it
/// holds the data directory alone, so every holder of a lease is dead.
pub fn release_leases(tx: &WriteTx<'_>) -> Result<u32, Error> {
    release_until(tx, Timestamp::from_millis(i64::MAX))
}

/// Tells whoever speaks that a message is there again, if something in it still waits for its sound.
pub(crate) fn wake_for_message(tx: &WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    wake(
        tx,
        "SELECT id, message_id FROM message_chunks
         WHERE message_id = :id AND tts_status = 'pending' LIMIT 1",
        message.as_i64(),
    )
}

/// Tells whoever speaks that a conversation is there again, if something in it still waits for its sound.
pub(crate) fn wake_for_conversation(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
) -> Result<(), Error> {
    wake(
        tx,
        // Along the conversation: the queue may be as long as all that was ever said.
        "SELECT message_chunks.id, message_chunks.message_id FROM messages
         CROSS JOIN message_chunks ON message_chunks.message_id = messages.id
         WHERE messages.conversation_id = :id AND message_chunks.tts_status = 'pending' LIMIT 1",
        conversation.as_i64(),
    )
}

/// One chunk is enough: whoever speaks looks for the next one by itself.
fn wake(tx: &WriteTx<'_>, first_pending: &str, id: i64) -> Result<(), Error> {
    let waiting: Option<(ChunkId, MessageId)> = tx
        .prepare(first_pending)?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((chunk, message)) = waiting {
        let conversation = conversation_of(tx, message)?;
        note(tx, ChangeKind::Updated, chunk, message, conversation);
    }
    Ok(())
}

/// How many chunks stand where. Counts them one by one: for tools and tests.
pub fn count_by_status(tx: &ReadTx<'_>) -> Result<ChunkCounts, Error> {
    let mut counts = ChunkCounts::default();
    let mut statement = tx
        .prepare("SELECT tts_status, count(*) AS chunks FROM message_chunks GROUP BY tts_status")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = match row.get("tts_status")? {
            TtsStatus::Pending => &mut counts.pending,
            TtsStatus::Processing => &mut counts.processing,
            TtsStatus::Completed => &mut counts.completed,
            TtsStatus::Failed => &mut counts.failed,
        };
        *count = row.get("chunks")?;
    }
    Ok(counts)
}

fn release_until(tx: &WriteTx<'_>, until: Timestamp) -> Result<u32, Error> {
    let mut statement = tx.prepare(&release_expired_sql())?;
    let rows = statement.query_map(
        named_params! { ":until": until, ":most": MOST_ATTEMPTS },
        |row| Ok((row.get("id")?, row.get("message_id")?)),
    )?;
    let released: Vec<(ChunkId, MessageId)> = rows.collect::<Result<_, _>>()?;
    for (id, message) in &released {
        note(
            tx,
            ChangeKind::Updated,
            *id,
            *message,
            conversation_of(tx, *message)?,
        );
    }
    Ok(u32::try_from(released.len()).unwrap_or(u32::MAX))
}

/// Runs an UPDATE … RETURNING of one chunk and notes the change; `None` if it met no row.
fn update_one(tx: &WriteTx<'_>, sql: &str, params: impl Params) -> Result<Option<Chunk>, Error> {
    let chunk = tx
        .prepare(sql)?
        .query_row(params, Chunk::from_row)
        .optional()?;
    if let Some(chunk) = &chunk {
        note(
            tx,
            ChangeKind::Updated,
            chunk.id,
            chunk.message_id,
            conversation_of(tx, chunk.message_id)?,
        );
    }
    Ok(chunk)
}

fn lost_lease(tx: &ReadTx<'_>, id: ChunkId) -> Error {
    let is_there = tx
        .prepare("SELECT 1 FROM message_chunks WHERE id = :id")
        .and_then(|mut statement| Ok(statement.exists(named_params! { ":id": id })?));
    match is_there {
        Ok(true) => Error::conflict("This chunk is no longer this worker's to finish."),
        Ok(false) => Error::not_found("chunk", id),
        Err(error) => error,
    }
}

pub(crate) fn conversation_of(
    tx: &ReadTx<'_>,
    message: MessageId,
) -> Result<ConversationId, Error> {
    let mut statement = tx.prepare("SELECT conversation_id FROM messages WHERE id = :message")?;
    Ok(statement.query_row(named_params! { ":message": message }, |row| row.get(0))?)
}

pub(crate) fn note(
    tx: &WriteTx<'_>,
    kind: ChangeKind,
    id: ChunkId,
    message: MessageId,
    conversation: ConversationId,
) {
    tx.note(Change {
        entity: Entity::Chunk,
        kind,
        id: id.to_string(),
        conversation_id: Some(conversation),
        message_id: Some(message),
    });
}
