//! Replies as servers send them.

use std::time::Duration;

use futures::StreamExt;
use parlance_tutor::model::{Delta, Finish, ModelError, Patience, Usage};
use proptest::test_runner::{Config, TestRunner};
use tokio::time::timeout;

use super::fake::{DONE, Fake, LENGTH, STOP, STREAM, Step, answer, good, says, stream, then};
use super::{KEY, ask, fails, patient, question, server, server_with};

#[tokio::test]
async fn the_words_come_as_they_are_sent_and_then_the_end_with_the_tokens() {
    let usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2}}\n\n";
    let body = format!("{}{}{STOP}{usage}{DONE}", says("Fine, "), says("thanks."));
    let fake = Fake::new(vec![stream(&body)]).await;
    let deltas: Vec<_> = server(&fake).chat(question()).collect().await;
    let words: Vec<_> = deltas
        .iter()
        .filter_map(|delta| match delta {
            Ok(Delta::Words(words)) => Some(words.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["Fine, ", "thanks."]);
    let Some(Ok(Delta::End(ending))) = deltas.last() else {
        panic!("{deltas:?}");
    };
    assert_eq!(ending.finish, Finish::Stop);
    let usage = Usage {
        prompt_tokens: 11,
        completion_tokens: 2,
    };
    assert_eq!(ending.usage, Some(usage));
}

#[tokio::test]
async fn the_question_is_sent_as_servers_want_it() {
    let fake = Fake::new(vec![good("Fine.")]).await;
    let mut asked = question();
    asked.temperature = Some(0.5);
    asked.max_tokens = Some(100);
    let _: Vec<_> = server(&fake).chat(asked).collect().await;
    let requests = fake.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains(&format!("authorization: Bearer {KEY}")));
    assert!(head.contains("accept-encoding: identity"));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "model": "small",
        "messages": [{"role": "user", "content": "How are you?"}],
        "stream": true,
        "stream_options": {"include_usage": true},
        "temperature": 0.5,
        "max_tokens": 100,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn nothing_is_asked_before_the_stream_is_read() {
    let fake = Fake::new(vec![good("Fine.")]).await;
    drop(server(&fake).chat(question()));
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(ask(&server(&fake)).await.0, "Fine.");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_reply_whose_every_byte_is_a_packet_is_whole() {
    let text = "Xin chào, 你好 🤔 — naïve?";
    let body = format!("{STREAM}: ping\r\n\r\n{}{STOP}{DONE}", says(text));
    let fake = Fake::new(vec![vec![Step::EachByte(body.into_bytes())]]).await;
    let (words, ending) = ask(&server(&fake)).await;
    assert_eq!(words, text);
    assert_eq!(ending.unwrap().finish, Finish::Stop);
}

#[test]
fn any_way_of_cutting_a_reply_into_packets_gives_the_same_words() {
    let text = "Chào 你好 🤔!";
    let body = format!("{STREAM}{}{STOP}{DONE}", says(text)).into_bytes();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cuts = proptest::collection::btree_set(0..body.len(), 0..8);
    let mut runner = TestRunner::new(Config::with_cases(24));
    let outcome = runner.run(&cuts, |cuts| {
        let mut from = 0;
        let mut script = Vec::new();
        for cut in cuts.into_iter().chain([body.len()]) {
            script.push(Step::Send(body[from..cut].to_vec()));
            from = cut;
        }
        let (words, ending) = runtime.block_on(async {
            let fake = Fake::new(vec![script]).await;
            ask(&server(&fake)).await
        });
        assert_eq!(words, text);
        assert!(ending.is_ok(), "{ending:?}");
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = r#"{"choices":[{"message":{"content":"Fine."},"finish_reason":"stop"}]}"#;
    for kind in ["application/json", "text/event-stream", "text/html"] {
        let fake = Fake::new(vec![answer(
            "200 OK",
            &format!("content-type: {kind}\r\n"),
            body,
        )])
        .await;
        let (words, ending) = ask(&server(&fake)).await;
        assert_eq!(words, "Fine.");
        assert_eq!(ending.unwrap().finish, Finish::Stop);
    }
}

#[tokio::test]
async fn a_stream_under_a_wrong_name_is_read_all_the_same() {
    let body = format!("{}{DONE}", says("Fine."));
    for kind in ["text/plain", "application/json", "application/octet-stream"] {
        let fake = Fake::new(vec![answer(
            "200 OK",
            &format!("content-type: {kind}\r\n"),
            &body,
        )])
        .await;
        assert_eq!(ask(&server(&fake)).await.0, "Fine.", "{kind}");
    }
}

#[tokio::test]
async fn a_reply_cut_by_its_limit_of_tokens_says_so() {
    let fake = Fake::new(vec![stream(&format!("{}{LENGTH}", says("I am")))]).await;
    let (words, ending) = ask(&server(&fake)).await;
    assert_eq!(words, "I am");
    assert_eq!(ending.unwrap().finish, Finish::Length);
}

#[tokio::test]
async fn a_stream_may_end_without_done_if_it_has_said_why_it_ends() {
    let ends: Vec<Vec<Step>> = vec![vec![], vec![Step::Reset]];
    for end in ends {
        let mut script = stream(&format!("{}{STOP}", says("Fine.")));
        script.extend(end);
        let fake = Fake::new(vec![script]).await;
        let (words, ending) = ask(&server(&fake)).await;
        assert_eq!(
            (words.as_str(), ending.unwrap().finish),
            ("Fine.", Finish::Stop)
        );
    }
}

#[tokio::test]
async fn nothing_is_read_after_done() {
    let body = format!("{}{DONE}", says("Fine."));
    let fake = Fake::new(vec![then(stream(&body), Step::Hold)]).await;
    let patience = Patience {
        epilogue: Duration::from_secs(600),
        ..patient()
    };
    let server = server_with(&fake, patience);
    let ended = timeout(Duration::from_secs(10), ask(&server)).await;
    let (words, ending) = ended.expect("the reply goes on");
    assert_eq!((words.as_str(), ending.is_ok()), ("Fine.", true));
    fake.was_left().await;
}

#[tokio::test]
async fn a_connection_that_ends_in_mid_word_leaves_the_words_and_says_so() {
    let begun = format!("{}{}", says("Good "), says("mor"));
    let chunk = format!("{:x}\r\n{begun}\r\n", begun.len());
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let sized = "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n";
    for script in [
        stream(&begun),
        then(stream(&begun), Step::Send(b"data: {\"choi".to_vec())),
        then(stream(&begun), Step::Reset),
        super::fake::send(&format!("{chunked}{chunk}")),
        super::fake::send(&format!("{chunked}{chunk}0\r\n\r\n")),
        super::fake::send(&format!("{chunked}{chunk}not a size\r\n")),
        super::fake::send(&format!("{sized}{begun}")),
    ] {
        // What a reset overtakes is lost in the system, so the words can be fewer there.
        let is_reset = script.iter().any(|step| matches!(step, Step::Reset));
        let (words, error) = fails(script).await;
        assert!("Good mor" == words || is_reset, "{words}");
        assert!(
            matches!(error, ModelError::CutOff | ModelError::Garbage { .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn what_breaks_after_words_is_not_asked_again() {
    for script in [
        stream(&says("Good mor")),
        stream(&format!("{}data: {{nonsense\n\n", says("Good mor"))),
        stream(&format!(
            "{}data: {{\"error\":{{\"code\":503,\"message\":\"Loading model\"}}}}\n\n",
            says("Good mor")
        )),
    ] {
        let fake = Fake::new(vec![script, good("Again")]).await;
        let (words, ending) = ask(&server(&fake)).await;
        assert_eq!(words, "Good mor");
        assert!(ending.is_err());
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_failure_told_within_the_stream_is_told_on() {
    let told = "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n";
    let (words, error) = fails(stream(&format!("{}{told}", says("Good mor")))).await;
    assert_eq!(words, "Good mor");
    let reason = "out of memory".to_owned();
    assert_eq!(
        error,
        ModelError::ServerFailed {
            status: 500,
            reason
        }
    );
}

#[tokio::test]
async fn a_reply_that_a_filter_stops_is_refused() {
    let filtered = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n";
    let (words, error) = fails(stream(&format!("{}{filtered}", says("I")))).await;
    assert_eq!(words, "I");
    assert_eq!(error.code(), "model_refused");
}

#[tokio::test]
async fn a_dropped_reply_closes_the_connection_at_once() {
    let fake = Fake::new(vec![then(stream(&says("Good mor")), Step::Hold)]).await;
    let mut deltas = server(&fake).chat(question());
    assert_eq!(
        deltas.next().await,
        Some(Ok(Delta::Words("Good mor".to_owned())))
    );
    drop(deltas);
    fake.was_left().await;
}

#[tokio::test]
async fn a_reply_dropped_before_its_first_word_closes_the_connection_too() {
    let fake = Fake::new(vec![vec![Step::Hold]]).await;
    let mut deltas = server(&fake).chat(question());
    let waiting = futures::poll!(deltas.next());
    assert!(waiting.is_pending());
    while fake.requests().is_empty() {
        let waiting = futures::poll!(deltas.next());
        assert!(waiting.is_pending());
        tokio::task::yield_now().await;
    }
    drop(deltas);
    fake.was_left().await;
}
