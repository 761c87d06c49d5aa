//! A stored conversation of 2,000 messages, by each strategy: within the budget, with the last turns, the facts and the
//! right summary or the relevant old message; and how long that takes.

use std::time::{Duration, Instant};

use parlance_storage::embedding::{self, NewEmbedding, QueryVector};
use parlance_storage::key_fact::{self, NewKeyFact};
use parlance_storage::memory::{self, MemorySettingsPatch, Wish};
use parlance_storage::message::{self, NewMessage};
use parlance_storage::summary::{self, NewSummary};
use parlance_storage::{
    ConversationId, Database, FactType, InputMethod, MemoryStrategy, OpenOptions, UserId,
    conversation, user,
};
use parlance_tutor::memory::{Context, build, summarise, summarise_summaries};
use parlance_tutor::model::Setting;
use tempfile::TempDir;

use super::NOON;

const MESSAGES: u32 = 2_000;
const BUDGET: u32 = 4_000;
/// Of the vectors of a usual model.
const DIMENSIONS: usize = 768;

struct Stored {
    database: Database,
    user: UserId,
    talk: ConversationId,
    _folder: TempDir,
}

/// What is said again and again, one way or another.
const USUAL: &[&str] = &[
    "Today I went to the market with my friends and we bought some vegetables for dinner.",
    "That sounds nice! What did you cook with the vegetables?",
    "We cooked soup, and after that we watched a film about the sea.",
    "Oh, I like films about the sea too. Was it an old film or a new one?",
    "Hôm nay trời đẹp quá, tôi muốn đi dạo trong công viên.",
    "A walk in the park is a good idea. Who will you go with?",
];

fn send(content: &str) -> NewMessage {
    NewMessage {
        content: content.to_owned(),
        input_method: InputMethod::Text,
    }
}

fn store() -> Stored {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), OpenOptions::new("0.0.0-test")).unwrap();
    let (user, talk) = database
        .write_blocking(|tx| {
            let user = user::ensure_first(tx, NOON)?.id;
            let new = conversation::NewConversation {
                user_id: user,
                template_id: None,
                title: Some("Một cuộc nói chuyện dài".into()),
                level: None,
                topic: None,
            };
            let talk = conversation::insert(tx, new, NOON)?.id;
            for number in 1..MESSAGES {
                let content = match number {
                    37 => "My dog is called Biscuit, he is three years old.".to_owned(),
                    number => format!("{} ({number})", USUAL[number as usize % USUAL.len()]),
                };
                message::send(tx, user, talk, send(&content), NOON)?;
            }
            message::send(
                tx,
                user,
                talk,
                send("Do you remember what my dog is called?"),
                NOON,
            )?;
            for text in ["Is called Mai", "Lives in Huế"] {
                let new = NewKeyFact {
                    conversation_id: talk,
                    fact_type: FactType::UserPreference,
                    text: text.into(),
                };
                key_fact::insert(tx, user, new, NOON)?;
            }
            Ok((user, talk))
        })
        .unwrap();
    let stored = Stored {
        database,
        user,
        talk,
        _folder: folder,
    };
    stored.choose(MemoryStrategy::Hierarchical);
    stored.sum_up();
    stored.embed();
    stored
}

impl Stored {
    fn choose(&self, strategy: MemoryStrategy) {
        let (user, talk) = (self.user, self.talk);
        let patch = MemorySettingsPatch {
            strategy: Some(strategy),
            max_context_tokens: Some(BUDGET),
            ..MemorySettingsPatch::default()
        };
        self.database
            .write_blocking(move |tx| memory::update_settings(tx, user, talk, patch, NOON))
            .unwrap();
    }

    /// By rules, until nothing is due.
    fn sum_up(&self) {
        let (user, talk) = (self.user, self.talk);
        while let Some(due) = self
            .database
            .read_blocking(move |tx| summary::due(tx, user, talk))
            .unwrap()
        {
            let text = if due.tier == 1 {
                summarise(&due.messages)
            } else {
                summarise_summaries(&due.summaries)
            };
            let new = NewSummary {
                conversation_id: talk,
                tier: due.tier,
                from_sequence: due.from_sequence,
                to_sequence: due.to_sequence,
                text,
                model: None,
                made_of: Some(due.fingerprint),
            };
            self.database
                .write_blocking(move |tx| summary::insert(tx, new, NOON))
                .unwrap();
        }
    }

