//! Conversations.

use parlance_storage::{
    CefrLevel, ConversationId, ConversationStatus, Error, FolderId, MessageId, TemplateId,
    Timestamp, TutorChoice, UserId, WriteTx,
    conversation::{
        self, Conversation, ConversationPage, ConversationSummary, ListFilter, NewConversation,
        Rearranged,
    },
    message,
    operation::Operation,
    template,
};
use serde::Deserialize;
use tauri::State;

use crate::{error::CommandResult, input::Input, replies::new_chunks, slot::ProfileSlot};

/// What is stored as the model of a template's opening words.
const OPENING_MODEL: &str = "template";

/// What a new conversation starts with. Everything may be left out: that is free talk.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConversationRequest {
    /// The situation to start from.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
    /// The level to talk at; the template's if left out.
    #[serde(default)]
    pub level: Option<CefrLevel>,
    /// A title of the learner's own.
    #[serde(default)]
    pub title: Option<String>,
}

/// Starts a conversation; the tutor's opening words are in it already.
#[tauri::command]
#[specta::specta]
pub async fn conversation_create(
    profile: State<'_, ProfileSlot>,
    request: Input<NewConversationRequest>,
) -> CommandResult<ConversationSummary> {
    let Input(request) = request;
    profile
        .get()?
        .write(move |tx, user, now| {
            let new = NewConversation {
                user_id: user,
                template_id: request.template_id,
                title: request.title,
                level: request.level,
                topic: None,
            };
            let conversation = conversation::insert(tx, new, now)?;
            open_with_template(tx, user, &conversation, now)?;
            conversation::summary(tx, user, conversation.id)
        })
        .await
}

/// The tutor says the template's opening words, if there are any.
fn open_with_template(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: &Conversation,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(template) = conversation.template_id else {
        return Ok(());
    };
    let template = template::get(tx, user, template)?;
    if !template.opening_message.is_empty() {
        let words = &template.opening_message;
        message::say(
            tx,
            conversation.id,
            words,
            &new_chunks(words),
            OPENING_MODEL,
            now,
        )?;
    }
    Ok(())
}

/// A page of the learner's conversations: pinned ones first, then the latest.
///
/// `cursor` is the `next` of the page before, `limit` is 1 to 100. Without a filter all but archived ones are listed.
#[tauri::command]
#[specta::specta]
pub async fn conversation_list(
    profile: State<'_, ProfileSlot>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
    filter: Input<Option<ListFilter>>,
) -> CommandResult<ConversationPage> {
    let (Input(cursor), Input(limit)) = (cursor, limit);
    let filter = filter.0.unwrap_or_default();
    profile
        .get()?
        .read(move |tx, user| conversation::list_page(tx, user, &filter, cursor.as_deref(), limit))
        .await
}

/// One conversation.
#[tauri::command]
#[specta::specta]
pub async fn conversation_get(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
) -> CommandResult<ConversationSummary> {
    let Input(id) = id;
    profile
        .get()?
        .read(move |tx, user| conversation::summary(tx, user, id))
        .await
}

/// Gives a conversation a title of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn conversation_rename(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
    title: Input<String>,
) -> CommandResult<ConversationSummary> {
    let (Input(id), Input(title)) = (id, title);
    profile
        .get()?
        .write(move |tx, user, now| {
            conversation::rename(tx, user, id, &title, now)?;
            conversation::summary(tx, user, id)
        })
        .await
}

/// Puts a conversation into the trash, and gives what can be undone. A reply that is being written in it is
/// stopped, and keeps its words.
#[tauri::command]
#[specta::specta]
pub async fn conversation_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let Input(id) = id;
    let operation = profile
        .write(move |tx, user, now| conversation::delete(tx, user, id, now))
        .await?;
    profile.replies.stop_quietly(id).await;
    Ok(operation)
}

/// Puts 1 to 1,000 conversations into a folder, or into none, and gives what can be undone; null if they are there.
#[tauri::command]
#[specta::specta]
pub async fn conversation_move(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
    folder_id: Input<Option<FolderId>>,
) -> CommandResult<Option<Operation>> {
    let (Input(ids), Input(folder_id)) = (ids, folder_id);
    profile
        .get()?
        .write(move |tx, user, now| conversation::move_to_folder(tx, user, &ids, folder_id, now))
        .await
}

/// Gives 1 to 1,000 conversations tags and takes others off, and gives what can be undone; null if all of it is so.
///
/// `conflict` if one would have too many.
#[tauri::command]
#[specta::specta]
pub async fn conversation_change_tags(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
    add: Input<Vec<String>>,
    remove: Input<Vec<String>>,
) -> CommandResult<Option<Operation>> {
    let (Input(ids), Input(add), Input(remove)) = (ids, add, remove);
    profile
        .get()?
        .write(move |tx, user, now| conversation::change_tags(tx, user, &ids, &add, &remove, now))
        .await
}

/// Pins 1 to 1,000 conversations after those that are pinned, or removes their pins, and gives what can be undone;
/// null if nothing was to be done.
#[tauri::command]
#[specta::specta]
pub async fn conversation_pin(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
    pinned: Input<bool>,
) -> CommandResult<Option<Operation>> {
    let (Input(ids), Input(pinned)) = (ids, pinned);
    profile
        .get()?
        .write(move |tx, user, now| conversation::set_pinned(tx, user, &ids, pinned, now))
        .await
}

