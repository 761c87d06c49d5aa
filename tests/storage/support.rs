//! What the tests of every entity need: a database of their own, a profile, and a way past the API.

use std::path::Path;
use std::sync::Arc;

use parlance_storage::conversation::NewConversation;
use parlance_storage::message::NewMessage;
use parlance_storage::{
    Clock, ConversationId, Database, InputMethod, ManualClock, OpenOptions, Timestamp, UserId,
};
use tempfile::TempDir;

/// 2024-02-29T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_millis(1_709_208_000_000);

/// A database in a folder of its own, with one profile and a clock that stands at [`NOON`].
pub struct World {
    pub db: Database,
    pub user: UserId,
    pub clock: Arc<ManualClock>,
    pub folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOON));
        let db = open(folder.path(), &clock);
        let user = db
            .write_blocking(|tx| parlance_storage::user::ensure_first(tx, NOON))
            .unwrap()
            .id;
        Self {
            db,
            user,
            clock,
            folder,
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A connection past the API, to look and to damage.
    pub fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.db.path()).unwrap()
    }

    pub fn conversation(&self) -> ConversationId {
        let (user_id, now) = (self.user, self.now());
        self.db
            .write_blocking(move |tx| {
                let new = NewConversation {
                    user_id,
                    template_id: None,
                    title: None,
                    level: None,
                    topic: None,
                };
                parlance_storage::conversation::insert(tx, new, now)
            })
            .unwrap()
            .id
    }
}

pub fn open(folder: &Path, clock: &Arc<ManualClock>) -> Database {
    let clock: Arc<dyn Clock> = clock.clone();
    Database::open(
        folder,
        OpenOptions {
            clock,
            ..OpenOptions::new("0.0.0-test")
        },
    )
    .unwrap()
}

pub fn typed(content: &str) -> NewMessage {
    NewMessage {
        content: content.to_owned(),
        input_method: InputMethod::Text,
    }
}
