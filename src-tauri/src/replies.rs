//! The replies being written: from the engine's stream, through the chunker, onto the disk.
//!
//! The generation belongs to this process, not to the window: a window that reloads finds the reply
//! where it is. Words are stored as they come, so that a process that dies loses a moment's at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{StreamExt, stream::BoxStream};
use parlance_storage::{
    ConversationId, Database, Error, InputMethod, MessageId, MessageStatus, PartnerPace, ReadTx,
    Timestamp, UserId, WriteTx,
    chunk::NewChunk,
    conversation,
    message::{self, Message, NewMessage},
    settings, template,
};
use parlance_tutor::{
    ChunkDraft, Chunker, Pace, ReplyEngine, ReplyError, ReplyRequest, Turn, chunk_text,
};
use tauri::async_runtime::spawn;
use tokio::{
    sync::Notify as Signal,
    time::{Instant, sleep_until},
};

use crate::{
    error::{CommandError, CommandResult},
    events::{AppProblem, Notice, Notify},
};

/// Words wait this long at most until they are stored. A finished chunk is stored at once.
const STORE_WITHIN: Duration = Duration::from_millis(250);

/// How many messages of a conversation an engine is given to read.
const HISTORY_MESSAGES: u32 = 100;

/// Writes replies, one at a time in each conversation.
pub struct Replies {
    database: Database,
    engine: Arc<dyn ReplyEngine>,
    notify: Notify,
    running: Mutex<HashMap<ConversationId, Arc<Running>>>,
}

/// A reply being written.
#[derive(Default)]
struct Running {
    stop: Signal,
    ended: Signal,
}

type ReplyStream = BoxStream<'static, Result<String, ReplyError>>;

