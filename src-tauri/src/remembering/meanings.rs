//! What messages mean, asked of a model, so that they are found again by it.

use std::{sync::Arc, time::Duration};

use parlance_storage::{
    ConversationId, Error, MemoryStrategy, UserId,
    embedding::{self, Coverage, NewEmbedding},
    memory, tokens,
};
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
        let asked = name.clone();
        let missing = self
            .database
            .read(move |tx| embedding::list_missing(tx, user, conversation, &asked, most))
            .await?;
        let texts: Vec<String> = missing.iter().map(|one| beginning(&one.content)).collect();
        let vectors = model.embed(&texts).await?;
        let new: Vec<NewEmbedding> = missing
            .into_iter()
            .zip(vectors)
            .map(|(one, vector)| NewEmbedding {
                message_id: one.message_id,
                made_of: one.fingerprint,
                vector,
            })
            .collect();
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
