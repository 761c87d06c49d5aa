//! The app killed in the middle of a reply, again and again. Takes minutes, so it is run by hand:
//! `cargo test -p parlance-window-tests -- --ignored kills`.

use std::time::{Duration, Instant};

use window_driver::until;

use crate::support::Computer;

const KILLS: u32 = 50;
const ONE_SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
#[ignore = "fifty starts of the app take minutes"]
#[allow(clippy::print_stdout, reason = "the figures of a run by hand")]
async fn a_kill_in_mid_reply_never_costs_more_than_the_last_second_on_the_screen() {
    let computer = Computer::new();
    let window = computer.open_with_a_slow_partner().await;
    window.start_conversation("free-talk").await.unwrap();
    window.quit().await.unwrap();
    let mut shortest = usize::MAX;
    let mut longest = 0;
    for kill in 0..KILLS {
        let window = computer.open().await;
        window.click("conversation-item").await.unwrap();
        let said = format!("This is message number {kill}. I like music, and you?");
        until("the box", || async {
            Ok(window.text("composer").await?.map(drop))
        })
        .await
        .unwrap();
        window.say(&said).await.unwrap();
        // From the first word on, for a time that chance gives: up to three seconds.
        let chance = u64::from(rand_below(3_000));
        let mut seen: Vec<(Instant, String)> = Vec::new();
        let begun = until("the first word", || async {
            let last = window.messages().await?.pop();
            let words = last
                .filter(|last| last.role == "assistant" && last.status == "streaming")
                .map(|last| last.all_words().concat());
            Ok(words
                .filter(|words| !words.is_empty())
                .map(|_| Instant::now()))
        })
        .await
        .unwrap();
        while begun.elapsed() < Duration::from_millis(chance) {
            let last = window.messages().await.unwrap().pop().unwrap();
            seen.push((Instant::now(), last.all_words().concat()));
            if last.status != "streaming" {
                break;
            }
        }
        let killed_at = Instant::now();
        window.kill().await.unwrap();
        let stored: String = computer
            .database()
            .query_row(
                "SELECT content FROM messages WHERE role = 'assistant' ORDER BY id DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .unwrap();
        let sound = |text: &str| text.split_whitespace().collect::<String>();
        let promised = seen
            .iter()
            .rev()
            .find(|(at, _)| killed_at.duration_since(*at) >= ONE_SECOND)
            .map_or("", |(_, words)| words);
        assert!(
            sound(&stored).starts_with(&sound(promised)),
            "kill {kill}: {promised:?} was on the screen, {stored:?} is on the disk"
        );
        shortest = shortest.min(stored.len());
        longest = longest.max(stored.len());
    }
    println!("{KILLS} kills; replies of {shortest} to {longest} bytes were on the disk");
}

/// Chance enough: nobody has to foresee it.
fn rand_below(limit: u32) -> u32 {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .subsec_nanos();
    (nanos / 1_000) % limit
}
