//! What the tutor keeps of a conversation besides its words: facts about the learner, summaries of what becomes too old
//! to be told in full, and what messages mean.
//!
//! A chosen model is asked for it, in the background and never while it is wanted for a reply; rules do it where there
//! is none, or where it fails. What goes wrong costs no word of the conversation, and is tried again after the next
//! reply.

mod facts;
mod meanings;
mod place;
mod summaries;

pub use meanings::LearntMeanings;
pub use place::{RememberingProgress, RememberingWork};
pub use summaries::SummedUp;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use parlance_storage::{
    ConversationId, Database, Error, MemoryStrategy, MessageId, ReadTx, UserId,
    conversation::{self, Conversation},
    memory, summary,
};
use tokio::sync::Notify as Signal;

use crate::{
    error::{CommandResult, ErrorCode},
    events::Notify,
    tutors::{ChosenModel, Tutors},
};
pub(crate) use place::Ticket;
use place::{Board, Place};

/// Remembers, in one way at a time in each conversation.
pub struct Remembering {
    database: Database,
    tutors: Arc<dyn Tutors>,
    notify: Notify,
    board: Mutex<Board>,
    /// Somebody has ended.
    free: Signal,
    /// How often a model was stopped in a conversation before it had summed up what is due, since it was last done.
    interrupted: Mutex<HashMap<ConversationId, u32>>,
    /// Messages of which no model could say what they mean, in this run of the app.
    unreadable: Mutex<HashSet<MessageId>>,
}

impl Remembering {
    /// Nothing is under way.
    pub fn new(database: Database, tutors: Arc<dyn Tutors>, notify: Notify) -> Self {
        Self {
            database,
            tutors,
            notify,
            board: Mutex::default(),
            free: Signal::new(),
            interrupted: Mutex::default(),
            unreadable: Mutex::default(),
        }
    }

    /// The model that is asked in a conversation; `None`: rules.
    ///
    /// # Errors
    /// What reading says.
    pub fn model_of(
        &self,
        tx: &ReadTx<'_>,
        user: UserId,
        conversation: &Conversation,
    ) -> Result<Option<ChosenModel>, Error> {
        Ok(self.tutors.choose(tx, user, conversation, None)?.model)
    }

    /// Learns from what was said last, and sums up what is due; unless the next reply has begun, which sees to it.
    pub(crate) async fn after_reply(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
        ticket: Ticket,
    ) {
        match self.catch_up(user, conversation, ticket).await {
            Ok(()) => {}
            // It may have been deleted meanwhile, or the app may be at its end.
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Closed) => {}
            Err(error) => log::warn!("remembering failed: {:?}", error.code),
        }
    }

    async fn catch_up(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
        ticket: Ticket,
    ) -> CommandResult<()> {
        // In any case: the next time only newer messages are read for them.
        facts::learn_by_rules(&self.database, user, conversation).await?;
        let Some(place) = Place::take_after_reply(self, conversation, ticket).await else {
            return Ok(());
        };
        let (model, strategy) = self.chosen(user, conversation).await?;
        self.sum_up(&place, user, model.as_ref(), summary::due)
            .await?;
        if strategy == MemoryStrategy::Semantic
            && let Some(model) = model
        {
            self.learn_newest_meanings(&place, user, &model).await?;
        }
        Ok(())
    }

    /// Who is asked in a conversation, and how it is remembered.
    async fn chosen(
        &self,
        user: UserId,
        id: ConversationId,
    ) -> Result<(Option<ChosenModel>, MemoryStrategy), Error> {
        let tutors = Arc::clone(&self.tutors);
        self.database
            .read(move |tx| {
                let conversation = conversation::get(tx, user, id)?;
                let model = tutors.choose(tx, user, &conversation, None)?.model;
                Ok((model, memory::settings(tx, user, id)?.strategy))
            })
            .await
    }
}
