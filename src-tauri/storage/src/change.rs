//! What a committed write changed, told to whoever shows data.

use serde::Serialize;

use crate::id::{ConversationId, MessageId};
use crate::text_enum::text_enum;

text_enum! {
    /// The kind of thing that changed.
    Entity {
        /// A profile.
        User = "user",
        /// A learner's settings, all together.
        Settings = "settings",
        /// A conversation template.
        Template = "template",
        /// A conversation, or what is kept on it.
        Conversation = "conversation",
        /// A message.
        Message = "message",
        /// A speakable chunk.
        Chunk = "chunk",
        /// A folder, or its place among the others.
        Folder = "folder",
        /// A learner's tags, all together.
        Tag = "tag",
        /// A note on a conversation or a message.
        Note = "note",
        /// The bookmark of a message.
        Bookmark = "bookmark",
        /// A server on which models answer.
        ModelServer = "model_server",
        /// A fact about the learner.
        KeyFact = "key_fact",
        /// A summary of a stretch of a conversation.
        Summary = "summary",
    }
}

text_enum! {
    /// What happened to it.
    ChangeKind {
        /// It is new.
        Inserted = "inserted",
        /// It is not what it was.
        Updated = "updated",
        /// It is gone, or in the trash.
        Deleted = "deleted",
    }
}

/// One thing that changed, and where it belongs. It carries ids, never content: who wants that, reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Change {
    /// The kind of thing.
    pub entity: Entity,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its id; for settings and tags the id of their user.
    pub id: String,
    /// The conversation to which it belongs, or which it is.
    pub conversation_id: Option<ConversationId>,
    /// The message to which it belongs, or which it is.
    pub message_id: Option<MessageId>,
}

/// Everything that one write changed, in order, each change once. Sent after its commit, never before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChangeSet {
    /// The changes.
    pub changes: Vec<Change>,
    /// There were so many that they are not told one by one: whoever shows data reads it again.
    pub is_too_many: bool,
}

/// More changes than that are no news but a new state, and looking each up among all others takes its time.
const MOST_TOLD: usize = 1_000;

impl ChangeSet {
    /// Whether there is anything to tell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.is_too_many
    }

    /// Adds a change, unless the set already says so: what was inserted here need not be updated as well.
    pub(crate) fn push(&mut self, change: Change) {
        if self.is_too_many {
            return;
        }
        if self.changes.len() == MOST_TOLD {
            self.changes.clear();
            self.is_too_many = true;
            return;
        }
        let known = self.changes.iter().any(|earlier| {
            earlier.entity == change.entity
                && earlier.id == change.id
                && (earlier.kind == change.kind
                    || (earlier.kind == ChangeKind::Inserted && change.kind == ChangeKind::Updated))
        });
        if !known {
            self.changes.push(change);
        }
    }
}
