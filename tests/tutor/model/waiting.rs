//! Servers that say nothing.

use std::time::Duration;

use futures::future::join_all;
use parlance_tutor::model::{ModelError, Patience, Waiting};

use tokio::time::timeout;

use super::fake::{Fake, STOP, STREAM, Step, says, send, stream, then};
use super::{ask, patient, server_with};

const SHORT: Duration = Duration::from_millis(50);

/// What comes of a server for which only this much patience is left somewhere.
async fn wait(patience: Patience, script: Vec<Step>) -> (String, Waiting) {
    let fake = Fake::new(vec![script]).await;
    let (words, ending) = ask(&server_with(&fake, patience)).await;
    let Err(ModelError::TimedOut { waiting }) = ending else {
        panic!("{ending:?}");
    };
    fake.was_left().await;
    assert_eq!(fake.requests().len(), 1);
    (words, waiting)
}

#[tokio::test]
async fn silence_before_the_first_word_is_ended() {
    let patience = Patience {
        first_word: SHORT * 20,
        ..patient()
    };
    let keeps_alive = then(send(STREAM), Step::Forever(b": ping\n\n".to_vec()));
    let role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    let silent = [
        vec![Step::Hold],
        then(send("HTTP/1.1 200 OK\r\n"), Step::Hold),
        then(send(STREAM), Step::Hold),
        then(stream(role), Step::Hold),
    ];
    for ended in join_all(silent.map(|script| wait(patience, script))).await {
        assert_eq!(ended, (String::new(), Waiting::FirstWord));
    }
    // A server that only keeps the connection alive runs into one limit or the other.
    let fake = Fake::new(vec![keeps_alive]).await;
    let (_, ending) = ask(&server_with(&fake, patience)).await;
    let code = ending.unwrap_err().code();
    assert!(
        ["model_timed_out", "model_too_long"].contains(&code),
        "{code}"
    );
    fake.was_left().await;
}

#[tokio::test]
async fn silence_after_words_is_ended_and_the_words_stand() {
    let patience = Patience {
        next_word: SHORT,
        ..patient()
    };
    let script = then(stream(&says("Good mor")), Step::Hold);
    let expected = ("Good mor".to_owned(), Waiting::NextWord);
    assert_eq!(wait(patience, script).await, expected);
}

#[tokio::test]
async fn a_reply_may_not_last_for_ever() {
    let patience = Patience {
        whole: SHORT * 20,
        ..patient()
    };
    let script = then(stream(&says("Good mor")), Step::Hold);
    let expected = ("Good mor".to_owned(), Waiting::End);
    assert_eq!(wait(patience, script).await, expected);
}

#[tokio::test]
async fn a_server_that_forgets_to_close_after_the_last_word_is_no_failure() {
    let patience = Patience {
        epilogue: SHORT,
        next_word: Duration::from_secs(600),
        ..patient()
    };
    let body = format!("{}{STOP}", says("Fine."));
    let fake = Fake::new(vec![then(stream(&body), Step::Hold)]).await;
    let server = server_with(&fake, patience);
    let ended = timeout(Duration::from_secs(10), ask(&server)).await;
    let (words, ending) = ended.expect("the reply goes on");
    assert_eq!((words.as_str(), ending.is_ok()), ("Fine.", true));
    fake.was_left().await;
}

#[tokio::test]
async fn a_failure_that_never_says_its_reason_is_told_without() {
    let patience = Patience {
        answer: SHORT,
        ..patient()
    };
    let head = "HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\n";
    let fake = Fake::new(vec![then(send(head), Step::Hold)]).await;
    let (_, ending) = ask(&server_with(&fake, patience)).await;
    assert_eq!(ending.unwrap_err().code(), "model_server_failed");
}
