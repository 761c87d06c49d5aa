//! Servers that say too much.

use parlance_tutor::model::{Limit, MAX_EVENT_BYTES, MAX_REPLY_CHARACTERS, ModelError};

use super::fake::{Fake, STREAM, Step, answer, says, send, stream, then};
use super::{ask, fails, server};

/// What comes of a server that never ends; that it is left is part of it.
async fn endless(begin: &str, forever: &[u8]) -> (String, ModelError) {
    let script = then(
        send(&format!("{STREAM}{begin}")),
        Step::Forever(forever.to_vec()),
    );
    let fake = Fake::new(vec![script]).await;
    let (words, ending) = ask(&server(&fake)).await;
    fake.was_left().await;
    assert_eq!(fake.requests().len(), 1);
    (words, ending.unwrap_err())
}

#[tokio::test]
async fn an_endless_reply_ends_at_its_limit_and_the_words_stand() {
    let (words, error) = endless("", says("más ").as_bytes()).await;
    let limit = Limit::Characters;
    assert_eq!(error, ModelError::TooLong { limit });
    assert_eq!(words.chars().count(), MAX_REPLY_CHARACTERS);
    assert!(words.starts_with("más más "));
}

#[tokio::test]
async fn a_line_or_an_event_without_end_is_not_waited_for() {
    let limit = Limit::Event;
    let line = endless(&format!("{}data: ", says("Hm")), &[b'x'; 1_000]).await;
    assert_eq!(line, ("Hm".to_owned(), ModelError::TooLong { limit }));
    let event = endless(
        &says("Hm"),
        b"data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
    )
    .await;
    assert_eq!(event, ("Hm".to_owned(), ModelError::TooLong { limit }));
}

#[tokio::test]
async fn ten_megabytes_in_one_event_are_refused() {
    let huge = says(&"x".repeat(10_000_000));
    let (words, error) = fails(stream(&format!("{}{huge}", says("Hm")))).await;
    let limit = Limit::Event;
    assert_eq!(
        (words.as_str(), error),
        ("Hm", ModelError::TooLong { limit })
    );
}

#[tokio::test]
async fn an_event_may_be_nearly_as_long_as_its_limit() {
    let padding = "x".repeat(MAX_EVENT_BYTES - 200);
    let event = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"Fine.\"}}}}],\"pad\":\"{padding}\"}}\n\n"
    );
    let fake = Fake::new(vec![stream(&format!("{event}data: [DONE]\n\n"))]).await;
    assert_eq!(ask(&server(&fake)).await.0, "Fine.");
}

#[tokio::test]
async fn an_endless_stream_of_nothing_ends_at_its_limit() {
    let limit = Limit::Stream;
    let thinks = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"reasoning\":\"{}\"}}}}]}}\n\n",
        "x".repeat(2_000)
    );
    for nothing in [
        format!(": {}\n\n", "x".repeat(2_000)),
        thinks,
        " \n".repeat(1_000),
    ] {
        let (words, error) = endless("", nothing.as_bytes()).await;
        assert_eq!((words.as_str(), error), ("", ModelError::TooLong { limit }));
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_has_a_limit_too() {
    let limit = Limit::Answer;
    let (_, error) = endless("{\"x\":\"", &[b'x'; 1_000]).await;
    assert_eq!(error, ModelError::TooLong { limit });
    let long = "x".repeat(MAX_REPLY_CHARACTERS + 1);
    let body = format!("{{\"choices\":[{{\"message\":{{\"content\":\"{long}\"}}}}]}}");
    let (words, error) = fails(answer("200 OK", "", &body)).await;
    assert_eq!(words.len(), MAX_REPLY_CHARACTERS);
    assert_eq!(error.code(), "model_too_long");
}

#[tokio::test]
async fn the_reason_of_a_failure_is_not_read_without_end() {
    let script = then(
        send("HTTP/1.1 500 No\r\n\r\n"),
        Step::Forever(vec![b'x'; 1_000]),
    );
    let fake = Fake::new(vec![script]).await;
    let (_, ending) = ask(&server(&fake)).await;
    assert_eq!(ending.unwrap_err().code(), "model_server_failed");
    fake.was_left().await;
}
