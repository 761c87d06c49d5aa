//! What the pieces of an answer say, whichever server wrote them.
//!
//! Read leniently: servers leave fields out, send null for them, or add their own. What is not understood is not
//! there; only what is no JSON at all is an error.

use serde_json::Value;

use super::answer;
use super::chat::{Finish, Usage};
use super::error::ModelError;
use super::key::ApiKey;

/// One event of a stream, or a whole answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) words: String,
    /// The model thinks, and the server says so: it is alive, but says nothing to be heard.
    pub(super) has_thought: bool,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
}

/// Reads one piece of JSON.
///
/// # Errors
/// `Garbage`, `CutOff` if the JSON ends too early, `Refused` by the model or by a filter, `ServerFailed` if the
/// piece tells of a failure.
pub(super) fn read_piece(json: &[u8], key: Option<&ApiKey>) -> Result<Piece, ModelError> {
    let value: Value = serde_json::from_slice(json).map_err(|error| {
        if error.is_eof() {
            ModelError::CutOff
        } else {
            ModelError::Garbage {
                what: "no JSON where JSON belongs",
            }
        }
    })?;
    if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
        return Err(answer::told(error, key));
    }
    let mut piece = Piece {
        usage: value.get("usage").and_then(usage),
        ..Piece::default()
    };
    if let Some(choice) = value.get("choices").and_then(first_choice) {
        read_choice(choice, key, &mut piece)?;
    }
    Ok(piece)
}

/// One answer was asked for; of several, the others would be mixed up with it.
fn first_choice(choices: &Value) -> Option<&Value> {
    choices.as_array()?.iter().find(|choice| {
        choice
            .get("index")
            .and_then(Value::as_u64)
            .is_none_or(|index| index == 0)
    })
}

fn read_choice(choice: &Value, key: Option<&ApiKey>, piece: &mut Piece) -> Result<(), ModelError> {
    let said = choice.get("delta").or_else(|| choice.get("message"));
    if let Some(said) = said {
        if let Some(refusal) = text(said.get("refusal")) {
            return Err(ModelError::Refused {
                reason: answer::clean(&refusal, key),
            });
        }
        piece.words = text(said.get("content")).unwrap_or_default();
        piece.has_thought = ["reasoning_content", "reasoning"]
            .iter()
            .any(|name| text(said.get(name)).is_some());
    }
    piece.finish = match choice.get("finish_reason").and_then(Value::as_str) {
        None | Some("") => None,
        Some("length" | "max_tokens") => Some(Finish::Length),
        Some("content_filter") => {
            return Err(ModelError::Refused {
                reason: "its filter stopped the reply".to_owned(),
            });
        }
        Some(_) => Some(Finish::Stop),
    };
    Ok(())
}

/// A text, or a list of parts of which some have a text. `None` if it is empty.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part.get("text").and_then(Value::as_str))
            .collect(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn usage(value: &Value) -> Option<Usage> {
    Some(Usage {
        prompt_tokens: value.get("prompt_tokens")?.as_u64()?,
        completion_tokens: value.get("completion_tokens")?.as_u64()?,
    })
}
