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
    ConversationId, Database, Error, InputMethod, Message, MessageId, MessageStatus, NewChunk, NewMessage,
    UserId, conversation, message, settings, template,
};
use parlance_tutor::{ChunkDraft, Chunker, Pace, ReplyEngine, ReplyError, ReplyRequest, Turn, chunk_text};
use tokio::{sync::Notify as Signal, time::Instant};

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    events::{AppProblem, Notice, Notify},
};

/// Words wait this long at most until they are stored. A finished chunk is stored at once.
const STORE_WITHIN: Duration = Duration::from_millis(250);

/// How much of a conversation an engine is given to read.
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
    pub async fn send(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
        content: String,
    ) -> CommandResult<Message> {
        let model = self.engine.name().to_owned();
        let now = self.database.now();
        // One transaction: either both the message and the (still empty) answer exist, or neither.
        let (sent, reply, request) = self
            .database
            .write(move |tx| {
                let new = NewMessage {
                    content,
                    input_method: InputMethod::Text,
                };
                let sent = message::send(tx, user, conversation, new, now)?;
                let request = read_request(tx, user, conversation)?;
                let reply = message::begin_reply(tx, conversation, &model, now)?;
                Ok((sent, reply, request))
            })
            .await?;
        let stream = self.engine.reply(request);
        self.spawn(conversation, reply.id, stream);
        Ok(sent)
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

    /// Finishes what a process that died left in the middle: such a reply becomes `interrupted`, and the
    /// words after its last chunk become chunks too. Called once, before there is a window.
    pub fn recover_blocking(&self) -> Result<(), Error> {
        let now = self.database.now();
        self.database.write_blocking(move |tx| {
            for left in message::list_streaming(tx)? {
                // The chunker gives the same chunks for a whole text as for a stream of it, so those
                // beyond the stored ones are what had not been stored.
                let rest = chunk_text(&left.content)
                    .into_iter()
                    .skip(left.chunks.len())
                    .map(new_chunk)
                    .collect::<Vec<_>>();
                message::finish_reply(tx, left.id, MessageStatus::Interrupted, &rest, now)?;
            }
            Ok(())
        })
    }

    fn spawn(
        self: &Arc<Self>,
        conversation: ConversationId,
        reply: MessageId,
        stream: BoxStream<'static, Result<String, ReplyError>>,
    ) {
        let running = Arc::new(Running::default());
        self.running().insert(conversation, Arc::clone(&running));
        let replies = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            if let Err(error) = replies.write(reply, stream, &running.stop).await {
                replies.report(error);
            }
            replies.running().remove(&conversation);
            running.ended.notify_one();
        });
    }

    /// Stores the stream as it comes, to its end or to the stop.
    async fn write(
        &self,
        reply: MessageId,
        mut stream: BoxStream<'static, Result<String, ReplyError>>,
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
                        let chunks = chunker.push(&words);
                        unstored.add(&words, chunks);
                        if !unstored.chunks.is_empty() {
                            self.store(reply, &mut unstored).await;
                        }
                    }
                    Some(Err(error)) => {
                        self.report(reply_error(&error));
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
                message::append_to_reply(tx, reply, &words, &[], now)?;
                message::finish_reply(tx, reply, status, &chunks, now).map(drop)
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

    fn report(&self, error: CommandError) {
        log::error!("a reply was not stored: {:?}", error.code);
        (self.notify)(Notice::Problem(AppProblem { error }));
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ConversationId, Arc<Running>>> {
        // Insertions and removals cannot leave the map half-made, so a panic elsewhere is no reason to stop.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
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
            Some(since) => tokio::time::sleep_until(since + STORE_WITHIN).await,
            None => std::future::pending().await,
        }
    }
}
