//! Model servers: found, tried, kept.

use std::collections::HashSet;

use parlance_storage::{
    ModelServerId,
    model_server::{self, ModelServer, NewModelServer},
};
use parlance_tutor::model::{
    Address, AddressError, ApiKey, LOOK_FOR, ModelError, ModelServer as Asked, USUAL_CANDIDATES,
    discover,
};
use serde::{Deserialize, Serialize};
use tauri::State;

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    input::{self, Input},
    keys::KeyPlace,
    profile::Profile,
    slot::ProfileSlot,
    tutors::plain_http,
};

/// A server that was found on this computer.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundModelServer {
    /// The program, as far as its answers tell.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Its models, sorted; may be empty.
    pub models: Vec<String>,
    /// Whether it is in the learner's list already.
    pub is_known: bool,
}

/// A server that the learner names.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelServerRequest {
    /// 1 to 100 characters; the host if it is absent.
    pub name: Option<String>,
    /// As it was typed or pasted.
    pub address: String,
    /// The learner was warned that words travel to it unencrypted, and wants it all the same.
    pub allows_plain_http: bool,
    /// Whether it is asked with a key.
    pub uses_key: bool,
    /// Its key. Absent: the one that is known.
    pub key: Option<String>,
}

/// A server that was added or changed.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct KeptModelServer {
    /// As it is now.
    pub server: ModelServer,
    /// Where the key that was given was put; `None` if none was.
    pub key_place: Option<KeyPlace>,
}

/// A server that answers.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct ReachedModelServer {
    /// Where it is, as it would be stored.
    pub address: String,
    /// Its models, sorted; may be empty.
    pub models: Vec<String>,
}

/// Looks for model servers at their usual ports on this computer, for a third of a second.
#[tauri::command]
#[specta::specta]
pub async fn model_server_discover(
    profile: State<'_, ProfileSlot>,
) -> CommandResult<Vec<FoundModelServer>> {
    let known: HashSet<String> = profile
        .get()?
        .read(model_server::list)
        .await?
        .into_iter()
        .map(|server| server.address)
        .collect();
    let found = discover(USUAL_CANDIDATES, LOOK_FOR).await;
    Ok(found
        .into_iter()
        .map(|server| {
            let address = server.address.to_string();
            FoundModelServer {
                name: server.name.to_owned(),
                is_known: known.contains(&address),
                address,
                models: server.models,
            }
        })
        .collect())
}

/// The learner's model servers, in the order in which they were added.
#[tauri::command]
#[specta::specta]
pub async fn model_server_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<ModelServer>> {
    profile.get()?.read(model_server::list).await
}

/// Adds a server, without asking it anything.
///
/// `conflict` if its address is in the list already.
#[tauri::command]
#[specta::specta]
pub async fn model_server_create(
    profile: State<'_, ProfileSlot>,
    server: Input<ModelServerRequest>,
) -> CommandResult<KeptModelServer> {
    let profile = profile.get()?;
    let (new, key) = read_request(server.0)?;
    let server = profile
        .write(move |tx, user, now| model_server::insert(tx, user, new, now))
        .await?;
    Ok(keep(&profile, server, key).await)
}

/// Makes a server what is given here. Without a key it keeps the one that it has, but only at the same address: a key
/// goes nowhere else than where it was given for.
#[tauri::command]
#[specta::specta]
pub async fn model_server_update(
    profile: State<'_, ProfileSlot>,
    id: Input<ModelServerId>,
    server: Input<ModelServerRequest>,
) -> CommandResult<KeptModelServer> {
    let profile = profile.get()?;
    let Input(id) = id;
    let (new, key) = read_request(server.0)?;
    let (before, server) = profile
        .write(move |tx, user, now| {
            let before = model_server::get(tx, user, id)?;
            Ok((before, model_server::update(tx, user, id, new, now)?))
        })
        .await?;
    profile.servers.changed(&server);
    profile.remembering.stop_all();
    if before.address != server.address {
        profile.servers.keys().forget(id).await;
    }
    Ok(keep(&profile, server, key).await)
}

/// Removes a server and its key for good.
#[tauri::command]
#[specta::specta]
pub async fn model_server_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<ModelServerId>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    let Input(id) = id;
    profile
        .write(move |tx, user, _| model_server::delete(tx, user, id))
        .await?;
    profile.servers.removed(id);
    profile.remembering.stop_all();
    profile.servers.keys().forget(id).await;
    Ok(())
}

/// The models of a server, sorted; may be empty. Asks the server.
///
/// `tutor` if it cannot be asked, with the kind of trouble as `failure`.
#[tauri::command]
#[specta::specta]
pub async fn model_server_models(
    profile: State<'_, ProfileSlot>,
    id: Input<ModelServerId>,
) -> CommandResult<Vec<String>> {
    let profile = profile.get()?;
    let Input(id) = id;
    let server = profile
        .read(move |tx, user| model_server::get(tx, user, id))
        .await?;
    let asked = profile.servers.connect(&server).await?;
    Ok(asked.list_models().await?)
}

