//! Conversations: made, named, found and listed.
//!
//! What the list shows of a conversation's messages is stored on the conversation itself, written by
//! [`crate::message`] in the transaction of its cause; nothing here counts messages.

mod bulk;
mod copied;
mod copied_memory;
mod copy;
mod filter;
mod kept;
mod merge;
mod page;
mod pins;
mod places;
mod read_mark;
mod set;
mod split;
mod tags;
mod title;
mod trash;
mod tutor;

pub use bulk::MOST_AT_ONCE;
pub(crate) use bulk::Was;
pub use copy::{Rearranged, branch, duplicate};
pub use filter::{FolderScope, ListFilter, StatusScope};
pub(crate) use kept::{LAST_SETTLED, message_settled, settled_messages_changed};
pub use merge::merge;
pub(crate) use merge::{Merge, take_merge_back};
pub(crate) use page::page_statements;
pub use page::{ConversationPage, LARGEST_PAGE, list_page};
pub(crate) use pins::{ORDER as PIN_ORDER, Pin, Pinned, Unpinned};
pub(crate) use pins::{give_pins_back, take_pin_move_back, take_pins_back};
pub use pins::{move_pin, set_pinned};
pub(crate) use places::{MoveInto, came_from, moves_into, since_event};
pub(crate) use read_mark::UNREAD;
pub use read_mark::{MOST_UNREAD, mark_read, mark_unread, unread_count};
pub(crate) use set::{Set, take_level_back, take_move_back, take_status_back};
pub use set::{move_to_folder, set_level, set_status};
pub use split::split;
pub(crate) use split::{Split, take_split_back};
pub use tags::{MOST_TAGS, change_tags};
pub(crate) use tags::{TagsChanged, take_tags_back};
pub use title::rename;
pub(crate) use title::{Trash, name_after_message, name_anew, take_title_back, titling_message};
pub(crate) use trash::{
    Deleted, in_trash_since, put_into_trash, take_all_out_of_trash, take_out_of_trash,
};
pub use trash::{delete, delete_many};
pub use tutor::set_tutor;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::ChangeKind;
use crate::columns::Columns;
use crate::id::{ConversationId, FolderId, MessageId, TemplateId, UserId};
use crate::kinds::{CefrLevel, ConversationStatus, EventType, TitleSource};
use crate::time::Timestamp;
use crate::tutor_choice::{AiSettings, TutorChoice};
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, template, text, user};

/// A conversation as its own page shows it, without its messages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// What it was begun from, if that is still there.
    pub template_id: Option<TemplateId>,
    /// Empty until somebody named it or the learner has said something.
    pub title: String,
    /// Who chose the title.
    pub title_source: TitleSource,
    /// At which level it is held, if one was chosen.
    pub level: Option<CefrLevel>,
    /// What the learner does with it.
    pub status: ConversationStatus,
    /// What it is about, in the learner's words.
    pub topic: Option<String>,
    /// When it was pinned, if it is.
    pub pinned_at: Option<Timestamp>,
    /// Its place among the pinned ones, counted by hand.
    pub pin_order: Option<i32>,
    /// Messages that are neither streaming nor in the trash.
    pub message_count: u32,
    /// When the last of those was begun.
    pub last_message_at: Option<Timestamp>,
    /// The beginning of the last of those, on one line.
    pub last_message_preview: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it, or what is kept on it, was last changed.
    pub updated_at: Timestamp,
    /// In which folder it lies, if in one.
    pub folder_id: Option<FolderId>,
    /// The conversation that it was branched off or split from, if that is still there.
    pub origin_conversation_id: Option<ConversationId>,
    /// The last message before it, there.
    pub origin_message_id: Option<MessageId>,
    /// Who answers in it; `None`: whoever the settings say.
    pub tutor: Option<TutorChoice>,
}

