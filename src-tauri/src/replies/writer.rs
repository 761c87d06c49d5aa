//! One reply on its way: from the engine's stream, through the chunker, onto the disk.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt, stream::BoxStream};
use parlance_storage::{Error, MessageId, MessageStatus, chunk::NewChunk, message};
use parlance_tutor::{ChunkDraft, Chunker, ReplyEngine, ReplyError, ReplyRequest};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Replies, Running, new_chunk};

/// Words wait this long at most until they are stored. A finished chunk is stored at once.
const STORE_WITHIN: Duration = Duration::from_millis(250);

/// The wait before a write that failed is tried again; a full disk does not empty itself in a moment.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(2);

type ReplyStream = BoxStream<'static, Result<String, ReplyError>>;

/// Writes one reply.
pub(super) struct Writer {
    replies: Arc<Replies>,
    reply: MessageId,
    running: Arc<Running>,
    unstored: Unstored,
    /// The learner has been told that storing fails, and not yet that it works again.
    has_told: bool,
}

/// What the engine does next.
enum Step {
    Words(String),
    End(MessageStatus),
}

impl Writer {
    pub(super) fn new(replies: Arc<Replies>, reply: MessageId, running: Arc<Running>) -> Self {
        Self {
            replies,
            reply,
            running,
            unstored: Unstored::default(),
            has_told: false,
        }
    }

    /// Stores the stream as it comes, to its end or to the stop.
    ///
    /// While the disk does not take them the words wait here; only the end of the app makes it give up.
    pub(super) async fn write(
        mut self,
        engine: Arc<dyn ReplyEngine>,
        request: ReplyRequest,
    ) -> Result<(), Error> {
        let Ok(mut stream) = std::panic::catch_unwind(AssertUnwindSafe(|| engine.reply(request)))
        else {
            return self.finish(MessageStatus::Failed).await;
        };
        let mut chunker = Chunker::new();
        let status = loop {
            let running = Arc::clone(&self.running);
            tokio::select! {
                biased;
                () = running.stop.notified() => break MessageStatus::Interrupted,
                () = self.unstored.due() => self.store().await?,
                step = next(&mut stream, &self.replies) => match step {
                    Step::Words(words) => {
                        self.unstored.add(&words, chunker.push(&words));
                        if !self.unstored.chunks.is_empty() && !self.has_told {
                            self.store().await?;
                        }
                    }
                    Step::End(status) => break status,
                },
            }
        };
        self.unstored.add("", chunker.finish());
        self.finish(status).await
    }

    /// Stores what has come since the last time. If that fails for now the words stay, and are tried again.
    async fn store(&mut self) -> Result<(), Error> {
        let Unstored { words, chunks, .. } = self.unstored.clone();
        let (reply, now) = (self.reply, self.replies.database.now());
        let stored = self
            .replies
            .database
            .write(move |tx| message::append_to_reply(tx, reply, &words, &chunks, now))
            .await;
        match stored {
            Ok(()) => {
                self.unstored = Unstored::default();
                self.has_told = false;
                Ok(())
            }
            Err(error) => {
                self.unstored.due_at = Some(Instant::now() + TRY_AGAIN_AFTER);
                self.tell_once(error)
            }
        }
    }

    /// Stores the last words and the end in one transaction, however often that takes.
    async fn finish(mut self, status: MessageStatus) -> Result<(), Error> {
        loop {
            let Unstored { words, chunks, .. } = self.unstored.clone();
            let (reply, now) = (self.reply, self.replies.database.now());
            let finished = self
                .replies
                .database
                .write(move |tx| {
                    message::append_to_reply(tx, reply, &words, &chunks, now)?;
                    message::finish_reply(tx, reply, status, &[], now).map(drop)
                })
                .await;
            match finished {
                Ok(()) => return Ok(()),
                Err(error) if self.replies.is_closing() => return Err(error),
                Err(error) => self.tell_once(error)?,
            }
            tokio::select! {
                () = self.running.stop.notified() => {}
                () = sleep(TRY_AGAIN_AFTER) => {}
            }
        }
    }

    /// Tells the learner of an error that may pass, the first time; gives back one that will not.
    fn tell_once(&mut self, error: Error) -> Result<(), Error> {
        match error {
            Error::Busy | Error::DiskFull | Error::ReadOnly | Error::Io { .. } => {
                if !std::mem::replace(&mut self.has_told, true) {
                    self.replies.report(error.into());
                }
                Ok(())
            }
            lasting => Err(lasting),
        }
    }
}

/// The next words, or the end: of the stream, by the engine's error, or by its panic.
async fn next(stream: &mut ReplyStream, replies: &Replies) -> Step {
    match AssertUnwindSafe(stream.next()).catch_unwind().await {
        Ok(Some(Ok(words))) => Step::Words(words),
        Ok(Some(Err(error))) => {
            replies.report(error.into());
            Step::End(MessageStatus::Failed)
        }
        Ok(None) => Step::End(MessageStatus::Complete),
        // The panic has been logged and told already, where all panics are.
        Err(_) => Step::End(MessageStatus::Failed),
    }
}

/// Words and chunks that have come and are not on the disk yet.
#[derive(Clone, Default)]
struct Unstored {
    words: String,
    chunks: Vec<NewChunk>,
    due_at: Option<Instant>,
}

impl Unstored {
    fn add(&mut self, words: &str, chunks: Vec<ChunkDraft>) {
        self.words.push_str(words);
        self.chunks.extend(chunks.into_iter().map(new_chunk));
        self.due_at
            .get_or_insert_with(|| Instant::now() + STORE_WITHIN);
    }

    /// Resolves when the oldest of them has waited long enough; never if there are none.
    async fn due(&self) {
        match self.due_at {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}
