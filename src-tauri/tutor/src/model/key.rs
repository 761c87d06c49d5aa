//! The key of an account at a model server.

use std::fmt;

use reqwest::header::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

const MAX_KEY_BYTES: usize = 4_096;

/// A shorter one could be part of an ordinary word, and the sentence would be unreadable without it.
const MIN_REDACTED_BYTES: usize = 4;

/// A secret. `Debug` does not show it, no error holds it, and its memory is overwritten when it is dropped.
///
/// Copies that the HTTP and TLS layers make while a request is under way are beyond its reach.
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

/// The key holds what no header can carry, or is empty or longer than 4,096 bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("this is not a key: keys are one word of plain letters, digits and signs")]
pub struct KeyError;

impl ApiKey {
    /// Takes a key as it was typed or pasted; white space around it is left out.
    ///
    /// # Errors
    /// [`KeyError`], which does not repeat what was typed.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let is_word = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > MAX_KEY_BYTES || !is_word {
            return Err(KeyError);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The key itself, for whoever keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `Authorization` header, marked so that HTTP libraries do not print it.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let bearer = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut header = HeaderValue::from_str(&bearer).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// A text of the server's without the key: some servers repeat it when they refuse it.
    pub(super) fn redact(&self, text: &str) -> String {
        if self.0.len() < MIN_REDACTED_BYTES {
            return text.to_owned();
        }
        text.replace(self.0.as_str(), "…")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}
