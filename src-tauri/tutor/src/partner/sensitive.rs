//! Grief, danger, insults and what people say of themselves: met with care, and never said back.

use std::sync::LazyLock;

use serde::Deserialize;

use super::clause::{Clause, denies, has_any};
use super::english::english;
use super::general::Lines;

/// The words and the lines of `scenarios/sensitive.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SensitiveLines {
    self_harm: Vec<String>,
    grief_first: Vec<String>,
    grave: Vec<String>,
    harmless: Vec<String>,
    rude: Vec<String>,
    slurs: Vec<String>,
    against: Vec<String>,
    groups: Vec<String>,
    identities: Vec<String>,
    doubts: Vec<String>,
    unfit: Vec<String>,
    pub(super) self_harm_lines: Lines,
    pub(super) sympathy: Lines,
    pub(super) gentle: Lines,
    pub(super) gentle_again: Lines,
    pub(super) stay: Lines,
    pub(super) move_on: Lines,
    pub(super) rude_lines: Lines,
    pub(super) hate_lines: Lines,
    pub(super) welcome: Lines,
    pub(super) no_problem: Lines,
    pub(super) encourage: Lines,
}

/// The lists, read once.
pub(super) fn lines() -> &'static SensitiveLines {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static LINES: LazyLock<SensitiveLines> = LazyLock::new(|| {
        toml::from_str(include_str!("../../scenarios/sensitive.toml"))
            .expect("the sensitive words cannot be read")
    });
    &LINES
}

/// What kind of care a message needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sensitive {
    /// The learner may be in danger.
    SelfHarm,
    /// Death, illness, violence, loss.
    Grief,
    /// Words against groups of people.
    Hate,
    /// Insults and swear words.
    Rude,
    /// "I am gay", "I'm pregnant".
    Identity,
    /// "I am so stupid."
    Doubt,
}

/// The kind of care that a message needs, the most urgent first.
pub(super) fn sensitive(clauses: &[Clause], tokens: &[String]) -> Option<Sensitive> {
    let lines = lines();
    let any = |phrases: &[String]| clauses.iter().any(|clause| has_any(clause, phrases));
    let quiz = tokens
        .first()
        .is_some_and(|first| english().question_words.contains(first))
        && !tokens
            .iter()
            .any(|word| matches!(word.as_str(), "my" | "me" | "i"));
    let is_grave = || {
        clauses
            .iter()
            .any(|clause| has_any(clause, &lines.grave) && !has_any(clause, &lines.harmless))
    };
    if any(&lines.grief_first) {
        Some(Sensitive::Grief)
    } else if any(&lines.self_harm) {
        Some(Sensitive::SelfHarm)
    } else if any(&lines.slurs) || clauses.iter().any(|clause| speaks_against(clause)) {
        Some(Sensitive::Hate)
    } else if any(&lines.rude) {
        Some(Sensitive::Rude)
    } else if !quiz && is_grave() {
        Some(Sensitive::Grief)
    } else if any(&lines.doubts) {
        Some(Sensitive::Doubt)
    } else {
        let names_itself = clauses.iter().any(|clause| names_identity(clause));
        names_itself.then_some(Sensitive::Identity)
    }
}

/// Whether the partner must not bring words up by itself, whatever they were meant for.
pub(super) fn is_delicate(words: &[String]) -> bool {
    let said_of_oneself = [&["i".to_owned(), "am".to_owned()], words].concat();
    let clauses = [words.to_vec(), said_of_oneself];
    has_any(words, &lines().unfit) || sensitive(&clauses, words).is_some()
}

fn speaks_against(clause: &[String]) -> bool {
    let lines = lines();
    let hates = clause.iter().position(|word| word == "hate");
    let is_denied = hates.is_some_and(|at| at > 0 && denies(&clause[at - 1]));
    has_any(clause, &lines.groups) && has_any(clause, &lines.against) && !is_denied
}

/// "I am" and the identity, at most with one small word between, and nothing that it describes:
/// "I am blind" and not "I am black coffee".
fn names_identity(clause: &[String]) -> bool {
    let text = clause.join(" ").replace("i'm ", "i am ");
    let Some(start) = text
        .find("i am ")
        .filter(|at| *at == 0 || text[..*at].ends_with(' '))
    else {
        return false;
    };
    let said = text[start + "i am ".len()..].trim_start_matches("also ");
    let said = said.trim_start_matches("a bit ");
    lines().identities.iter().any(|identity| {
        said.strip_prefix(identity.as_str()).is_some_and(|rest| {
            let next = rest.trim_start().split(' ').next().unwrap_or_default();
            (rest.is_empty() || rest.starts_with(' '))
                && matches!(
                    next,
                    "" | "and"
                        | "but"
                        | "so"
                        | "is"
                        | "because"
                        | "now"
                        | "with"
                        | "too"
                        | "person"
                        | "man"
                        | "woman"
                        | "from"
                        | "you"
                        | "do"
                        | "can"
                        | "since"
                )
        })
    })
}