/// A conversation as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConversationSummary {
    /// See [`Conversation::id`].
    pub id: ConversationId,
    /// See [`Conversation::template_id`].
    pub template_id: Option<TemplateId>,
    /// See [`Conversation::title`].
    pub title: String,
    /// See [`Conversation::title_source`].
    pub title_source: TitleSource,
    /// See [`Conversation::level`].
    pub level: Option<CefrLevel>,
    /// See [`Conversation::status`].
    pub status: ConversationStatus,
    /// See [`Conversation::pinned_at`].
    pub pinned_at: Option<Timestamp>,
    /// See [`Conversation::message_count`].
    pub message_count: u32,
    /// See [`Conversation::last_message_at`].
    pub last_message_at: Option<Timestamp>,
    /// See [`Conversation::last_message_preview`].
    pub last_message_preview: Option<String>,
    /// See [`Conversation::created_at`].
    pub created_at: Timestamp,
    /// In alphabetical order.
    pub tags: Vec<String>,
    /// See [`Conversation::folder_id`].
    pub folder_id: Option<FolderId>,
    /// Whether its last message is newer than what was read of it.
    pub is_unread: bool,
    /// See [`Conversation::origin_conversation_id`].
    pub origin_conversation_id: Option<ConversationId>,
    /// See [`Conversation::origin_message_id`].
    pub origin_message_id: Option<MessageId>,
}

/// What is needed to begin a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConversation {
    /// Whose it is.
    pub user_id: UserId,
    /// What it starts from, if not blank.
    pub template_id: Option<TemplateId>,
    /// The learner's title; `None`: made from the first message.
    pub title: Option<String>,
    /// `None`: the template's, if it has one.
    pub level: Option<CefrLevel>,
    /// What it is to be about.
    pub topic: Option<String>,
}

pub(crate) const COLUMNS: &str =
    "id, template_id, title, title_source, level, status, topic, pinned_at, pin_order,
    message_count, last_message_at, last_message_preview, created_at, updated_at, folder_id,
    origin_conversation_id, origin_message_id, ai_settings";

/// The tags come with their row: a join would multiply rows, a query per row would be dear.
pub(crate) const SUMMARY_COLUMNS: &str = "id, template_id, title, title_source, level, status, pinned_at,
    message_count, last_message_at, last_message_preview, created_at,
    (SELECT json_group_array(tag) FROM conversation_tags WHERE conversation_id = conversations.id) AS tags,
    folder_id, coalesce(last_message_at > last_read_at, 0) AS is_unread, origin_conversation_id,
    origin_message_id, pin_order";

/// Of the tags among the columns above.
const TAGS_PLACE: usize = 11;

impl Conversation {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            template_id: columns.get("template_id")?,
            title: columns.get("title")?,
            title_source: columns.get("title_source")?,
            level: columns.get("level")?,
            status: columns.get("status")?,
            topic: columns.get("topic")?,
            pinned_at: columns.get("pinned_at")?,
            pin_order: columns.get("pin_order")?,
            message_count: columns.get("message_count")?,
            last_message_at: columns.get("last_message_at")?,
            last_message_preview: columns.get("last_message_preview")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
            folder_id: columns.get("folder_id")?,
            origin_conversation_id: columns.get("origin_conversation_id")?,
            origin_message_id: columns.get("origin_message_id")?,
            tutor: columns.get::<AiSettings>("ai_settings")?.tutor,
        })
    }
}

impl ConversationSummary {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            template_id: columns.get("template_id")?,
            title: columns.get("title")?,
            title_source: columns.get("title_source")?,
            level: columns.get("level")?,
            status: columns.get("status")?,
            pinned_at: columns.get("pinned_at")?,
            message_count: columns.get("message_count")?,
            last_message_at: columns.get("last_message_at")?,
            last_message_preview: columns.get("last_message_preview")?,
            created_at: columns.get("created_at")?,
            tags: decode_tags(&columns.get::<String>("tags")?)?,
            folder_id: columns.get("folder_id")?,
            is_unread: columns.get("is_unread")?,
            origin_conversation_id: columns.get("origin_conversation_id")?,
            origin_message_id: columns.get("origin_message_id")?,
        })
    }
}

