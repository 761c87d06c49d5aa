//! A life in conversations: put in order, changed and taken back.

use serde_json::json;
use window_driver::{Window, until};

use crate::{pictures::Album, support::Computer};

/// Conversations with these titles, the first the oldest, each with one message.
async fn conversations(computer: &Computer, titles: &[&str]) {
    let lines: String = titles
        .iter()
        .zip(1_i64..)
        .map(|(title, number)| {
            let line = json!({ "conversation": title, "role": "user", "content": format!("About {title}."),
                "created_at": 1_700_000_000_000_i64 + 60_000 * number });
            format!("{line}\n")
        })
        .collect();
    computer.import(lines).await;
}

/// In which folder each conversation lies, and with which tags, by title.
fn order(computer: &Computer) -> Vec<(String, Option<String>, Option<String>)> {
    let database = computer.database();
    let mut statement = database
        .prepare(
            "SELECT title, (SELECT name FROM conversation_folders WHERE id = folder_id),
                 (SELECT group_concat(tag) FROM conversation_tags WHERE conversation_id = conversations.id)
             FROM conversations WHERE deleted_at IS NULL ORDER BY id",
        )
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn row(
    title: &str,
    folder: Option<&str>,
    tag: Option<&str>,
) -> (String, Option<String>, Option<String>) {
    (
        title.to_owned(),
        folder.map(str::to_owned),
        tag.map(str::to_owned),
    )
}

async fn wait_for(computer: &Computer, expected: &[(String, Option<String>, Option<String>)]) {
    until("the order on the disk", || async {
        let order = order(computer);
        Ok((order == expected).then_some(()))
    })
    .await
    .unwrap_or_else(|error| panic!("{error}: {:?}", order(computer)));
}

/// Goes on with Tab until the element with this `data-testid` has the focus.
async fn tab_to(window: &Window, test_id: &str) {
    for _ in 0..30 {
        let script = "return document.activeElement?.dataset.testid ?? ''";
        if window.ask::<String>(script, vec![]).await.unwrap() == test_id {
            return;
        }
        window.press("Tab").await.unwrap();
    }
    panic!("the keyboard does not come to {test_id}");
}

/// Puts the focus on a conversation of the list, from which the keyboard goes on.
async fn focus(window: &Window, title: &str) {
    let script = "
        const items = [...document.querySelectorAll('[data-testid=conversation-item]')];
        const item = items.find((item) => item.innerText.includes(arguments[0]));
        item?.querySelector('button')?.focus();
        return item?.contains(document.activeElement) ?? false;";
    until(title, || async {
        let is_there: bool = window.ask(script, vec![json!(title)]).await?;
        Ok(is_there.then_some(()))
    })
    .await
    .unwrap();
}

/// Goes on with Tab until the list has the focus, and in it with the arrows to this conversation.
async fn walk_to(window: &Window, title: &str) {
    let focused = "
        const item = document.activeElement?.closest('[data-testid=conversation-item]');
        return item ? item.innerText : null;";
    for key in ["Tab"; 30]
        .into_iter()
        .chain(["Home"])
        .chain(["ArrowDown"; 30])
    {
        let here: Option<String> = window.ask(focused, vec![]).await.unwrap();
        match here {
            Some(here) if here.contains(title) => return,
            // In the list, and not there: from its beginning down.
            Some(_) if key == "Tab" => {}
            _ => window.press(key).await.unwrap(),
        }
    }
    panic!("the keyboard does not come to {title}");
}

/// The selector of what opens the conversation of this title.
async fn opener(computer: &Computer, title: &str) -> String {
    let id = computer.conversation_id(title).await;
    format!("[data-testid=conversation-item][data-id='{id}'] button.open")
}

#[tokio::test]
async fn conversations_are_put_in_order_by_the_mouse() {
    let computer = Computer::new();
    conversations(&computer, &["Rome", "Chợ Bến Thành", "面试"]).await;
    let window = computer.open().await;
    window.click("folder-new").await.unwrap();
    window.type_into("folder-name", "Été ☀️").await.unwrap();
    window.click("folder-save").await.unwrap();
    for title in ["Rome", "面试"] {
        let opener = opener(&computer, title).await;
        window.click_with("Control", &opener).await.unwrap();
    }
    window
        .click_css("[data-testid=bulk-action][data-action=move]")
        .await
        .unwrap();
    let folder = computer.folder_id("Été ☀️").await;
    window
        .click_css(&format!("[data-testid=move-place][data-id='{folder}']"))
        .await
        .unwrap();
    wait_for(
        &computer,
        &[
            row("Rome", Some("Été ☀️"), None),
            row("Chợ Bến Thành", None, None),
            row("面试", Some("Été ☀️"), None),
        ],
    )
    .await;
    window.click("undo").await.unwrap();
    wait_for(
        &computer,
        &[
            row("Rome", None, None),
            row("Chợ Bến Thành", None, None),
            row("面试", None, None),
        ],
    )
    .await;
    let place = format!("[data-testid=place][data-id='{folder}']");
    window.press("Escape").await.unwrap();
    let dragged = opener(&computer, "Chợ Bến Thành").await;
    window.drag(&dragged, &place).await.unwrap();
    wait_for(
        &computer,
        &[
            row("Rome", None, None),
            row("Chợ Bến Thành", Some("Été ☀️"), None),
            row("面试", None, None),
        ],
    )
    .await;
    window.quit().await.unwrap();
}

#[tokio::test]
async fn conversations_are_put_in_order_by_the_keyboard_alone() {
    let computer = Computer::new();
    conversations(&computer, &["Rome", "Chợ Bến Thành", "面试"]).await;
    let window = computer.open().await;
    walk_to(&window, "面试").await;
    // The newest first: this one and the next, a tag for both.
    window.press("Shift+ArrowDown").await.unwrap();
    window.press("t").await.unwrap();
    window.type_into("tags-box", "học").await.unwrap();
    window.press("Enter").await.unwrap();
    tab_to(&window, "tags-save").await;
    window.press("Enter").await.unwrap();
    wait_for(
        &computer,
        &[
            row("Rome", None, None),
            row("Chợ Bến Thành", None, Some("học")),
            row("面试", None, Some("học")),
        ],
    )
    .await;
    walk_to(&window, "Rome").await;
    window.press("Escape").await.unwrap();
    window.press("F2").await.unwrap();
    window.type_into("rename-input", "Roma").await.unwrap();
    window.press("Enter").await.unwrap();
    wait_for(
        &computer,
        &[
            row("Roma", None, None),
            row("Chợ Bến Thành", None, Some("học")),
            row("面试", None, Some("học")),
        ],
    )
    .await;
    walk_to(&window, "Roma").await;
    window.press("Delete").await.unwrap();
    wait_for(
        &computer,
        &[
            row("Chợ Bến Thành", None, Some("học")),
            row("面试", None, Some("học")),
        ],
    )
    .await;
    window.press("Control+z").await.unwrap();
    wait_for(
        &computer,
        &[
            row("Roma", None, None),
            row("Chợ Bến Thành", None, Some("học")),
            row("面试", None, Some("học")),
        ],
    )
    .await;
    // A folder, and a conversation into it.
    tab_to(&window, "folder-new").await;
    window.press("Enter").await.unwrap();
    window.find("folder-name").await.unwrap();
    for letter in ["v", "i", "a"] {
        window.press(letter).await.unwrap();
    }
    window.press("Enter").await.unwrap();
    computer.folder_id("via").await;
    walk_to(&window, "Roma").await;
    window.press("m").await.unwrap();
    window.find("move-box").await.unwrap();
    for key in ["v", "i", "Enter"] {
        window.press(key).await.unwrap();
    }
    wait_for(
        &computer,
        &[
            row("Roma", Some("via"), None),
            row("Chợ Bến Thành", None, Some("học")),
            row("面试", None, Some("học")),
        ],
    )
    .await;
    window.quit().await.unwrap();
}

#[tokio::test]
async fn pictures_of_conversations_in_order_found_edited_and_deleted() {
    let album = Album::new();
    let computer = Computer::new();
    conversations(
        &computer,
        &[
            "Rome in spring",
            "Chợ Bến Thành",
            "面试的准备",
            "رحلة إلى البحر",
            "Small talk ☕",
        ],
    )
    .await;
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    for name in ["Travel ☀️", "Work"] {
        window.click("folder-new").await.unwrap();
        window.type_into("folder-name", name).await.unwrap();
        window.click("folder-save").await.unwrap();
        let folder = computer.folder_id(name).await;
        window
            .find_css(&format!("[data-testid=place][data-id='{folder}']"))
            .await
            .unwrap();
    }
    focus(&window, "Rome in spring").await;
    window.press("Shift+ArrowUp").await.unwrap();
    window.press("t").await.unwrap();
    window.type_into("tags-box", "mùa xuân").await.unwrap();
    window.press("Enter").await.unwrap();
    window.click("tags-save").await.unwrap();
    window.press("Escape").await.unwrap();
    let travel = computer.folder_id("Travel ☀️").await;
    let place = format!("[data-testid=place][data-id='{travel}']");
    let rome = opener(&computer, "Rome in spring").await;
    window.drag(&rome, &place).await.unwrap();
    window.click("tags-fold").await.unwrap();
    window.find("tag-filter").await.unwrap();
    focus(&window, "面试的准备").await;
    window.press("Enter").await.unwrap();
    edit_twice(&window).await;
    for theme in ["light", "dark"] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.click("settings-close").await.unwrap();
        dismiss_toast(&window).await;
        album.take(&window, &format!("list-{theme}")).await;
        window.press("Control+k").await.unwrap();
        window.type_into("search-box", "面试").await.unwrap();
        window
            .find_css("[data-testid=search-option][data-kind=message]")
            .await
            .unwrap();
        album.take(&window, &format!("search-{theme}")).await;
        window.press("Escape").await.unwrap();
        window.click("message-edited").await.unwrap();
        window.find("history-dialog").await.unwrap();
        album.take(&window, &format!("history-{theme}")).await;
        window.press("Escape").await.unwrap();
        focus(&window, "Small talk").await;
        window.press("Delete").await.unwrap();
        window.click("trash-open").await.unwrap();
        window.find("trash-item").await.unwrap();
        album.take(&window, &format!("trash-{theme}")).await;
        window.click("trash-restore").await.unwrap();
        window.press("Escape").await.unwrap();
    }
    window.quit().await.unwrap();
}

/// Takes the offer to undo off the window, if it is there.
async fn dismiss_toast(window: &Window) {
    let script = "document.querySelector('[data-testid=undo-toast] button:last-of-type')?.click();
        return document.querySelector('[data-testid=undo-toast] button') === null;";
    until("no toast", || async {
        let is_gone: bool = window.ask(script, vec![]).await?;
        Ok(is_gone.then_some(()))
    })
    .await
    .unwrap();
}

/// Changes the words of the first message twice.
async fn edit_twice(window: &Window) {
    for words in [
        "About the interview on Monday.",
        "About the interview on Tuesday, 面试.",
    ] {
        window.click("message-more").await.unwrap();
        window
            .click_css("[data-testid=message-menu-item][data-action=edit]")
            .await
            .unwrap();
        window.find("message-edit-text").await.unwrap();
        window.press("Control+a").await.unwrap();
        window.type_into("message-edit-text", words).await.unwrap();
        window.press("Control+Enter").await.unwrap();
        until("the new words", || async {
            let messages = window.messages().await?;
            Ok(messages
                .iter()
                .any(|message| message.all_words().join(" ") == words)
                .then_some(()))
        })
        .await
        .unwrap();
    }
}
