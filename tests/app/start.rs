//! Starting: a second time, where it cannot be, and what is logged.

use std::{fs, os::unix::fs::PermissionsExt};

use window_driver::{Window, until};

use crate::support::{Computer, app};

#[tokio::test]
async fn a_second_start_ends_and_the_first_window_comes_to_the_front() {
    let computer = Computer::new();
    let window = computer.open().await;
    let mut second = computer
        .desktop
        .command(app(), &computer.data_dir())
        .spawn()
        .unwrap();
    let status = until("the end of the second start", || {
        let ended = second.try_wait();
        async move { Ok(ended?) }
    })
    .await
    .unwrap();
    assert!(status.success(), "the second start ended with {status}");
    until("the first window's answer to the second start", || async {
        Ok(computer
            .log()
            .contains("started a second time")
            .then_some(()))
    })
    .await
    .unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written_is_a_page_that_says_so_and_retry_works() {
    let computer = Computer::new();
    // A file stands where the directory should be: not even root can create anything in there.
    let place = computer.data_dir();
    fs::write(&place, "in the way").unwrap();
    let window = computer.start(&place).await;
    window.find("start-failure").await.unwrap();
    let message = window.text("start-failure-message").await.unwrap().unwrap();
    assert!(
        message.split_whitespace().count() >= 5,
        "a sentence, not {message:?}"
    );
    assert_eq!(
        fs::read_to_string(&place).unwrap(),
        "in the way",
        "nothing was touched"
    );

    fs::remove_file(&place).unwrap();
    window.click("start-retry").await.unwrap();
    window.ready().await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_log_that_cannot_be_written_keeps_nobody_from_talking() {
    let computer = Computer::new();
    // A directory where the file should be: not even root can write to it.
    fs::create_dir_all(computer.data_dir().join("logs/parlance.log")).unwrap();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn what_the_app_makes_is_readable_by_its_owner_alone() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    window.all_spoken().await.unwrap();
    window.quit().await.unwrap();
    let mut places = vec![computer.data_dir()];
    let mut seen = 0;
    while let Some(place) = places.pop() {
        let mode = fs::metadata(&place).unwrap().permissions().mode() & 0o777;
        let wanted = if place.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{} is {mode:o}", place.display());
        seen += 1;
        if place.is_dir() {
            places.extend(
                fs::read_dir(&place)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    assert!(
        seen >= 7,
        "database, lock, log, audio and their folders, not {seen}"
    );
}

#[tokio::test]
async fn the_window_does_not_leave_for_another_page() {
    let computer = Computer::new();
    let window = computer.open().await;
    let _: Option<()> = window
        .ask(
            "location.href = 'https://example.com/'; return null",
            Vec::new(),
        )
        .await
        .unwrap();
    until("the refusal", || async {
        Ok(computer.log().contains("kept from leaving").then_some(()))
    })
    .await
    .unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    window.quit().await.unwrap();
}

#[tokio::test]
async fn closing_the_window_ends_the_app_in_order() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    window.close().await.unwrap();
    assert!(
        computer.log().contains("profile closed"),
        "{}",
        computer.log()
    );
    let log_of_the_database = computer.data_dir().join("parlance.db-wal");
    assert!(
        !log_of_the_database.exists(),
        "everything is folded into the one file"
    );
}

#[tokio::test]
async fn the_log_tells_what_happened_but_not_what_was_said() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window.say("My secret word is Xylophonist.").await.unwrap();
    window.reply_after(before).await.unwrap();
    window.all_spoken().await.unwrap();
    window.quit().await.unwrap();
    let log = computer.log();
    assert!(log.contains("profile open"), "{log}");
    assert!(log.contains("profile closed"), "{log}");
    assert!(!log.to_lowercase().contains("xylophonist"), "{log}");
    assert!(!log.to_lowercase().contains("coffee"), "{log}");
}

#[tokio::test]
async fn a_chat_without_a_voice_says_so_and_works() {
    let computer = Computer::new();
    let nothing = tempfile::tempdir().unwrap();
    let desktop = computer.desktop.with_engines_in(nothing.path());
    let window = Window::open(&desktop, &app(), &computer.data_dir())
        .await
        .unwrap();
    window.ready().await.unwrap();
    window
        .find_css("[data-testid=speech-state][data-state=unavailable]")
        .await
        .unwrap();
    let state = window.text("speech-state").await.unwrap().unwrap();
    assert!(!state.trim().is_empty());
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window.say("Hello, can you hear me?").await.unwrap();
    let reply = window.reply_after(before).await.unwrap();
    assert!(
        reply
            .chunks
            .iter()
            .all(|chunk| chunk.tts_status == "pending"),
        "{reply:?}"
    );
    window.quit().await.unwrap();
}
