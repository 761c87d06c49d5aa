//! How messages come to be.
//!
//! Each verb leaves the conversation whole: the message, the counters on its conversation and the event
//! of the log change together. A reply is stored as it comes, so that a crash costs no word that had
//! arrived; the chunks of a finished one, put together, are its content to the letter.

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::{Message, answer, find, find_even_in_trash, require_nothing_written};
use crate::change::ChangeKind;
use crate::chunk::{self, NewChunk};
use crate::draft::DraftOf;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{EventType, InputMethod, MessageStatus, Role};
use crate::text::{self, LONGEST_MESSAGE};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, draft, event, tokens};

/// The text of a message's chunks, in order; for a query of `messages`.
const PUT_TOGETHER: &str = "coalesce((
    SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE message_id = messages.id), '')";

/// What the learner says.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// 1 to 100,000 code points, not blank, stored as it is.
    pub content: String,
    /// How it was put in.
    pub input_method: InputMethod,
}

/// Stores what the learner says, and removes the draft that it was. The first message names a conversation
/// that has no title yet.
///
/// # Errors
/// `Invalid` for a text that is blank, too long or contains NUL; `NotFound` if this learner has no such
/// conversation.
pub fn send(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    new: NewMessage,
    now: Timestamp,
) -> Result<Message, Error> {
    let NewMessage {
        content,
        input_method,
    } = new;
    text::check_not_blank("message", &content, LONGEST_MESSAGE)?;
    conversation::require(tx, user, conversation)?;
    let id = insert(
        tx,
        conversation,
        Unplaced {
            role: Role::User,
            content: &content,
            status: MessageStatus::Complete,
            model: None,
            input_method,
        },
        now,
    )?;
    conversation::name_after_message(tx, conversation, &content)?;
    draft::remove(
        tx,
        DraftOf::Message {
            conversation_id: conversation,
        },
    )?;
    settle(
        tx,
        conversation,
        id,
        EventType::MessageSent,
        MessageStatus::Complete,
        now,
    )
}

/// Begins a reply, empty and streaming. If it answers words that were edited, it goes when that is taken back.
///
/// # Errors
/// `Conflict` if one is being written already; `NotFound` if the conversation is gone.
pub fn begin_reply(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    model: &str,
    now: Timestamp,
) -> Result<Message, Error> {
    require_conversation(tx, conversation)?;
    require_nothing_written(tx, conversation)?;
    let id = insert(
        tx,
        conversation,
        Unplaced {
            role: Role::Assistant,
            content: "",
            status: MessageStatus::Streaming,
            model: Some(model),
            input_method: InputMethod::Text,
        },
        now,
    )?;
    answer::remember(tx, conversation, id)?;
    event::append(
        tx,
        conversation,
        EventType::ReplyStarted,
        &json!({ "messageId": id }),
        now,
    )?;
    require(tx, id)
}

/// Adds words to a streaming reply, and the chunks that they completed.
///
/// # Errors
/// `Conflict` if the reply is finished, `NotFound` if it is gone, `Invalid` if it would become longer
/// than 100,000 code points, a chunk cannot be stored, or the chunks are not its beginning.
pub fn append_to_reply(
    tx: &WriteTx<'_>,
    id: MessageId,
    words: &str,
    chunks: &[NewChunk],
    now: Timestamp,
) -> Result<(), Error> {
    text::check("reply", words, LONGEST_MESSAGE)?;
    let conversation = require_streaming(tx, id)?;
    let length: i64 = tx
        .prepare(
            "UPDATE messages SET content = content || :words, updated_at = :now WHERE id = :id
             RETURNING length(content)",
        )?
        .query_row(
            named_params! { ":id": id, ":words": words, ":now": now },
            |row| row.get(0),
        )?;
    if usize::try_from(length).is_ok_and(|length| length > LONGEST_MESSAGE) {
        return Err(Error::invalid(
            "reply",
            format!("is longer than {LONGEST_MESSAGE} characters"),
        ));
    }
    tx.changed_message(ChangeKind::Updated, id, conversation);
    if chunks.is_empty() {
        return Ok(());
    }
    chunk::insert_all(tx, conversation, id, chunks, now)?;
    require_chunks_begin(tx, id)
}

