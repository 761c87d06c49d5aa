//! Facts about the learner, from what they said.

use parlance_storage::{
    ConversationId, Database, Error, UserId, key_fact,
    key_fact::Learnt,
    memory::{self, Said},
};
use parlance_tutor::{
    ReplyError,
    memory::{extract_facts, facts_prompt, parse_facts},
};

use crate::tutors::ChosenModel;

/// The learner's words and their answer, and what came right before.
const NEWEST: u32 = 4;

/// By rules, from the newest messages: those before them had their turn.
pub(super) async fn learn_by_rules(
    database: &Database,
    user: UserId,
    conversation: ConversationId,
) -> Result<(), Error> {
    let newest = database
        .read(move |tx| memory::list_said(tx, user, conversation, None, NEWEST))
        .await?;
    keep(database, conversation, extract_facts(&newest)).await
}

/// What a model reads out of messages. What is no fact in its answer is passed over.
pub(super) async fn ask(model: &ChosenModel, messages: &[Said]) -> Result<Vec<Learnt>, ReplyError> {
    let answer = model.ask(facts_prompt(messages)).await?;
    Ok(parse_facts(&answer, messages))
}

pub(super) async fn keep(
    database: &Database,
    conversation: ConversationId,
    learnt: Vec<Learnt>,
) -> Result<(), Error> {
    if learnt.is_empty() {
        return Ok(());
    }
    let now = database.now();
    database
        .write(move |tx| key_fact::learn(tx, conversation, &learnt, now))
        .await
        .map(drop)
}
