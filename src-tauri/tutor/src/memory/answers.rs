//! What a model answered, read with doubt: it may say more than it was asked, or less, or something else.

use parlance_storage::key_fact::{self, Learnt};
use parlance_storage::memory::Said;
use parlance_storage::{FactType, Role};
use serde_json::{Map, Value};

/// So much of an answer is read, in bytes.
const MOST_BYTES: usize = 64 * 1024;
/// More facts of one answer are made up.
const MOST_FACTS: usize = 20;
/// A fact is a line; what is longer is no fact. In characters.
const LONGEST_FACT: usize = 200;
/// A model that does not say how sure it is.
const UNSAID_CONFIDENCE: f64 = 0.5;
/// No model is surer of anything.
const MOST_CONFIDENCE: f64 = 0.9;
/// So many places where an array or object may begin are tried.
const MOST_TRIES: usize = 50;
/// A summary is used so far, in characters.
const LONGEST_SUMMARY: usize = 2_000;

/// The facts in a model's answer to [`super::facts_prompt`] for these messages.
///
/// An array of objects, bare or in a fence, in an object, after a preface, cut off in the middle: what can be read is
/// taken. A fact is passed over that names no kind, no message of the learner's, or is no line of words. Nothing
/// readable gives none.
#[must_use]
pub fn parse_facts(answer: &str, messages: &[Said]) -> Vec<Learnt> {
    let answer = &answer[..answer.floor_char_boundary(MOST_BYTES)];
    let mut facts: Vec<Learnt> = Vec::new();
    for object in objects(answer) {
        let Some(fact) = fact(&object, messages) else {
            continue;
        };
        if facts.len() < MOST_FACTS && facts.iter().all(|known| known.text != fact.text) {
            facts.push(fact);
        }
    }
    facts
}

/// Every object with a fact, wherever it stands. An array that broke off is read object by object.
fn objects(answer: &str) -> Vec<Map<String, Value>> {
    let mut found = Vec::new();
    let mut rest = answer;
    for _ in 0..MOST_TRIES {
        let Some(start) = rest.find(['{', '[']) else {
            break;
        };
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                collect(value, &mut found);
                rest = &rest[values.byte_offset()..];
            }
            // Perhaps what is within can be read.
            _ => rest = &rest[1..],
        }
    }
    found
}

/// Arrays, and objects that hold arrays, are opened one level each.
fn collect(value: Value, found: &mut Vec<Map<String, Value>>) {
    match value {
        Value::Array(values) => {
            let objects = values.into_iter().filter_map(|value| match value {
                Value::Object(object) => Some(object),
                _ => None,
            });
            found.extend(objects);
        }
        Value::Object(object) if object.contains_key("fact") => found.push(object),
        Value::Object(object) => {
            for value in object.into_iter().map(|(_, value)| value) {
                if value.is_array() {
                    collect(value, found);
                }
            }
        }
        _ => {}
    }
}

fn fact(object: &Map<String, Value>, messages: &[Said]) -> Option<Learnt> {
    let fact_type = FactType::parse(object.get("type")?.as_str()?)?;
    let text = object.get("fact")?.as_str()?;
    let text: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let text = text
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    let text = text.join(" ");
    let is_line = text.chars().any(char::is_alphanumeric)
        && text.chars().count() <= LONGEST_FACT.min(key_fact::LONGEST);
    if !is_line {
        return None;
    }
    let confidence = object.get("confidence").and_then(Value::as_f64);
    Some(Learnt {
        fact_type,
        text,
        confidence: confidence
            .unwrap_or(UNSAID_CONFIDENCE)
            .clamp(0.0, MOST_CONFIDENCE),
        source_message_id: source(object.get("message"), messages)?.id,
    })
}

/// The message that a fact names, as a number or in digits; the only one if there is but one of the learner's.
fn source<'a>(named: Option<&Value>, messages: &'a [Said]) -> Option<&'a Said> {
    let is_learners = |said: &&Said| said.role == Role::User;
    let number = match named {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let named = number
        .and_then(|number| usize::try_from(number).ok())
        .and_then(|number| number.checked_sub(1))
        .and_then(|place| messages.get(place))
        .filter(is_learners);
    let mut learners = messages.iter().filter(is_learners);
    match (named, learners.next(), learners.next()) {
        (Some(said), ..) | (None, Some(said), None) => Some(said),
        _ => None,
    }
}

/// A model's summary without what it was not asked for: fences, a heading, a preface of one line, and the data that it
/// was given, which small models repeat. `None` if nothing is left. At most 2,000 characters.
#[must_use]
pub fn tidy_summary(answer: &str) -> Option<String> {
    let answer = &answer[..answer.floor_char_boundary(MOST_BYTES)];
    let lines = answer.lines().map(str::trim);
    let is_words = |line: &&str| {
        !line.is_empty()
            && !line.starts_with("```")
            && !line.starts_with('#')
            && !line.contains("{\"message\"")
            && !line.contains("{\"summary\"")
    };
    let mut lines: Vec<&str> = lines.filter(is_words).collect();
    if lines.len() > 1 && lines[0].ends_with(':') {
        lines.remove(0);
    }
    let text: String = lines
        .join("\n")
        .replace('\0', "")
        .chars()
        .take(LONGEST_SUMMARY)
        .collect();
    let text = text.trim();
    text.chars()
        .any(char::is_alphanumeric)
        .then(|| text.to_owned())
}
