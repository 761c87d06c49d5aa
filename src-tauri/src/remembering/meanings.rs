//! What messages mean, asked of a model, so that they are found again by it.

use std::{
    collections::HashSet,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use parlance_storage::{
    ConversationId, Error, MemoryStrategy, MessageId, UserId,
    embedding::{self, Coverage, NewEmbedding, Unembedded},
    memory, tokens,
};
use parlance_tutor::ReplyError;
use serde::Serialize;
use tokio::time::timeout;

use super::{
    Remembering,
    place::{Place, RememberingWork},
};
use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    tutors::ChosenModel,
};

/// A reply waits so long for what the learner's last words mean; without it, older messages are found by words.
const BEFORE_A_REPLY: Duration = Duration::from_secs(3);
/// The learner's last words, the reply before them, and a few that were left.
const MESSAGES_BEFORE_A_REPLY: u32 = 8;
/// After a reply. The rest of a long conversation is read when the learner wants it: a server may cost money.
const MESSAGES_AFTER_A_REPLY: u32 = 64;
/// As many as are sent to a server at once.
const AT_ONCE: u32 = 32;
/// Models for meanings read 512 tokens, the smallest of them; of a longer message the beginning is told.
const MOST_TOKENS: u32 = 400;
/// If a server says no to so many texts one after the other, it is not the texts.
const TRIES: usize = 3;

/// What came of reading a conversation for what its messages mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct LearntMeanings {
    /// How much is known now.
    pub coverage: Coverage,
    /// Whether it was stopped before everything was read.
    pub was_stopped: bool,
}

impl Remembering {
    /// Has the chosen model read all messages of a conversation whose meaning is not known, since the learner wants it.
    ///
    /// # Errors
    /// `conflict` while it is being done, or if no model for meanings was chosen; `tutor` if it cannot be asked: what
    /// was learnt by then stays.
    pub async fn learn_meanings(
        self: &Arc<Self>,
        user: UserId,
        conversation: ConversationId,
    ) -> CommandResult<LearntMeanings> {
        let place = Place::take_for_learner(self, conversation).await?;
        let (model, _) = self.chosen(user, conversation).await?;
        let (model, name) = with_name(model)?;
        let begun = self.coverage(user, conversation, &name).await?;
        let (mut done, mut is_anew) = (0, false);
        while !place.is_stopped() {
            place.tell(RememberingWork::Meanings, done, Some(begun.missing));
            let read = self.learn_some(user, conversation, &model, AT_ONCE);
            match place.unless_stopped(read).await {
                None | Some(Ok(0)) => break,
                Some(Ok(learnt)) => done += learnt,
                // The model of this name has become another one.
                Some(Err(error)) if error.code == ErrorCode::Invalid && !is_anew => {
                    is_anew = true;
                    self.database
                        .write(move |tx| embedding::clear(tx, user, conversation))
                        .await?;
                }
                Some(Err(error)) => return Err(error),
            }
        }
        let coverage = self.coverage(user, conversation, &name).await?;
        Ok(LearntMeanings {
            coverage,
            was_stopped: place.is_stopped() && coverage.missing > 0,
        })
    }

    /// How much of a conversation this model has read.
    async fn coverage(
        &self,
        user: UserId,
        conversation: ConversationId,
        name: &str,
    ) -> Result<Coverage, Error> {
        let name = name.to_owned();
        self.database
            .read(move |tx| embedding::coverage(tx, user, conversation, &name))
            .await
    }

    /// Finds out what the learner's last words mean, as far as that is possible while they wait for a reply; where the
    /// conversation is remembered by meaning. Gives the name of the model that was asked.
    ///
    /// # Errors
    /// What reading says.
    pub(crate) async fn before_reply(
        &self,
        user: UserId,
        conversation: ConversationId,
        model: &ChosenModel,
    ) -> Result<Option<String>, Error> {
        let Some(name) = model.embedding_model() else {
            return Ok(None);
        };
        let settings = self
            .database
            .read(move |tx| memory::settings(tx, user, conversation))
            .await?;
        if settings.strategy != MemoryStrategy::Semantic {
            return Ok(None);
        }
        let read = self.learn_some(user, conversation, model, MESSAGES_BEFORE_A_REPLY);
        match timeout(BEFORE_A_REPLY, read).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => log::info!("found by words, not by meaning: {:?}", error.code),
            Err(_) => log::info!("found by words, not by meaning: the model is slow"),
        }
        Ok(Some(name.to_owned()))
    }

    pub(super) async fn learn_newest_meanings(
        &self,
        place: &Place,
        user: UserId,
        model: &ChosenModel,
    ) -> CommandResult<()> {
        for _ in 0..MESSAGES_AFTER_A_REPLY / AT_ONCE {
            let read = self.learn_some(user, place.conversation(), model, AT_ONCE);
            match place.unless_stopped(read).await {
                None | Some(Ok(0)) => break,
                Some(learnt) => learnt?,
            };
        }
        Ok(())
    }

    /// Asks once, for the newest messages whose meaning is not known. Gives of how many it is known now; 0 without a
    /// model for it.
    async fn learn_some(
        &self,
        user: UserId,
        conversation: ConversationId,
        model: &ChosenModel,
        most: u32,
    ) -> CommandResult<u32> {
        let Some(name) = model.embedding_model().map(str::to_owned) else {
            return Ok(0);
        };
        let missing = self.missing(user, conversation, &name, most).await?;
        let new = self.ask_for_meanings(model, missing).await?;
        if new.is_empty() {
            return Ok(0);
        }
        let now = self.database.now();
        let kept = self
            .database
            .write(move |tx| embedding::insert_all(tx, user, conversation, &name, &new, now))
            .await?;
        Ok(kept)
    }
}

