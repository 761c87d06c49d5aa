//! Who answers: the built-in partner, or a model behind a server, as the conversation or the settings say.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use parlance_storage::{
    Error, ModelServerId, ReadTx, Timestamp, TutorChoice, UserId,
    conversation::Conversation,
    model_server::{self, ModelServer as StoredServer},
    settings,
};
use parlance_tutor::{
    PracticePartner, ReplyEngine, ReplyError, ReplyRequest, Turn,
    model::{Address, ChatRequest, ModelEngine, ModelServer, PlainHttp},
};

use crate::keys::Keys;

/// Knows who answers in a conversation.
pub trait Tutors: Send + Sync {
    /// Whoever answers: `instead`, if that is given, else who was chosen for the conversation, else who is chosen in
    /// the settings. One that cannot be asked is an engine too, whose answers fail and say why.
    ///
    /// # Errors
    /// What reading says.
    fn choose(
        &self,
        tx: &ReadTx<'_>,
        user: UserId,
        conversation: &Conversation,
        instead: Option<&TutorChoice>,
    ) -> Result<Tutor, Error>;
}

/// Who answers.
pub struct Tutor {
    /// Gives the words of a reply.
    pub engine: Arc<dyn ReplyEngine>,
    /// The model, to be asked other things than for a reply; `None` if it is none.
    pub model: Option<ChosenModel>,
}

/// The tutors of a learner.
#[derive(Clone)]
pub struct ChosenTutors {
    servers: Arc<Servers>,
}

impl ChosenTutors {
    /// Nobody is connected to anything yet.
    #[must_use]
    pub fn new(keys: Arc<Keys>) -> Self {
        Self {
            servers: Arc::new(Servers {
                keys,
                known: Mutex::default(),
            }),
        }
    }

    /// What is needed to ask a server.
    #[must_use]
    pub fn servers(&self) -> &Arc<Servers> {
        &self.servers
    }
}

impl Tutors for ChosenTutors {
    fn choose(
        &self,
        tx: &ReadTx<'_>,
        user: UserId,
        conversation: &Conversation,
        instead: Option<&TutorChoice>,
    ) -> Result<Tutor, Error> {
        let model = self.chosen(tx, user, instead.or(conversation.tutor.as_ref()))?;
        Ok(Tutor {
            engine: match &model {
                Some(model) => Arc::new(model.clone()),
                None => Arc::new(PracticePartner),
            },
            model,
        })
    }
}

impl ChosenTutors {
    /// `None`: the built-in partner.
    fn chosen(
        &self,
        tx: &ReadTx<'_>,
        user: UserId,
        choice: Option<&TutorChoice>,
    ) -> Result<Option<ChosenModel>, Error> {
        let choice = match choice {
            Some(choice) => choice.clone(),
            None => default_choice(tx, user)?,
        };
        Ok(match choice {
            TutorChoice::BuiltIn => None,
            TutorChoice::Model { server_id, model } => Some(ChosenModel {
                server: model_server::find(tx, user, server_id)?,
                model,
                servers: Arc::clone(&self.servers),
            }),
        })
    }
}

/// A damaged setting is said where settings are read; the learner is answered all the same.
fn default_choice(tx: &ReadTx<'_>, user: UserId) -> Result<TutorChoice, Error> {
    match settings::get(tx, user) {
        Ok(settings) => Ok(settings.tutor),
        Err(Error::Corrupt { .. }) => {
            log::warn!("a setting is damaged: the built-in partner answers");
            Ok(TutorChoice::BuiltIn)
        }
        Err(error) => Err(error),
    }
}

/// The model servers that have been asked, with what was learnt about each.
pub struct Servers {
    keys: Arc<Keys>,
    known: Mutex<HashMap<ModelServerId, KnownServer>>,
}

/// What is known of a server.
#[derive(Default)]
struct KnownServer {
    /// As of when it was read, and as it can be asked.
    connected: Option<(Timestamp, ModelServer)>,
    /// As of when it was changed last, if that was in this run of the app; `Some(None)` if it was removed.
    changed: Option<Option<Timestamp>>,
    /// How often its key or anything else of it has changed.
    edition: u64,
}

impl KnownServer {
    /// Whether a server is still as it was read.
    fn is_still(&self, stored: &StoredServer) -> bool {
        self.changed
            .is_none_or(|changed| changed == Some(stored.updated_at))
    }
}