/// Most conversations have no tags; a page is no place to parse fifty empty lists.
fn decode_tags(json: &str) -> rusqlite::Result<Vec<String>> {
    if json == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            TAGS_PLACE,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

/// Begins a conversation, without messages.
///
/// # Errors
/// `NotFound` for an unknown profile or template, `Invalid` for a title or topic that cannot be stored.
pub fn insert(
    tx: &WriteTx<'_>,
    new: NewConversation,
    now: Timestamp,
) -> Result<Conversation, Error> {
    let NewConversation {
        user_id,
        template_id,
        title,
        level,
        topic,
    } = new;
    user::get(tx, user_id)?;
    let template = template_id
        .map(|id| template::get(tx, user_id, id))
        .transpose()?;
    let title = title.as_deref().map(text::title).transpose()?;
    if let Some(topic) = &topic {
        text::check_not_blank("topic", topic, text::LONGEST_TOPIC)?;
    }
    let id = ConversationId::new(now);
    tx.prepare(
        "INSERT INTO conversations
             (id, user_id, template_id, title, title_source, level, topic, created_at, updated_at)
         VALUES (:id, :user, :template, :title, :title_source, :level, :topic, :now, :now)",
    )?
    .execute(named_params! {
        ":id": id,
        ":user": user_id,
        ":template": template_id,
        ":title_source": if title.is_some() { TitleSource::User } else { TitleSource::Auto },
        ":title": title.unwrap_or_default(),
        ":level": level.or_else(|| template.and_then(|template| template.level)),
        ":topic": topic,
        ":now": now,
    })?;
    event::append(
        tx,
        id,
        EventType::ConversationCreated,
        &json!({ "templateId": template_id }),
        now,
    )?;
    tx.changed_conversation(ChangeKind::Inserted, id);
    get(tx, user_id, id)
}

/// The learner's conversation with this id.
///
/// # Errors
/// `NotFound` if there is none, if it is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: ConversationId) -> Result<Conversation, Error> {
    find(tx, user, id)?.ok_or_else(|| Error::not_found("conversation", id))
}

/// Like [`get`], with `None` where that has an error.
pub fn find(
    tx: &ReadTx<'_>,
    user: UserId,
    id: ConversationId,
) -> Result<Option<Conversation>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversations WHERE id = :id AND user_id = :user AND deleted_at IS NULL"
    ))?;
    Ok(statement
        .query_row(
            named_params! { ":id": id, ":user": user },
            Conversation::from_row,
        )
        .optional()?)
}

/// The learner's conversation as the list shows it.
///
/// # Errors
/// Like [`get`].
pub fn summary(
    tx: &ReadTx<'_>,
    user: UserId,
    id: ConversationId,
) -> Result<ConversationSummary, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {SUMMARY_COLUMNS} FROM conversations WHERE id = :id AND user_id = :user AND deleted_at IS NULL"
    ))?;
    statement
        .query_row(
            named_params! { ":id": id, ":user": user },
            ConversationSummary::from_row,
        )
        .optional()?
        .ok_or_else(|| Error::not_found("conversation", id))
}

/// Refuses a conversation that is not this learner's.
pub(crate) fn require(tx: &ReadTx<'_>, user: UserId, id: ConversationId) -> Result<(), Error> {
    if exists(tx, user, id)? {
        Ok(())
    } else {
        Err(Error::not_found("conversation", id))
    }
}

/// Whether this learner has such a conversation outside of the trash.
pub(crate) fn exists(tx: &ReadTx<'_>, user: UserId, id: ConversationId) -> Result<bool, Error> {
    let mut statement = tx.prepare(
        "SELECT 1 FROM conversations WHERE id = :id AND user_id = :user AND deleted_at IS NULL",
    )?;
    Ok(statement.exists(named_params! { ":id": id, ":user": user })?)
}