impl Remembering {
    /// The newest messages whose meaning is not known, but for those of which no model could say it.
    async fn missing(
        &self,
        user: UserId,
        conversation: ConversationId,
        name: &str,
        most: u32,
    ) -> Result<Vec<Unembedded>, Error> {
        let (name, passed_over) = (name.to_owned(), self.unreadable().len());
        let limit = most.saturating_add(u32::try_from(passed_over).unwrap_or(u32::MAX));
        let mut missing = self
            .database
            .read(move |tx| embedding::list_missing(tx, user, conversation, &name, limit))
            .await?;
        let unreadable = self.unreadable();
        missing.retain(|one| !unreadable.contains(&one.message_id));
        missing.truncate(most as usize);
        Ok(missing)
    }

    /// Asks for all at once; and if the server takes offence at that, for each by itself, so that one text costs no
    /// other its meaning.
    async fn ask_for_meanings(
        &self,
        model: &ChosenModel,
        missing: Vec<Unembedded>,
    ) -> Result<Vec<NewEmbedding>, ReplyError> {
        let texts: Vec<String> = missing.iter().map(|one| beginning(&one.content)).collect();
        match model.embed(&texts).await {
            Ok(vectors) => Ok(self.usable(missing.into_iter().zip(vectors))),
            Err(error) if missing.len() > 1 && is_of_text(&error) => {
                self.ask_one_by_one(model, missing, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn ask_one_by_one(
        &self,
        model: &ChosenModel,
        missing: Vec<Unembedded>,
        error: ReplyError,
    ) -> Result<Vec<NewEmbedding>, ReplyError> {
        let (mut known, mut refused) = (Vec::new(), Vec::new());
        for one in missing {
            match model.embed(&[beginning(&one.content)]).await {
                Ok(vectors) => {
                    known.extend(vectors.into_iter().map(|vector| (one.clone(), vector)));
                }
                Err(error) if is_of_text(&error) => refused.push(one.message_id),
                Err(error) => return Err(error),
            }
            // Then it is not the texts.
            if known.is_empty() && refused.len() == TRIES {
                break;
            }
        }
        if known.is_empty() {
            return Err(error);
        }
        self.unreadable().extend(refused);
        Ok(self.usable(known.into_iter()))
    }

    /// A vector without a direction is like none.
    fn usable(&self, known: impl Iterator<Item = (Unembedded, Vec<f32>)>) -> Vec<NewEmbedding> {
        let (good, useless): (Vec<_>, Vec<_>) =
            known.partition(|(_, vector)| vector.iter().any(|number| *number != 0.0));
        self.unreadable()
            .extend(useless.into_iter().map(|(one, _)| one.message_id));
        good.into_iter()
            .map(|(one, vector)| NewEmbedding {
                message_id: one.message_id,
                made_of: one.fingerprint,
                vector,
            })
            .collect()
    }

    fn unreadable(&self) -> MutexGuard<'_, HashSet<MessageId>> {
        // Insertions cannot leave the set half-made.
        self.unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the server may have taken offence at a text, such as one that is too long for its model.
fn is_of_text(error: &ReplyError) -> bool {
    matches!(
        error.code(),
        "model_server_failed" | "model_refused" | "model_garbage"
    )
}

/// # Errors
/// `conflict` if there is no model to be asked.
fn with_name(model: Option<ChosenModel>) -> CommandResult<(ChosenModel, String)> {
    model
        .and_then(|model| {
            let name = model.embedding_model()?.to_owned();
            Some((model, name))
        })
        .ok_or_else(|| {
            CommandError::new(
                ErrorCode::Conflict,
                "No model was chosen that says what messages mean.",
            )
        })
}

/// As much of a message as a model for meanings can read.
fn beginning(content: &str) -> String {
    let tokens = tokens::count(content);
    if tokens <= MOST_TOKENS {
        return content.to_owned();
    }
    let characters = content.chars().count() * MOST_TOKENS as usize / tokens as usize;
    content.chars().take(characters).collect()
}
