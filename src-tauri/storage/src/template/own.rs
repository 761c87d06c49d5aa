//! The learner's own templates: written, changed, deleted and brought back, or made of a conversation.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Metadata, Template, get};
use crate::change::{ChangeKind, Entity};
use crate::id::{ConversationId, TemplateId, UserId};
use crate::kinds::{CefrLevel, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, text, user};

/// How many templates of their own a learner can have.
pub const MOST_OWN: u32 = 500;
/// The longest name, in code points.
pub const LONGEST_NAME: usize = 200;
/// The longest description, in code points.
pub const LONGEST_DESCRIPTION: usize = 500;
/// The longest text that a model is told beforehand, in code points.
pub const LONGEST_PROMPT: usize = 10_000;
/// The longest first words of the partner, in code points.
pub const LONGEST_OPENING: usize = 2_000;

/// A template as the learner writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NewTemplate {
    /// See [`Template::name`].
    pub name: String,
    /// See [`Template::description`].
    #[serde(default)]
    pub description: String,
    /// See [`Template::level`].
    #[serde(default)]
    pub level: Option<CefrLevel>,
    /// See [`Template::system_prompt`].
    #[serde(default)]
    pub system_prompt: String,
    /// See [`Template::opening_message`].
    #[serde(default)]
    pub opening_message: String,
    /// What it was made after: it is about the same situation.
    #[serde(default)]
    pub from: Option<TemplateId>,
}

/// What to change of a template; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TemplatePatch {
    /// See [`Template::name`].
    pub name: Option<String>,
    /// See [`Template::description`].
    pub description: Option<String>,
    /// See [`Template::level`]; null: for nobody in particular.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<CefrLevel>))]
    pub level: Option<Option<CefrLevel>>,
    /// See [`Template::system_prompt`].
    pub system_prompt: Option<String>,
    /// See [`Template::opening_message`].
    pub opening_message: Option<String>,
}

/// What is given is given, be it null.
fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// All that brings a deleted template back. Undo remembers it: the names of the fields are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeletedTemplate {
    template: TemplateId,
    slug: String,
    name: String,
    description: String,
    level: Option<CefrLevel>,
    situation: Option<String>,
    system_prompt: String,
    opening_message: String,
    created_at: Timestamp,
    /// Those that were begun from it.
    conversations: Vec<ConversationId>,
}

impl DeletedTemplate {
    /// Every text of the learner's that it holds.
    pub(crate) fn texts(&self) -> Vec<&str> {
        vec![
            &self.name,
            &self.description,
            &self.system_prompt,
            &self.opening_message,
        ]
    }
}

/// Keeps a template of the learner's own. Blanks around its texts are left out.
///
/// # Errors
/// `NotFound` for an unknown profile or an unknown `from`; `Invalid` for a name that is blank and for texts
/// that are too long or cannot be stored; `Conflict` if there are [`MOST_OWN`] already.
pub fn insert(
    tx: &WriteTx<'_>,
    user: UserId,
    new: &NewTemplate,
    now: Timestamp,
) -> Result<Template, Error> {
    user::get(tx, user)?;
    let from = new.from.map(|id| get(tx, user, id)).transpose()?;
    let id = TemplateId::new(now);
    let template = Template {
        id,
        // Never the name of anything that the tutor knows.
        slug: format!("own-{}", id.to_string().to_ascii_lowercase()),
        name: name(&new.name)?,
        description: description(&new.description)?,
        level: new.level,
        situation: from.and_then(|from| from.situation),
        system_prompt: system_prompt(&new.system_prompt)?,
        opening_message: opening_message(&new.opening_message)?,
        is_built_in: false,
        created_at: now,
        updated_at: now,
    };
    store(tx, user, &template)?;
    Ok(template)
}

