//! A life in conversations: found again, put in order, changed and taken back.

use parlance_storage::{Clock, Database, OpenOptions, SystemClock, import, user};
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
    let database = Database::open(&computer.data_dir(), OpenOptions::new("0.1.0")).unwrap();
    database
        .write(move |tx| {
            let now = SystemClock.now();
            let learner = user::ensure_first(tx, now)?.id;
            import::jsonl(tx, learner, lines.as_bytes(), now)
        })
        .await
        .unwrap();
    database.close().unwrap();
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
