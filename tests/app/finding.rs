//! What was said long ago: found again by the search, and by the way back from a branch.

use rusqlite::Connection;
use serde_json::json;
use window_driver::{Window, until};

use crate::support::Computer;

/// A profile with a conversation of so many messages; the one in the given place says `words`.
async fn long_talk(computer: &Computer, messages: usize, place: usize, words: &'static str) {
    let lines: String = (1..=messages)
        .map(|number| {
            let content = if number == place {
                words.to_owned()
            } else {
                format!("Remark {number} about the river, the boats and the weather.")
            };
            let role = if number % 2 == 0 { "assistant" } else { "user" };
            let line = json!({ "conversation": "A year by the river", "role": role, "content": content,
                "created_at": 1_700_000_000_000_i64 + 60_000 * i64::try_from(number).unwrap() });
            format!("{line}\n")
        })
        .collect();
    computer.import(lines).await;
}

/// The words of the message that has the focus, if all of it can be seen.
async fn landed_on(window: &Window) -> Option<String> {
    window
        .ask(
            "const message = document.activeElement?.closest('[data-testid=message]');
             if (!message) return null;
             const { top, bottom } = message.getBoundingClientRect();
             const view = message.closest('section').getBoundingClientRect();
             return top >= view.top && bottom <= view.bottom ? message.innerText : null;",
            vec![],
        )
        .await
        .unwrap()
}

#[tokio::test]
async fn a_search_for_two_chinese_characters_lands_on_the_message_among_ten_thousand() {
    let computer = Computer::new();
    long_talk(
        &computer,
        10_000,
        4_321,
        "昨天的天气真好，我们去河边散步了。",
    )
    .await;
    let window = computer.open().await;
    window.press("Control+k").await.unwrap();
    window.type_into("search-box", "天气").await.unwrap();
    let hit = "[data-testid=search-option][data-kind=message]";
    window.find_css(hit).await.unwrap();
    window.press("Enter").await.unwrap();
    let words = until("the message", || async { Ok(landed_on(&window).await) })
        .await
        .unwrap();
    assert!(words.contains("昨天的天气真好"), "{words}");
    assert_eq!(
        window.text("conversation-title").await.unwrap().as_deref(),
        Some("A year by the river")
    );
    // What was said before and after it is there, too.
    let around = window.messages().await.unwrap();
    let said = |number: u32| {
        let words = format!("Remark {number} ");
        around
            .iter()
            .any(|message| message.all_words().join(" ").starts_with(words.trim_end()))
    };
    assert!(said(4_320) && said(4_322));
    window.quit().await.unwrap();
}

/// Types this into the palette, which must be closed.
async fn look_for(window: &Window, text: &str) {
    window.press("Control+k").await.unwrap();
    window.type_into("search-box", text).await.unwrap();
}

#[tokio::test]
async fn a_search_that_has_forgotten_everything_is_rebuilt_from_the_settings() {
    let computer = Computer::new();
    long_talk(&computer, 1_000, 43, "昨天的天气真好，我们去河边散步了。").await;
    // As only a failing disk can do it.
    Connection::open(computer.data_dir().join("parlance.db"))
        .unwrap()
        .execute_batch(
            "INSERT INTO message_search_words (message_search_words) VALUES ('delete-all');
             INSERT INTO message_search_trigrams (message_search_trigrams) VALUES ('delete-all');",
        )
        .unwrap();
    let window = computer.open().await;
    look_for(&window, "天气真好").await;
    window.find("search-nothing").await.unwrap();
    window.press("Escape").await.unwrap();

    window.click("settings-open").await.unwrap();
    window.click("search-rebuild").await.unwrap();
    until("the word that it is done", || async {
        let said = window.text("search-index").await?;
        Ok(said.filter(|said| said.contains("The search is complete.")))
    })
    .await
    .unwrap();
    window.click("settings-close").await.unwrap();

    look_for(&window, "天气真好").await;
    let hit = "[data-testid=search-option][data-kind=message]";
    window.find_css(hit).await.unwrap();
    window.press("Enter").await.unwrap();
    let words = until("the message", || async { Ok(landed_on(&window).await) })
        .await
        .unwrap();
    assert!(words.contains("昨天的天气真好"), "{words}");
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_branch_leads_back_to_the_message_at_which_it_left() {
    let computer = Computer::new();
    long_talk(&computer, 400, 397, "要不要一起去？").await;
    let asked = computer.message_id("要不要一起去？").await;
    let window = computer.open().await;
    window
        .click_css(&format!(
            "[data-testid=message][data-id='{asked}'] [data-testid=message-more]"
        ))
        .await
        .unwrap();
    window
        .click_css("[data-testid=message-menu-item][data-action=branch]")
        .await
        .unwrap();
    let from = until("where it came from", || async {
        window.text("origin-link").await
    })
    .await
    .unwrap();
    assert_eq!(from.trim(), "From “A year by the river”");
    window.click("origin-link").await.unwrap();
    let words = until("the message", || async { Ok(landed_on(&window).await) })
        .await
        .unwrap();
    assert!(words.contains("要不要一起去？"), "{words}");
    assert!(window.text("origin-link").await.unwrap().is_none());
    window.quit().await.unwrap();
}