/// Keeps a conversation as a template: its level, the partner's first words in it, and what it was begun from.
/// Without a name it is called like the conversation. It stays when the conversation is erased.
///
/// # Errors
/// `NotFound` like [`conversation::get`]; otherwise like [`insert`].
pub fn from_conversation(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    name: Option<&str>,
    now: Timestamp,
) -> Result<Template, Error> {
    let conversation = conversation::get(tx, user, conversation)?;
    let begun_from = conversation
        .template_id
        .map(|id| get(tx, user, id))
        .transpose()?;
    let opening = first_reply(tx, conversation.id)?.map(|reply| opening_of(&reply));
    let names = [
        name.map(str::to_owned),
        Some(conversation.title).filter(|title| !title.is_empty()),
        begun_from.as_ref().map(|template| template.name.clone()),
        opening.as_deref().map(text::auto_title),
    ];
    let new = NewTemplate {
        name: names.into_iter().flatten().next().unwrap_or_default(),
        description: String::new(),
        level: conversation
            .level
            .or_else(|| begun_from.as_ref().and_then(|template| template.level)),
        system_prompt: begun_from
            .map(|template| template.system_prompt)
            .unwrap_or_default(),
        opening_message: opening.unwrap_or_default(),
        from: conversation.template_id,
    };
    insert(tx, user, &new, now)
}

/// What a template says first that is made of a conversation with this first reply.
pub(crate) fn opening_of(reply: &str) -> String {
    text::beginning(reply.trim(), LONGEST_OPENING)
}

/// The first one that came to its end.
fn first_reply(tx: &ReadTx<'_>, conversation: ConversationId) -> Result<Option<String>, Error> {
    let mut statement = tx.prepare(
        "SELECT content FROM messages WHERE conversation_id = :conversation AND role = 'assistant'
             AND status = 'complete' AND deleted_at IS NULL
         ORDER BY sequence_number LIMIT 1",
    )?;
    Ok(statement
        .query_row(named_params! { ":conversation": conversation }, |row| {
            row.get(0)
        })
        .optional()?)
}

/// Changes a template of the learner's own. Conversations that were begun from it keep their words.
///
/// # Errors
/// `NotFound` like [`get`]; `Conflict` for a built-in one; `Invalid` like [`insert`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: TemplateId,
    patch: TemplatePatch,
    now: Timestamp,
) -> Result<Template, Error> {
    let mut template = own(tx, user, id)?;
    if let Some(text) = patch.name {
        template.name = name(&text)?;
    }
    if let Some(text) = patch.description {
        template.description = description(&text)?;
    }
    if let Some(level) = patch.level {
        template.level = level;
    }
    if let Some(text) = patch.system_prompt {
        template.system_prompt = system_prompt(&text)?;
    }
    if let Some(text) = patch.opening_message {
        template.opening_message = opening_message(&text)?;
    }
    tx.prepare(
        "UPDATE conversation_templates SET name = :name, description = :description, level = :level,
             system_prompt = :system_prompt, opening_message = :opening_message, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id,
        ":name": template.name,
        ":description": template.description,
        ":level": template.level,
        ":system_prompt": template.system_prompt,
        ":opening_message": template.opening_message,
        ":now": now,
    })?;
    tx.changed(Entity::Template, ChangeKind::Updated, id);
    get(tx, user, id)
}

/// Deletes a template of the learner's own, and gives what can be undone by [`operation::undo`].
/// Conversations that were begun from it keep their words; only what they were begun from is forgotten.
///
/// # Errors
/// `NotFound` like [`get`]; `Conflict` for a built-in one.
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: TemplateId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let template = own(tx, user, id)?;
    let conversations = begun_from(tx, id)?;
    tx.prepare("DELETE FROM conversation_templates WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    tx.changed(Entity::Template, ChangeKind::Deleted, id);
    for conversation in &conversations {
        tx.changed_conversation(ChangeKind::Updated, *conversation);
    }
    let name = template.name.clone();
    let deleted = DeletedTemplate {
        template: id,
        slug: template.slug,
        name: template.name,
        description: template.description,
        level: template.level,
        situation: template.situation,
        system_prompt: template.system_prompt,
        opening_message: template.opening_message,
        created_at: template.created_at,
        conversations,
    };
    operation::record(
        tx,
        user,
        OperationKind::TemplateDelete,
        Subject::Template { name: &name },
        &Inverse::RestoreTemplate(Box::new(deleted)),
        now,
    )
}

