//! The list of models, and the test of a connection.

use std::time::Duration;

use parlance_tutor::model::{Limit, ModelError, Patience, Waiting};

use super::fake::{Fake, Step, answer, send, then};
use super::{KEY, patient, server, server_with};

async fn models(body: &str) -> Result<Vec<String>, ModelError> {
    let fake = Fake::new(vec![answer("200 OK", "", body)]).await;
    server(&fake).list_models().await
}

#[tokio::test]
async fn the_models_are_sorted_and_each_is_there_once() {
    let body = r#"{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"b"},{"id":" c\u202e\n"}]}"#;
    assert_eq!(models(body).await.unwrap(), ["a", "b", "c"]);
    assert_eq!(
        models(r#"{"data":[]}"#).await.unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(models(r#"["x"]"#).await.unwrap(), ["x"]);
}

#[tokio::test]
async fn what_cannot_be_the_name_of_a_model_is_left_out() {
    let long = "x".repeat(257);
    let body = format!(
        r#"{{"data":[{{"id":"{long}"}},{{"id":7}},{{"id":"\u0000"}},{{}},null,{{"id":"a"}}]}}"#
    );
    assert_eq!(models(&body).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn the_list_is_asked_for_with_the_key() {
    let fake = Fake::new(vec![answer("200 OK", "", r#"{"data":[]}"#)]).await;
    server(&fake).list_models().await.unwrap();
    let request = fake.requests().remove(0);
    assert!(
        request.starts_with("GET /v1/models HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains(&format!("authorization: Bearer {KEY}")));
}

#[tokio::test]
async fn what_has_no_list_of_models_is_not_a_model_server() {
    for body in ["<html>", "hello", "{}", "7", "", r#"{"data":"x"}"#] {
        assert_eq!(
            models(body).await.unwrap_err().code(),
            "model_not_a_server",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_list_without_end_is_not_read_to_it() {
    let begin = "HTTP/1.1 200 OK\r\n\r\n{\"data\":[";
    let script = then(send(begin), Step::Forever(br#"{"id":"x"},"#.to_vec()));
    let fake = Fake::new(vec![script]).await;
    let limit = Limit::Answer;
    assert_eq!(
        server(&fake).list_models().await,
        Err(ModelError::TooLong { limit })
    );
    fake.was_left().await;
}

#[tokio::test]
async fn a_server_that_answers_passes_the_test() {
    let fake = Fake::new(vec![answer(
        "200 OK",
        "",
        r#"{"data":[{"id":"a"},{"id":"b"}]}"#,
    )])
    .await;
    let reachable = server(&fake).test().await.unwrap();
    assert_eq!(reachable.models, 2);
    assert!(reachable.latency > Duration::ZERO && reachable.latency < Duration::from_secs(10));
}

#[tokio::test]
async fn the_test_tells_at_once_what_is_wrong() {
    for (status, code) in [
        ("401 No", "model_unauthorized"),
        ("404 No", "model_service_not_found"),
        ("429 No", "model_rate_limited"),
        ("500 No", "model_server_failed"),
        ("503 No", "model_overloaded"),
    ] {
        let fake = Fake::new(vec![answer(status, "", "")]).await;
        assert_eq!(server(&fake).test().await.unwrap_err().code(), code);
        assert_eq!(fake.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn the_test_does_not_wait_for_ever() {
    let fake = Fake::new(vec![vec![Step::Hold]]).await;
    let patience = Patience {
        answer: Duration::from_millis(50),
        ..patient()
    };
    let waiting = Waiting::Answer;
    let tested = server_with(&fake, patience).test().await;
    assert_eq!(tested, Err(ModelError::TimedOut { waiting }));
}

#[tokio::test]
async fn a_list_that_is_cut_off_is_no_list() {
    let fake = Fake::new(vec![send(
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"data\":[]}",
    )])
    .await;
    assert_eq!(server(&fake).list_models().await, Err(ModelError::CutOff));
}
