//! The replies being written: who writes in which conversation, and what becomes of a reply that nobody
//! writes any more.
//!
//! The generation belongs to this process, not to the window: a window that reloads finds the reply
//! where it is. Words are stored as they come, so that a process that dies loses a moment's at most.

mod request;
mod writer;

pub(crate) use request::{Asked, context_of};

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parlance_storage::{
    ConversationId, Database, Error, InputMethod, MessageId, MessageStatus, ReadTx, Timestamp,
    TutorChoice, UserId, WriteTx,
    chunk::NewChunk,
    conversation,
    message::{self, Edited, Later, Message, NewMessage},
    operation::Operation,
};
use parlance_tutor::{ChunkDraft, chunk_text};
use tauri::async_runtime::spawn;
use tokio::{sync::Notify as Signal, time::timeout};

use crate::{
    error::{CommandError, CommandResult},
    events::{AppProblem, Notice, Notify},
    remembering::{Remembering, Ticket},
    tutors::{Tutor, Tutors},
};
use writer::Writer;

/// How long the end of the app waits for the last words of a reply. They are a write away.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Writes replies, one at a time in each conversation.
pub struct Replies {
    database: Database,
    tutors: Arc<dyn Tutors>,
    remembering: Arc<Remembering>,
    notify: Notify,
    running: Mutex<HashMap<ConversationId, Arc<Running>>>,
    closing: AtomicBool,
}

/// Which reply is to be written.
struct Wanted {
    conversation: ConversationId,
    /// One that is gone on with, instead of a new one.
    rest_of: Option<MessageId>,
    /// Who writes it, if not whoever was chosen for the conversation.
    instead: Option<TutorChoice>,
}

impl Wanted {
    const fn answer(conversation: ConversationId) -> Self {
        Self {
            conversation,
            rest_of: None,
            instead: None,
        }
    }
}

/// A reply that has its place in the conversation, and is to be written there.
struct Begun {
    reply: MessageId,
    /// Its place.
    sequence_number: u32,
    user: UserId,
    conversation: ConversationId,
    tutor: Tutor,
    /// Words of it that are stored.
    begun: String,
    /// Those of them that are to be cut into chunks with what comes now.
    unfinished: String,
    /// For what may be remembered after it.
    ticket: Ticket,
}

/// A reply being written.
#[derive(Default)]
struct Running {
    stop: Signal,
    ended: Signal,
}

impl Replies {
    /// Nothing is written yet.
    pub fn new(
        database: Database,
        tutors: Arc<dyn Tutors>,
        remembering: Arc<Remembering>,
        notify: Notify,
    ) -> Self {
        Self {
            database,
            tutors,
            remembering,
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
            Ok((sent, Some(Wanted::answer(conversation))))
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
            let wanted = is_to_answer.then_some(Wanted::answer(conversation));
            Ok((edited, wanted))
        })
        .await
    }

    /// Has the learner's last words answered anew, by whoever was chosen or by somebody else this once. The reply that
    /// stands there goes into the trash, which can be undone; one without words is written in its place instead.
    ///
    /// # Errors
    /// What [`message::replace_reply`] and [`message::resume_reply`] refuse.
    pub async fn answer_anew(
        self: &Arc<Self>,
        user: UserId,
        id: MessageId,
        instead: Option<TutorChoice>,
    ) -> CommandResult<Option<Operation>> {
        self.write(user, move |replies, tx, now| {
            let reply = message::get(tx, user, id)?;
            let conversation = reply.conversation_id;
            replies.settle_abandoned(tx, conversation, now)?;
            let is_empty = reply.content.is_empty() && reply.status != MessageStatus::Complete;
            let operation = if is_empty {
                None
            } else {
                Some(message::replace_reply(tx, user, id, now)?)
            };
            let wanted = Wanted {
                conversation,
                rest_of: is_empty.then_some(id),
                instead,
            };
            Ok((operation, Some(wanted)))
        })
        .await
    }

    /// Goes on with a reply that broke off.
    ///
    /// # Errors
    /// What [`message::resume_reply`] refuses.
    pub async fn resume(self: &Arc<Self>, user: UserId, id: MessageId) -> CommandResult<()> {
        self.write(user, move |replies, tx, now| {
            let conversation = message::get(tx, user, id)?.conversation_id;
            replies.settle_abandoned(tx, conversation, now)?;
            let wanted = Wanted {
                rest_of: Some(id),
                ..Wanted::answer(conversation)
            };
            Ok(((), Some(wanted)))
        })
        .await
    }

    /// Writes, and begins the reply that the work wants, if it wants one.
    ///
    /// One transaction: either both what was written and the (still empty) reply exist, or neither.
    async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        user: UserId,
        work: impl FnOnce(&Self, &WriteTx<'_>, Timestamp) -> Result<(T, Option<Wanted>), Error>
        + Send
        + 'static,
    ) -> CommandResult<T> {
        let running = Arc::new(Running::default());
        let (replies, entered) = (Arc::clone(self), Arc::clone(&running));
        let now = self.database.now();
        let begun = self
            .database
            .write(move |tx| {
                let (written, wanted) = work(&replies, tx, now)?;
                let Some(wanted) = wanted else {
                    return Ok((written, None));
                };
                let begun = replies.begin(tx, user, &wanted, now)?;
                // Before the commit, so that whoever hears of the reply can stop it.
                replies.running().insert(begun.conversation, entered);
                Ok((written, Some(begun)))
            })
            .await;
        match begun {
            Ok((written, begun)) => {
                if let Some(mut begun) = begun {
                    begun.ticket = self.remembering.give_way(begun.conversation);
                    spawn(Arc::clone(self).run(begun, running));
                }
                Ok(written)
            }
            Err(error) => {
                self.end(&running);
                Err(error.into())
            }
        }
    }

    /// Gives a reply its place, and finds out who writes it.
    fn begin(
        &self,
        tx: &WriteTx<'_>,
        user: UserId,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<Begun, Error> {
        let conversation = conversation::get(tx, user, wanted.conversation)?;
        let tutor = self
            .tutors
            .choose(tx, user, &conversation, wanted.instead.as_ref())?;
        let name = tutor.engine.name();
        let (reply, unfinished) = match wanted.rest_of {
            None => (
                message::begin_reply(tx, conversation.id, name, now)?,
                String::new(),
            ),
            Some(reply) => {
                let resumed = message::resume_reply(tx, user, reply, name, now)?;
                (resumed.message, resumed.unfinished)
            }
        };
        Ok(Begun {
            reply: reply.id,
            sequence_number: reply.sequence_number,
            user,
            conversation: conversation.id,
            tutor,
            begun: reply.content,
            unfinished,
            ticket: Ticket::default(),
        })
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
    async fn run(self: Arc<Self>, begun: Begun, running: Arc<Running>) {
        let (reply, user, conversation) = (begun.reply, begun.user, begun.conversation);
        let ticket = begun.ticket;
        let writer = Writer::new(Arc::clone(&self), reply, Arc::clone(&running));
        // A task of its own, so that a panic in it ends its reply and nothing else.
        let written = spawn(writer.write(begun)).await;
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
        if !self.is_closing() {
            self.remembering
                .after_reply(user, conversation, ticket)
                .await;
        }
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