/// Ends a streaming reply with its last chunks. From here on it counts and can be found; unless it was put
/// into the trash meanwhile, where it stays, ended and not counted.
///
/// # Errors
/// `Invalid` if `status` is streaming, or if the chunks, put together, are not the content; `Conflict`
/// if the reply is finished already; `NotFound` if it is gone.
pub fn finish_reply(
    tx: &WriteTx<'_>,
    id: MessageId,
    status: MessageStatus,
    chunks: &[NewChunk],
    now: Timestamp,
) -> Result<Message, Error> {
    if status == MessageStatus::Streaming {
        return Err(Error::invalid(
            "status",
            "of a finished reply must not be streaming",
        ));
    }
    let conversation = require_streaming(tx, id)?;
    chunk::insert_all(tx, conversation, id, chunks, now)?;
    require_chunks_match(tx, id)?;
    let tokens = count_tokens(tx, id)?;
    tx.prepare(
        "UPDATE messages SET status = :status, token_count = :tokens, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":status": status, ":tokens": tokens, ":now": now })?;
    tx.changed_message(ChangeKind::Updated, id, conversation);
    match find(tx, id)? {
        Some(_) => settle(tx, conversation, id, EventType::ReplyFinished, status, now),
        None => {
            log_event(tx, conversation, id, EventType::ReplyFinished, status, now)?;
            require_even_from_trash(tx, id)
        }
    }
}

fn count_tokens(tx: &ReadTx<'_>, id: MessageId) -> Result<u32, Error> {
    let mut statement = tx.prepare("SELECT content FROM messages WHERE id = :id")?;
    Ok(statement.query_row(named_params! { ":id": id }, |row| {
        Ok(tokens::count(row.get_ref(0)?.as_str()?))
    })?)
}

/// [`finish_reply`] for one that failed, with the name of the reason: small letters and `_`, up to 60.
///
/// # Errors
/// Like [`finish_reply`].
pub fn fail_reply(
    tx: &WriteTx<'_>,
    id: MessageId,
    failure_code: &str,
    chunks: &[NewChunk],
    now: Timestamp,
) -> Result<Message, Error> {
    require_streaming(tx, id)?;
    tx.prepare("UPDATE messages SET failure_code = :code WHERE id = :id")?
        .execute(named_params! { ":id": id, ":code": failure_code })?;
    finish_reply(tx, id, MessageStatus::Failed, chunks, now)
}

/// Stores something that the partner says all at once, such as an opening message.
///
/// # Errors
/// `Invalid` for a text that is blank or too long, or chunks that do not give it back; `NotFound` if the
/// conversation is gone.
pub fn say(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    content: &str,
    chunks: &[NewChunk],
    model: &str,
    now: Timestamp,
) -> Result<Message, Error> {
    text::check_not_blank("message", content, LONGEST_MESSAGE)?;
    require_conversation(tx, conversation)?;
    let id = insert(
        tx,
        conversation,
        Unplaced {
            role: Role::Assistant,
            content,
            status: MessageStatus::Complete,
            model: Some(model),
            input_method: InputMethod::Text,
        },
        now,
    )?;
    chunk::insert_all(tx, conversation, id, chunks, now)?;
    require_chunks_match(tx, id)?;
    settle(
        tx,
        conversation,
        id,
        EventType::MessageSaid,
        MessageStatus::Complete,
        now,
    )
}

/// Puts a message that was said elsewhere at the end of its conversation, whose counts the caller keeps. What is said
/// does not become the title.
pub(crate) fn insert_imported(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    role: Role,
    content: &str,
    said_at: Timestamp,
    now: Timestamp,
) -> Result<MessageId, Error> {
    let id = MessageId::new(now);
    place(
        tx,
        id,
        conversation,
        Unplaced {
            role,
            content,
            status: MessageStatus::Complete,
            model: None,
            input_method: InputMethod::Text,
        },
        said_at,
    )?;
    Ok(id)
}

/// A message before it has an id and a place.
#[derive(Clone, Copy)]
struct Unplaced<'a> {
    role: Role,
    content: &'a str,
    status: MessageStatus,
    model: Option<&'a str>,
    input_method: InputMethod,
}

/// Puts a message at the end of its conversation.
fn insert(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    new: Unplaced<'_>,
    now: Timestamp,
) -> Result<MessageId, Error> {
    let id = MessageId::new(now);
    place(tx, id, conversation, new, now)?;
    Ok(id)
}

