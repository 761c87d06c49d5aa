//! Messages.

use parlance_storage::{
    CefrLevel, ConversationId, Error, MessageId, MessageStatus, ReadTx, TutorChoice, UserId,
    conversation::{self, Conversation},
    message::{self, Edited, Message, MessageHistory, MessagePage},
    operation::Operation,
    template, tokens,
};
use parlance_tutor::{USUAL_LEVEL, level_rules, measure};
use serde::Serialize;
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// How hard a message is, and what it costs.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct MessageDetails {
    /// What the words cost a model, in tokens; an estimate.
    pub token_count: u32,
    /// The level whose rules were asked.
    pub level: CefrLevel,
    /// How many sentences it has.
    pub sentence_count: u32,
    /// The longest of them; empty if there is none.
    pub longest_sentence: String,
    /// How many words that has.
    pub longest_sentence_words: u32,
    /// How many it may have at the level.
    pub longest_sentence_limit: u32,
    /// Whether it has no more.
    pub is_sentence_length_kept: bool,
    /// Running words whose level is known.
    pub word_count: u32,
    /// Running words whose level is not known: names, numbers, other languages.
    pub words_without_level_count: u32,
    /// Running words of each level, from A1 to C2.
    pub words_by_level: Vec<u32>,
    /// Running words of the level or an easier one.
    pub words_within_count: u32,
    /// How many of a thousand of them are wanted to be.
    pub words_within_wanted_permille: u32,
    /// The easiest level for which the words are easy enough; null where that cannot be told.
    pub vocabulary_level: Option<CefrLevel>,
    /// Whether the words are easy enough for the level; null where that cannot be told, as in other languages than
    /// English.
    pub is_vocabulary_kept: Option<bool>,
    /// Words above the level, each once, twenty at most.
    pub words_above: Vec<HardWord>,
}

/// A word that is harder than the level.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub struct HardWord {
    /// As it was written.
    pub word: String,
    /// Its level.
    pub level: CefrLevel,
}

/// Says something; the tutor's answer begins at once and comes by change events.
///
/// `conflict` while the tutor is still answering in this conversation: the message is not stored then.
#[tauri::command]
#[specta::specta]
pub async fn message_send(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    content: Input<String>,
) -> CommandResult<Message> {
    let profile = profile.get()?;
    profile
        .replies
        .send(profile.user.id, conversation_id.0, content.0)
        .await
}

/// Messages of a conversation, oldest first, with their chunks: the newest `limit`, or those before
/// `before_sequence`, after `after_sequence`, or around a message. At most one of the three may be given.
#[tauri::command]
#[specta::specta]
pub async fn message_list(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    before_sequence: Input<Option<u32>>,
    limit: Input<u32>,
    after_sequence: Input<Option<u32>>,
    around: Input<Option<MessageId>>,
) -> CommandResult<MessagePage> {
    let (Input(conversation), Input(limit)) = (conversation_id, limit);
    let place = (before_sequence.0, after_sequence.0, around.0);
    profile
        .get()?
        .read(move |tx, user| match place {
            (before, None, None) => message::list_before(tx, user, conversation, before, limit),
            (None, Some(after), None) => message::list_after(tx, user, conversation, after, limit),
            (None, None, Some(id)) => {
                require_in(tx, user, conversation, id)?;
                message::list_around(tx, user, id, limit)
            }
            _ => Err(Error::Invalid {
                field: "place",
                reason: "must be at most one of: before, after, around".into(),
            }),
        })
        .await
}

/// Refuses a message that is not one of this conversation.
pub(super) fn require_in(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    id: MessageId,
) -> Result<(), Error> {
    if message::get(tx, user, id)?.conversation_id == conversation {
        return Ok(());
    }
    Err(Error::NotFound {
        what: "message",
        id: id.to_string(),
    })
}

