//! The chat as it is on screen.

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use crate::{wait::until, window::Window};

/// A message as it is on screen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageOnScreen {
    /// Its id.
    pub id: String,
    /// `user`, `assistant` or `system`.
    pub role: String,
    /// `streaming`, `complete`, `interrupted` or `failed`.
    pub status: String,
    /// The words that are not in chunks: the learner's, or the end of a reply on its way.
    pub words: String,
    /// Its speakable chunks, in order.
    pub chunks: Vec<ChunkOnScreen>,
}

/// A speakable chunk as it is on screen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChunkOnScreen {
    /// Its id.
    pub id: String,
    /// The words, as they are shown.
    pub text: String,
    /// `pending`, `processing`, `completed` or `failed`.
    pub tts_status: String,
    /// Whether it is being played.
    pub speaking: bool,
}

impl MessageOnScreen {
    /// All words of the message, one by one.
    #[must_use]
    pub fn all_words(&self) -> Vec<&str> {
        let chunks = self.chunks.iter().map(|chunk| chunk.text.as_str());
        chunks
            .chain([self.words.as_str()])
            .flat_map(str::split_whitespace)
            .collect()
    }
}

const MESSAGES: &str = r#"
return [...document.querySelectorAll('[data-testid="message"]')].map((message) => ({
  id: message.dataset.id,
  role: message.dataset.role,
  status: message.dataset.status,
  words: [...message.querySelectorAll('[data-testid="message-words"]')].map((words) => words.innerText.trim()).join(""),
  chunks: [...message.querySelectorAll('[data-testid="chunk"]')].map((chunk) => ({
    id: chunk.dataset.id,
    text: chunk.innerText.trim(),
    ttsStatus: chunk.dataset.ttsStatus,
    speaking: chunk.dataset.speaking === "true",
  })),
}))
"#;

impl Window {
    /// The messages of the open conversation, oldest first.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn messages(&self) -> Result<Vec<MessageOnScreen>> {
        self.ask(MESSAGES, Vec::new()).await
    }

    /// Starts a conversation from the built-in template with this slug, and waits for its first words.
    ///
    /// # Errors
    /// When something of that does not appear.
    pub async fn start_conversation(&self, template: &str) -> Result<()> {
        let first =
            |messages: Vec<MessageOnScreen>| messages.into_iter().next().map(|message| message.id);
        let before = first(self.messages().await?);
        self.click("new-conversation").await?;
        self.choose_level(template).await?;
        self.click_css(&format!(
            "[data-testid=\"template-option\"][data-slug=\"{template}\"]"
        ))
        .await?;
        until("the tutor's first words", || async {
            let now = first(self.messages().await?);
            Ok((now.is_some() && now != before).then_some(()))
        })
        .await
    }

    /// Turns the card of a situation to the level of which the template has this slug.
    ///
    /// # Errors
    /// When there is no such level.
    pub async fn choose_level(&self, template: &str) -> Result<()> {
        self.click_css(&format!(
            "[data-testid=\"template-level\"][data-value=\"{template}\"]"
        ))
        .await
    }

    /// Types a message and sends it by the Enter key.
    ///
    /// # Errors
    /// When the box cannot be typed into.
    pub async fn say(&self, words: &str) -> Result<()> {
        self.type_into("composer", &format!("{words}\u{E007}"))
            .await
    }

    /// The newest message of the tutor after `count` messages in all, once all its words are there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn reply_after(&self, count: usize) -> Result<MessageOnScreen> {
        until("the tutor's whole reply", || async {
            let messages = self.messages().await?;
            let reply = messages.into_iter().skip(count).find(|message| {
                message.role == "assistant"
                    && message.status == "complete"
                    && !message.chunks.is_empty()
            });
            Ok(reply)
        })
        .await
    }

    /// Waits until every chunk on screen has its sound, and gives the messages as they are then.
    ///
    /// # Errors
    /// When a chunk stays without.
    pub async fn all_spoken(&self) -> Result<Vec<MessageOnScreen>> {
        until("the sound of every chunk", || async {
            let messages = self.messages().await?;
            let mut chunks = messages.iter().flat_map(|message| &message.chunks);
            let done = chunks.all(|chunk| chunk.tts_status == "completed");
            Ok(done.then_some(messages))
        })
        .await
    }

    /// Chooses a value of a `<select>` in the settings, which must be open.
    ///
    /// # Errors
    /// When there is no such value.
    pub async fn choose(&self, test_id: &str, value: &str) -> Result<()> {
        self.find(test_id).await?.select_by_value(value).await?;
        until("the chosen value", || async {
            let now: Option<String> = self
                .ask(
                    "return document.querySelector(arguments[0])?.value ?? null",
                    vec![json!(format!("[data-testid=\"{test_id}\"]"))],
                )
                .await?;
            Ok((now.as_deref() == Some(value)).then_some(()))
        })
        .await
    }
}
