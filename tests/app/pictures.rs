//! The README's pictures: taken from the real window, so that they show what is.
//!
//! Without `PARLANCE_PICTURES` they go to a directory that is thrown away; that they can be taken is
//! tested all the same.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use parlance_storage::backup::BackupReason;
use serde_json::json;
use tempfile::TempDir;
use window_driver::{Window, until};

use crate::{
    lived_in::{back_up, live_in},
    support::Computer,
};

/// Where the pictures go.
pub struct Album {
    folder: PathBuf,
    _scrap: TempDir,
}

impl Album {
    pub fn new() -> Self {
        let scrap = tempfile::tempdir().unwrap();
        let folder = env::var_os("PARLANCE_PICTURES");
        Self {
            folder: folder.map_or_else(|| scrap.path().to_owned(), Into::into),
            _scrap: scrap,
        }
    }

    pub async fn take(&self, window: &Window, name: &str) -> Vec<u8> {
        let picture = self.folder.join(format!("{name}.png"));
        window.picture(&picture).await.unwrap();
        let bytes = fs::read(picture).unwrap();
        assert!(bytes.len() > 10_000, "{name} is almost empty");
        bytes
    }
}

#[tokio::test]
async fn pictures_of_the_window_light_and_dark() {
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    album.take(&window, "welcome").await;
    window.start_conversation("weekend-talk").await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    for words in [
        "Good morning! I would like a coffee with milk and a piece of cake, please.",
        "My name is Linh. I come from Đà Nẵng and I love cake!",
    ] {
        let before = window.messages().await.unwrap().len();
        window.say(words).await.unwrap();
        window.reply_after(before).await.unwrap();
    }
    window.all_spoken().await.unwrap();
    let mut pictures = Vec::new();
    for theme in ["light", "dark"] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.click("settings-close").await.unwrap();
        window.click("composer").await.unwrap();
        pictures.push(album.take(&window, &format!("chat-{theme}")).await);
    }
    assert!(
        pictures[0] != pictures[1],
        "the dark theme looks like the light one"
    );
    window.quit().await.unwrap();
}

#[tokio::test]
async fn pictures_of_the_situations_and_of_a_template_being_written() {
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    window.start_conversation("hotel-a2").await.unwrap();
    let mut pictures = Vec::new();
    for (theme, name) in [("light", "Ở chợ Bến Thành"), ("dark", "At the vet's")] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.click("settings-close").await.unwrap();
        window.click("new-conversation").await.unwrap();
        window.click("template-new").await.unwrap();
        window.find("template-name").await.unwrap();
        let focused: Option<String> = window
            .ask(
                "return document.activeElement.dataset.testid ?? null",
                Vec::new(),
            )
            .await
            .unwrap();
        assert_eq!(focused.as_deref(), Some("template-name"));
        for (field, words) in [
            ("template-name", name),
            ("template-opening", "Good morning! How can I help you?"),
            (
                "template-prompt",
                "You are patient, and you like to haggle.",
            ),
        ] {
            window.type_into(field, words).await.unwrap();
        }
        window.choose("template-level-select", "B1").await.unwrap();
        in_view(&window, "template-form").await;
        pictures.push(album.take(&window, &format!("template-{theme}")).await);
        window.click("template-save").await.unwrap();
        until("the template among the cards", || async {
            let card = window.text("own-template").await?;
            Ok(card.filter(|words| words.contains("How can I help you?")))
        })
        .await
        .unwrap();
        in_view(&window, "template-new").await;
        pictures.push(album.take(&window, &format!("situations-{theme}")).await);
        window
            .click_css("[data-testid=template-option][data-slug^=own-]")
            .await
            .unwrap();
        until("the words of the template", || async {
            let messages = window.messages().await?;
            let first = messages.into_iter().next();
            Ok(first.filter(|first| first.all_words().join(" ").contains("How can I")))
        })
        .await
        .unwrap();
    }
    assert!(
        pictures[0] != pictures[2] && pictures[1] != pictures[3],
        "the dark theme looks like the light one"
    );
    window.quit().await.unwrap();
}

#[tokio::test]
async fn pictures_of_the_data_in_the_settings_and_of_the_recovery_page() {
    let album = Album::new();
    let computer = Computer::new();
    let data_dir = computer.data_dir();
    live_in(&data_dir, 24).await;
    keep_backups(&data_dir);
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    let mut pictures = Vec::new();
    for theme in ["light", "dark"] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.find("backup-item").await.unwrap();
        in_view(&window, "data-section").await;
        pictures.push(album.take(&window, &format!("data-{theme}")).await);
        window.click("settings-close").await.unwrap();
    }
    window.quit().await.unwrap();

    fs::write(data_dir.join("parlance.db"), [0xA5; 40_000]).unwrap();
    let window = computer.start(&data_dir).await;
    window.resize(1120, 760).await.unwrap();
    window.find("backup-item").await.unwrap();
    for theme in ["light", "dark"] {
        // The learner's own choice is in the database, which cannot be read.
        let _: Option<()> = window
            .ask(
                "document.documentElement.dataset.theme = arguments[0]; return null",
                vec![json!(theme)],
            )
            .await
            .unwrap();
        pictures.push(album.take(&window, &format!("recovery-{theme}")).await);
    }
    for pair in pictures.chunks(2) {
        assert!(
            pair[0] != pair[1],
            "the dark theme looks like the light one"
        );
    }
    window.quit().await.unwrap();
}

/// Those of a day or two.
fn keep_backups(data_dir: &Path) {
    for (reason, minutes_ago) in [
        (BackupReason::Quit, 1590),
        (BackupReason::Scheduled, 1530),
        (BackupReason::Scheduled, 50),
        (BackupReason::Manual, 35),
        (BackupReason::Scheduled, 15),
    ] {
        back_up(data_dir, reason, minutes_ago);
    }
}

/// Scrolls to an element, and waits until nothing moves any more.
async fn in_view(window: &Window, test_id: &str) {
    until("the page to stand still", || async {
        let still: bool = window
            .ask(
                "document.querySelector(arguments[0]).scrollIntoView();
                 return document.getAnimations().every(({ playState }) => playState === 'finished')",
                vec![json!(format!("[data-testid=\"{test_id}\"]"))],
            )
            .await?;
        Ok(still.then_some(()))
    })
    .await
    .unwrap();
}