impl Servers {
    /// Where the keys are.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The server as it can be asked. Touches no network.
    ///
    /// One that was changed or removed since it was read is not asked: its key may be another one by now, which is for
    /// another address.
    ///
    /// # Errors
    /// `Refused` if its key is not known, its address is none, or it is not as it was read.
    pub async fn connect(&self, stored: &StoredServer) -> Result<ModelServer, ReplyError> {
        let edition = {
            let mut all = self.known();
            let known = all.entry(stored.id).or_default();
            if let Some((as_of, server)) = &known.connected
                && *as_of == stored.updated_at
            {
                return Ok(server.clone());
            }
            known.edition
        };
        let key =
            if stored.uses_key {
                let key = self.keys.get(stored.id).await;
                Some(key.ok_or_else(|| {
                    refused("the key of the model server is not known", "key_needed")
                })?)
            } else {
                None
            };
        let address = Address::parse(&stored.address, plain_http(stored.allows_plain_http))
            .map_err(|_| refused("the address of the model server is none", "address"))?;
        let server =
            ModelServer::new(address, key).map_err(|error| error.into_reply_error(false))?;
        let mut all = self.known();
        let known = all.entry(stored.id).or_default();
        // After the key was read, which may have been put meanwhile.
        if !known.is_still(stored) {
            return Err(refused(
                "the model server was changed meanwhile",
                "server_changed",
            ));
        }
        if known.edition == edition {
            known.connected = Some((stored.updated_at, server.clone()));
        }
        Ok(server)
    }

    /// It has another key.
    pub fn has_other_key(&self, id: ModelServerId) {
        self.renew(id, |_| {});
    }

    /// It is what is given here from now on. To be said before its key changes.
    pub fn changed(&self, server: &StoredServer) {
        self.renew(server.id, |known| {
            known.changed = Some(Some(server.updated_at));
        });
    }

    /// It is gone.
    pub fn removed(&self, id: ModelServerId) {
        self.renew(id, |known| known.changed = Some(None));
    }

    fn renew(&self, id: ModelServerId, change: impl FnOnce(&mut KnownServer)) {
        let mut all = self.known();
        let known = all.entry(id).or_default();
        known.connected = None;
        known.edition += 1;
        change(known);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ModelServerId, KnownServer>> {
        // Each change leaves the map whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the learner was warned about.
pub(crate) const fn plain_http(is_allowed: bool) -> PlainHttp {
    if is_allowed {
        PlainHttp::Anywhere
    } else {
        PlainHttp::PrivateOnly
    }
}

/// A model that was chosen; its server may have been removed since.
#[derive(Clone)]
pub struct ChosenModel {
    server: Option<StoredServer>,
    model: String,
    servers: Arc<Servers>,
}

/// The longest answer to a question for a summary or for facts, in tokens, thoughts included.
const LONGEST_ANSWER: u32 = 1_024;
/// Such questions have one good answer, and want no fancy.
const SOBER: f32 = 0.2;

impl ChosenModel {
    /// Its name, as its server lists it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.model
    }

    /// The model of the same server that says what messages mean; `None` if there is none.
    #[must_use]
    pub fn embedding_model(&self) -> Option<&str> {
        self.server.as_ref()?.embedding_model.as_deref()
    }

    /// The whole answer to a question that is not part of a conversation.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn ask(&self, messages: Vec<Turn>) -> Result<String, ReplyError> {
        let request = ChatRequest {
            model: self.model.clone(),
            messages,
            temperature: Some(SOBER),
            max_tokens: Some(LONGEST_ANSWER),
        };
        let answer = self.connect().await?.ask(request).await;
        answer.map_err(|error| error.into_reply_error(false))
    }

    /// What texts mean, as vectors of one size, in the order of the texts. None without a model for it.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ReplyError> {
        let Some(model) = self.embedding_model() else {
            return Ok(Vec::new());
        };
        let vectors = self.connect().await?.embed(model, texts).await;
        vectors.map_err(|error| error.into_reply_error(false))
    }

    async fn connect(&self) -> Result<ModelServer, ReplyError> {
        let stored = self.server.as_ref();
        let stored =
            stored.ok_or_else(|| refused("the model server was removed", "server_removed"))?;
        self.servers.connect(stored).await
    }
}

impl ReplyEngine for ChosenModel {
    fn name(&self) -> &str {
        &self.model
    }

    fn reads_context(&self) -> bool {
        true
    }

    /// The key is looked up when the reply is wanted: that may take as long as unlocking a keychain does.
    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        let chosen = self.clone();
        let connected = async move { (chosen.connect().await, chosen.model) };
        stream::once(connected)
            .flat_map(move |(connected, model)| match connected {
                Ok(server) => ModelEngine::new(server, model).reply(request.clone()),
                Err(error) => stream::once(async { Err(error) }).boxed(),
            })
            .boxed()
    }
}

fn refused(reason: &str, code: &'static str) -> ReplyError {
    ReplyError::Refused {
        reason: reason.into(),
        code,
    }
}
