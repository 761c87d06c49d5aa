//! Which sounds the chunks name: for whoever keeps the files in step with the rows.
//!
//! The files are not this crate's. It says which keys are named and which are not, a bounded number at a time,
//! and puts chunks whose sound is lost back into the queue. Also what lies in the trash names its sound.

use rusqlite::named_params;

use crate::Error;
use crate::change::ChangeKind;
use crate::chunk::{conversation_of, note};
use crate::id::{ChunkId, MessageId};
use crate::tx::{ReadTx, WriteTx};

/// The most keys of one page.
pub const LARGEST_PAGE: u32 = 1_000;

pub(crate) const PAGE: &str = "
    SELECT DISTINCT audio_key FROM message_chunks WHERE audio_key > :after ORDER BY audio_key LIMIT :limit";

pub(crate) const IS_NAMED: &str = "SELECT 1 FROM message_chunks WHERE audio_key = :key LIMIT 1";

/// The keys that chunks name, each once, in order, after `after` (or from the start), at most `limit` and at
/// most 1,000.
pub fn list_keys(tx: &ReadTx<'_>, after: Option<&str>, limit: u32) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(PAGE)?;
    let rows = statement.query_map(
        named_params! {
            ":after": after.unwrap_or_default(),
            ":limit": limit.clamp(1, LARGEST_PAGE),
        },
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those of the keys that no chunk names, in the order given.
pub fn not_named(tx: &ReadTx<'_>, keys: &[String]) -> Result<Vec<String>, Error> {
    let mut statement = tx.prepare(IS_NAMED)?;
    let mut unnamed = Vec::new();
    for key in keys {
        if !statement.exists(named_params! { ":key": key })? {
            unnamed.push(key.clone());
        }
    }
    Ok(unnamed)
}

/// Puts every chunk that names one of these sounds back into the queue, with three new attempts: the sound is
/// lost. Gives the number of chunks.
pub fn make_again(tx: &WriteTx<'_>, keys: &[String]) -> Result<u32, Error> {
    let mut again = 0;
    for key in keys {
        let mut statement = tx.prepare(
            "UPDATE message_chunks SET tts_status = 'pending', attempt_count = 0, last_error = NULL,
                 audio_key = NULL, audio_duration_ms = NULL
             WHERE audio_key = :key RETURNING id, message_id",
        )?;
        let chunks: Vec<(ChunkId, MessageId)> = statement
            .query_map(named_params! { ":key": key }, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        for (id, message) in chunks {
            let conversation = conversation_of(tx, message)?;
            note(tx, ChangeKind::Updated, id, message, conversation);
            again += 1;
        }
    }
    Ok(again)
}
