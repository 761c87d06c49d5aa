//! Mixed work on a database, as the app does it: everything through the public functions of the storage.
//!
//! What is done next is decided by chance, and chance by a seed. Each thing carries a mark by which it is
//! found again; what is about to be done and what was acknowledged is noted for the ledger.

mod reply;
mod speech;

use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::settings::{self, UserSettings, UserSettingsPatch};
use parlance_storage::{
    ConversationId, Database, Error, InputMethod, PartnerPace, Theme, UserId, WriteTx, user,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::facts;
use crate::ledger::{Fact, Note};
use reply::Reply;

pub use reply::finish_what_is_cut_off;

/// What people say: accents, scripts without spaces, right to left, joined emoji, markup, hostile SQL.
pub const TEXTS: &[&str] = &[
    "Ça va ? J'ai mangé une crème brûlée. ",
    "Tôi muốn học tiếng Anh mỗi ngày. ",
    "我想练习口语。",
    "أريد أن أتحدث الإنجليزية. ",
    "👩‍👩‍👧‍👦 my family 👍🏽 is here 🇻🇳! ",
    "'); DROP TABLE messages; -- ",
    "line one\r\n\tline two\n",
    "Yes. ",
];

/// Where notes go.
pub type Notes<'a> = &'a (dyn Fn(&Note) + Sync);

/// Somebody who works on a database. Several may at once; each keeps to its own conversations.
pub struct Worker<'a> {
    db: &'a Database,
    user: UserId,
    notes: Notes<'a>,
    name: String,
    random: StdRng,
    marks: u32,
    talks: Vec<Talk>,
    settings: Option<UserSettings>,
    claimed: Option<parlance_storage::chunk::Chunk>,
}

/// A conversation in which the worker talks.
struct Talk {
    id: ConversationId,
    topic: String,
    reply: Option<Reply>,
}

impl<'a> Worker<'a> {
    /// A worker whose marks begin with `name`. The first one alone changes settings and makes sound.
    ///
    /// # Errors
    /// What the storage says to the profile being made or read.
    pub fn new(
        db: &'a Database,
        name: impl Into<String>,
        seed: u64,
        is_first: bool,
        notes: Notes<'a>,
    ) -> Result<Self, Error> {
        let now = db.now();
        let user = db.write_blocking(move |tx| user::ensure_first(tx, now))?.id;
        let settings = is_first
            .then(|| db.read_blocking(move |tx| settings::get(tx, user)))
            .transpose()?;
        if let Some(settings) = &settings {
            notes(&Note::Kept(vec![of_settings(settings)?]));
        }
        Ok(Self {
            db,
            user,
            notes,
            name: name.into(),
            random: StdRng::seed_from_u64(seed),
            marks: 0,
            talks: Vec::new(),
            settings,
            claimed: None,
        })
    }

