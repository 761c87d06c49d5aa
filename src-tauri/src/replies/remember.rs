//! What the tutor keeps of a conversation once a reply is there: facts about the learner, and summaries of what becomes
//! too old to be told in full. By rules: they cost nothing and say that they are no model's.

use parlance_storage::{
    ConversationId, Database, Error, ReadTx, UserId, key_fact,
    memory::{self, Wish},
    summary::{self, Due, NewSummary},
};
use parlance_tutor::memory::{extract_facts, summarise, summarise_summaries};

/// Learns facts from what the learner said last, and sums up what is due. What goes wrong costs no word of the
/// conversation, and is tried again after the next reply.
pub(super) async fn remember(database: &Database, user: UserId, conversation: ConversationId) {
    let learnt = learn(database, user, conversation).await;
    let outcome = match learnt {
        Ok(()) => sum_up(database, user, conversation, summary::due)
            .await
            .map(drop),
        Err(error) => Err(error),
    };
    match outcome {
        // It may have been deleted meanwhile, or the app may be at its end.
        Ok(()) | Err(Error::NotFound { .. } | Error::Closed) => {}
        Err(error) => log::warn!("remembering failed: {}", error.code()),
    }
}

/// From the newest messages: those before them had their turn.
async fn learn(
    database: &Database,
    user: UserId,
    conversation: ConversationId,
) -> Result<(), Error> {
    let sources = database
        .read(move |tx| memory::sources(tx, user, conversation, &Wish::default()))
        .await?;
    let newest = sources.recent.len().saturating_sub(NEWEST);
    let learnt = extract_facts(&sources.recent[newest..]);
    if learnt.is_empty() {
        return Ok(());
    }
    let now = database.now();
    database
        .write(move |tx| key_fact::learn(tx, conversation, &learnt, now))
        .await
        .map(drop)
}

/// The learner's words and their answer, and what came right before.
const NEWEST: usize = 4;

/// Sums up by rules whatever `due` names, and gives how many summaries that made.
///
/// # Errors
/// What `due` and storing say. A stretch that changed meanwhile is left for the next time.
pub(crate) async fn sum_up(
    database: &Database,
    user: UserId,
    conversation: ConversationId,
    due: fn(&ReadTx<'_>, UserId, ConversationId) -> Result<Option<Due>, Error>,
) -> Result<u32, Error> {
    let mut made = 0;
    while let Some(due) = database.read(move |tx| due(tx, user, conversation)).await? {
        let now = database.now();
        let new = by_rules(&due);
        match database
            .write(move |tx| summary::insert(tx, new, now))
            .await
        {
            Ok(_) => made += 1,
            Err(Error::Conflict { .. }) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}

fn by_rules(due: &Due) -> NewSummary {
    let text = if due.messages.is_empty() {
        summarise_summaries(&due.summaries)
    } else {
        summarise(&due.messages)
    };
    NewSummary {
        conversation_id: due.conversation_id,
        tier: due.tier,
        from_sequence: due.from_sequence,
        to_sequence: due.to_sequence,
        text,
        model: None,
        made_of: Some(due.fingerprint),
    }
}
