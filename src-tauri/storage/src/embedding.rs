//! What messages mean, as vectors that a model made: found again by what they mean.
//!
//! The vectors of a conversation are compared one by one. It is small enough for that, and SQLite's extension for
//! vectors can only be registered by `unsafe` code, which this workspace does not allow.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, UserId};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, text};

/// The most numbers of a vector.
pub const LONGEST: usize = 8_192;
/// The most vectors that are stored or asked for at once.
pub const MOST_AT_ONCE: usize = 500;

const LONGEST_MODEL: usize = 256;
/// So many of the newest messages of a conversation are looked at.
const MOST_LOOKED_AT: u32 = 5_000;
const BYTES: usize = size_of::<f32>();

/// What is looked for, as a vector of the model that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryVector {
    model: String,
    vector: Vec<f32>,
}

impl QueryVector {
    /// # Errors
    /// `Invalid` for no numbers or more than [`LONGEST`], for one that is none, and for a vector without a direction.
    pub fn new(model: String, vector: Vec<f32>) -> Result<Self, Error> {
        check(&vector)?;
        Ok(Self { model, vector })
    }
}

/// A message whose meaning is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unembedded {
    /// The message.
    pub message_id: MessageId,
    /// What it says.
    pub content: String,
    /// Tells, in this run of the program, whether it still says that when its vector is there.
    pub fingerprint: u64,
}

/// The vector of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEmbedding {
    /// The message.
    pub message_id: MessageId,
    /// The [`Unembedded::fingerprint`] of the words that it was made of.
    pub made_of: u64,
    /// 1 to [`LONGEST`] numbers, not all of them 0.
    pub vector: Vec<f32>,
}

/// A stored vector; only read as a whole to be checked.
#[derive(Debug)]
pub(crate) struct Embedding;

pub(crate) const COLUMNS: &str = "message_id, model, vector";

impl Embedding {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        columns.get::<MessageId>("message_id")?;
        columns.get::<String>("model")?;
        columns.get::<Checked>("vector")?;
        Ok(Self)
    }
}

/// What is a vector as it is stored: numbers of four bytes, the little end first.
struct Checked(Vec<f32>);

impl FromSql for Checked {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        let numbers: Vec<f32> = numbers(bytes).collect();
        let is_one = bytes.len().is_multiple_of(BYTES) && check(&numbers).is_ok();
        if is_one {
            Ok(Self(numbers))
        } else {
            Err(FromSqlError::Other("not a vector".into()))
        }
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes
        .chunks_exact(BYTES)
        .map(|number| f32::from_le_bytes([number[0], number[1], number[2], number[3]]))
}

fn check(vector: &[f32]) -> Result<(), Error> {
    if !(1..=LONGEST).contains(&vector.len()) {
        return Err(Error::invalid(
            "vector",
            format!("must have 1 to {LONGEST} numbers"),
        ));
    }
    if !vector.iter().all(|number| number.is_finite()) {
        return Err(Error::invalid("vector", "has something that is no number"));
    }
    if vector.iter().all(|number| *number == 0.0) {
        return Err(Error::invalid("vector", "must not be zero"));
    }
    Ok(())
}