    /// Goes on in up to two conversations that workers of before began, whose marks have `part` in them.
    ///
    /// # Errors
    /// What the storage says.
    pub fn adopt(&mut self, part: &str) -> Result<(), Error> {
        let user = self.user;
        let conversations = self.db.read_blocking(move |tx| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 100)?
                .items
                .into_iter()
                .map(|summary| conversation::get(tx, user, summary.id))
                .collect::<Result<Vec<_>, _>>()
        })?;
        let talks = conversations.into_iter().filter_map(|conversation| {
            let topic = conversation.topic.filter(|topic| topic.contains(part))?;
            Some(Talk {
                id: conversation.id,
                topic,
                reply: None,
            })
        });
        self.talks.extend(talks.take(2));
        Ok(())
    }

    /// Does one thing. After an error the worker goes on from what was acknowledged before.
    ///
    /// # Errors
    /// What the storage says.
    pub fn step(&mut self) -> Result<(), Error> {
        if self.talks.is_empty() {
            return self.begin_conversation();
        }
        let talk = self.random.random_range(0..self.talks.len());
        let choice = self.random.random_range(0..100);
        match choice {
            0..5 if self.talks.len() < 4 => self.begin_conversation(),
            5..15 => self.rename(talk),
            15..22 if self.settings.is_some() => self.change_settings(),
            22..45 if self.settings.is_some() => self.make_sound(),
            _ if self.talks[talk].reply.is_some() => self.go_on_with_reply(talk),
            45..60 => self.send(talk),
            60..70 => self.say(talk),
            _ => self.send_and_be_answered(talk),
        }
    }

    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("{}-{}", self.name, self.marks)
    }

    fn text(&mut self) -> String {
        let text = (*TEXTS.choose(&mut self.random).unwrap_or(&"Yes. ")).to_owned();
        // Now and then a pasted one, which takes pages of its own.
        if self.random.random_range(0..15) == 0 {
            let times = self.random.random_range(50..400);
            return text.repeat(times);
        }
        text
    }

    fn intend(&self, facts: &[Fact]) {
        (self.notes)(&Note::Intended(facts.to_vec()));
    }

    fn keep(&self, facts: Vec<Fact>) {
        (self.notes)(&Note::Kept(facts));
    }

    /// Writes what makes `facts` true.
    fn write<T: Send + 'static>(
        &self,
        facts: Vec<Fact>,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.intend(&facts);
        let value = self.db.write_blocking(job)?;
        self.keep(facts);
        Ok(value)
    }

    fn begin_conversation(&mut self) -> Result<(), Error> {
        let topic = self.mark();
        let new = NewConversation {
            user_id: self.user,
            template_id: None,
            title: None,
            level: None,
            topic: Some(topic.clone()),
        };
        let now = self.db.now();
        let fact = facts::conversation(&topic, None);
        let made = self.write(vec![fact], move |tx| conversation::insert(tx, new, now))?;
        self.talks.push(Talk {
            id: made.id,
            topic,
            reply: None,
        });
        Ok(())
    }

    fn rename(&mut self, talk: usize) -> Result<(), Error> {
        let title = format!("Übung 练习 {}", self.random.random_range(0..1000));
        let fact = facts::conversation(&self.talks[talk].topic, Some(&title));
        let (user, id, now) = (self.user, self.talks[talk].id, self.db.now());
        self.write(vec![fact], move |tx| {
            conversation::rename(tx, user, id, &title, now)
        })?;
        Ok(())
    }

    fn change_settings(&mut self) -> Result<(), Error> {
        let patch = UserSettingsPatch {
            theme: Theme::ALL.choose(&mut self.random).copied(),
            partner_pace: PartnerPace::ALL.choose(&mut self.random).copied(),
            speech_rate: Some(f64::from(self.random.random_range(2..9)) / 4.0),
            ..UserSettingsPatch::default()
        };
        let Some(settings) = &self.settings else {
            return Ok(());
        };
        let mut wanted = settings.clone();
        wanted.theme = patch.theme.unwrap_or(wanted.theme);
        wanted.partner_pace = patch.partner_pace.unwrap_or(wanted.partner_pace);
        wanted.speech_rate = patch.speech_rate.unwrap_or(wanted.speech_rate);
        let fact = of_settings(&wanted)?;
        let (user, now) = (self.user, self.db.now());
        self.settings =
            Some(self.write(vec![fact], move |tx| settings::update(tx, user, patch, now))?);
        Ok(())
    }

    fn new_message(&mut self) -> (Fact, NewMessage) {
        let mark = self.mark();
        let content = format!("{mark} {}", self.text());
        let fact = facts::sent(&mark, &content);
        let new = NewMessage {
            content,
            input_method: InputMethod::Text,
        };
        (fact, new)
    }

    fn send(&mut self, talk: usize) -> Result<(), Error> {
        let (fact, new) = self.new_message();
        let (user, id, now) = (self.user, self.talks[talk].id, self.db.now());
        self.write(vec![fact], move |tx| message::send(tx, user, id, new, now))?;
        Ok(())
    }
}

fn of_settings(settings: &UserSettings) -> Result<Fact, Error> {
    facts::settings(settings).map_err(|error| Error::Internal {
        detail: error.to_string(),
    })
}
