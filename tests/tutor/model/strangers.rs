//! What answers, and is no model server or does not want to be one for us.

use parlance_tutor::model::{Missing, ModelError};

use super::fake::{Fake, Step, answer, good, says, send, stream};
use super::{KEY, ask, fails, server};

const HTML: &str = "<!DOCTYPE html>\n<html><body>Welcome to your router</body></html>";

async fn error_of(status: &str, body: &str) -> ModelError {
    let (words, error) = fails(answer(status, "", body)).await;
    assert_eq!(words, "");
    error
}

#[tokio::test]
async fn a_web_page_is_not_a_model_server() {
    let error = error_of("200 OK", HTML).await;
    assert_eq!(error.code(), "model_not_a_server");
    assert!(error.to_string().contains("web page"), "{error}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for (body, missing) in [
        (HTML, Missing::Service),
        ("", Missing::Service),
        (
            r#"{"error":{"message":"The model 'x' does not exist"}}"#,
            Missing::Model,
        ),
        (
            r#"{"error":"model \"x\" not found, try pulling it first"}"#,
            Missing::Model,
        ),
    ] {
        assert_eq!(
            error_of("404 Not Found", body).await,
            ModelError::NotFound { missing }
        );
    }
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_said_and_never_repeated() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let body = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
        assert_eq!(error_of(status, &body).await, ModelError::Unauthorized);
        assert_eq!(error_of(status, HTML).await, ModelError::Unauthorized);
    }
}

#[tokio::test]
async fn no_error_repeats_the_key_or_control_characters() {
    let said = format!("no \\u0000\\u001b[31m{KEY}\\r\\n{}", "y".repeat(500));
    let body = format!(r#"{{"error":{{"message":"{said}","code":"{KEY}"}}}}"#);
    for status in [
        "400 Bad Request",
        "422 No",
        "500 Failed",
        "418 Teapot",
        "200 OK",
    ] {
        let error = error_of(status, &body).await;
        let text = error.to_string();
        assert!(text.contains("no [31m… yyy"), "{text}");
        assert!(
            text.chars().count() < 300 && !text.chars().any(char::is_control),
            "{text}"
        );
    }
    let streamed = stream(&format!("{}data: {body}\n\n", says("Hm")));
    let (words, error) = fails(streamed).await;
    assert_eq!(words, "Hm");
    assert_eq!(error.code(), "model_server_failed");
}

#[tokio::test]
async fn a_server_that_fails_says_with_what() {
    let error = error_of(
        "500 Internal Server Error",
        r#"{"error":{"message":"CUDA error."}}"#,
    )
    .await;
    let reason = "CUDA error".to_owned();
    assert_eq!(
        error,
        ModelError::ServerFailed {
            status: 500,
            reason
        }
    );
    let error = error_of("500 Internal Server Error", HTML).await;
    let reason = String::new();
    assert_eq!(
        error,
        ModelError::ServerFailed {
            status: 500,
            reason
        }
    );
    assert_eq!(error.to_string(), "the model server failed with status 500");
}

#[tokio::test]
async fn a_question_that_is_not_taken_is_refused_with_the_servers_reason() {
    let error = error_of(
        "400 Bad Request",
        r#"{"error":{"message":"the context is full"}}"#,
    )
    .await;
    assert_eq!(
        error.to_string(),
        "the model server refused the question: the context is full"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_stays_here() {
    let elsewhere = Fake::new(vec![good("Stolen")]).await;
    let location = format!("location: {}/chat/completions\r\n", elsewhere.address());
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let fake = Fake::new(vec![answer(status, &location, "")]).await;
        let (_, ending) = ask(&server(&fake)).await;
        assert_eq!(ending.unwrap_err().code(), "model_not_a_server");
        assert_eq!(fake.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn a_compressed_answer_was_not_asked_for() {
    let (_, error) = fails(answer("200 OK", "content-encoding: gzip\r\n", "\u{1f}xx")).await;
    assert_eq!(error.code(), "model_garbage");
    let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    bytes.extend([
        0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9,
    ]);
    let (_, error) = fails(vec![Step::Send(bytes)]).await;
    assert_eq!(error.code(), "model_garbage");
}

#[tokio::test]
async fn garbage_is_called_garbage() {
    for body in [
        "",
        "   \n",
        "OK",
        "data: hello\n\n",
        "data: {\"choices\":\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n\n",
        "{\"choices\": nonsense}",
        "{\"hello\":1}\u{7}",
    ] {
        assert_eq!(
            error_of("200 OK", body).await.code(),
            "model_garbage",
            "{body:?}"
        );
    }
    let (words, error) = fails(stream(&format!("{}data: ][\n\n", says("Good mor")))).await;
    assert_eq!(
        (words.as_str(), error.code()),
        ("Good mor", "model_garbage")
    );
    let mut not_utf8 = stream(&says("Good mor"));
    not_utf8.extend([Step::Send(
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n".to_vec(),
    )]);
    let (words, error) = fails(not_utf8).await;
    assert_eq!(
        (words.as_str(), error.code()),
        ("Good mor", "model_garbage")
    );
}

#[tokio::test]
async fn json_that_says_nothing_gives_no_words() {
    for body in [
        "{}",
        "[]",
        "{\"choices\":[]}",
        "{\"choices\":[{\"message\":{\"content\":null}}]}",
    ] {
        let (_, error) = fails(answer("200 OK", "", body)).await;
        assert_eq!(error.code(), "model_no_words", "{body}");
    }
}

#[tokio::test]
async fn what_does_not_speak_http_is_not_a_model_server() {
    for banner in ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n\r\n"] {
        let (_, error) = fails(send(banner)).await;
        assert_eq!(error.code(), "model_not_a_server", "{banner}");
    }
}

#[tokio::test]
async fn deeply_nested_json_does_not_overturn_anything() {
    let deep = format!("data: {{\"choices\":{}\n\n", "[".repeat(100_000));
    let (words, error) = fails(stream(&format!("{}{deep}", says("Hm")))).await;
    assert_eq!((words.as_str(), error.code()), ("Hm", "model_garbage"));
}
