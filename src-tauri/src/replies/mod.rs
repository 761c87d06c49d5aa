//! The replies being written: who writes in which conversation, and what becomes of a reply that nobody
//! writes any more.
//!
//! The generation belongs to this process, not to the window: a window that reloads finds the reply
//! where it is. Words are stored as they come, so that a process that dies loses a moment's at most.

mod writer;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parlance_storage::{
    CefrLevel, ConversationId, Database, Error, InputMethod, MessageId, MessageStatus, PartnerPace,
    ReadTx, Timestamp, UserId, WriteTx,
    chunk::NewChunk,
    conversation,
    message::{self, Edited, Later, Message, NewMessage},
    settings,
    template::{self, Template},
};
use parlance_tutor::{ChunkDraft, Pace, ReplyEngine, ReplyRequest, Turn, at_level, chunk_text};
use tauri::async_runtime::spawn;
use tokio::{sync::Notify as Signal, time::timeout};

use crate::{
    error::{CommandError, CommandResult},
    events::{AppProblem, Notice, Notify},
};
use writer::Writer;

/// How many messages of a conversation an engine is given to read.
const HISTORY_MESSAGES: u32 = 100;

/// How long the end of the app waits for the last words of a reply. They are a write away.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Writes replies, one at a time in each conversation.
pub struct Replies {
    database: Database,
    engine: Arc<dyn ReplyEngine>,
    notify: Notify,
    running: Mutex<HashMap<ConversationId, Arc<Running>>>,
    closing: AtomicBool,
}

/// A reply being written.
#[derive(Default)]
struct Running {
    stop: Signal,
    ended: Signal,
}

