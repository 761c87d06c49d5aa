//! The storage against a simple model of it, with restarts, deaths and a clock that jumps.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use parlance_storage::chunk::NewChunk;
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::settings::{self, UserSettingsPatch};
use parlance_storage::{
    Clock, ConversationId, Database, Emotion, Emphasis, InputMethod, ManualClock, MessageId,
    MessageStatus, OpenOptions, Role, Theme, Timestamp, UserId, event, user,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tempfile::TempDir;

use crate::examine::{APP_VERSION, verify_whole};
use crate::report::Figures;
use crate::vfs::{Syncing, Watched};
use crate::work::TEXTS;

/// 2024-02-29T12:00:00Z.
const NOON: i64 = 1_709_208_000_000;
const DAY: i64 = 86_400_000;

/// Something that happens. Numbers choose among what is there, so that every list of these makes sense.
#[derive(Clone, Debug)]
enum Happening {
    Begin,
    Send(usize, usize),
    Reply(usize),
    Words(usize, usize, bool),
    Finish(usize, MessageStatus),
    Rename(usize, u8),
    SetTheme(Theme),
    MoveClock(i64),
    Restart,
    Die,
}

fn happening() -> impl Strategy<Value = Happening> {
    let place = any::<usize>;
    let status = prop_oneof![
        Just(MessageStatus::Complete),
        Just(MessageStatus::Interrupted),
        Just(MessageStatus::Failed)
    ];
    let clock = prop_oneof![
        // Back by up to ten years, ahead by up to a hundred, and what clocks do every day.
        -3650 * DAY..0,
        0..36_500 * DAY,
        -2_000_i64..2_000,
    ];
    prop_oneof![
        2 => Just(Happening::Begin),
        6 => (place(), place()).prop_map(|(to, text)| Happening::Send(to, text)),
        4 => place().prop_map(Happening::Reply),
        6 => (place(), place(), any::<bool>()).prop_map(|(to, text, cut)| Happening::Words(to, text, cut)),
        4 => (place(), status).prop_map(|(to, status)| Happening::Finish(to, status)),
        2 => (place(), any::<u8>()).prop_map(|(to, title)| Happening::Rename(to, title)),
        1 => proptest::sample::select(Theme::ALL).prop_map(Happening::SetTheme),
        3 => clock.prop_map(Happening::MoveClock),
        1 => Just(Happening::Restart),
        1 => Just(Happening::Die),
    ]
}

/// What a database should hold.
#[derive(Default)]
struct Model {
    talks: Vec<Talk>,
    theme: Option<Theme>,
    /// In the order of their making.
    message_ids: Vec<MessageId>,
    conversation_ids: Vec<ConversationId>,
}

struct Talk {
    id: ConversationId,
    title: Option<String>,
    said: Vec<Said>,
    events: usize,
}

#[derive(Debug, PartialEq, Eq)]
struct Said {
    id: MessageId,
    role: Role,
    status: MessageStatus,
    content: String,
    chunks: Vec<String>,
}

/// The storage and its model.
struct Pair {
    db: Database,
    user: UserId,
    clock: Arc<ManualClock>,
    model: Model,
    _disk: Watched,
    folder: TempDir,
}

/// Runs this many lists of happenings.
///
/// # Errors
/// The shortest list after which the storage is not as the model.
pub fn run(cases: u32, longest: usize, seed: u64) -> Result<Figures> {
    let start = Instant::now();
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let happened = std::cell::Cell::new(0);
    TestRunner::new_with_rng(config, random)
        .run(&vec(happening(), 1..longest), |happenings| {
            happened.set(happened.get() + happenings.len() as u64);
            live(&happenings).map_err(|error| TestCaseError::fail(format!("{error:#}")))
        })
        .map_err(|error| anyhow!("seed {seed}: {error}"))?;
    Ok(Figures::new(
        start,
        seed,
        vec![
            ("lives of a database", cases.into()),
            ("things that happened in them", happened.get()),
        ],
    ))
}

fn live(happenings: &[Happening]) -> Result<()> {
    let mut pair = Pair::new()?;
    for happening in happenings {
        pair = pair
            .happen(happening)
            .with_context(|| format!("{happening:?}"))?;
    }
    pair.check()?;
    pair.db.close()?;
    verify_whole(pair.folder.path())
}

fn open(folder: &TempDir, clock: &Arc<ManualClock>) -> Result<Database> {
    let clock: Arc<dyn Clock> = clock.clone();
    let options = OpenOptions {
        clock,
        readers: 1,
        ..OpenOptions::new(APP_VERSION)
    };
    Ok(Database::open(folder.path(), options)?)
}

impl Pair {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let disk = Watched::new(folder.path(), Syncing::Pretended)?;
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(NOON)));
        let db = open(&folder, &clock)?;
        let now = clock.now();
        let user = db.write_blocking(move |tx| user::ensure_first(tx, now))?.id;
        Ok(Self {
            db,
            user,
            clock,
            model: Model::default(),
            _disk: disk,
            folder,
        })
    }

    fn happen(mut self, happening: &Happening) -> Result<Self> {
        match happening {
            Happening::Begin => self.begin()?,
            Happening::Send(to, text) => self.send(*to, *text)?,
            Happening::Reply(to) => self.begin_reply(*to)?,
            Happening::Words(to, text, is_cut) => self.add_words(*to, *text, *is_cut)?,
            Happening::Finish(to, status) => self.finish(*to, *status)?,
            Happening::Rename(to, title) => self.rename(*to, *title)?,
            Happening::SetTheme(theme) => self.set_theme(*theme)?,
            Happening::MoveClock(by) => self.clock.advance(*by),
            Happening::Restart => {
                self.db.close()?;
                verify_whole(self.folder.path())?;
                self.db = open(&self.folder, &self.clock)?;
                self.check()?;
            }
            Happening::Die => {
                self = self.die()?;
                self.check()?;
            }
        }
        Ok(self)
    }

    /// Goes on with the files as a killed process would have left them.
    fn die(self) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        for name in ["parlance.db", "parlance.db-wal"] {
            fs::copy(self.folder.path().join(name), folder.path().join(name))?;
        }
        let disk = Watched::new(folder.path(), Syncing::Pretended)?;
        self.db.close()?;
        Ok(Self {
            db: open(&folder, &self.clock)?,
            _disk: disk,
            folder,
            ..self
        })
    }

    fn place(&self, to: usize) -> Option<usize> {
        let talks = self.model.talks.len();
        (talks > 0).then(|| to % talks)
    }

    fn begin(&mut self) -> Result<()> {
        let (now, new) = (
            self.clock.now(),
            NewConversation {
                user_id: self.user,
                template_id: None,
                title: None,
                level: None,
                topic: None,
            },
        );
        let id = self
            .db
            .write_blocking(move |tx| conversation::insert(tx, new, now))?
            .id;
        self.model.conversation_ids.push(id);
        self.model.talks.push(Talk {
            id,
            title: None,
            said: Vec::new(),
            events: 1,
        });
        Ok(())
    }

    fn send(&mut self, to: usize, text: usize) -> Result<()> {
        let Some(place) = self.place(to) else {
            return Ok(());
        };
        let content = TEXTS[text % TEXTS.len()].to_owned();
        let new = NewMessage {
            content: content.clone(),
            input_method: InputMethod::Text,
        };
        let (user, id, now) = (self.user, self.model.talks[place].id, self.clock.now());
        let sent = self
            .db
            .write_blocking(move |tx| message::send(tx, user, id, new, now))?;
        self.model.message_ids.push(sent.id);
        let talk = &mut self.model.talks[place];
        talk.events += 1;
        talk.said.push(Said {
            id: sent.id,
            role: Role::User,
            status: MessageStatus::Complete,
            content,
            chunks: Vec::new(),
        });
        Ok(())
    }

    fn begin_reply(&mut self, to: usize) -> Result<()> {
        let Some(place) = self.place(to) else {
            return Ok(());
        };
        let (id, now) = (self.model.talks[place].id, self.clock.now());
        let begun = self
            .db
            .write_blocking(move |tx| message::begin_reply(tx, id, "model", now));
        let talk = &mut self.model.talks[place];
        if talk.streaming().is_some() {
            let error = begun.err().context("a second reply was begun")?;
            ensure!(error.code() == "conflict", "{error}");
            return Ok(());
        }
        let reply = begun?;
        self.model.message_ids.push(reply.id);
        talk.events += 1;
        talk.said.push(Said {
            id: reply.id,
            role: Role::Assistant,
            status: MessageStatus::Streaming,
            content: String::new(),
            chunks: Vec::new(),
        });
        Ok(())
    }

    fn add_words(&mut self, to: usize, text: usize, is_cut: bool) -> Result<()> {
        let Some(place) = self.place(to) else {
            return Ok(());
        };
        let now = self.clock.now();
        let Some(reply) = self.model.talks[place].streaming() else {
            return Ok(());
        };
        let words = TEXTS[text % TEXTS.len()];
        reply.content.push_str(words);
        let chunks = if is_cut { reply.cut() } else { Vec::new() };
        let id = reply.id;
        self.db
            .write_blocking(move |tx| message::append_to_reply(tx, id, words, &chunks, now))?;
        Ok(())
    }

    fn finish(&mut self, to: usize, status: MessageStatus) -> Result<()> {
        let Some(place) = self.place(to) else {
            return Ok(());
        };
        let now = self.clock.now();
        let talk = &mut self.model.talks[place];
        let Some(reply) = talk.streaming() else {
            return Ok(());
        };
        let (id, chunks) = (reply.id, reply.cut());
        reply.status = status;
        talk.events += 1;
        self.db
            .write_blocking(move |tx| message::finish_reply(tx, id, status, &chunks, now))?;
        Ok(())
    }

    fn rename(&mut self, to: usize, title: u8) -> Result<()> {
        let Some(place) = self.place(to) else {
            return Ok(());
        };
        let title = format!("Übung {title}");
        let talk = &mut self.model.talks[place];
        talk.title = Some(title.clone());
        talk.events += 1;
        let (user, id, now) = (self.user, talk.id, self.clock.now());
        self.db
            .write_blocking(move |tx| conversation::rename(tx, user, id, &title, now))?;
        Ok(())
    }

    fn set_theme(&mut self, theme: Theme) -> Result<()> {
        self.model.theme = Some(theme);
        let (user, now) = (self.user, self.clock.now());
        let patch = UserSettingsPatch {
            theme: Some(theme),
            ..UserSettingsPatch::default()
        };
        self.db
            .write_blocking(move |tx| settings::update(tx, user, patch, now))?;
        Ok(())
    }

    /// Everything that can be read is what the model says.
    fn check(&self) -> Result<()> {
        let model = &self.model;
        ensure!(
            model.message_ids.is_sorted() && model.conversation_ids.is_sorted(),
            "ids do not grow"
        );
        let user = self.user;
        let settings = self.db.read_blocking(move |tx| settings::get(tx, user))?;
        ensure!(
            settings.theme == model.theme.unwrap_or(Theme::System),
            "the theme is {:?}",
            settings.theme
        );
        let page = self.db.read_blocking(move |tx| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 100)
        })?;
        ensure!(
            page.items.len() == model.talks.len().min(100),
            "there are {} conversations",
            page.items.len()
        );
        for talk in &model.talks {
            self.check_talk(talk)
                .with_context(|| format!("conversation {}", talk.id))?;
        }
        Ok(())
    }

    fn check_talk(&self, talk: &Talk) -> Result<()> {
        let (user, id) = (self.user, talk.id);
        let (stored, messages, events) = self.db.read_blocking(move |tx| {
            Ok((
                conversation::get(tx, user, id)?,
                message::list_before(tx, user, id, None, 200)?.messages,
                event::list(tx, user, id, None, 1000)?,
            ))
        })?;
        if let Some(title) = &talk.title {
            ensure!(stored.title == *title, "the title is {:?}", stored.title);
        }
        let settled = talk.said.iter().filter(|said| said.is_settled()).count();
        ensure!(
            stored.message_count as usize == settled,
            "message_count is {}, and {settled} are settled",
            stored.message_count
        );
        ensure!(
            events.len() == talk.events,
            "{} events, and {} happened",
            events.len(),
            talk.events
        );
        let said: Vec<Said> = messages
            .into_iter()
            .map(|message| Said {
                id: message.id,
                role: message.role,
                status: message.status,
                content: message.content,
                chunks: message.chunks.into_iter().map(|chunk| chunk.text).collect(),
            })
            .collect();
        ensure!(
            said == talk.said,
            "said was {said:?}, and should be {:?}",
            talk.said
        );
        Ok(())
    }
}

impl Talk {
    fn streaming(&mut self) -> Option<&mut Said> {
        self.said.iter_mut().find(|said| !said.is_settled())
    }
}

impl Said {
    fn is_settled(&self) -> bool {
        self.status != MessageStatus::Streaming
    }

    /// Makes a chunk of what no chunk holds yet.
    fn cut(&mut self) -> Vec<NewChunk> {
        let spoken: usize = self.chunks.iter().map(String::len).sum();
        let rest = self.content[spoken..].to_owned();
        if rest.is_empty() {
            return Vec::new();
        }
        self.chunks.push(rest.clone());
        vec![NewChunk {
            spoken_text: rest.trim().to_owned(),
            text: rest,
            emotion: Emotion::Neutral,
            icon: None,
            pause_after_ms: 0,
            emphasis: Emphasis::None,
        }]
    }
}
