//! Search without the app: beside it, or while it is closed.

use std::path::Path;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{SearchHit, SearchPage, SearchRequest, run};
use crate::id::{ConversationId, MessageId};
use crate::inspect::read_newest;
use crate::kinds::{Role, SearchKind};
use crate::tx::ReadTx;
use crate::{Error, message, user};

/// A message that was found, with all of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundMessage {
    /// Its id.
    pub message_id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: String,
    /// The piece of it in which it was found; what was looked for stands between `**`.
    pub snippet: String,
}

/// The first `limit` messages of the oldest profile that answer `text`, best first; `None` if there is no database.
/// Writes nothing.
///
/// # Errors
/// `SchemaTooNew`, or `Conflict` if the database is of an older version; what `status::read` has.
pub fn in_directory(
    data_dir: &Path,
    text: &str,
    limit: u32,
) -> Result<Option<Vec<FoundMessage>>, Error> {
    read_newest(data_dir, |tx| find(tx, text, limit as usize))
}

fn find(tx: &ReadTx<'_>, text: &str, limit: usize) -> Result<Vec<FoundMessage>, Error> {
    let mut found = Vec::new();
    let Some(learner) = user::find_first(tx)? else {
        return Ok(found);
    };
    let zone = learner.zone();
    let mut cursor = None;
    loop {
        let page = page(tx, &learner, text, cursor, &zone)?;
        for hit in page.hits {
            found.extend(told(tx, &hit)?);
            if found.len() == limit {
                return Ok(found);
            }
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(found),
        }
    }
}

fn page(
    tx: &ReadTx<'_>,
    learner: &user::User,
    text: &str,
    cursor: Option<String>,
    zone: &TimeZone,
) -> Result<SearchPage, Error> {
    let request = SearchRequest {
        text: text.to_owned(),
        kind: Some(SearchKind::Message),
        cursor,
        limit: super::LARGEST_PAGE,
    };
    run(tx, learner.id, &request, zone)
}

fn told(tx: &ReadTx<'_>, hit: &SearchHit) -> Result<Option<FoundMessage>, Error> {
    let Some(id) = hit.message_id else {
        return Ok(None);
    };
    let snippet = hit
        .snippet
        .iter()
        .map(|part| {
            if part.is_match {
                format!("**{}**", part.text)
            } else {
                part.text.clone()
            }
        })
        .collect();
    Ok(message::find(tx, id)?.map(|message| FoundMessage {
        message_id: message.id,
        conversation_id: message.conversation_id,
        role: message.role,
        content: message.content,
        snippet,
    }))
}