fn begun_from(tx: &ReadTx<'_>, id: TemplateId) -> Result<Vec<ConversationId>, Error> {
    let mut statement = tx.prepare("SELECT id FROM conversations WHERE template_id = :id")?;
    let rows = statement.query_map(named_params! { ":id": id }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a deleted template back under its id, and back as the origin of the conversations that are still there.
///
/// # Errors
/// `Conflict` if there are [`MOST_OWN`] others by now.
pub(crate) fn put_back(
    tx: &WriteTx<'_>,
    user: UserId,
    deleted: &DeletedTemplate,
    now: Timestamp,
) -> Result<(), Error> {
    let deleted = deleted.clone();
    let template = Template {
        id: deleted.template,
        slug: deleted.slug,
        name: deleted.name,
        description: deleted.description,
        level: deleted.level,
        situation: deleted.situation,
        system_prompt: deleted.system_prompt,
        opening_message: deleted.opening_message,
        is_built_in: false,
        created_at: deleted.created_at,
        updated_at: now,
    };
    store(tx, user, &template)?;
    for id in deleted.conversations {
        let changed = tx
            .prepare(
                "UPDATE conversations SET template_id = :template
                 WHERE id = :id AND user_id = :user AND template_id IS NULL",
            )?
            .execute(named_params! { ":template": template.id, ":id": id, ":user": user })?;
        if changed > 0 {
            tx.changed_conversation(ChangeKind::Updated, id);
        }
    }
    Ok(())
}

/// The learner's own template with this id.
fn own(tx: &ReadTx<'_>, user: UserId, id: TemplateId) -> Result<Template, Error> {
    let template = get(tx, user, id)?;
    if template.is_built_in {
        return Err(Error::conflict(
            "A template that came with the app cannot be changed.",
        ));
    }
    Ok(template)
}

fn store(tx: &WriteTx<'_>, user: UserId, template: &Template) -> Result<(), Error> {
    let count: u32 = tx
        .prepare("SELECT count(*) FROM conversation_templates WHERE user_id = :user")?
        .query_row(named_params! { ":user": user }, |row| row.get(0))?;
    if count >= MOST_OWN {
        return Err(Error::conflict(format!(
            "There are {MOST_OWN} templates of your own already; delete one first."
        )));
    }
    tx.prepare(
        "INSERT INTO conversation_templates (id, user_id, slug, name, description, level, system_prompt,
             opening_message, metadata, created_at, updated_at)
         VALUES (:id, :user, :slug, :name, :description, :level, :system_prompt, :opening_message, :metadata,
             :created_at, :updated_at)",
    )?
    .execute(named_params! {
        ":id": template.id,
        ":user": user,
        ":slug": template.slug,
        ":name": template.name,
        ":description": template.description,
        ":level": template.level,
        ":system_prompt": template.system_prompt,
        ":opening_message": template.opening_message,
        ":metadata": Metadata { situation: template.situation.clone() },
        ":created_at": template.created_at,
        ":updated_at": template.updated_at,
    })?;
    tx.changed(Entity::Template, ChangeKind::Inserted, template.id);
    Ok(())
}

fn name(text: &str) -> Result<String, Error> {
    text::name("name", text, LONGEST_NAME)
}

fn description(text: &str) -> Result<String, Error> {
    text::optional("description", text, LONGEST_DESCRIPTION)
}

fn system_prompt(text: &str) -> Result<String, Error> {
    text::optional("system prompt", text, LONGEST_PROMPT)
}

fn opening_message(text: &str) -> Result<String, Error> {
    text::optional("opening message", text, LONGEST_OPENING)
}