fn place(
    tx: &WriteTx<'_>,
    id: MessageId,
    conversation: ConversationId,
    new: Unplaced<'_>,
    said_at: Timestamp,
) -> Result<(), Error> {
    // One writer: nobody can take the same place between the subquery and the insert.
    tx.prepare(
        "INSERT INTO messages (id, conversation_id, role, content, sequence_number, status, model, token_count,
             input_method, created_at, updated_at)
         VALUES (:id, :conversation, :role, :content,
             (SELECT coalesce(max(sequence_number), 0) + 1 FROM messages WHERE conversation_id = :conversation),
             :status, :model, :tokens, :input_method, :now, :now)",
    )?
    .execute(named_params! {
        ":id": id,
        ":conversation": conversation,
        ":role": new.role,
        ":content": new.content,
        ":status": new.status,
        ":model": new.model,
        // Of what is being written, the count is known at its end.
        ":tokens": (new.status != MessageStatus::Streaming).then(|| tokens::count(new.content)),
        ":input_method": new.input_method,
        ":now": said_at,
    })?;
    tx.changed_message(ChangeKind::Inserted, id, conversation);
    Ok(())
}

/// What is due whenever a message has reached its end: counters, preview, event.
fn settle(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    id: MessageId,
    event_type: EventType,
    status: MessageStatus,
    now: Timestamp,
) -> Result<Message, Error> {
    conversation::message_settled(tx, conversation, now)?;
    log_event(tx, conversation, id, event_type, status, now)?;
    require(tx, id)
}

fn log_event(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    id: MessageId,
    event_type: EventType,
    status: MessageStatus,
    now: Timestamp,
) -> Result<(), Error> {
    let data = json!({ "messageId": id, "status": status });
    event::append(tx, conversation, event_type, &data, now)
}

fn require(tx: &ReadTx<'_>, id: MessageId) -> Result<Message, Error> {
    find(tx, id)?.ok_or_else(|| Error::not_found("message", id))
}

fn require_even_from_trash(tx: &ReadTx<'_>, id: MessageId) -> Result<Message, Error> {
    find_even_in_trash(tx, id)?.ok_or_else(|| Error::not_found("message", id))
}

fn require_conversation(tx: &ReadTx<'_>, id: ConversationId) -> Result<(), Error> {
    let is_there = tx
        .prepare("SELECT 1 FROM conversations WHERE id = :id AND deleted_at IS NULL")?
        .exists(named_params! { ":id": id })?;
    if is_there {
        Ok(())
    } else {
        Err(Error::not_found("conversation", id))
    }
}

/// The conversation of a reply that is being written. A deleted one can still be finished.
fn require_streaming(tx: &ReadTx<'_>, id: MessageId) -> Result<ConversationId, Error> {
    let found: Option<(ConversationId, MessageStatus)> = tx
        .prepare("SELECT conversation_id, status FROM messages WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((row.get("conversation_id")?, row.get("status")?))
        })
        .optional()?;
    match found {
        None => Err(Error::not_found("message", id)),
        Some((conversation, MessageStatus::Streaming)) => Ok(conversation),
        Some(_) => Err(Error::conflict("This reply is finished already.")),
    }
}

fn require_chunks_match(tx: &ReadTx<'_>, id: MessageId) -> Result<(), Error> {
    let sql = format!("SELECT content = {PUT_TOGETHER} FROM messages WHERE id = :id");
    require_of_chunks(tx, id, &sql, "must give the reply's text when put together")
}

/// Checked at once and not only at the end: a reply that a crash cuts off could never be finished else.
fn require_chunks_begin(tx: &ReadTx<'_>, id: MessageId) -> Result<(), Error> {
    let sql = format!(
        "SELECT substr(content, 1, length(spoken)) = spoken
         FROM (SELECT content, {PUT_TOGETHER} AS spoken FROM messages WHERE id = :id)"
    );
    require_of_chunks(tx, id, &sql, "must be the beginning of the reply's text")
}

/// Refuses the chunks of a message by this `rule`, unless the question `sql` about them is answered by yes.
fn require_of_chunks(tx: &ReadTx<'_>, id: MessageId, sql: &str, rule: &str) -> Result<(), Error> {
    let is_so: bool = tx
        .prepare(sql)?
        .query_row(named_params! { ":id": id }, |row| row.get(0))?;
    if is_so {
        Ok(())
    } else {
        Err(Error::invalid("chunks", rule))
    }
}