    /// Every message a vector of its own, in which those about dogs point one way.
    fn embed(&self) {
        let (user, talk) = (self.user, self.talk);
        loop {
            let missing = self
                .database
                .read_blocking(move |tx| embedding::list_missing(tx, user, talk, "m", 500))
                .unwrap();
            if missing.is_empty() {
                return;
            }
            let new: Vec<NewEmbedding> = missing
                .iter()
                .map(|one| NewEmbedding {
                    message_id: one.message_id,
                    made_of: one.fingerprint,
                    vector: vector(&one.content),
                })
                .collect();
            self.database
                .write_blocking(move |tx| embedding::insert_all(tx, user, talk, "m", &new, NOON))
                .unwrap();
        }
    }

    fn context(&self, meaning: Option<Vec<f32>>) -> Context {
        let (user, talk) = (self.user, self.talk);
        let wish = Wish {
            meaning: meaning.map(|vector| QueryVector::new("m".into(), vector).unwrap()),
            ..Wish::default()
        };
        let sources = self
            .database
            .read_blocking(move |tx| memory::sources(tx, user, talk, &wish))
            .unwrap();
        let setting = Setting {
            title: Some("Một cuộc nói chuyện dài"),
            ..Setting::default()
        };
        build(&sources, &setting, "")
    }

    /// The median of some runs.
    fn time(&self, meaning: Option<&[f32]>) -> Duration {
        let mut times: Vec<Duration> = (0..21)
            .map(|_| {
                let meaning = meaning.map(<[f32]>::to_vec);
                let begun = Instant::now();
                self.context(meaning);
                begun.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    }
}

fn vector(content: &str) -> Vec<f32> {
    let is_of_dogs = content.contains("dog");
    let mut vector: Vec<f32> = (0..DIMENSIONS)
        .map(|place| ((place * 7 + content.len()) % 13) as f32 / 100.0)
        .collect();
    vector[usize::from(is_of_dogs)] = 8.0;
    vector
}

#[test]
#[allow(
    clippy::print_stderr,
    reason = "the figures are for whoever asks for them"
)]
fn each_strategy_tells_of_two_thousand_messages_what_it_should_within_the_budget() {
    let stored = store();
    for strategy in MemoryStrategy::ALL {
        stored.choose(*strategy);
        let context = stored.context(None);
        let name = strategy.as_str();
        assert!(
            context.used_tokens <= BUDGET,
            "{name}: {}",
            context.used_tokens
        );
        assert_eq!(context.strategy, *strategy);
        let last = &context.turns.last().unwrap().content;
        assert!(
            last.ends_with("Do you remember what my dog is called?"),
            "{name}"
        );
        assert!(
            last.contains("(1999)") && last.contains("(1985)"),
            "{name}: {last}"
        );
        assert_eq!(context.first_full_sequence, Some(MESSAGES - 19), "{name}");
        assert!(context.left_out.has_earlier, "{name}");
        assert!(
            context.system.contains("Is called Mai") && context.system.contains("Lives in Huế"),
            "{name}"
        );
        match strategy {
            MemoryStrategy::Sliding => {
                assert!(context.summaries.is_empty() && context.recalled.is_empty());
            }
            MemoryStrategy::Summarization | MemoryStrategy::Hierarchical => {
                assert!(
                    context.summaries.len() >= 3,
                    "{name}: {:?}",
                    context.left_out
                );
                assert!(context.system.contains("chosen without a model"), "{name}");
                assert!(
                    context.system.contains("Spoken of more than once"),
                    "{name}"
                );
            }
            MemoryStrategy::Semantic => {
                assert!(
                    context.system.contains("My dog is called Biscuit"),
                    "{}",
                    context.system
                );
            }
        }
        eprintln!(
            "{name}: {} tokens, {} turns, {} summaries, {} recalled, {:.2?}",
            context.used_tokens,
            context.turns.len(),
            context.summaries.len(),
            context.recalled.len(),
            stored.time(None)
        );
    }
    let meaning = vector("a dog");
    let context = stored.context(Some(meaning.clone()));
    assert!(context.system.contains("My dog is called Biscuit"));
    assert!(context.used_tokens <= BUDGET);
    eprintln!(
        "semantic, by {MESSAGES} vectors of {DIMENSIONS}: {} tokens, {} recalled, {:.2?}",
        context.used_tokens,
        context.recalled.len(),
        stored.time(Some(&meaning))
    );
}
