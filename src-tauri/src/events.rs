//! What the window is told without asking: committed changes, and problems nobody was waiting for.
//!
//! Changes go out after their commit, never before, so a window that reads at once sees them.

use parlance_storage::{Change, ChangeSet};
use serde::Serialize;
use std::sync::Arc;
use tauri_specta::Event;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{error::CommandError, remembering::RememberingProgress, work::WorkProgress};

/// Rows that changed in one commit.
#[derive(Clone, Debug, Serialize, specta::Type, Event)]
#[serde(rename_all = "camelCase")]
pub struct DataChanged {
    /// What changed, in the order in which it happened.
    pub changes: Vec<Change>,
    /// Some changes were too many to be told one by one: read again whatever is on screen.
    pub resync: bool,
}

/// Something went wrong that belongs to no command, such as a reply that could not be stored.
#[derive(Clone, Debug, Serialize, specta::Type, Event)]
pub struct AppProblem(pub CommandError);

/// A notice on its way to the window.
pub enum Notice {
    /// Rows changed.
    Changed(DataChanged),
    /// Something went wrong.
    Problem(AppProblem),
    /// Long work went on.
    Progress(WorkProgress),
    /// What a learner waits for in the memory of a conversation went on.
    Remembering(RememberingProgress),
}

/// Where notices go: the window, or a test.
pub type Notify = Arc<dyn Fn(Notice) + Send + Sync>;

/// Passes every change set on until the database is closed.
pub async fn forward_changes(mut changes: Receiver<Arc<ChangeSet>>, notify: Notify) {
    loop {
        match changes.recv().await {
            Ok(set) => notify(Notice::Changed(DataChanged {
                changes: set.changes.clone(),
                resync: set.is_too_many,
            })),
            // The window was too slow for a burst: the rows are safe, only the news of them is lost.
            Err(RecvError::Lagged(_)) => notify(Notice::Changed(DataChanged {
                changes: Vec::new(),
                resync: true,
            })),
            Err(RecvError::Closed) => return,
        }
    }
}
