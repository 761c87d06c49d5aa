//! When a question is asked again, and when not.

use std::time::{Duration, Instant};

use parlance_tutor::model::{ModelError, Patience};

use super::fake::{DONE, Fake, Step, answer, good, says, send, stream};
use super::{ask, patient, question, server, server_with};

/// How often a question is asked of a server that always does this, and what comes of it.
async fn asked(script: Vec<Step>) -> (usize, ModelError) {
    let fake = Fake::new(vec![script]).await;
    let (_, ending) = ask(&server(&fake)).await;
    (fake.requests().len(), ending.unwrap_err())
}

fn loading() -> Vec<Step> {
    let body = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
    answer("503 Service Unavailable", "", body)
}

#[tokio::test]
async fn a_server_that_is_still_loading_is_waited_for() {
    let fake = Fake::new(vec![loading(), loading(), good("Fine.")]).await;
    let (words, ending) = ask(&server(&fake)).await;
    assert_eq!((words.as_str(), ending.is_ok()), ("Fine.", true));
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn a_server_that_never_gets_ready_is_given_up() {
    let tries = usize::try_from(patient().tries_when_busy).unwrap();
    assert_eq!(asked(loading()).await, (tries, ModelError::Loading));
    for status in ["502 Bad Gateway", "503 No", "504 Gateway Timeout"] {
        let busy = answer(status, "", "<html>nginx</html>");
        assert_eq!(
            asked(busy).await,
            (tries, ModelError::Overloaded),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_limit_of_questions_is_waited_out_if_that_is_not_long() {
    let tries = usize::try_from(patient().tries_when_busy).unwrap();
    let limited = answer("429 Too Many Requests", "", "{}");
    let retry_after = None;
    assert_eq!(
        asked(limited).await,
        (tries, ModelError::RateLimited { retry_after })
    );

    let limited = |seconds| answer("429 No", &format!("retry-after: {seconds}\r\n"), "");
    let fake = Fake::new(vec![limited(1), good("Fine.")]).await;
    let begun = Instant::now();
    assert_eq!(ask(&server(&fake)).await.0, "Fine.");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(fake.requests().len(), 2);

    let retry_after = Some(Duration::from_secs(3_600));
    assert_eq!(
        asked(limited(3_600)).await,
        (1, ModelError::RateLimited { retry_after })
    );
}

#[tokio::test]
async fn an_account_without_money_is_not_asked_again() {
    let body = r#"{"error":{"message":"You exceeded your current quota"}}"#;
    let (times, error) = asked(answer("429 No", "", body)).await;
    assert_eq!((times, error.code()), (1, "model_refused"));
}

#[tokio::test]
async fn what_would_fail_again_is_asked_once() {
    for status in [
        "400 No", "401 No", "403 No", "404 No", "422 No", "500 No", "301 No",
    ] {
        assert_eq!(asked(answer(status, "", "")).await.0, 1, "{status}");
    }
    for body in ["<html>", "data: nonsense\n\n"] {
        assert_eq!(asked(answer("200 OK", "", body)).await.0, 1, "{body}");
    }
    assert_eq!(asked(stream(DONE)).await.0, 1);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_first_word_is_made_again() {
    for broken in [
        vec![],
        vec![Step::Reset],
        send("HTTP/1.1 200"),
        stream("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"),
        send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nda"),
    ] {
        let fake = Fake::new(vec![broken.clone(), good("Fine.")]).await;
        assert_eq!(ask(&server(&fake)).await.0, "Fine.");
        assert_eq!(fake.requests().len(), 2);

        let (times, error) = asked(broken).await;
        assert_eq!(times, 3);
        assert!(
            matches!(error, ModelError::NotReachable { .. } | ModelError::CutOff),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_thought_is_a_beginning_too() {
    let thinks = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm\"}}]}\n\n";
    let (times, error) = asked(stream(thinks)).await;
    assert_eq!((times, error), (1, ModelError::CutOff));
}

#[tokio::test]
async fn nobody_at_the_address_is_said_with_the_address() {
    let fake = Fake::new(vec![vec![]]).await;
    let server = server(&fake);
    let host = format!("127.0.0.1:{}", fake.port);
    drop(fake);
    // The listener is closed when its task has been ended, which dropping only asks for.
    let error = loop {
        match ask(&server).await.1 {
            Err(error @ ModelError::NotReachable { .. })
                if error.to_string().contains("nothing is running there") =>
            {
                break error;
            }
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(error.to_string().contains(&host), "{error}");
}

#[tokio::test]
async fn the_last_trouble_is_told_when_the_time_for_retries_is_over() {
    let patience = Patience {
        back_off: Duration::from_secs(60),
        longest_wait: Duration::from_secs(60),
        first_word: Duration::from_millis(1_000),
        ..patient()
    };
    let fake = Fake::new(vec![loading()]).await;
    let (_, ending) = ask(&server_with(&fake, patience)).await;
    assert_eq!(ending, Err(ModelError::Loading));
}

#[tokio::test]
async fn what_a_server_does_not_take_is_left_out_from_then_on() {
    let no_usage = answer(
        "400 Bad Request",
        "",
        r#"{"detail":[{"loc":["body","stream_options"]}]}"#,
    );
    let no_limit = answer(
        "400 Bad Request",
        "",
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}"#,
    );
    let no_chance = answer(
        "400 Bad Request",
        "",
        r#"{"error":{"message":"'temperature' does not support 0.5"}}"#,
    );
    let fake = Fake::new(vec![
        no_usage,
        no_limit,
        no_chance,
        stream(&format!("{}{DONE}", says("Fine."))),
    ])
    .await;
    let server = server(&fake);
    for _ in 0..2 {
        let mut asked = question();
        asked.max_tokens = Some(100);
        asked.temperature = Some(0.5);
        let deltas: Vec<_> = futures::StreamExt::collect(server.chat(asked)).await;
        assert!(deltas.iter().all(Result::is_ok), "{deltas:?}");
    }
    let requests = fake.requests();
    assert_eq!(requests.len(), 5);
    for request in &requests[3..] {
        assert!(!request.contains("stream_options") && !request.contains("temperature"));
        assert!(request.contains("max_completion_tokens") && !request.contains("max_tokens\""));
    }
}
