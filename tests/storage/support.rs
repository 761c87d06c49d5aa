//! What the tests of every entity need: a database of their own, a profile, and a way past the API.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use parlance_storage::bookmark::{self, Bookmark};
use parlance_storage::chunk::NewChunk;
use parlance_storage::conversation::{self, Conversation, NewConversation};
use parlance_storage::message::{self, Edited, Later, Message, NewMessage};
use parlance_storage::note::{self, NewNote, Note};
use parlance_storage::operation::{self, Operation};
use parlance_storage::trash::{self, TrashItem, Trashed};
use parlance_storage::{
    Clock, ConversationId, Database, Emotion, Emphasis, Error, InputMethod, ManualClock, MessageId,
    MessageStatus, NoteId, OpenOptions, OperationId, ReadTx, Timestamp, UserId, WriteTx, user,
    verify,
};
use tempfile::TempDir;

/// 2024-02-29T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_millis(1_709_208_000_000);

/// What people write: accents, scripts without spaces, right to left, joined emoji, markup, hostile SQL.
pub const REAL_TEXTS: &[&str] = &[
    "Ça va ? J'ai mangé une crème brûlée.",
    "Tôi muốn học tiếng Anh mỗi ngày.",
    "我想练习口语。",
    "今日はとても暑いですね。",
    "한국어를 배우고 싶어요.",
    "ผมอยากฝึกพูดภาษาอังกฤษ",
    "أريد أن أتحدث الإنجليزية",
    "👩‍👩‍👧‍👦 my family 👍🏽 is here 🇻🇳",
    "e\u{301} combining, \u{202e}right-to-left override",
    "line one\r\nline two\n\n\tindented",
    "'); DROP TABLE messages; --",
    "\"NEAR(\" AND * OR ^ content:",
    "<script>alert(1)</script> & <b>bold</b>",
    "\u{feff}starts with a byte order mark",
];

/// A database in a folder of its own, with one profile and a clock that stands at [`NOON`].
pub struct World {
    pub db: Database,
    pub user: UserId,
    pub clock: Arc<ManualClock>,
    folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    /// What lies in `folder`, or a new one.
    pub fn in_folder(folder: TempDir) -> Self {
        let clock = Arc::new(ManualClock::new(NOON));
        let db = open(folder.path(), &clock);
        let user = db
            .write_blocking(|tx| user::ensure_first(tx, NOON))
            .unwrap()
            .id;
        Self {
            db,
            user,
            clock,
            folder,
        }
    }

    /// The same files, opened again after a close.
    pub fn reopened(self) -> Self {
        Self {
            db: open(self.folder.path(), &self.clock),
            ..self
        }
    }