/// One message with its chunks.
#[tauri::command]
#[specta::specta]
pub async fn message_get(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<Message> {
    let Input(id) = id;
    profile
        .get()?
        .read(move |tx, user| message::get(tx, user, id))
        .await
}

/// Stops the reply being written in a conversation; its words so far are kept. False if there is none.
#[tauri::command]
#[specta::specta]
pub async fn message_stop(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<bool> {
    let profile = profile.get()?;
    let Input(id) = conversation_id;
    profile
        .read(move |tx, user| conversation::get(tx, user, id))
        .await?;
    profile.replies.stop(id).await
}

/// Puts a message into the trash, and gives what can be undone. A reply that is still being written is stopped,
/// and keeps its words.
#[tauri::command]
#[specta::specta]
pub async fn message_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let Input(id) = id;
    let (message, operation) = profile
        .write(move |tx, user, now| {
            let message = message::get(tx, user, id)?;
            Ok((message, message::delete(tx, user, id, now)?))
        })
        .await?;
    if message.status == MessageStatus::Streaming {
        profile.replies.stop_quietly(message.conversation_id).await;
    }
    Ok(operation)
}

/// Changes what a message of the learner's says. With `regenerate` what came after it goes into the trash, and the
/// tutor's new answer begins at once. Gives the message, and what can be undone; nothing if it said that already.
///
/// `conflict` for a message that is not the learner's, and while the tutor is answering in its conversation.
#[tauri::command]
#[specta::specta]
pub async fn message_edit(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    content: Input<String>,
    regenerate: Input<bool>,
) -> CommandResult<Edited> {
    let profile = profile.get()?;
    profile
        .replies
        .edit(profile.user.id, id.0, content.0, regenerate.0)
        .await
}

/// What a message said before it was edited: the last 100 edits, or those after `cursor`, newest first.
#[tauri::command]
#[specta::specta]
pub async fn message_history(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    cursor: Input<Option<String>>,
) -> CommandResult<MessageHistory> {
    let (Input(id), Input(cursor)) = (id, cursor);
    profile
        .get()?
        .read(move |tx, user| message::history(tx, user, id, cursor.as_deref()))
        .await
}

/// How hard a message is, by the rules of the level of its conversation, and what it costs a model.
#[tauri::command]
#[specta::specta]
pub async fn message_details(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<MessageDetails> {
    let Input(id) = id;
    let (content, level) = profile
        .get()?
        .read(move |tx, user| {
            let message = message::get(tx, user, id)?;
            let conversation = conversation::get(tx, user, message.conversation_id)?;
            Ok((message.content, level_of(tx, user, &conversation)?))
        })
        .await?;
    Ok(details(&content, level))
}

/// The level of a conversation, or of what it was begun with; else the one for which tutors speak who know of none.
fn level_of(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
) -> Result<CefrLevel, Error> {
    let of_template = match (conversation.level, conversation.template_id) {
        (None, Some(template)) => template::get(tx, user, template)?.level,
        _ => None,
    };
    Ok(conversation.level.or(of_template).unwrap_or(USUAL_LEVEL))
}

fn details(content: &str, level: CefrLevel) -> MessageDetails {
    let measured = measure(content, level);
    MessageDetails {
        token_count: tokens::count(content),
        level,
        sentence_count: measured.sentences,
        longest_sentence: measured.longest_sentence,
        longest_sentence_words: measured.longest_sentence_words,
        longest_sentence_limit: measured.longest_sentence_limit,
        is_sentence_length_kept: measured.is_sentence_length_kept,
        word_count: measured.words,
        words_without_level_count: measured.words_without_level,
        words_by_level: measured.words_by_level.to_vec(),
        words_within_count: measured.words_within,
        words_within_wanted_permille: level_rules(level).within_permille,
        vocabulary_level: measured.vocabulary_level,
        is_vocabulary_kept: measured.is_vocabulary_kept,
        words_above: measured
            .words_above
            .into_iter()
            .map(|above| HardWord {
                word: above.word,
                level: above.level,
            })
            .collect(),
    }
}

/// Puts messages of one conversation into the trash, 1 to 1,000, all or none, and gives what can be undone. A reply
/// among them that is still being written is stopped, and keeps its words.
#[tauri::command]
#[specta::specta]
pub async fn message_delete_many(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<MessageId>>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let Input(ids) = ids;
    let (operation, written) = profile
        .write(move |tx, user, now| {
            let operation = message::delete_many(tx, user, &ids, now)?;
            let written = message::list_streaming(tx)?
                .into_iter()
                .find(|reply| ids.contains(&reply.id));
            Ok((operation, written))
        })
        .await?;
    if let Some(reply) = written {
        profile.replies.stop_quietly(reply.conversation_id).await;
    }
    Ok(operation)
}

/// Has the learner's last words answered anew, by whoever was chosen or by `tutor` this once, and gives what can be
/// undone: the reply that stood there is in the trash. A reply without words is written in its place instead.
///
/// `conflict` if the message is not the last one, or answers nothing of the learner's.
#[tauri::command]
#[specta::specta]
pub async fn message_regenerate(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    tutor: Input<Option<TutorChoice>>,
) -> CommandResult<Option<Operation>> {
    let profile = profile.get()?;
    profile
        .replies
        .answer_anew(profile.user.id, id.0, tutor.0)
        .await
}

/// Goes on with a reply that broke off.
///
/// `conflict` if the message is not the last one, or is no such reply.
#[tauri::command]
#[specta::specta]
pub async fn message_resume(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    profile.replies.resume(profile.user.id, id.0).await
}