/// Puts a pinned conversation before another one or at the end, and gives what can be undone; null if it is there.
///
/// `conflict` if one of the two is not pinned.
#[tauri::command]
#[specta::specta]
pub async fn conversation_move_pin(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
    before_id: Input<Option<ConversationId>>,
) -> CommandResult<Option<Operation>> {
    let (Input(id), Input(before_id)) = (id, before_id);
    profile
        .get()?
        .write(move |tx, user, now| conversation::move_pin(tx, user, id, before_id, now))
        .await
}

/// Gives 1 to 1,000 conversations a status, and gives what can be undone; null if they have it.
#[tauri::command]
#[specta::specta]
pub async fn conversation_set_status(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
    status: Input<ConversationStatus>,
) -> CommandResult<Option<Operation>> {
    let (Input(ids), Input(status)) = (ids, status);
    profile
        .get()?
        .write(move |tx, user, now| conversation::set_status(tx, user, &ids, status, now))
        .await
}

/// Gives 1 to 1,000 conversations a level, or none, and gives what can be undone; null if they have it.
#[tauri::command]
#[specta::specta]
pub async fn conversation_set_level(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
    level: Input<Option<CefrLevel>>,
) -> CommandResult<Option<Operation>> {
    let (Input(ids), Input(level)) = (ids, level);
    profile
        .get()?
        .write(move |tx, user, now| conversation::set_level(tx, user, &ids, level, now))
        .await
}

/// Everything in 1 to 1,000 conversations has been read.
#[tauri::command]
#[specta::specta]
pub async fn conversation_mark_read(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
) -> CommandResult<()> {
    let Input(ids) = ids;
    profile
        .get()?
        .write(move |tx, user, _| conversation::mark_read(tx, user, &ids))
        .await
}

/// Nothing in 1 to 1,000 conversations counts as read.
#[tauri::command]
#[specta::specta]
pub async fn conversation_mark_unread(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
) -> CommandResult<()> {
    let Input(ids) = ids;
    profile
        .get()?
        .write(move |tx, user, _| conversation::mark_unread(tx, user, &ids))
        .await
}

/// How many conversations have something unread, archived ones left out; 1,000 stands for that many or more.
#[tauri::command]
#[specta::specta]
pub async fn conversation_unread_count(profile: State<'_, ProfileSlot>) -> CommandResult<u32> {
    profile.get()?.read(conversation::unread_count).await
}

/// Puts 1 to 1,000 conversations into the trash, as `conversation_delete` does one, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn conversation_delete_many(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<ConversationId>>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let Input(ids) = ids;
    let deleted = ids.clone();
    let operation = profile
        .write(move |tx, user, now| conversation::delete_many(tx, user, &deleted, now))
        .await?;
    for id in ids {
        profile.replies.stop_quietly(id).await;
    }
    Ok(operation)
}

/// Copies a conversation, with what was said in it or only its settings, and gives the copy with what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn conversation_duplicate(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
    with_history: Input<bool>,
) -> CommandResult<Rearranged> {
    let Input(id) = id;
    let Input(with_history) = with_history;
    profile
        .get()?
        .write(move |tx, user, now| conversation::duplicate(tx, user, id, with_history, now))
        .await
}

/// Copies a conversation up to a message, to go on from there another way.
///
/// `conflict` if the message is still being written.
#[tauri::command]
#[specta::specta]
pub async fn conversation_branch(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<Rearranged> {
    let Input(message) = message_id;
    profile
        .get()?
        .write(move |tx, user, now| conversation::branch(tx, user, message, now))
        .await
}

/// Makes a conversation of its own of a message and all that comes after it.
///
/// `conflict` at the first message, and while the tutor is answering.
#[tauri::command]
#[specta::specta]
pub async fn conversation_split(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<Rearranged> {
    let Input(message) = message_id;
    profile
        .get()?
        .write(move |tx, user, now| conversation::split(tx, user, message, now))
        .await
}

/// Puts everything of one conversation into another, in the order of time, and what is left of it into the trash.
///
/// `conflict` while the tutor is answering in either.
#[tauri::command]
#[specta::specta]
pub async fn conversation_merge(
    profile: State<'_, ProfileSlot>,
    into_id: Input<ConversationId>,
    from_id: Input<ConversationId>,
) -> CommandResult<Rearranged> {
    let (Input(into), Input(from)) = (into_id, from_id);
    profile
        .get()?
        .write(move |tx, user, now| conversation::merge(tx, user, into, from, now))
        .await
}

/// Chooses who answers in a conversation; null: whoever the settings say.
#[tauri::command]
#[specta::specta]
pub async fn conversation_set_tutor(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
    tutor: Input<Option<TutorChoice>>,
) -> CommandResult<()> {
    let (Input(id), Input(tutor)) = (id, tutor);
    let profile = profile.get()?;
    profile
        .write(move |tx, user, now| {
            conversation::set_tutor(tx, user, id, tutor.as_ref(), now).map(drop)
        })
        .await?;
    profile.remembering.stop_in(id);
    Ok(())
}

/// Who was chosen to answer in a conversation; null: whoever the settings say.
#[tauri::command]
#[specta::specta]
pub async fn conversation_tutor(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
) -> CommandResult<Option<TutorChoice>> {
    let Input(id) = id;
    profile
        .get()?
        .read(move |tx, user| Ok(conversation::get(tx, user, id)?.tutor))
        .await
}
