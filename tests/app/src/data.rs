//! Backups as they are on screen, and what is typed and read beside them.

use anyhow::Result;
use serde_json::json;

use crate::{wait::until, window::Window};

impl Window {
    /// The name of the newest backup in the list that was made for this reason, waited for.
    ///
    /// # Errors
    /// When there is none within a minute.
    pub async fn backup(&self, reason: &str) -> Result<String> {
        until(&format!("a backup of the kind {reason}"), || async {
            self.ask(
                "return document.querySelector(arguments[0])?.dataset.name ?? null",
                vec![json!(format!(
                    "[data-testid=\"backup-item\"][data-reason=\"{reason}\"]"
                ))],
            )
            .await
        })
        .await
    }

    /// How many elements with this `data-testid` there are.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn count(&self, test_id: &str) -> Result<usize> {
        self.ask(
            "return document.querySelectorAll(arguments[0]).length",
            vec![json!(format!("[data-testid=\"{test_id}\"]"))],
        )
        .await
    }

    /// What has been typed into the box and is not sent.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn draft(&self) -> Result<String> {
        self.ask(
            "return document.querySelector('[data-testid=\"composer\"]').value",
            Vec::new(),
        )
        .await
    }

    /// Scrolls up until the beginning of the conversation is in view.
    ///
    /// # Errors
    /// When older messages stop coming before a message with these words is the first.
    pub async fn scroll_up_to(&self, first_words: &str) -> Result<()> {
        until("the beginning of the conversation", || async {
            let seen: bool = self.ask(SCROLL_UP, vec![json!(first_words)]).await?;
            Ok(seen.then_some(()))
        })
        .await
    }
}

/// One step up; gives whether the message is the first and really in view.
const SCROLL_UP: &str = r#"
const first = document.querySelector('[data-testid="message"]');
if (!first) return false;
const viewport = first.closest("section");
viewport.scrollTop = 0;
const { top, bottom } = first.getBoundingClientRect();
const frame = viewport.getBoundingClientRect();
return first.innerText.includes(arguments[0]) && top >= frame.top && bottom <= frame.bottom;
"#;
