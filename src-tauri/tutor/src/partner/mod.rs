//! The practice partner that is built in: it needs no model and no network, and always answers.
//!
//! It follows a script of questions ([`scenario`]), takes from the learner's message what key words
//! tell ([`reading`]), and answers with a reaction, sometimes the learner's sentence said right
//! ([`recast`]), and a question. When a script has run out it asks once whether to end ([`ending`]), and
//! otherwise goes on with chat and with questions built from the learner's own words. Now and then it comes back
//! to what it knows of the learner ([`facts`]) or invites them to use a word that is due ([`due`], [`aside`]). It
//! never says a sentence twice in a conversation ([`said`]), unless it is
//! asked to.
//!
//! What a script must not touch, such as a death or an insult, is answered apart ([`gentle`]).
//!
//! It has no memory of its own: where it stands in the script and what it has said are read from the
//! history each time, so a conversation goes on after a restart, and the same history gets the same
//! answer.

mod answer;
mod aside;
mod clause;
mod due;
mod ending;
mod english;
mod facts;
mod filled;
#[cfg(test)]
mod format;
mod general;
mod gentle;
mod intent;
mod questions;
mod reading;
mod recast;
mod said;
mod scenario;
mod script;
mod sensitive;
mod things;
mod words;

use futures::stream::BoxStream;

pub(crate) use reading::words_of;
pub use scenario::{AtLevel, Scenario, Situation, at_level, scenarios, situations};

use crate::reply::{ReplyEngine, ReplyError, ReplyRequest, stream_words};

/// The built-in partner. It speaks English, and never fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct PracticePartner;

impl ReplyEngine for PracticePartner {
    fn name(&self) -> &str {
        "practice-partner"
    }

    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        let answer = answer::answer(&request);
        stream_words(&after(&request.begun, &answer), request.pace)
    }
}

/// What is left to say of an answer. What somebody else began is not gone on with: the answer follows it.
fn after(begun: &str, answer: &str) -> String {
    match answer.strip_prefix(begun) {
        Some(rest) => rest.to_owned(),
        None => format!("\n\n{answer}"),
    }
}

/// Whether a word, in small letters, is one that any English talk is full of.
pub(crate) fn is_common_word(word: &str) -> bool {
    english::english().common.contains(word) || english::english().no_things.contains(word)
}
