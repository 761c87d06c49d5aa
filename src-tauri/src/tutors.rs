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
                connected: Mutex::default(),
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
    connected: Mutex<HashMap<ModelServerId, (Timestamp, ModelServer)>>,
}

impl Servers {
    /// Where the keys are.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The server as it can be asked. Touches no network.
    ///
    /// # Errors
    /// `Refused` if its key is not known or its address is none.
    pub async fn connect(&self, stored: &StoredServer) -> Result<ModelServer, ReplyError> {
        if let Some((as_of, server)) = self.connected().get(&stored.id)
            && *as_of == stored.updated_at
        {
            return Ok(server.clone());
        }
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
        self.connected()
            .insert(stored.id, (stored.updated_at, server.clone()));
        Ok(server)
    }

    /// Its key or address has changed, or it is gone.
    pub fn forget(&self, id: ModelServerId) {
        self.connected().remove(&id);
    }

    fn connected(&self) -> MutexGuard<'_, HashMap<ModelServerId, (Timestamp, ModelServer)>> {
        // Insertions and removals cannot leave the map half-made.
        self.connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
