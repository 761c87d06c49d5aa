//! Servers on this computer.

use std::time::{Duration, Instant};

use parlance_tutor::model::{Candidate, LOOK_FOR, discover};

use super::fake::{Fake, Step, answer, send};

/// For a machine that does much else.
const PATIENT: Duration = Duration::from_secs(10);

fn candidate(fake: &Fake) -> Candidate {
    Candidate {
        port: fake.port,
        usually: "something",
    }
}

const MODELS: &str = r#"{"data":[{"id":"b"},{"id":"a"}]}"#;

#[tokio::test]
async fn the_servers_are_named_by_how_they_answer() {
    let owned = |by: &str| {
        answer(
            "200 OK",
            "",
            &format!(r#"{{"data":[{{"id":"a","owned_by":"{by}"}}]}}"#),
        )
    };
    let servers = [
        (
            vec![answer("200 OK", "server: llama.cpp\r\n", MODELS)],
            "llama.cpp",
        ),
        (vec![owned("llamacpp")], "llama.cpp"),
        (vec![owned("vllm")], "vLLM"),
        (vec![owned("organization_owner")], "LM Studio"),
        (
            vec![
                owned("library"),
                answer("200 OK", "", r#"{"version":"0.9.0"}"#),
            ],
            "Ollama",
        ),
        (
            vec![owned("library"), answer("404 No", "", "")],
            "something",
        ),
    ];
    for (scripts, name) in servers {
        let fake = Fake::new(scripts).await;
        let found = discover(&[candidate(&fake)], PATIENT).await;
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].name, name);
        assert_eq!(found[0].address.to_string(), fake.address());
    }
}

#[tokio::test]
async fn what_is_silent_or_something_else_is_not_found_and_holds_nobody_up() {
    let silent = Fake::new(vec![vec![Step::Hold]]).await;
    let page = Fake::new(vec![answer("200 OK", "", "<html>")]).await;
    let other = Fake::new(vec![answer("200 OK", "", "{}")]).await;
    let mail = Fake::new(vec![send("220 mail\r\n")]).await;
    let good = Fake::new(vec![answer("200 OK", "server: llama.cpp\r\n", MODELS)]).await;
    let all = [&silent, &page, &other, &mail, &good].map(candidate);
    let begun = Instant::now();
    let found = discover(&all, Duration::from_secs(1)).await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].models, ["a", "b"]);
    silent.was_left().await;
}

#[tokio::test]
async fn no_candidates_are_no_servers() {
    assert_eq!(discover(&[], LOOK_FOR).await, []);
}
