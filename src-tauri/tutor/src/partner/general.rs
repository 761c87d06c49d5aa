//! What the partner can say in any scenario, read from `scenarios/general.toml` and `scenarios/chat.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use parlance_storage::CefrLevel;
use serde::Deserialize;

use super::facts::Kind;
use super::scenario::{Answer, Beat};

pub(super) const GENERAL_FILE: &str = include_str!("../../scenarios/general.toml");
pub(super) const CHAT_FILE: &str = include_str!("../../scenarios/chat.toml");

/// Something in three tiers of difficulty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tiers<T> {
    easy: Vec<T>,
    #[serde(default = "Vec::new")]
    medium: Vec<T>,
    #[serde(default = "Vec::new")]
    rich: Vec<T>,
}

/// Lines for one purpose.
pub(super) type Lines = Tiers<String>;

impl<T> Tiers<T> {
    /// Everything, whatever the level.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        [&self.easy, &self.medium, &self.rich].into_iter().flatten()
    }

    /// The tiers that suit a level, the most fitting one first.
    pub(super) fn for_level(&self, level: CefrLevel) -> Vec<&[T]> {
        let mut tiers = vec![self.easy.as_slice()];
        if !matches!(level, CefrLevel::A1 | CefrLevel::A2) {
            tiers.insert(0, &self.medium);
        }
        if is_advanced(level) {
            tiers.insert(0, &self.rich);
        }
        tiers
    }
}

/// Whether a level is one at which people argue rather than tell.
pub(super) fn is_advanced(level: CefrLevel) -> bool {
    matches!(level, CefrLevel::B2 | CefrLevel::C1 | CefrLevel::C2)
}

/// What can be said in every scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct General {
    /// What is answered in every scenario that has no answer of its own.
    pub(super) answers: Vec<Answer>,
    pub(super) slots: BTreeMap<String, Vec<String>>,
    pub(super) acknowledge: Lines,
    pub(super) listening: Lines,
    pub(super) concern: Lines,
    pub(super) sad: Lines,
    pub(super) yes: Lines,
    pub(super) no: Lines,
    pub(super) number: Lines,
    pub(super) name: Lines,
    pub(super) greeting: Lines,
    /// To somebody whose name is known.
    pub(super) greeting_by_name: Lines,
    pub(super) thanks: Lines,
    pub(super) blank: Lines,
    pub(super) confused: Lines,
    pub(super) unsure: Lines,
    pub(super) repeat: Lines,
    pub(super) meaning: Lines,
    pub(super) unknown_meaning: Lines,
    pub(super) unknown_meaning_ask: Lines,
    pub(super) foreign: Lines,
    pub(super) gibberish: Lines,
    pub(super) shouting: Lines,
    pub(super) long: Lines,
    pub(super) shared_question: Lines,
    pub(super) likes: Lines,
    pub(super) apology: Lines,
    pub(super) say_more: Lines,
    pub(super) farewell: Lines,
    /// After a farewell of the script's, to somebody whose name is known.
    pub(super) farewell_by_name: Lines,
    /// Whether to go on after the end of the script.
    pub(super) more: Lines,
    /// When the learner wants to.
    pub(super) going_on: Lines,
    pub(super) follow_up: Lines,
    pub(super) small_talk: Lines,
    /// Invitations to use a word that is due.
    pub(super) due: Lines,
    /// The same to somebody who did not understand.
    pub(super) due_easier: Lines,
    /// When the learner has used it.
    pub(super) due_used: Lines,
    /// How the partner comes back to what it knows about the learner.
    pub(super) facts: BTreeMap<Kind, Lines>,
}

/// What can be said in every scenario.
pub(super) fn general() -> &'static General {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static GENERAL: LazyLock<General> =
        LazyLock::new(|| toml::from_str(GENERAL_FILE).expect("the general lines cannot be read"));
    &GENERAL
}

/// Questions for when a script has come to its end and the learner goes on.
pub(super) fn chat() -> &'static Tiers<Beat> {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static CHAT: LazyLock<Tiers<Beat>> =
        LazyLock::new(|| toml::from_str(CHAT_FILE).expect("the chat cannot be read"));
    &CHAT
}
