//! Summaries of what becomes too old to be told in full.

use std::sync::{Arc, PoisonError};

use parlance_storage::{
    ConversationId, Error, ReadTx, UserId,
    summary::{self, Due, NewSummary},
};
use parlance_tutor::{
    ReplyError,
    memory::{summarise, summarise_summaries, summary_prompt, tidy_summary},
};
use serde::Serialize;

use super::{
    Remembering, facts,
    place::{Place, RememberingWork},
};
use crate::{error::CommandResult, tutors::ChosenModel};

/// Finds what is to be summed up next.
type FindDue = fn(&ReadTx<'_>, UserId, ConversationId) -> Result<Option<Due>, Error>;

/// So often a model may be stopped in a conversation, since the learner went on talking, before rules do its work.
const PATIENCE: u32 = 3;

/// A model is asked for so many after a reply. The rest of a long conversation is summed up after the next ones, or when
/// the learner wants it: a server may cost money.
const MOST_BY_ITSELF: u32 = 2;

/// What came of summing up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct SummedUp {
    /// How many summaries were made.
    pub made: u32,
    /// How many of them by rules.
    pub by_rules: u32,
    /// Why the model did not make one that it was asked for, by name; null if it made them all, or there is none.
    pub failure: Option<String>,
    /// Whether it was stopped before everything was summed up.
    pub was_stopped: bool,
}

/// What a model made of what is due, or why it did not.
enum Asked {
    Text(String),
    /// It was stopped.
    Stopped,
    Failed(ReplyError),
}

impl Remembering {
    /// Sums up what is in no summary yet and old enough, since the learner wants it.
    ///
    /// # Errors
    /// `conflict` while it is being done; what reading and storing say.
    pub async fn summarize(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
    ) -> CommandResult<SummedUp> {
        let place = Place::take_for_learner(self, conversation).await?;
        place.tell(RememberingWork::Summaries, 0, None);
        let (model, _) = self.chosen(user, conversation).await?;
        self.sum_up(&place, user, model.as_ref(), summary::due_on_wish)
            .await
    }

    /// Sums up whatever `due` names. A stretch that changed meanwhile is left for the next time.
    pub(super) async fn sum_up(
        &self,
        place: &Place,
        user: UserId,
        model: Option<&ChosenModel>,
        due: FindDue,
    ) -> CommandResult<SummedUp> {
        let conversation = place.conversation();
        let mut outcome = SummedUp::default();
        // A server that cannot be reached is not asked again for each stretch.
        let mut model = model;
        while let Some(due) = self
            .database
            .read(move |tx| due(tx, user, conversation))
            .await?
        {
            if place.is_stopped() && place.is_wished() {
                outcome.was_stopped = true;
                break;
            }
            if !place.is_wished() && model.is_some() && outcome.made == MOST_BY_ITSELF {
                break;
            }
            let asked = match model {
                Some(model) => Some(self.ask(place, model, &due).await?),
                None => None,
            };
            let (text, by) = match (asked, model) {
                (Some(Asked::Text(text)), Some(model)) => (text, Some(model.name().to_owned())),
                (Some(Asked::Stopped), _) if self.may_be_later(place) => {
                    outcome.was_stopped = true;
                    break;
                }
                (Some(Asked::Failed(error)), _) => {
                    outcome.failure = Some(error.code().to_owned());
                    if is_of_server(&error) {
                        model = None;
                    }
                    (by_rules(&due), None)
                }
                _ => (by_rules(&due), None),
            };
            let is_by_rules = by.is_none();
            if !self.keep(due, text, by).await? {
                break;
            }
            outcome.made += 1;
            outcome.by_rules += u32::from(is_by_rules);
            self.interrupted().remove(&conversation);
            place.tell(RememberingWork::Summaries, outcome.made, None);
        }
        Ok(outcome)
    }

    /// Has a model sum up what is due, and first note what it finds in it about the learner: once there is a summary
    /// the stretch is not read again.
    async fn ask(&self, place: &Place, model: &ChosenModel, due: &Due) -> Result<Asked, Error> {
        if !due.messages.is_empty() {
            match place.unless_stopped(facts::ask(model, &due.messages)).await {
                None => return Ok(Asked::Stopped),
                Some(Ok(learnt)) => {
                    facts::keep(&self.database, place.conversation(), learnt).await?;
                }
                Some(Err(error)) if is_of_server(&error) => return Ok(Asked::Failed(error)),
                Some(Err(error)) => log::info!("a model noted no facts: {}", error.code()),
            }
        }
        let answer = place.unless_stopped(model.ask(summary_prompt(due))).await;
        Ok(match answer {
            None => Asked::Stopped,
            Some(Ok(answer)) => tidy_summary(&answer).map_or_else(unusable, Asked::Text),
            Some(Err(error)) => Asked::Failed(error),
        })
    }

    /// Whether what was stopped is left for the next time. What the learner waited for always is; in the background
    /// somebody who goes on talking would have no summary ever.
    fn may_be_later(&self, place: &Place) -> bool {
        if place.is_wished() {
            return true;
        }
        let mut interrupted = self.interrupted();
        let times = interrupted.entry(place.conversation()).or_default();
        *times += 1;
        *times < PATIENCE
    }

    /// False if what it was made of has changed meanwhile.
    async fn keep(&self, due: Due, text: String, model: Option<String>) -> Result<bool, Error> {
        let now = self.database.now();
        let new = NewSummary {
            conversation_id: due.conversation_id,
            tier: due.tier,
            from_sequence: due.from_sequence,
            to_sequence: due.to_sequence,
            text,
            model,
            made_of: Some(due.fingerprint),
        };
        match self
            .database
            .write(move |tx| summary::insert(tx, new, now))
            .await
        {
            Ok(_) => Ok(true),
            Err(Error::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn interrupted(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<ConversationId, u32>> {
        // Numbers cannot be left half-made.
        self.interrupted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the same would be said to any other question.
fn is_of_server(error: &ReplyError) -> bool {
    let is_of_answer = matches!(error, ReplyError::Interrupted { .. })
        || matches!(error.code(), "model_no_words" | "model_refused");
    !is_of_answer
}

fn by_rules(due: &Due) -> String {
    if due.messages.is_empty() {
        summarise_summaries(&due.summaries)
    } else {
        summarise(&due.messages)
    }
}

/// The model said something, but no summary.
fn unusable() -> Asked {
    Asked::Failed(ReplyError::Interrupted {
        reason: "its answer was no summary".into(),
        code: "model_garbage",
    })
}