impl Replies {
    /// Nothing is written yet.
    pub fn new(database: Database, engine: Arc<dyn ReplyEngine>, notify: Notify) -> Self {
        Self {
            database,
            engine,
            notify,
            running: Mutex::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// Stores what the learner says and lets the tutor answer. Gives the learner's message back; the
    /// answer comes by change events.
    ///
    /// # Errors
    /// `Conflict` while a reply is being written in this conversation; what [`message::send`] refuses.
    pub async fn send(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
        content: String,
    ) -> CommandResult<Message> {
        self.write(user, move |replies, tx, now| {
            replies.settle_abandoned(tx, conversation, now)?;
            let new = NewMessage {
                content,
                input_method: InputMethod::Text,
            };
            let sent = message::send(tx, user, conversation, new, now)?;
            Ok((sent, Some(conversation)))
        })
        .await
    }

    /// Changes what a message of the learner's says. If the tutor is to answer anew, what came after the message
    /// is discarded; the same words again are only answered if the message is the last one.
    ///
    /// # Errors
    /// What [`message::edit`] refuses.
    pub async fn edit(
        self: &Arc<Self>,
        user: UserId,
        id: MessageId,
        content: String,
        answer_anew: bool,
    ) -> CommandResult<Edited> {
        self.write(user, move |replies, tx, now| {
            let conversation = message::get(tx, user, id)?.conversation_id;
            replies.settle_abandoned(tx, conversation, now)?;
            let later = if answer_anew {
                Later::Discard
            } else {
                Later::Keep
            };
            let edited = message::edit(tx, user, id, &content, later, now)?;
            let is_to_answer = answer_anew && is_last(tx, user, &edited.message)?;
            Ok((edited, is_to_answer.then_some(conversation)))
        })
        .await
    }

    /// Writes, and begins an answer to the last message of the conversation that the work names, if it names one.
    ///
    /// One transaction: either both what was written and the (still empty) answer exist, or neither.
    async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        user: UserId,
        work: impl FnOnce(&Self, &WriteTx<'_>, Timestamp) -> Result<(T, Option<ConversationId>), Error>
        + Send
        + 'static,
    ) -> CommandResult<T> {
        let running = Arc::new(Running::default());
        let (replies, entered) = (Arc::clone(self), Arc::clone(&running));
        let now = self.database.now();
        let begun = self
            .database
            .write(move |tx| {
                let (written, conversation) = work(&replies, tx, now)?;
                let Some(conversation) = conversation else {
                    return Ok((written, None));
                };
                let request = read_request(tx, user, conversation)?;
                let reply = message::begin_reply(tx, conversation, replies.engine.name(), now)?;
                // Before the commit, so that whoever hears of the reply can stop it.
                replies.running().insert(conversation, entered);
                Ok((written, Some((reply, request))))
            })
            .await;
        match begun {
            Ok((written, answer)) => {
                if let Some((reply, request)) = answer {
                    spawn(Arc::clone(self).run(reply.id, request, running));
                }
                Ok(written)
            }
            Err(error) => {
                self.end(&running);
                Err(error.into())
            }
        }
    }

    /// Ends the reply being written in this conversation; its words so far are kept. False if there is
    /// none; one that was left behind by a writer that gave up is settled then.
    ///
    /// # Errors
    /// What the storage layer says while settling.
    pub async fn stop(self: &Arc<Self>, conversation: ConversationId) -> CommandResult<bool> {
        let running = self.running().get(&conversation).cloned();
        if let Some(running) = running {
            running.stop.notify_one();
            return Ok(true);
        }
        let (replies, now) = (Arc::clone(self), self.database.now());
        self.database
            .write(move |tx| replies.settle_abandoned(tx, conversation, now))
            .await?;
        Ok(false)
    }

    /// [`Self::stop`] for a reply that the learner does not want any more: what was asked for is done whether
    /// this succeeds or not, and a reply that cannot be settled now is settled later.
    pub async fn stop_quietly(self: &Arc<Self>, conversation: ConversationId) {
        if let Err(error) = self.stop(conversation).await {
            log::warn!("a deleted reply could not be stopped: {:?}", error.code);
        }
    }

    /// Ends every reply, and waits until their words are stored.
    pub async fn stop_all(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let all: Vec<Arc<Running>> = self.running().values().cloned().collect();
        for running in all {
            running.stop.notify_one();
            if timeout(LAST_WORDS, running.ended.notified()).await.is_err() {
                log::error!("a reply did not end in time; the next start settles it");
            }
        }
    }

    /// Settles what a process that died left in the middle: such a reply becomes `interrupted`.
    ///
    /// Called once, before there is a window. Blocks. One that cannot be settled is logged and left as it
    /// is: it must not keep the learner from everything else.
    ///
    /// # Errors
    /// `Closed`, or what reading says.
    pub fn recover_blocking(&self) -> Result<(), Error> {
        let now = self.database.now();
        for left in self.database.read_blocking(message::list_streaming)? {
            let id = left.id;
            let settled = self
                .database
                .write_blocking(move |tx| settle(tx, &left, MessageStatus::Interrupted, now));
            match settled {
                Ok(()) => log::info!(
                    "reply {id} was cut off by the end of the process; its words are kept"
                ),
                Err(error) => log::error!(
                    "reply {id} was cut off and cannot be settled: {}",
                    error.code()
                ),
            }
        }
        Ok(())
    }

    /// A reply that nobody writes any more, since its last words could not be stored at the time, must
    /// not keep the conversation from going on.
    fn settle_abandoned(
        &self,
        tx: &WriteTx<'_>,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.running().contains_key(&conversation) {
            return Ok(());
        }
        for left in message::list_streaming(tx)? {
            if left.conversation_id == conversation {
                settle(tx, &left, MessageStatus::Interrupted, now)?;
            }
        }
        Ok(())
    }

    /// Writes one reply to its end, whatever that end is.
    async fn run(self: Arc<Self>, reply: MessageId, request: ReplyRequest, running: Arc<Running>) {
        let writer = Writer::new(Arc::clone(&self), reply, Arc::clone(&running));
        let engine = Arc::clone(&self.engine);
        // A task of its own, so that a panic in it ends its reply and nothing else.
        let written = spawn(writer.write(engine, request)).await;
        let ended = match written {
            // Of a reply that was erased meanwhile nothing is left to be ended.
            Ok(Ok(()) | Err(Error::NotFound { .. })) => Ok(()),
            Ok(Err(error)) => {
                self.report(error.into());
                self.fail(reply).await
            }
            Err(_) => self.fail(reply).await,
        };
        if let Err(error) = ended {
            self.report(error.into());
        }
        self.end(&running);
    }

    /// Ends a reply as failed, with the words that were stored, if it has not ended already.
    async fn fail(&self, reply: MessageId) -> Result<(), Error> {
        let now = self.database.now();
        self.database
            .write(move |tx| {
                match message::list_streaming(tx)?
                    .iter()
                    .find(|left| left.id == reply)
                {
                    Some(left) => settle(tx, left, MessageStatus::Failed, now),
                    None => Ok(()),
                }
            })
            .await
    }

    fn report(&self, error: CommandError) {
        log::error!("trouble with a reply: {:?}", error.code);
        (self.notify)(Notice::Problem(AppProblem(error)));
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Takes a reply off the list, if it is there and the next one has not taken its place, and tells who waits.
    fn end(&self, running: &Arc<Running>) {
        self.running()
            .retain(|_, entered| !Arc::ptr_eq(entered, running));
        running.ended.notify_one();
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ConversationId, Arc<Running>>> {
        // Insertions and removals cannot leave the map half-made, so a panic elsewhere is no reason to stop.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The chunks of a whole text, to be stored with it.
pub(crate) fn new_chunks(text: &str) -> Vec<NewChunk> {
    chunk_text(text).into_iter().map(new_chunk).collect()
}

fn new_chunk(draft: ChunkDraft) -> NewChunk {
    NewChunk {
        text: draft.text,
        spoken_text: draft.spoken_text,
        emotion: draft.emotion,
        icon: draft.icon.map(|icon| icon.as_str().to_owned()),
        pause_after_ms: draft.pause_after_ms,
        emphasis: draft.emphasis,
    }
}

/// Ends a reply that nobody writes any more: the words after its last chunk become chunks too.
///
/// Only those words are cut up. What is stored may have been cut by an older version's rules.
fn settle(
    tx: &WriteTx<'_>,
    left: &Message,
    status: MessageStatus,
    now: Timestamp,
) -> Result<(), Error> {
    let in_chunks: usize = left.chunks.iter().map(|chunk| chunk.text.len()).sum();
    // If the chunks are not the beginning of the content the reply is damaged, and `finish_reply` says so.
    let rest = left.content.get(in_chunks..).unwrap_or_default();
    message::finish_reply(tx, left.id, status, &new_chunks(rest), now).map(drop)
}

/// Whether nothing comes after a message, so that an answer would be one to it.
fn is_last(tx: &ReadTx<'_>, user: UserId, message: &Message) -> Result<bool, Error> {
    let (conversation, place) = (message.conversation_id, message.sequence_number);
    let page = message::list_after(tx, user, conversation, place, 1)?;
    Ok(page.messages.is_empty())
}

/// What the engine is to answer.
fn read_request(tx: &ReadTx<'_>, user: UserId, id: ConversationId) -> Result<ReplyRequest, Error> {
    let conversation = conversation::get(tx, user, id)?;
    let scenario = match conversation.template_id {
        Some(template) => scenario(template::get(tx, user, template)?, conversation.level),
        None => None,
    };
    let page = message::list_before(tx, user, id, None, HISTORY_MESSAGES)?;
    let history = page
        .messages
        .into_iter()
        .map(|message| Turn {
            role: message.role,
            content: message.content,
        })
        .collect();
    Ok(ReplyRequest {
        scenario,
        level: conversation.level,
        history,
        pace: read_pace(tx, user)?,
    })
}

/// The tutor knows the built-in templates by name, and the learner's own by what they were made after.
fn scenario(template: Template, level: Option<CefrLevel>) -> Option<String> {
    if template.is_built_in {
        return Some(template.slug);
    }
    let situation = template.situation?;
    at_level(&situation, level).map(|row| row.slug.clone())
}

/// A damaged setting is said where settings are read. How fast words appear is no reason to refuse them.
fn read_pace(tx: &ReadTx<'_>, user: UserId) -> Result<Pace, Error> {
    match settings::get(tx, user) {
        Ok(settings) => Ok(pace(settings.partner_pace)),
        Err(Error::Corrupt { .. }) => {
            log::warn!("a setting is damaged: the tutor speaks at its natural pace");
            Ok(Pace::Natural)
        }
        Err(error) => Err(error),
    }
}

fn pace(pace: PartnerPace) -> Pace {
    match pace {
        PartnerPace::Instant => Pace::Instant,
        PartnerPace::Natural => Pace::Natural,
        PartnerPace::Slow => Pace::Slow,
    }
}
