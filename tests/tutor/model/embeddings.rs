//! Texts as vectors.

use parlance_tutor::model::ModelError;

use super::fake::{Fake, answer};
use super::server;

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

async fn embed(body: &str, count: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let fake = Fake::new(vec![answer("200 OK", "", body)]).await;
    server(&fake).embed("small", &texts(count)).await
}

#[tokio::test]
async fn the_vectors_come_in_the_order_of_the_texts() {
    let body = r#"{"data":[{"index":1,"embedding":[3,4.5]},{"index":0,"embedding":[1,-2e0]}]}"#;
    assert_eq!(embed(body, 2).await.unwrap(), [[1.0, -2.0], [3.0, 4.5]]);
    let body = r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#;
    assert_eq!(embed(body, 2).await.unwrap(), [[1.0], [2.0]]);
}

#[tokio::test]
async fn no_texts_need_no_server() {
    let fake = Fake::new(vec![vec![]]).await;
    assert_eq!(server(&fake).embed("small", &[]).await, Ok(vec![]));
    assert_eq!(fake.requests().len(), 0);
}

#[tokio::test]
async fn vectors_that_cannot_be_compared_are_refused() {
    for body in [
        r#"{"data":[{"embedding":[1,2]},{"embedding":[1]}]}"#,
        r#"{"data":[{"embedding":[1]}]}"#,
        r#"{"data":[{"embedding":[]},{"embedding":[]}]}"#,
        r#"{"data":[{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
        r#"{"data":[{"index":7,"embedding":[1]},{"index":-1,"embedding":[1]}]}"#,
        r#"{"data":[{"embedding":[1e39]},{"embedding":[1]}]}"#,
        r#"{"data":[{"embedding":[null]},{"embedding":[1]}]}"#,
        r#"{"data":[{"embedding":"AAAA"},{"embedding":"AAAA"}]}"#,
        r#"{"data":{}}"#,
        r#"{}"#,
    ] {
        assert_eq!(
            embed(body, 2).await.unwrap_err().code(),
            "model_garbage",
            "{body}"
        );
    }
    let many = format!(r#"{{"data":[{{"embedding":[{}0]}}]}}"#, "0,".repeat(8_192));
    assert_eq!(embed(&many, 1).await.unwrap_err().code(), "model_garbage");
}

#[tokio::test]
async fn many_texts_are_sent_in_parts_that_must_agree() {
    let rows = |count: usize, vector: &str| {
        let rows = vec![format!("{{\"embedding\":{vector}}}"); count].join(",");
        answer("200 OK", "", &format!("{{\"data\":[{rows}]}}"))
    };
    let fake = Fake::new(vec![rows(32, "[1,2]"), rows(8, "[1,2]")]).await;
    let vectors = server(&fake).embed("small", &texts(40)).await.unwrap();
    assert_eq!(vectors.len(), 40);
    assert!(fake.requests()[1].contains("text 32"));
    let fake = Fake::new(vec![rows(32, "[1,2]"), rows(8, "[1,2,3]")]).await;
    let error = server(&fake).embed("small", &texts(40)).await.unwrap_err();
    assert_eq!(error.code(), "model_garbage");
}

#[tokio::test]
async fn a_server_without_embeddings_says_so_and_a_busy_one_is_asked_again() {
    let fake = Fake::new(vec![answer("501 Not Implemented", "", "{}")]).await;
    let error = server(&fake).embed("small", &texts(1)).await.unwrap_err();
    assert_eq!(error.code(), "model_service_not_found");
    assert_eq!(fake.requests().len(), 1);
    let vector = r#"{"data":[{"embedding":[1]}]}"#;
    let fake = Fake::new(vec![answer("503 No", "", ""), answer("200 OK", "", vector)]).await;
    assert_eq!(
        server(&fake).embed("small", &texts(1)).await.unwrap(),
        [[1.0]]
    );
}
