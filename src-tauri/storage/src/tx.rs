//! What a query function is handed: the right to read, or the right to write.
//!
//! A query function takes one of the two as its first argument and therefore says in its signature
//! what it may do. It never opens a transaction and never reads the clock.

use std::cell::RefCell;
use std::ops::Deref;

use rusqlite::{CachedStatement, Connection};

use crate::Error;
use crate::change::{Change, ChangeKind, ChangeSet, Entity};
use crate::id::{ConversationId, MessageId};

/// A transaction that sees one unchanging state of the database and cannot write.
#[derive(Debug)]
pub struct ReadTx<'c> {
    connection: &'c Connection,
}

impl<'c> ReadTx<'c> {
    pub(crate) const fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    /// A statement from the connection's cache: parsing and planning happen once per connection.
    pub(crate) fn prepare(&self, sql: &str) -> Result<CachedStatement<'c>, Error> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    pub(crate) const fn connection(&self) -> &'c Connection {
        self.connection
    }
}

/// A transaction that may write. It commits when its job returns `Ok`, and rolls back otherwise.
#[derive(Debug)]
pub struct WriteTx<'c> {
    read: ReadTx<'c>,
    changes: RefCell<ChangeSet>,
}

impl<'c> Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl<'c> WriteTx<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self {
            read: ReadTx::new(connection),
            changes: RefCell::default(),
        }
    }

    pub(crate) fn into_changes(self) -> ChangeSet {
        self.changes.into_inner()
    }

    /// Notes a change that belongs to no conversation.
    pub(crate) fn changed(&self, entity: Entity, kind: ChangeKind, id: impl ToString + Copy) {
        self.note(Change {
            entity,
            kind,
            id: id.to_string(),
            conversation_id: None,
            message_id: None,
        });
    }

    /// Notes a change of a conversation itself.
    pub(crate) fn changed_conversation(&self, kind: ChangeKind, id: ConversationId) {
        self.note(Change {
            entity: Entity::Conversation,
            kind,
            id: id.to_string(),
            conversation_id: Some(id),
            message_id: None,
        });
    }

    /// Notes a change of a message.
    pub(crate) fn changed_message(
        &self,
        kind: ChangeKind,
        id: MessageId,
        conversation: ConversationId,
    ) {
        self.note(Change {
            entity: Entity::Message,
            kind,
            id: id.to_string(),
            conversation_id: Some(conversation),
            message_id: Some(id),
        });
    }

    /// Notes a change of something that belongs to a conversation, and perhaps to a message of it.
    pub(crate) fn changed_in(
        &self,
        entity: Entity,
        kind: ChangeKind,
        id: impl ToString + Copy,
        conversation: ConversationId,
        message: Option<MessageId>,
    ) {
        self.note(Change {
            entity,
            kind,
            id: id.to_string(),
            conversation_id: Some(conversation),
            message_id: message,
        });
    }

    /// Notes any change.
    pub(crate) fn note(&self, change: Change) {
        self.changes.borrow_mut().push(change);
    }
}