fn fingerprint(content: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// Messages of a conversation that have no vector of this model, newest first, at most `limit` and at most
/// [`MOST_AT_ONCE`]. Of a very long conversation, only the newest 5,000 messages.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_missing(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    model: &str,
    limit: u32,
) -> Result<Vec<Unembedded>, Error> {
    conversation::require(tx, user, conversation)?;
    let most = u32::try_from(MOST_AT_ONCE).unwrap_or(u32::MAX);
    let mut statement = tx.prepare(MISSING)?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":model": model,
            ":from": from_place(tx, conversation)?,
            ":limit": limit.clamp(1, most),
        },
        |row| {
            let content: String = row.get(1)?;
            Ok(Unembedded {
                message_id: row.get(0)?,
                fingerprint: fingerprint(&content),
                content,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) const MISSING: &str = "
    SELECT messages.id, messages.content
    FROM messages LEFT JOIN message_embeddings ON message_embeddings.message_id = messages.id
    WHERE messages.conversation_id = :conversation AND messages.sequence_number >= :from
        AND messages.deleted_at IS NULL AND messages.status <> 'streaming' AND messages.content <> ''
        AND message_embeddings.model IS NOT :model
    ORDER BY messages.sequence_number DESC LIMIT :limit";

/// From which place on the messages of a conversation are looked at.
fn from_place(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<u32, Error> {
    let place: Option<u32> = tx
        .prepare(
            "SELECT sequence_number FROM messages WHERE conversation_id = :conversation
             ORDER BY sequence_number DESC LIMIT 1 OFFSET :most",
        )?
        .query_row(
            named_params! { ":conversation": conversation, ":most": MOST_LOOKED_AT - 1 },
            |row| row.get(0),
        )
        .optional()?;
    Ok(place.unwrap_or(0))
}

/// How much of a conversation has a meaning that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Coverage {
    /// Messages that have a vector of the model.
    pub known: u32,
    /// Messages that have none yet.
    pub missing: u32,
}

/// How many messages of a conversation have a vector of this model, and how many [`list_missing`] would give in the
/// end.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn coverage(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    model: &str,
) -> Result<Coverage, Error> {
    conversation::require(tx, user, conversation)?;
    Ok(tx.prepare(COVERAGE)?.query_row(
        named_params! {
            ":conversation": conversation,
            ":model": model,
            ":from": from_place(tx, conversation)?,
        },
        |row| {
            Ok(Coverage {
                known: row.get(0)?,
                missing: row.get(1)?,
            })
        },
    )?)
}

pub(crate) const COVERAGE: &str = "
    SELECT count(*) FILTER (WHERE message_embeddings.model IS :model),
        count(*) FILTER (WHERE message_embeddings.model IS NOT :model)
    FROM messages LEFT JOIN message_embeddings ON message_embeddings.message_id = messages.id
    WHERE messages.conversation_id = :conversation AND messages.sequence_number >= :from
        AND messages.deleted_at IS NULL AND messages.status <> 'streaming' AND messages.content <> ''";

/// What the learner's last words before a place of a conversation mean, to look for what is like them; before its end
/// if no place is given. `None` if they have no vector of this model.
///
/// # Errors
/// `NotFound` if this learner has no such conversation; `Corrupt` for a vector that is none.
pub fn of_last_words(
    tx: &ReadTx<'_>,
    user: UserId,
    (conversation, before): (ConversationId, Option<u32>),
    model: &str,
) -> Result<Option<QueryVector>, Error> {
    conversation::require(tx, user, conversation)?;
    let found: Option<Option<Checked>> = tx
        .prepare(LAST_WORDS)?
        .query_row(
            named_params! {
                ":conversation": conversation,
                ":before": before.map_or(i64::MAX, i64::from),
                ":model": model,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.flatten().map(|Checked(vector)| QueryVector {
        model: model.to_owned(),
        vector,
    }))
}

pub(crate) const LAST_WORDS: &str = "
    SELECT (SELECT vector FROM message_embeddings WHERE message_id = messages.id AND model = :model)
    FROM messages
    WHERE conversation_id = :conversation AND sequence_number < :before
        AND role = 'user' AND deleted_at IS NULL AND status <> 'streaming'
    ORDER BY sequence_number DESC LIMIT 1";

/// Keeps vectors of messages of one conversation, each in the place of one that another model made. A message that was
/// changed, deleted or moved meanwhile is passed over. Gives how many were kept.
///
/// # Errors
/// `Invalid` for more than [`MOST_AT_ONCE`], for what is no vector, and for one of another size than the others or than
/// this model's in the conversation; nothing is kept then. `NotFound` if this learner has no such conversation.
pub fn insert_all(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    model: &str,
    embeddings: &[NewEmbedding],
    now: Timestamp,
) -> Result<u32, Error> {
    conversation::require(tx, user, conversation)?;
    text::check_not_blank("model", model, LONGEST_MODEL)?;
    check_all(embeddings)?;
    if let (Some(first), Some(size)) = (embeddings.first(), size_of_model(tx, conversation, model)?)
        && first.vector.len() != size
    {
        return Err(wrong_size(first.vector.len(), size));
    }
    let mut kept = 0;
    for embedding in embeddings {
        kept += u32::from(insert(tx, conversation, model, embedding, now)?);
    }
    Ok(kept)
}

fn check_all(embeddings: &[NewEmbedding]) -> Result<(), Error> {
    if embeddings.len() > MOST_AT_ONCE {
        return Err(Error::invalid(
            "vectors",
            format!("must be no more than {MOST_AT_ONCE}"),
        ));
    }
    let size = embeddings.first().map_or(0, |first| first.vector.len());
    for embedding in embeddings {
        check(&embedding.vector)?;
        if embedding.vector.len() != size {
            return Err(wrong_size(embedding.vector.len(), size));
        }
    }
    Ok(())
}

fn wrong_size(is: usize, expected: usize) -> Error {
    Error::invalid(
        "vector",
        format!("has {is} numbers, where the others of this model have {expected}"),
    )
}

/// The size of this model's vectors in a conversation, by the newest one; `None` if there is none among the newest
/// messages.
fn size_of_model(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    model: &str,
) -> Result<Option<usize>, Error> {
    // CROSS JOIN fixes the order: along the messages, then to the vector of each.
    let sql = "SELECT length(vector)
        FROM messages CROSS JOIN message_embeddings ON message_embeddings.message_id = messages.id
        WHERE messages.conversation_id = :conversation AND messages.sequence_number >= :from
            AND message_embeddings.model = :model
        ORDER BY messages.sequence_number DESC LIMIT 1";
    let bytes: Option<u32> = tx
        .prepare(sql)?
        .query_row(
            named_params! {
                ":conversation": conversation,
                ":model": model,
                ":from": from_place(tx, conversation)?,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(bytes.map(|bytes| bytes as usize / BYTES))
}

/// Gives whether the message still says what the vector was made of.
fn insert(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    model: &str,
    embedding: &NewEmbedding,
    now: Timestamp,
) -> Result<bool, Error> {
    let content: Option<String> = tx
        .prepare(
            "SELECT content FROM messages
             WHERE id = :id AND conversation_id = :conversation AND deleted_at IS NULL AND status <> 'streaming'",
        )?
        .query_row(
            named_params! { ":id": embedding.message_id, ":conversation": conversation },
            |row| row.get(0),
        )
        .optional()?;
    if content.is_none_or(|content| fingerprint(&content) != embedding.made_of) {
        return Ok(false);
    }
    let bytes: Vec<u8> = embedding
        .vector
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    tx.prepare(
        "INSERT INTO message_embeddings (message_id, model, vector, created_at)
         VALUES (:message, :model, :vector, :now)
         ON CONFLICT (message_id) DO UPDATE SET model = excluded.model, vector = excluded.vector,
             created_at = excluded.created_at",
    )?
    .execute(named_params! {
        ":message": embedding.message_id,
        ":model": model,
        ":vector": bytes,
        ":now": now,
    })?;
    Ok(true)
}

/// Removes the vectors of a conversation, so that they are made anew. Gives how many.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn clear(tx: &WriteTx<'_>, user: UserId, conversation: ConversationId) -> Result<u32, Error> {
    conversation::require(tx, user, conversation)?;
    let removed = tx
        .prepare(
            "DELETE FROM message_embeddings WHERE message_id IN (
                 SELECT id FROM messages WHERE conversation_id = :conversation)",
        )?
        .execute(named_params! { ":conversation": conversation })?;
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}

/// Removes the vector of a message whose words change.
pub(crate) fn forget(tx: &WriteTx<'_>, message: MessageId) -> Result<(), Error> {
    tx.prepare("DELETE FROM message_embeddings WHERE message_id = :message")?
        .execute(named_params! { ":message": message })?;
    Ok(())
}

/// The messages before a place of a conversation that mean most nearly what is looked for, at most `most`, the nearest
/// first, each with the cosine between the two. Vectors of another model or size are left out.
pub(crate) fn nearest(
    tx: &ReadTx<'_>,
    (conversation, before): (ConversationId, u32),
    wanted: &QueryVector,
    most: usize,
) -> Result<Vec<(MessageId, f32)>, Error> {
    let mut statement = tx.prepare(NEAREST)?;
    let mut rows = statement.query(named_params! {
        ":conversation": conversation,
        ":from": from_place(tx, conversation)?,
        ":before": before,
        ":model": wanted.model,
    })?;
    let length = norm(&wanted.vector);
    let mut found: Vec<(MessageId, f32)> = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if bytes.len() == wanted.vector.len() * BYTES
            && let Some(likeness) = cosine(&wanted.vector, length, bytes)
        {
            found.push((row.get(0)?, likeness));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    found.truncate(most);
    Ok(found)
}

pub(crate) const NEAREST: &str = "
    SELECT messages.id, message_embeddings.vector
    FROM messages CROSS JOIN message_embeddings ON message_embeddings.message_id = messages.id
    WHERE messages.conversation_id = :conversation
        AND messages.sequence_number >= :from AND messages.sequence_number < :before
        AND messages.deleted_at IS NULL AND messages.status <> 'streaming' AND message_embeddings.model = :model";

/// The cosine of the angle between two vectors of one size; `None` if one has no direction. Numbers near the largest
/// there are would add up to infinity, so they are added as numbers of eight bytes.
fn cosine(wanted: &[f32], length: f64, bytes: &[u8]) -> Option<f32> {
    let (mut product, mut square) = (0.0_f64, 0.0_f64);
    for (a, b) in wanted.iter().zip(numbers(bytes)) {
        product += f64::from(*a) * f64::from(b);
        square += f64::from(b) * f64::from(b);
    }
    let cosine = (product / (length * square.sqrt())) as f32;
    cosine.is_finite().then_some(cosine)
}

fn norm(vector: &[f32]) -> f64 {
    let squares = vector.iter().map(|number| f64::from(*number).powi(2));
    squares.sum::<f64>().sqrt()
}
