//! What a server means when it answers with something else than 200.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::error::{Missing, ModelError};
use super::key::ApiKey;

const MAX_REASON_CHARACTERS: usize = 200;

/// A failure, and whether asking again is of use.
pub(super) struct Failure {
    pub(super) error: ModelError,
    pub(super) again: Again,
    /// What the server said, uncut, to find out what it dislikes. Never shown.
    pub(super) said: String,
}

/// Whether the same question may be asked once more, if no word has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It would fail again.
    No,
    /// The connection failed.
    Reconnect,
    /// The server asks for it, perhaps after some time.
    Later(Option<Duration>),
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self {
            error,
            again: Again::No,
            said: String::new(),
        }
    }
}

/// Reads an answer that is not a success.
pub(super) fn failure(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    key: Option<&ApiKey>,
) -> Failure {
    let said = message(body);
    let reason = clean(&said, key);
    let retry_after = retry_after(headers);
    let (error, again) = match status.as_u16() {
        300..=399 => (
            ModelError::NotAModelServer {
                what: "a signpost to another address",
            },
            Again::No,
        ),
        401 | 403 => (ModelError::Unauthorized, Again::No),
        404 | 405 | 410 | 501 => (
            ModelError::NotFound {
                missing: missing(&said),
            },
            Again::No,
        ),
        429 if said.contains("quota") => (ModelError::Refused { reason }, Again::No),
        429 => (
            ModelError::RateLimited { retry_after },
            Again::Later(retry_after),
        ),
        503 if said.to_lowercase().contains("loading") => {
            (ModelError::Loading, Again::Later(retry_after))
        }
        502..=504 | 529 => (ModelError::Overloaded, Again::Later(retry_after)),
        400..=499 => (ModelError::Refused { reason }, Again::No),
        status => (ModelError::ServerFailed { status, reason }, Again::No),
    };
    Failure { error, again, said }
}

/// A failure that is told inside of a stream that began well, or in an answer with status 200.
pub(super) fn told(error: &Value, key: Option<&ApiKey>) -> ModelError {
    let reason = clean(&text_of(error), key);
    let status = error.get("code").and_then(Value::as_u64).unwrap_or(200);
    ModelError::ServerFailed {
        status: u16::try_from(status).unwrap_or(200),
        reason,
    }
}

/// The server's words, fit to be shown: on one line, without control characters and key, and cut.
pub(super) fn clean(text: &str, key: Option<&ApiKey>) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let line = words.join(" ");
    // After the invisible is gone, or it could have hidden the key; before the cut, which could leave half of it.
    let line = key.map_or_else(|| line.clone(), |key| key.redact(&line));
    let mut characters = line.chars();
    let mut cut: String = characters.by_ref().take(MAX_REASON_CHARACTERS).collect();
    if characters.next().is_some() {
        cut.pop();
        cut.push('…');
    }
    cut.trim_end_matches('.').to_owned()
}

/// Marks that change the direction of what is around them, or cannot be seen: a name must not hide its end.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The words in the body of an error; none if it is a page for people.
fn message(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => match value.get("error") {
            Some(error) => text_of(error),
            None => text_of(&value),
        },
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            if text.trim_start().starts_with('<') {
                String::new()
            } else {
                text.into_owned()
            }
        }
    }
}

/// Servers agree on neither the name of the text nor its place.
fn text_of(error: &Value) -> String {
    let named = ["message", "error", "detail"]
        .iter()
        .find_map(|name| error.get(name));
    match named.unwrap_or(error) {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn missing(said: &str) -> Missing {
    if said.to_lowercase().contains("model") {
        Missing::Model
    } else {
        Missing::Service
    }
}

/// Seconds. The other form, a date, is left to the back-off: it would need this computer's clock to be right.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    seconds.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_one_short_line_without_the_key() {
        let key = ApiKey::new("sk-secret").unwrap();
        let text = format!(
            "Bad\u{0}\r\n key sk-\u{200b}secret\u{202e} {}",
            "x".repeat(300)
        );
        let cleaned = clean(&text, Some(&key));
        assert!(
            cleaned.starts_with("Bad key … xxx") && cleaned.ends_with("x…"),
            "{cleaned}"
        );
        assert_eq!(cleaned.chars().count(), MAX_REASON_CHARACTERS);
    }

    #[test]
    fn the_words_are_found_where_servers_put_them() {
        for (body, expected) in [
            (r#"{"error":{"message":"a"}}"#, "a"),
            (r#"{"error":"a"}"#, "a"),
            (r#"{"detail":"a"}"#, "a"),
            (r#"{"message":"a"}"#, "a"),
            (r#"{"detail":[{"loc":["x"]}]}"#, r#"[{"loc":["x"]}]"#),
            ("a", "a"),
            ("<html>a</html>", ""),
            ("", ""),
        ] {
            assert_eq!(message(body.as_bytes()), expected);
        }
    }
}
