//! Parlance's storage: one SQLite file, one writer, many readers, and nothing of Tauri.
//!
//! Every word a learner says or hears is kept by this crate, so it promises little and keeps it: what
//! was acknowledged is on the disk, a write happens whole or not at all, and a file that is not sound
//! is refused and not touched.
//!
//! ```text
//! Database ── write(|tx| …) ──> the writer thread ──> &WriteTx ─┐
//!          └─ read(|tx| …)  ──> a reader thread   ──> &ReadTx ──┴─> conversation::list_page(tx, …)
//! ```
//!
//! One module per entity; its functions take the transaction first and are called by their module's
//! name. They never open a transaction and never read the clock: both are arguments. No other crate
//! contains SQL.

pub mod audio;
pub mod backup;
pub mod bookmark;
mod change;
pub mod chunk;
mod columns;
pub mod conversation;
pub mod data_dir;
mod database;
pub mod doctor;
pub mod draft;
pub mod embedding;
mod error;
pub mod event;
mod files;
pub mod folder;
mod id;
pub mod import;
mod inspect;
pub mod integrity;
mod invisible;
pub mod key_fact;
mod kinds;
mod launch;
mod marker;
pub mod memory;
pub mod message;
pub mod migrations;
pub mod model_server;
pub mod note;
pub mod operation;
mod plans;
mod progress;
pub mod reaction;
mod replace;
mod scrub;
pub mod search;
pub mod settings;
mod signs;
pub mod status;
pub mod summary;
pub mod tag;
pub mod template;
pub mod text;
mod text_enum;
mod time;
pub mod tokens;
pub mod trash;
mod tutor_choice;
mod tx;
pub mod user;
pub mod verify;
pub mod vocabulary;

pub use change::{Change, ChangeKind, ChangeSet, Entity};
pub use database::{CheckDue, Database, Launch, LaunchNotice, OpenOptions};
pub use error::Error;
pub use id::{
    BookmarkId, ChunkId, ConversationId, EventId, FolderId, ID_LENGTH, IdError, KeyFactId,
    MessageEditId, MessageId, ModelServerId, NoteId, OperationId, ReactionId, RecentSearchId,
    SummaryId, TemplateId, UserId,
};
pub use kinds::{
    CefrLevel, ConversationStatus, Emotion, Emphasis, EventType, FactType, InputMethod, Language,
    MemoryStrategy, MessageStatus, OperationKind, PartnerPace, Reaction, Role, SearchKind, Theme,
    TitleSource, TrashKind, TtsStatus,
};
pub use launch::begin_anew;
pub use plans::{HotQuery, hot_queries};
pub use progress::{Progress, Stage, Watch};
pub use signs::{sign_end, sign_start};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
pub use tutor_choice::TutorChoice;
pub use tx::{ReadTx, WriteTx};
