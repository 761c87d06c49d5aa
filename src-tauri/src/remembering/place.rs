//! Who remembers in which conversation: one at a time, seen by the window, ended when not wanted.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use parlance_storage::ConversationId;
use serde::Serialize;
use tauri_specta::Event;
use tokio::sync::watch;

use super::Remembering;
use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    events::Notice,
};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RememberingWork {
    /// What was said is summed up.
    Summaries,
    /// A model is asked what messages mean.
    Meanings,
}

/// How far something that the learner waits for has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type, Event)]
#[serde(rename_all = "camelCase")]
pub struct RememberingProgress {
    /// Where.
    pub conversation_id: ConversationId,
    /// What is being done.
    pub work: RememberingWork,
    /// Summaries that were made, or messages whose meaning was learnt.
    pub done: u32,
    /// Of how many; null if that is not known.
    pub total: Option<u32>,
    /// Whether it has ended, in whatever way.
    pub is_over: bool,
}

/// Something under way.
pub(super) struct AtWork {
    /// Whether the learner asked for it and waits. What is done in the background gives way to everything else.
    is_wished: bool,
    stop: watch::Sender<bool>,
    progress: Mutex<Option<RememberingProgress>>,
}

/// What is under way, and for which reply something may still begin.
#[derive(Default)]
pub(super) struct Board {
    at_work: HashMap<ConversationId, Arc<AtWork>>,
    latest: HashMap<ConversationId, Ticket>,
}

/// Numbers the replies of a conversation: only the latest one may be followed by work in the background, since a model
/// that works is in the way of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

/// The place in a conversation, held until it is dropped.
pub(super) struct Place {
    remembering: Arc<Remembering>,
    conversation: ConversationId,
    at_work: Arc<AtWork>,
}

/// The learner waits for what is under way.
struct IsWaitedFor;

impl Place {
    /// For something in the background after a reply; `None` if the next reply has begun, or the learner waits for
    /// something there.
    pub(super) async fn take_after_reply(
        remembering: &Arc<Remembering>,
        conversation: ConversationId,
        ticket: Ticket,
    ) -> Option<Self> {
        Self::take(remembering, conversation, Some(ticket))
            .await
            .ok()
            .flatten()
    }

    /// For something that the learner waits for.
    ///
    /// # Errors
    /// `conflict` if the learner waits for something there already.
    pub(super) async fn take_for_learner(
        remembering: &Arc<Remembering>,
        conversation: ConversationId,
    ) -> CommandResult<Self> {
        let taken = Self::take(remembering, conversation, None).await;
        let is_busy = || {
            CommandError::new(
                ErrorCode::Conflict,
                "Something is being remembered already.",
            )
        };
        taken.ok().flatten().ok_or_else(is_busy)
    }

    /// What is under way in the background ends first. `None` with a ticket that is not the latest.
    ///
    /// # Errors
    /// If the learner waits for something there.
    async fn take(
        remembering: &Arc<Remembering>,
        conversation: ConversationId,
        ticket: Option<Ticket>,
    ) -> Result<Option<Self>, IsWaitedFor> {
        loop {
            let free = remembering.free.notified();
            tokio::pin!(free);
            // Before looking, so that nobody ends unseen in between.
            free.as_mut().enable();
            {
                let mut board = remembering.board();
                let latest = board.latest.get(&conversation).copied();
                if ticket.is_some() && ticket != latest {
                    return Ok(None);
                }
                match board.at_work.get(&conversation) {
                    None => {
                        let at_work = Arc::new(AtWork {
                            is_wished: ticket.is_none(),
                            stop: watch::Sender::new(false),
                            progress: Mutex::default(),
                        });
                        board.at_work.insert(conversation, Arc::clone(&at_work));
                        return Ok(Some(Self {
                            remembering: Arc::clone(remembering),
                            conversation,
                            at_work,
                        }));
                    }
                    Some(other) if other.is_wished => return Err(IsWaitedFor),
                    Some(other) => {
                        other.stop.send_replace(true);
                    }
                }
            }
            free.await;
        }
    }

    pub(super) const fn conversation(&self) -> ConversationId {
        self.conversation
    }

    pub(super) fn is_wished(&self) -> bool {
        self.at_work.is_wished
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.at_work.stop.borrow()
    }

    /// What the work gives; `None` if it was stopped before.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut stop = self.at_work.stop.subscribe();
        tokio::select! {
            biased;
            _ = stop.wait_for(|is_stopped| *is_stopped) => None,
            done = work => Some(done),
        }
    }

    /// Tells the window, if somebody waits.
    pub(super) fn tell(&self, work: RememberingWork, done: u32, total: Option<u32>) {
        if self.is_wished() {
            self.send(RememberingProgress {
                conversation_id: self.conversation,
                work,
                done,
                total,
                is_over: false,
            });
        }
    }

    fn send(&self, progress: RememberingProgress) {
        *self.at_work.progress() = Some(progress);
        (self.remembering.notify)(Notice::Remembering(progress));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Before the place is free: the next one's beginning is told after this one's end.
        let last = *self.at_work.progress();
        if let Some(progress) = last {
            self.send(RememberingProgress {
                is_over: true,
                ..progress
            });
        }
        self.remembering.board().at_work.remove(&self.conversation);
        self.remembering.free.notify_waiters();
    }
}

impl AtWork {
    fn progress(&self) -> MutexGuard<'_, Option<RememberingProgress>> {
        // It holds one value, which is never half-made.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembering {
    /// How far that has come which the learner waits for in a conversation; `None` if there is nothing.
    pub fn progress(&self, conversation: ConversationId) -> Option<RememberingProgress> {
        let at_work = self.board().at_work.get(&conversation).cloned()?;
        let progress = *at_work.progress();
        progress.filter(|progress| !progress.is_over)
    }

    /// Ends what the learner waits for, as soon as it can be; false if there is nothing.
    pub fn stop(&self, conversation: ConversationId) -> bool {
        let at_work = self.board().at_work.get(&conversation).cloned();
        at_work
            .filter(|at_work| at_work.is_wished)
            .is_some_and(|at_work| !at_work.stop.send_replace(true))
    }

    /// Ends what is done in the background, in any conversation, as the model is wanted for a reply: a server at home
    /// answers one question at a time. What may follow that reply needs the ticket.
    pub(crate) fn give_way(&self, conversation: ConversationId) -> Ticket {
        let mut board = self.board();
        for at_work in board.at_work.values().filter(|at_work| !at_work.is_wished) {
            at_work.stop.send_replace(true);
        }
        let ticket = board.latest.entry(conversation).or_default();
        ticket.0 += 1;
        *ticket
    }

    /// Ends what is under way in a conversation: somebody else answers there from now on.
    pub(crate) fn stop_in(&self, conversation: ConversationId) {
        if let Some(at_work) = self.board().at_work.get(&conversation) {
            at_work.stop.send_replace(true);
        }
    }

    /// Ends everything: a server has changed or gone, or the app ends.
    pub(crate) fn stop_all(&self) {
        for at_work in self.board().at_work.values() {
            at_work.stop.send_replace(true);
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // Insertions and removals cannot leave the maps half-made.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
