//! Replies and their pieces: the chunks of a reply, put together, are its text.
//!
//! Where they are not, the text of the message counts, unless the chunks are what it was before some of its
//! characters were damaged. What of the chunks agrees with it stays, with its sound; between them new ones are cut
//! out of the text.

use rusqlite::{Connection, params};

use super::account::{Account, Fate};
use super::known::{Known, KnownTable};
use super::{damaged_text, orphans};
use crate::time::Timestamp;
use crate::{ChunkId, Error};

/// Added to every index while chunks are numbered anew, so that no two are ever equal.
const OUT_OF_THE_WAY: i64 = 1 << 40;

/// Makes the chunks of every reply fit its text.
pub(super) fn match_chunks(
    connection: &Connection,
    known: &Known,
    account: &mut Account,
    now: Timestamp,
) -> Result<(), Error> {
    let (Some(table), Some(messages)) = (known.table("message_chunks"), known.table("messages"))
    else {
        return Ok(());
    };
    close_gaps(connection, account)?;
    for reply in replies_that_differ(connection)? {
        let matching = Matching {
            connection,
            table,
            messages,
            now,
        };
        matching.reply(&reply, account)?;
    }
    Ok(())
}

/// Numbers chunks from 0 without a gap.
fn close_gaps(connection: &Connection, account: &mut Account) -> Result<(), Error> {
    let moved = connection.execute(
        "UPDATE message_chunks SET chunk_index = ?1 + ordered.place
         FROM (SELECT id, row_number() OVER (PARTITION BY message_id ORDER BY chunk_index) - 1 AS place
               FROM message_chunks WHERE message_id IN (
                   SELECT message_id FROM message_chunks
                   GROUP BY message_id HAVING max(chunk_index) <> count(*) - 1)) AS ordered
         WHERE ordered.id = message_chunks.id",
        [OUT_OF_THE_WAY],
    )?;
    connection.execute(
        "UPDATE message_chunks SET chunk_index = chunk_index - ?1 WHERE chunk_index >= ?1",
        [OUT_OF_THE_WAY],
    )?;
    account.table("message_chunks").mended += moved as u64;
    Ok(())
}

struct Reply {
    id: i64,
    content: String,
    is_streaming: bool,
}

fn replies_that_differ(connection: &Connection) -> Result<Vec<Reply>, Error> {
    let mut statement = connection.prepare(
        "SELECT id, content, status = 'streaming' FROM (
             SELECT id, content, status, role, coalesce((
                 SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks
                 WHERE message_id = messages.id), '') AS spoken
             FROM messages)
         WHERE CASE WHEN status = 'streaming' THEN spoken IS NOT substr(content, 1, length(spoken))
               ELSE role = 'assistant' AND spoken IS NOT content END",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Reply {
            id: row.get(0)?,
            content: row.get(1)?,
            is_streaming: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Matching<'a> {
    connection: &'a Connection,
    table: &'a KnownTable,
    messages: &'a KnownTable,
    now: Timestamp,
}

impl Matching<'_> {
    fn reply(&self, reply: &Reply, account: &mut Account) -> Result<(), Error> {
        let chunks = self.chunks(reply.id)?;
        let spoken: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        if !reply.is_streaming && damaged_text::was(&reply.content, &spoken) {
            return self.take_the_chunks(reply.id, &spoken, account);
        }
        let fit = Fit::of(&reply.content, &chunks);
        let after = if reply.is_streaming {
            chunks.len()
        } else {
            fit.after
        };
        for chunk in &chunks[fit.before..after] {
            let rows = orphans::rows_where(self.connection, self.table, "id = ?1", &[&chunk.id])?;
            for row in rows {
                let reason = "its text is not in the reply";
                account.keep_aside(self.table, &row, Fate::Rejected, reason)?;
                orphans::remove(self.connection, self.table, &row)?;
            }
        }
        if reply.is_streaming {
            return Ok(());
        }
        let gap = &reply.content[fit.begin..fit.end];
        if !gap.is_empty() {
            self.make_room(reply.id, fit.before, after)?;
            self.insert(reply.id, fit.before, gap)?;
            account.table("message_chunks").recreated += 1;
        }
        close_gaps(self.connection, account)
    }

    /// The text of a reply becomes that of its chunks.
    fn take_the_chunks(
        &self,
        reply: i64,
        spoken: &str,
        account: &mut Account,
    ) -> Result<(), Error> {
        for row in orphans::rows_where(self.connection, self.messages, "id = ?1", &[&reply])? {
            let reason = "its chunks know what its damaged text was";
            account.keep_aside(self.messages, &row, Fate::Mended, reason)?;
        }
        self.connection.execute(
            "UPDATE messages SET content = ?2 WHERE id = ?1",
            params![reply, spoken],
        )?;
        Ok(())
    }

    fn chunks(&self, message: i64) -> Result<Vec<Piece>, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, text FROM message_chunks WHERE message_id = ?1 ORDER BY chunk_index",
        )?;
        let rows = statement.query_map([message], |row| {
            Ok(Piece {
                id: row.get(0)?,
                text: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Leaves the index `place` free. Everything from `after` on moves far back; closing the gaps brings it back.
    fn make_room(&self, message: i64, place: usize, after: usize) -> Result<(), Error> {
        if place == after {
            let far = 1_i64 << 20;
            self.connection.execute(
                "UPDATE message_chunks SET chunk_index = chunk_index + ?3 WHERE message_id = ?1 AND chunk_index >= ?2",
                params![message, i64::try_from(place).unwrap_or(i64::MAX), far],
            )?;
        }
        Ok(())
    }

    fn insert(&self, message: i64, place: usize, text: &str) -> Result<(), Error> {
        let spoken = text.trim();
        let is_silent = spoken.is_empty();
        self.connection.execute(
            "INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, tts_status, audio_duration_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                ChunkId::new(self.now),
                message,
                i64::try_from(place).unwrap_or(i64::MAX),
                text,
                spoken,
                if is_silent { "completed" } else { "pending" },
                is_silent.then_some(0)
            ],
        )?;
        Ok(())
    }
}

struct Piece {
    id: i64,
    text: String,
}

/// Which chunks are the beginning and the end of a text, and what of it lies between.
struct Fit {
    /// Chunks at the beginning that fit.
    before: usize,
    /// The first of the chunks at the end that fit.
    after: usize,
    begin: usize,
    end: usize,
}

impl Fit {
    fn of(content: &str, chunks: &[Piece]) -> Self {
        let mut fit = Self {
            before: 0,
            after: chunks.len(),
            begin: 0,
            end: content.len(),
        };
        for chunk in chunks {
            if !content[fit.begin..].starts_with(&chunk.text) {
                break;
            }
            fit.begin += chunk.text.len();
            fit.before += 1;
        }
        while fit.after > fit.before {
            let text = &chunks[fit.after - 1].text;
            if !content[fit.begin..fit.end].ends_with(text.as_str()) {
                break;
            }
            fit.end -= text.len();
            fit.after -= 1;
        }
        fit
    }
}
