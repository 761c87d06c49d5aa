//! How a reply comes.

use std::time::Duration;

use futures::StreamExt;
use parlance_storage::Role;
use parlance_tutor::{Pace, PracticePartner, ReplyEngine, ReplyRequest, Turn};
use tokio::time::Instant;

fn request(pace: Pace) -> ReplyRequest {
    ReplyRequest {
        scenario: Some("cafe-order".to_owned()),
        history: vec![Turn {
            role: Role::User,
            content: "I would like a coffee.".to_owned(),
        }],
        pace,
        ..ReplyRequest::default()
    }
}

async fn words(pace: Pace) -> Vec<String> {
    PracticePartner
        .reply(request(pace))
        .map(Result::unwrap)
        .collect()
        .await
}

#[tokio::test(start_paused = true)]
async fn the_words_come_one_by_one_at_the_chosen_pace() {
    for (pace, per_word) in [(Pace::Natural, 90), (Pace::Slow, 280)] {
        let start = Instant::now();
        let words = words(pace).await;
        let expected = Duration::from_millis(per_word) * u32::try_from(words.len()).unwrap();
        let waited = start.elapsed();
        assert!(words.len() > 3);
        assert!(
            waited >= expected && waited < expected * 2,
            "{waited:?} for {expected:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_pace_does_not_change_the_words() {
    let at_once = words(Pace::Instant).await.concat();
    assert_eq!(words(Pace::Natural).await.concat(), at_once);
    assert_eq!(words(Pace::Slow).await.concat(), at_once);
}

#[test]
fn an_instant_reply_needs_no_clock() {
    let stream = PracticePartner.reply(request(Pace::Instant));
    let words: Vec<_> = futures::FutureExt::now_or_never(stream.collect::<Vec<_>>()).unwrap();
    assert!(words.len() > 3);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_reply_stops() {
    let mut reply = PracticePartner.reply(request(Pace::Slow));
    let first = reply.next().await.unwrap().unwrap();
    assert!(!first.is_empty());
    drop(reply);
    // Nothing is left that could wake up: the paused clock stands where the first word came.
    let now = Instant::now();
    tokio::task::yield_now().await;
    assert_eq!(now.elapsed(), Duration::ZERO);
}

#[test]
fn the_engine_has_a_name_to_be_stored_with_its_messages() {
    let engine: Box<dyn ReplyEngine> = Box::new(PracticePartner);
    assert_eq!(engine.name(), "practice-partner");
}

#[tokio::test]
async fn the_partner_goes_on_with_its_own_words_and_answers_after_those_of_others() {
    let whole = said(request(Pace::Instant)).await;
    let (begun, rest) = whole.split_at(whole.len() / 2);
    let resumed = ReplyRequest {
        begun: begun.to_owned(),
        ..request(Pace::Instant)
    };
    assert_eq!(said(resumed).await, rest);
    let foreign = ReplyRequest {
        begun: "I am a model and".to_owned(),
        ..request(Pace::Instant)
    };
    assert_eq!(said(foreign).await, format!("\n\n{whole}"));
}

async fn said(request: ReplyRequest) -> String {
    let pieces: Vec<_> = PracticePartner.reply(request).collect().await;
    pieces.into_iter().map(Result::unwrap).collect()
}
