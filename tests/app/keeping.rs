//! Words that were not sent, and words that are to be gone: in the real window, and on the disk.

use std::{fs, path::Path};

use serde_json::json;
use window_driver::until;

use crate::support::Computer;

/// The key as WebDriver writes it.
const DELETE: &str = "\u{E017}";

/// How many drafts hold these words.
fn drafts(computer: &Computer, words: &str) -> i64 {
    computer.count(&format!(
        "SELECT count(*) FROM message_drafts WHERE content = '{words}'"
    ))
}

#[tokio::test]
async fn what_was_typed_and_not_sent_survives_the_death_of_the_app() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    window
        .type_into("composer", "Half a thought about cake")
        .await
        .unwrap();
    until("the words on the disk", || async {
        Ok((drafts(&computer, "Half a thought about cake") == 1).then_some(()))
    })
    .await
    .unwrap();
    window.kill().await.unwrap();

    let window = computer.open().await;
    window.click("conversation-item").await.unwrap();
    until("the words in the box", || async {
        let box_text: String = window
            .ask(
                "return document.querySelector('[data-testid=composer]')?.value ?? ''",
                vec![],
            )
            .await?;
        Ok((box_text == "Half a thought about cake").then_some(()))
    })
    .await
    .unwrap();
    let before = window.messages().await.unwrap().len();
    window.type_into("composer", ".").await.unwrap();
    window.click("send").await.unwrap();
    window.reply_after(before).await.unwrap();
    assert_eq!(computer.count("SELECT count(*) FROM message_drafts"), 0);
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_being_changed_is_so_after_the_death_of_the_app() {
    let computer = Computer::new();
    let said = json!({ "conversation": "Chợ Bến Thành", "role": "user", "content": "I goed home.",
        "created_at": 1_700_000_000_000_i64 });
    computer.import(format!("{said}\n")).await;
    let window = computer.open().await;
    window.click("message-more").await.unwrap();
    window
        .click_css("[data-testid=message-menu-item][data-action=edit]")
        .await
        .unwrap();
    window.find("message-edit-text").await.unwrap();
    window.press("Control+a").await.unwrap();
    window
        .type_into("message-edit-text", "I went home 回家")
        .await
        .unwrap();
    until("the words on the disk", || async {
        let kept = "SELECT count(*) FROM unsaved_texts WHERE content = 'I went home 回家'";
        Ok((computer.count(kept) == 1).then_some(()))
    })
    .await
    .unwrap();
    window.kill().await.unwrap();

    let window = computer.open().await;
    until("the words in the editor", || async {
        let text: Option<String> = window
            .ask(
                "return document.querySelector('[data-testid=message-edit-text]')?.value ?? null",
                vec![],
            )
            .await?;
        Ok((text.as_deref() == Some("I went home 回家")).then_some(()))
    })
    .await
    .unwrap();
    window.click("message-save").await.unwrap();
    until("the new words", || async {
        let now = "SELECT count(*) FROM messages WHERE content = 'I went home 回家'";
        let left = "SELECT count(*) FROM unsaved_texts";
        Ok((computer.count(now) == 1 && computer.count(left) == 0).then_some(()))
    })
    .await
    .unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_deleted_conversation_comes_back_by_undo_and_an_erased_one_is_nowhere() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window
        .say("My zqsecret is that I love cake.")
        .await
        .unwrap();
    window.reply_after(before).await.unwrap();
    window.all_spoken().await.unwrap();
    let in_trash = || computer.count("SELECT count(*) FROM conversations WHERE deleted_at > 0");

    press_delete(&window).await;
    until("it is in the trash", || async {
        Ok((in_trash() == 1).then_some(()))
    })
    .await
    .unwrap();
    window.click("undo").await.unwrap();
    until("it is back", || async {
        Ok((in_trash() == 0).then_some(()))
    })
    .await
    .unwrap();
    window.find("conversation-item").await.unwrap();

    press_delete(&window).await;
    window.click("trash-open").await.unwrap();
    window.click("trash-erase").await.unwrap();
    assert!(is_in_a_file(&computer.data_dir(), "zqsecret"));
    window.click("trash-confirm-erase").await.unwrap();
    window.find("trash-nothing").await.unwrap();
    assert!(!is_in_a_file(&computer.data_dir(), "zqsecret"));
    assert_eq!(computer.count("SELECT count(*) FROM messages"), 0);
    assert_eq!(sounds(&computer.data_dir()), 0);
    window.quit().await.unwrap();
}

async fn press_delete(window: &window_driver::Window) {
    let item = window
        .find_css("[data-testid=conversation-item] button")
        .await
        .unwrap();
    item.send_keys(DELETE).await.unwrap();
    window.find("undo").await.unwrap();
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn is_in_a_file(folder: &Path, text: &str) -> bool {
    files(folder).iter().any(|path| {
        fs::read(path)
            .unwrap_or_default()
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

fn sounds(data_dir: &Path) -> usize {
    files(&data_dir.join("audio")).len()
}
