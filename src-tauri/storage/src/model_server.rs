//! The servers on which models answer this learner: where they are, never with which key.
//!
//! An address is stored as the client for model servers writes it; that it is one is for the caller to see to.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::Error;
use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{ModelServerId, UserId};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// How many servers a learner may have.
pub const MOST: usize = 50;

const LONGEST_NAME: usize = 100;
const LONGEST_ADDRESS: usize = 2_000;
const LONGEST_MODEL: usize = 256;

/// A server on which models answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ModelServer {
    /// Its id.
    pub id: ModelServerId,
    /// What the learner calls it.
    pub name: String,
    /// Where it is, such as `http://127.0.0.1:11434/v1`.
    pub address: String,
    /// Whether the learner was warned that words travel to it unencrypted, and wants it all the same.
    pub allows_plain_http: bool,
    /// Whether it is asked with a key.
    pub uses_key: bool,
    /// The model that is asked what messages mean; absent: none, and they are found again by their words.
    pub embedding_model: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A server as it is added, or as it is from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewModelServer {
    /// 1 to 100 code points, on one line.
    pub name: String,
    /// 1 to 2,000 code points.
    pub address: String,
    /// See [`ModelServer::allows_plain_http`].
    pub allows_plain_http: bool,
    /// See [`ModelServer::uses_key`].
    pub uses_key: bool,
}

pub(crate) const COLUMNS: &str =
    "id, name, address, allows_plain_http, uses_key, embedding_model, created_at, updated_at";

impl ModelServer {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            name: columns.get("name")?,
            address: columns.get("address")?,
            allows_plain_http: columns.get("allows_plain_http")?,
            uses_key: columns.get("uses_key")?,
            embedding_model: columns.get("embedding_model")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

impl NewModelServer {
    /// As it is stored.
    fn checked(self) -> Result<Self, Error> {
        text::check_not_blank("address", &self.address, LONGEST_ADDRESS)?;
        let name = text::line("name", &self.name, LONGEST_NAME)?;
        Ok(Self { name, ..self })
    }
}

/// Adds a server.
///
/// # Errors
/// `Invalid` for a name or address that cannot be stored; `Conflict` if there are [`MOST`] already, or one of this
/// address.
pub fn insert(
    tx: &WriteTx<'_>,
    user: UserId,
    new: NewModelServer,
    now: Timestamp,
) -> Result<ModelServer, Error> {
    let new = new.checked()?;
    let known = list(tx, user)?;
    if known.len() >= MOST {
        return Err(Error::conflict("There are too many model servers."));
    }
    if known.iter().any(|server| server.address == new.address) {
        return Err(Error::conflict("This model server is in the list already."));
    }
    let id = ModelServerId::new(now);
    tx.prepare(
        "INSERT INTO model_servers
             (id, user_id, name, address, allows_plain_http, uses_key, created_at, updated_at)
         VALUES (:id, :user, :name, :address, :allows_plain_http, :uses_key, :now, :now)",
    )?
    .execute(named_params! {
        ":id": id,
        ":user": user,
        ":name": new.name,
        ":address": new.address,
        ":allows_plain_http": new.allows_plain_http,
        ":uses_key": new.uses_key,
        ":now": now,
    })?;
    tx.changed(Entity::ModelServer, ChangeKind::Inserted, id);
    get(tx, user, id)
}

/// The learner's server with this id.
///
/// # Errors
/// `NotFound` if there is none, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: ModelServerId) -> Result<ModelServer, Error> {
    find(tx, user, id)?.ok_or_else(|| Error::not_found("model server", id))
}

/// Like [`get`], with `None` where that has an error.
pub fn find(
    tx: &ReadTx<'_>,
    user: UserId,
    id: ModelServerId,
) -> Result<Option<ModelServer>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM model_servers WHERE id = :id AND user_id = :user"
    ))?;
    Ok(statement
        .query_row(
            named_params! { ":id": id, ":user": user },
            ModelServer::from_row,
        )
        .optional()?)
}

/// This learner's servers, in the order in which they were added.
pub fn list(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<ModelServer>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM model_servers WHERE user_id = :user ORDER BY id"
    ))?;
    let rows = statement.query_map(named_params! { ":user": user }, ModelServer::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a server what is given here.
///
/// # Errors
/// Like [`insert`]; `NotFound` like [`get`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ModelServerId,
    server: NewModelServer,
    now: Timestamp,
) -> Result<ModelServer, Error> {
    let server = server.checked()?;
    get(tx, user, id)?;
    let is_taken = |other: &ModelServer| other.id != id && other.address == server.address;
    if list(tx, user)?.iter().any(is_taken) {
        return Err(Error::conflict("This model server is in the list already."));
    }
    tx.prepare(
        "UPDATE model_servers SET name = :name, address = :address, allows_plain_http = :allows_plain_http,
             uses_key = :uses_key, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id,
        ":name": server.name,
        ":address": server.address,
        ":allows_plain_http": server.allows_plain_http,
        ":uses_key": server.uses_key,
        ":now": now,
    })?;
    tx.changed(Entity::ModelServer, ChangeKind::Updated, id);
    get(tx, user, id)
}

/// Has one of a server's models asked what messages mean, or none any more. It is named as the server lists it.
///
/// # Errors
/// `Invalid` for a blank name or one of more than 256 code points; `NotFound` like [`get`].
pub fn set_embedding_model(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ModelServerId,
    model: Option<&str>,
    now: Timestamp,
) -> Result<ModelServer, Error> {
    if let Some(model) = model {
        text::check_not_blank("model", model, LONGEST_MODEL)?;
    }
    get(tx, user, id)?;
    tx.prepare(
        "UPDATE model_servers SET embedding_model = :model, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":model": model, ":now": now })?;
    tx.changed(Entity::ModelServer, ChangeKind::Updated, id);
    get(tx, user, id)
}

/// Removes a server for good. Conversations that chose one of its models go on naming it, so that adding it anew is
/// seen as what it is, another server.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn delete(tx: &WriteTx<'_>, user: UserId, id: ModelServerId) -> Result<(), Error> {
    get(tx, user, id)?;
    tx.prepare("DELETE FROM model_servers WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    tx.changed(Entity::ModelServer, ChangeKind::Deleted, id);
    Ok(())
}