/// Tries a server that is not kept yet, or the changes to one that is: with `id` and without a key, the known key is
/// taken, but only for the address that it was given for.
///
/// `tutor` if it cannot be asked, with the kind of trouble as `failure`.
#[tauri::command]
#[specta::specta]
pub async fn model_server_test(
    profile: State<'_, ProfileSlot>,
    id: Input<Option<ModelServerId>>,
    server: Input<ModelServerRequest>,
) -> CommandResult<ReachedModelServer> {
    let profile = profile.get()?;
    let (new, mut key) = read_request(server.0)?;
    if let (Some(id), true, None) = (id.0, new.uses_key, &key) {
        let known = profile
            .read(move |tx, user| model_server::get(tx, user, id))
            .await?;
        if known.address == new.address {
            key = profile.servers.keys().get(id).await;
        }
    }
    let address = parse_address(&new.address, new.allows_plain_http)?;
    let asked = Asked::new(address, key)?;
    Ok(ReachedModelServer {
        address: new.address,
        models: asked.list_models().await?,
    })
}

/// Gives a server that uses a key another one, and says where it was put.
#[tauri::command]
#[specta::specta]
pub async fn model_server_set_key(
    profile: State<'_, ProfileSlot>,
    id: Input<ModelServerId>,
    key: Input<String>,
) -> CommandResult<KeyPlace> {
    let profile = profile.get()?;
    let Input(id) = id;
    let key = parse_key(&key.0)?;
    profile
        .read(move |tx, user| model_server::get(tx, user, id))
        .await?;
    let place = profile.servers.keys().put(id, key).await;
    profile.servers.has_other_key(id);
    Ok(place)
}

/// Has one of a server's models asked what messages mean, if it can say so of a word; null: none any more.
///
/// `tutor` if it cannot, with the kind of trouble as `failure`. Nothing is changed then.
#[tauri::command]
#[specta::specta]
pub async fn model_server_set_embedding_model(
    profile: State<'_, ProfileSlot>,
    id: Input<ModelServerId>,
    model: Input<Option<String>>,
) -> CommandResult<ModelServer> {
    let profile = profile.get()?;
    let (Input(id), Input(model)) = (id, model);
    if let Some(model) = &model {
        let server = profile
            .read(move |tx, user| model_server::get(tx, user, id))
            .await?;
        let asked = profile.servers.connect(&server).await?;
        asked.embed(model, &[TRIAL_WORD.to_owned()]).await?;
    }
    let server = profile
        .write(move |tx, user, now| {
            model_server::set_embedding_model(tx, user, id, model.as_deref(), now)
        })
        .await?;
    profile.servers.changed(&server);
    Ok(server)
}

/// What a model is asked to try it.
const TRIAL_WORD: &str = "hello";

/// What is stored of a request, and the key, which is not.
fn read_request(request: ModelServerRequest) -> CommandResult<(NewModelServer, Option<ApiKey>)> {
    let address = parse_address(&request.address, request.allows_plain_http)?;
    let key = match request.key {
        Some(key) if request.uses_key => Some(parse_key(&key)?),
        _ => None,
    };
    let new = NewModelServer {
        name: request.name.unwrap_or_else(|| address.host()),
        address: address.to_string(),
        allows_plain_http: request.allows_plain_http,
        uses_key: request.uses_key,
    };
    Ok((new, key))
}

/// Puts the key of a server where it belongs, and lets go of what was known about the server before.
async fn keep(profile: &Profile, server: ModelServer, key: Option<ApiKey>) -> KeptModelServer {
    let keys = profile.servers.keys();
    let key_place = match key {
        Some(key) => Some(keys.put(server.id, key).await),
        None => {
            if !server.uses_key {
                keys.forget(server.id).await;
            }
            None
        }
    };
    profile.servers.has_other_key(server.id);
    KeptModelServer { server, key_place }
}

fn parse_address(text: &str, allows_plain_http: bool) -> CommandResult<Address> {
    Address::parse(text, plain_http(allows_plain_http)).map_err(|error| {
        let kind = match error {
            AddressError::Malformed => "malformed",
            AddressError::Scheme => "scheme",
            AddressError::Credentials => "credentials",
            AddressError::Unencrypted => "unencrypted",
        };
        input::refusal("address", &error.to_string()).with("kind", &kind)
    })
}

fn parse_key(text: &str) -> CommandResult<ApiKey> {
    ApiKey::new(text).map_err(|error| input::refusal("key", &error.to_string()))
}

impl From<ModelError> for CommandError {
    fn from(error: ModelError) -> Self {
        Self::new(
            ErrorCode::Tutor,
            format!("The model server cannot be asked: {error}."),
        )
        .with("failure", &error.code())
    }
}
