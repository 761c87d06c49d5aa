//! One reply on its way: from the engine's stream, through the chunker, onto the disk.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt, stream::BoxStream};
use parlance_storage::{Error, MessageId, MessageStatus, chunk::NewChunk, message};
use parlance_tutor::{ReplyError, Speakable, SpeakableReply};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Begun, Replies, Running, new_chunk, request};

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
    End(Ending),
}

/// How a reply ended.
#[derive(Clone, Copy)]
enum Ending {
    Complete,
    Interrupted,
    /// With the reason by name.
    Failed(&'static str),
}

/// The name of the reason that lies in Parlance itself.
const OWN_FAULT: &str = "internal";

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
    pub(super) async fn write(mut self, begun: Begun) -> Result<(), Error> {
        let mut reply = SpeakableReply::new();
        if !begun.unfinished.is_empty() {
            let chunks = reply.resume(&begun.unfinished);
            self.unstored.add(Speakable {
                words: String::new(),
                chunks,
            });
        }
        let mut stream = match self.start(&begun).await {
            Ok(stream) => stream,
            Err(ending) => {
                self.unstored.add(reply.finish());
                return self.finish(ending).await;
            }
        };
        let ending = loop {
            let running = Arc::clone(&self.running);
            tokio::select! {
                biased;
                () = running.stop.notified() => break Ending::Interrupted,
                () = self.unstored.due() => self.store().await?,
                step = next(&mut stream) => match step {
                    Step::Words(words) => {
                        self.unstored.add(reply.push(&words));
                        if !self.unstored.chunks.is_empty() && !self.has_told {
                            self.store().await?;
                        }
                    }
                    Step::End(ending) => break ending,
                },
            }
        };
        self.unstored.add(reply.finish());
        self.finish(ending).await
    }

    /// Has the engine begin, or says how the reply ends that it never began.
    async fn start(&self, begun: &Begun) -> Result<ReplyStream, Ending> {
        let replies = &self.replies;
        let prepared = request::prepare(&replies.database, &replies.remembering, begun);
        let request = tokio::select! {
            biased;
            () = self.running.stop.notified() => return Err(Ending::Interrupted),
            request = prepared => request,
        };
        let request = request.map_err(|error| match error {
            // It was deleted meanwhile, and nobody waits for its words.
            Error::NotFound { .. } => Ending::Interrupted,
            error => {
                replies.report(error.into());
                Ending::Failed(OWN_FAULT)
            }
        })?;
        let engine = &begun.tutor.engine;
        std::panic::catch_unwind(AssertUnwindSafe(|| engine.reply(request)))
            .map_err(|_| Ending::Failed(OWN_FAULT))
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
    async fn finish(mut self, ending: Ending) -> Result<(), Error> {
        loop {
            let Unstored { words, chunks, .. } = self.unstored.clone();
            let (reply, now) = (self.reply, self.replies.database.now());
            let finished = self
                .replies
                .database
                .write(move |tx| {
                    message::append_to_reply(tx, reply, &words, &chunks, now)?;
                    match ending {
                        Ending::Complete => {
                            message::finish_reply(tx, reply, MessageStatus::Complete, &[], now)
                        }
                        Ending::Interrupted => {
                            message::finish_reply(tx, reply, MessageStatus::Interrupted, &[], now)
                        }
                        Ending::Failed(code) => message::fail_reply(tx, reply, code, &[], now),
                    }
                    .map(drop)
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
async fn next(stream: &mut ReplyStream) -> Step {
    match AssertUnwindSafe(stream.next()).catch_unwind().await {
        Ok(Some(Ok(words))) => Step::Words(words),
        Ok(Some(Err(error))) => {
            // What the error says may repeat the learner's words. The reply itself shows why it failed.
            log::warn!("a reply failed: {}", error.code());
            Step::End(Ending::Failed(error.code()))
        }
        Ok(None) => Step::End(Ending::Complete),
        // The panic has been logged and told already, where all panics are.
        Err(_) => Step::End(Ending::Failed(OWN_FAULT)),
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
    fn add(&mut self, said: Speakable) {
        self.words.push_str(&said.words);
        self.chunks.extend(said.chunks.into_iter().map(new_chunk));
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
