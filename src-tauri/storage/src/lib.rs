//! Parlance's storage: one SQLite file, one writer, many readers, and nothing of Tauri.

mod id;
mod kinds;
mod text_enum;
mod time;

pub use id::{
    ChunkId, ConversationId, EventId, IdError, MessageId, TemplateId, UserId,
};
pub use kinds::{
    CefrLevel, ConversationStatus, Emotion, Emphasis, InputMethod, MemoryStrategy, MessageStatus,
    Role, TitleSource, TtsStatus,
};
pub use time::Timestamp;
