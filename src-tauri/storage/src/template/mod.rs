//! Templates: what a conversation can start from. The built-in ones follow the app, the learner's own are
//! the learner's.

mod own;

pub(crate) use own::{DeletedTemplate, opening_of, put_back};
pub use own::{
    LONGEST_DESCRIPTION, LONGEST_NAME, LONGEST_OPENING, LONGEST_PROMPT, MOST_OWN, NewTemplate,
    TemplatePatch, delete, from_conversation, insert, update,
};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{TemplateId, UserId};
use crate::kinds::CefrLevel;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// A template, built in or a learner's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Small letters, digits and hyphens; the name by which the tutor knows a built-in one.
    pub slug: String,
    /// What the learner reads.
    pub name: String,
    /// One or two sentences.
    pub description: String,
    /// For whom it is made, if for anybody in particular.
    pub level: Option<CefrLevel>,
    /// What happens in it, by the name that the tutor has for that: the same at every level.
    pub situation: Option<String>,
    /// What a model is told beforehand; empty if nothing.
    pub system_prompt: String,
    /// What the partner says first; empty if the learner begins.
    pub opening_message: String,
    /// Whether it came with the app.
    pub is_built_in: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A template as the app brings it.
#[derive(Clone, Debug, PartialEq)]
pub struct BuiltInTemplate {
    /// See [`Template::slug`].
    pub slug: String,
    /// See [`Template::name`].
    pub name: String,
    /// See [`Template::description`].
    pub description: String,
    /// See [`Template::level`].
    pub level: Option<CefrLevel>,
    /// See [`Template::situation`].
    pub situation: Option<String>,
    /// See [`Template::system_prompt`].
    pub system_prompt: String,
    /// See [`Template::opening_message`].
    pub opening_message: String,
}

pub(crate) const COLUMNS: &str =
    "id, user_id IS NULL AS is_built_in, slug, name, description, level, system_prompt,
    opening_message, metadata, created_at, updated_at";

/// What is kept of a template besides its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Metadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    situation: Option<String>,
}

impl ToSql for Metadata {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(self)
            .map(ToSqlOutput::from)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for Metadata {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map_err(|_| FromSqlError::Other("not the metadata of a template".into()))
    }
}

impl Template {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            is_built_in: columns.get("is_built_in")?,
            slug: columns.get("slug")?,
            name: columns.get("name")?,
            description: columns.get("description")?,
            level: columns.get("level")?,
            system_prompt: columns.get("system_prompt")?,
            opening_message: columns.get("opening_message")?,
            situation: columns.get::<Metadata>("metadata")?.situation,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }

    fn is_same_as(&self, built_in: &BuiltInTemplate) -> bool {
        self.name == built_in.name
            && self.description == built_in.description
            && self.level == built_in.level
            && self.situation == built_in.situation
            && self.system_prompt == built_in.system_prompt
            && self.opening_message == built_in.opening_message
    }
}

/// Brings the built-in templates into step with the app. Writes nothing where nothing differs.
///
/// One that the app no longer brings stays: conversations were begun with it.
pub fn sync_built_in(
    tx: &WriteTx<'_>,
    built_in: &[BuiltInTemplate],
    now: Timestamp,
) -> Result<(), Error> {
    for template in built_in {
        match find_built_in(tx, &template.slug)? {
            Some(stored) if stored.is_same_as(template) => {}
            Some(stored) => {
                write(tx, stored.id, template, now)?;
                tx.changed(Entity::Template, ChangeKind::Updated, stored.id);
            }
            None => {
                let id = TemplateId::new(now);
                write(tx, id, template, now)?;
                tx.changed(Entity::Template, ChangeKind::Inserted, id);
            }
        }
    }
    Ok(())
}

fn write(
    tx: &WriteTx<'_>,
    id: TemplateId,
    template: &BuiltInTemplate,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO conversation_templates
             (id, slug, name, description, level, system_prompt, opening_message, metadata, created_at,
              updated_at)
         VALUES (:id, :slug, :name, :description, :level, :system_prompt, :opening_message, :metadata, :now,
              :now)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
             level = excluded.level, system_prompt = excluded.system_prompt,
             opening_message = excluded.opening_message, metadata = excluded.metadata,
             updated_at = excluded.updated_at",
    )?
    .execute(named_params! {
        ":id": id,
        ":slug": template.slug,
        ":name": template.name,
        ":description": template.description,
        ":level": template.level,
        ":system_prompt": template.system_prompt,
        ":opening_message": template.opening_message,
        ":metadata": Metadata { situation: template.situation.clone() },
        ":now": now,
    })?;
    Ok(())
}

/// The templates that this learner may use: the built-in ones by birth, then the learner's own.
pub fn list(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<Template>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_templates
         WHERE user_id IS NULL OR user_id = :user ORDER BY user_id IS NOT NULL, id"
    ))?;
    let rows = statement.query_map(named_params! { ":user": user }, Template::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The template with this id, if this learner may use it.
///
/// # Errors
/// `NotFound` if there is none, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: TemplateId) -> Result<Template, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_templates WHERE id = :id AND (user_id IS NULL OR user_id = :user)"
    ))?;
    statement
        .query_row(
            named_params! { ":id": id, ":user": user },
            Template::from_row,
        )
        .optional()?
        .ok_or_else(|| Error::not_found("template", id))
}

/// The template with this slug: the learner's own if there is one, else the built-in one, else `None`.
pub fn find_by_slug(tx: &ReadTx<'_>, user: UserId, slug: &str) -> Result<Option<Template>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_templates WHERE user_id = :user AND slug = :slug"
    ))?;
    let own = statement
        .query_row(
            named_params! { ":user": user, ":slug": slug },
            Template::from_row,
        )
        .optional()?;
    match own {
        Some(template) => Ok(Some(template)),
        None => find_built_in(tx, slug),
    }
}

fn find_built_in(tx: &ReadTx<'_>, slug: &str) -> Result<Option<Template>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_templates WHERE user_id IS NULL AND slug = :slug"
    ))?;
    Ok(statement
        .query_row(named_params! { ":slug": slug }, Template::from_row)
        .optional()?)
}