impl Replies {
    /// Nothing is written yet.
    pub fn new(database: Database, engine: Arc<dyn ReplyEngine>, notify: Notify) -> Self {
        Self {
            database,
            engine,
            notify,
            running: Mutex::default(),
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
        let running = Arc::new(Running::default());
        let (replies, entered) = (Arc::clone(self), Arc::clone(&running));
        let now = self.database.now();
        // One transaction: either both the message and the (still empty) answer exist, or neither.
        let begun = self
            .database
            .write(move |tx| {
                replies.settle_abandoned(tx, conversation, now)?;
                let new = NewMessage {
                    content,
                    input_method: InputMethod::Text,
                };
                let sent = message::send(tx, user, conversation, new, now)?;
                let request = read_request(tx, user, conversation)?;
                let reply = message::begin_reply(tx, conversation, replies.engine.name(), now)?;
                // Before the commit, so that whoever hears of the reply can stop it.
                replies.running().insert(conversation, entered);
                Ok((sent, reply.id, request))
            })
            .await;
        match begun {
            Ok((sent, reply, request)) => {
                spawn(Arc::clone(self).run(conversation, reply, request, running));
                Ok(sent)
            }
            Err(error) => {
                self.forget(conversation, &running);
                Err(error.into())
            }
        }
    }

    /// Ends the reply being written in this conversation; its words so far are kept. False if there is none.
    pub fn stop(&self, conversation: ConversationId) -> bool {
        let running = self.running().get(&conversation).cloned();
        if let Some(running) = &running {
            running.stop.notify_one();
        }
        running.is_some()
    }

    /// Ends every reply, and waits until their words are stored.
    pub async fn stop_all(&self) {
        let all: Vec<Arc<Running>> = self.running().values().cloned().collect();
        for running in all {
            running.stop.notify_one();
            running.ended.notified().await;
        }
    }

    /// Settles what a process that died left in the middle: such a reply becomes `interrupted`.
    ///
    /// Called once, before there is a window. Blocks.
    ///
    /// # Errors
    /// What the storage layer says; nothing is settled then.
    pub fn recover_blocking(&self) -> Result<(), Error> {
        let now = self.database.now();
        self.database.write_blocking(move |tx| {
            for left in message::list_streaming(tx)? {
                settle(tx, &left, MessageStatus::Interrupted, now)?;
            }
            Ok(())
        })
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
    async fn run(
        self: Arc<Self>,
        conversation: ConversationId,
        reply: MessageId,
        request: ReplyRequest,
        running: Arc<Running>,
    ) {
        let (replies, stop) = (Arc::clone(&self), Arc::clone(&running));
        // A task of its own, so that an engine that panics ends its reply and nothing else.
        let written = spawn(async move {
            let stream = replies.engine.reply(request);
            replies.write(reply, stream, &stop.stop).await
        })
        .await;
        let ended = match written {
            Ok(ended) => ended,
            Err(_) => self.fail(reply).await,
        };
        if let Err(error) = ended {
            self.report(error);
        }
        self.forget(conversation, &running);
        running.ended.notify_one();
    }

    /// Stores the stream as it comes, to its end or to the stop.
    async fn write(
        &self,
        reply: MessageId,
        mut stream: ReplyStream,
        stop: &Signal,
    ) -> CommandResult<()> {
        let mut chunker = Chunker::new();
        let mut unstored = Unstored::default();
        let status = loop {
            tokio::select! {
                biased;
                () = stop.notified() => break MessageStatus::Interrupted,
                () = unstored.due() => self.store(reply, &mut unstored).await,
                piece = stream.next() => match piece {
                    Some(Ok(words)) => {
                        unstored.add(&words, chunker.push(&words));
                        if !unstored.chunks.is_empty() {
                            self.store(reply, &mut unstored).await;
                        }
                    }
                    Some(Err(error)) => {
                        self.report(error.into());
                        break MessageStatus::Failed;
                    }
                    None => break MessageStatus::Complete,
                },
            }
        };
        unstored.add("", chunker.finish());
        let Unstored { words, chunks, .. } = unstored;
        let now = self.database.now();
        self.database
            .write(move |tx| {
                message::append_to_reply(tx, reply, &words, &chunks, now)?;
                message::finish_reply(tx, reply, status, &[], now).map(drop)
            })
            .await
            .map_err(CommandError::from)
    }

    /// Stores what has come since the last time. If that fails (a full disk, say) the words stay here
    /// and are tried again with the next ones, and the learner is told.
    async fn store(&self, reply: MessageId, unstored: &mut Unstored) {
        let (words, chunks) = (unstored.words.clone(), unstored.chunks.clone());
        let now = self.database.now();
        let stored = self
            .database
            .write(move |tx| message::append_to_reply(tx, reply, &words, &chunks, now))
            .await;
        match stored {
            Ok(()) => *unstored = Unstored::default(),
            Err(error) => {
                unstored.since = Some(Instant::now());
                self.report(error.into());
            }
        }
    }

    /// Ends a reply whose engine panicked, with the words that were stored.
    async fn fail(&self, reply: MessageId) -> CommandResult<()> {
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
            .map_err(CommandError::from)
    }

    fn report(&self, error: CommandError) {
        log::error!("trouble with a reply: {:?}", error.code);
        (self.notify)(Notice::Problem(AppProblem(error)));
    }

    /// Takes a reply off the list, unless the next one has taken its place already.
    fn forget(&self, conversation: ConversationId, running: &Arc<Running>) {
        let mut all = self.running();
        if all
            .get(&conversation)
            .is_some_and(|entered| Arc::ptr_eq(entered, running))
        {
            all.remove(&conversation);
        }
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

/// Ends a reply that nobody writes any more. The chunker gives the same chunks for a whole text as for a
/// stream of it, so those beyond the stored ones are what was missing.
fn settle(
    tx: &WriteTx<'_>,
    left: &Message,
    status: MessageStatus,
    now: Timestamp,
) -> Result<(), Error> {
    let missing: Vec<NewChunk> = new_chunks(&left.content)
        .into_iter()
        .skip(left.chunks.len())
        .collect();
    message::finish_reply(tx, left.id, status, &missing, now).map(drop)
}

/// What the engine is to answer.
fn read_request(tx: &ReadTx<'_>, user: UserId, id: ConversationId) -> Result<ReplyRequest, Error> {
    let conversation = conversation::get(tx, user, id)?;
    let scenario = match conversation.template_id {
        Some(template) => Some(template::get(tx, user, template)?.slug),
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
        pace: pace(settings::get(tx, user)?.partner_pace),
    })
}

fn pace(pace: PartnerPace) -> Pace {
    match pace {
        PartnerPace::Instant => Pace::Instant,
        PartnerPace::Natural => Pace::Natural,
        PartnerPace::Slow => Pace::Slow,
    }
}

/// Words and chunks that have come and are not on the disk yet.
#[derive(Default)]
struct Unstored {
    words: String,
    chunks: Vec<NewChunk>,
    since: Option<Instant>,
}

impl Unstored {
    fn add(&mut self, words: &str, chunks: Vec<ChunkDraft>) {
        self.words.push_str(words);
        self.chunks.extend(chunks.into_iter().map(new_chunk));
        self.since.get_or_insert_with(Instant::now);
    }

    /// Resolves when the oldest of them has waited long enough; never if there are none.
    async fn due(&self) {
        match self.since {
            Some(since) => sleep_until(since + STORE_WITHIN).await,
            None => std::future::pending().await,
        }
    }
}