    /// A start after a close, and a close: the clock has been looked at.
    pub fn reopened_for_a_moment(&self) {
        open(self.folder.path(), &self.clock).close().unwrap();
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

    pub fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.read_blocking(job)
    }

    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write_blocking(job)
    }

    pub fn conversation(&self) -> ConversationId {
        let (new, now) = (blank(self.user), self.now());
        self.write(move |tx| conversation::insert(tx, new, now))
            .unwrap()
            .id
    }

    pub fn get(&self, id: ConversationId) -> Conversation {
        let user = self.user;
        self.read(move |tx| conversation::get(tx, user, id))
            .unwrap()
    }

    pub fn send(&self, conversation: ConversationId, content: &str) -> Result<Message, Error> {
        let (user, now, new) = (self.user, self.now(), typed(content));
        self.write(move |tx| message::send(tx, user, conversation, new, now))
    }

    /// A finished reply, one chunk per part.
    pub fn reply(&self, conversation: ConversationId, parts: &[&str]) -> Message {
        let (now, chunks, words) = (
            self.now(),
            parts.iter().map(|part| chunk(part)).collect::<Vec<_>>(),
            parts.concat(),
        );
        self.write(move |tx| {
            let reply = message::begin_reply(tx, conversation, "practice-partner", now)?;
            message::append_to_reply(tx, reply.id, &words, &chunks, now)?;
            message::finish_reply(tx, reply.id, MessageStatus::Complete, &[], now)
        })
        .unwrap()
    }

    pub fn messages(&self, conversation: ConversationId) -> Vec<Message> {
        let user = self.user;
        self.read(move |tx| message::list_before(tx, user, conversation, None, 200))
            .unwrap()
            .messages
    }

    pub fn delete(&self, conversation: ConversationId) -> Result<Operation, Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| conversation::delete(tx, user, conversation, now))
    }

    pub fn delete_message(&self, id: MessageId) -> Result<Operation, Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| message::delete(tx, user, id, now))
    }

    pub fn edit(&self, id: MessageId, content: &str, later: Later) -> Result<Edited, Error> {
        let (user, now, content) = (self.user, self.now(), content.to_owned());
        self.write(move |tx| message::edit(tx, user, id, &content, later, now))
    }

    pub fn note(
        &self,
        conversation_id: ConversationId,
        message_id: Option<MessageId>,
        content: &str,
    ) -> Result<Note, Error> {
        let (user, now) = (self.user, self.now());
        let new = NewNote {
            conversation_id,
            message_id,
            content: content.to_owned(),
        };
        self.write(move |tx| note::insert(tx, user, new, now))
    }

    pub fn delete_note(&self, id: NoteId) -> Result<Operation, Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| note::delete(tx, user, id, now))
    }

    pub fn bookmark(&self, id: MessageId, note: Option<&str>) -> Result<Bookmark, Error> {
        let (user, now, note) = (self.user, self.now(), note.map(str::to_owned));
        self.write(move |tx| bookmark::set(tx, user, id, note.as_deref(), now))
    }

    pub fn restore(&self, thing: Trashed) -> Result<(), Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| trash::restore(tx, user, thing, now))
    }

    pub fn operations(&self) -> Vec<Operation> {
        let user = self.user;
        self.read(move |tx| operation::list(tx, user)).unwrap()
    }

    pub fn undo(&self, id: OperationId) -> Result<Operation, Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| Ok(operation::undo(tx, user, id, now)?.operation))
    }

    /// The first hundred things in the trash.
    pub fn trash(&self) -> Vec<TrashItem> {
        let user = self.user;
        self.read(move |tx| trash::list_page(tx, user, None, 100))
            .unwrap()
            .items
    }

    /// Has things in the trash erased, to the last byte.
    pub fn erase(&self, things: &[Trashed]) {
        let (user, things) = (self.user, things.to_vec());
        self.write(move |tx| {
            things
                .iter()
                .try_for_each(|thing| trash::condemn(tx, user, *thing))
        })
        .unwrap();
        self.erase_due();
    }

    pub fn erase_due(&self) -> u32 {
        block_on(trash::erase_due(&self.db, self.now())).unwrap()
    }

    /// Closes the database and checks all of it.
    pub fn assert_sound(self) -> TempDir {
        self.db.close().unwrap();
        let report = verify::run(self.folder.path()).unwrap().unwrap();
        assert!(report.ok, "{:#?}", report.problems);
        self.folder
    }

    /// Another learner on this computer.
    pub fn stranger(&self) -> UserId {
        let id = UserId::new(self.now());
        self.raw()
            .execute(
                "INSERT INTO users (id, username, display_name, created_at, updated_at)
                 VALUES (?1, 'stranger', 'Stranger', 0, 0)",
                [id],
            )
            .unwrap();
        id
    }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

pub fn options(clock: &Arc<ManualClock>) -> OpenOptions {
    let clock: Arc<dyn Clock> = clock.clone();
    OpenOptions {
        clock,
        ..OpenOptions::new("0.0.0-test")
    }
}

pub fn open(folder: &Path, clock: &Arc<ManualClock>) -> Database {
    Database::open(folder, options(clock)).unwrap()
}

pub fn blank(user_id: UserId) -> NewConversation {
    NewConversation {
        user_id,
        template_id: None,
        title: None,
        level: None,
        topic: None,
    }
}

pub fn typed(content: &str) -> NewMessage {
    NewMessage {
        content: content.to_owned(),
        input_method: InputMethod::Text,
    }
}

pub fn chunk(text: &str) -> NewChunk {
    NewChunk {
        text: text.to_owned(),
        spoken_text: text.trim().to_owned(),
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 200,
        emphasis: Emphasis::None,
    }
}

/// How often a test by chance tries; more often on request, all of them.
pub fn cases(usual: u32) -> u32 {
    let asked = std::env::var("PARLANCE_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// Runs the real tool on a data directory.
pub fn parlance_db(data_dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_parlance-db"))
        .arg("--data-dir")
        .arg(data_dir)
        .args(arguments)
        .output()
        .unwrap()
}

pub fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A file that is checked against what the code makes; `cargo xtask goldens` writes it anew.
pub fn assert_golden(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/storage/golden")
        .join(name);
    if std::env::var_os("PARLANCE_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let golden = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        golden == actual,
        "{name} is not what the migrations make. A released migration is never edited; if one was added, \
         run `cargo xtask goldens` and read the difference before you commit it."
    );
}
