//! The README's pictures: taken from the real window, so that they show what is.
//!
//! Without `PARLANCE_PICTURES` they go to a directory that is thrown away; that they can be taken is
//! tested all the same.

use std::{env, fs, path::PathBuf};

use crate::support::Computer;

#[tokio::test]
async fn pictures_of_the_window_light_and_dark() {
    let scrap = tempfile::tempdir().unwrap();
    let folder: PathBuf =
        env::var_os("PARLANCE_PICTURES").map_or_else(|| scrap.path().to_owned(), Into::into);
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    window.picture(&folder.join("welcome.png")).await.unwrap();
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
    for theme in ["light", "dark"] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.click("settings-close").await.unwrap();
        window.click("composer").await.unwrap();
        let picture = folder.join(format!("chat-{theme}.png"));
        window.picture(&picture).await.unwrap();
        assert!(
            fs::metadata(&picture).unwrap().len() > 10_000,
            "an almost empty picture"
        );
    }
    let light = fs::read(folder.join("chat-light.png")).unwrap();
    let dark = fs::read(folder.join("chat-dark.png")).unwrap();
    assert_ne!(light, dark, "the dark theme looks like the light one");
    window.quit().await.unwrap();
}
