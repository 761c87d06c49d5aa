//! The word lists of `scenarios/english.toml`.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// Words and phrases in lower case; what each list is for stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct English {
    pub(super) fillers: Vec<String>,
    pub(super) farewells: Vec<String>,
    pub(super) leaving: Vec<String>,
    pub(super) repeat_requests: Vec<String>,
    pub(super) repeat_clauses: Vec<String>,
    pub(super) confusion: Vec<String>,
    pub(super) confusing_things: HashSet<String>,
    pub(super) confusion_clauses: Vec<String>,
    pub(super) unsure: Vec<String>,
    pub(super) protests: Vec<String>,
    pub(super) asking_back: Vec<String>,
    pub(super) greetings: Vec<String>,
    pub(super) thanks: Vec<String>,
    pub(super) thanks_for: Vec<String>,
    pub(super) yes: HashSet<String>,
    pub(super) no: HashSet<String>,
    pub(super) negations: HashSet<String>,
    pub(super) denials: HashSet<String>,
    pub(super) unhappy: HashSet<String>,
    pub(super) denial_ends: HashSet<String>,
    pub(super) question_words: HashSet<String>,
    pub(super) common: HashSet<String>,
    pub(super) descriptions: HashSet<String>,
    pub(super) no_things: HashSet<String>,
    pub(super) times: HashSet<String>,
    pub(super) nouns: HashSet<String>,
    pub(super) uncountable: HashSet<String>,
    pub(super) proper: HashSet<String>,
    pub(super) determiners: HashSet<String>,
    pub(super) before_things: HashSet<String>,
    pub(super) number_words: HashSet<String>,
    pub(super) units: HashSet<String>,
    pub(super) foreign: HashSet<String>,
}

/// The lists, read once.
pub(super) fn english() -> &'static English {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static ENGLISH: LazyLock<English> = LazyLock::new(|| {
        toml::from_str(include_str!("../../scenarios/english.toml"))
            .expect("the word lists cannot be read")
    });
    &ENGLISH
}
