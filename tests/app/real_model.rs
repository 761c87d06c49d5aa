//! A long talk with a real model server, which is stopped, killed and started again. Slow, and needs such a server, so
//! it is run by hand:
//!
//! ```text
//! PARLANCE_MODEL_SERVER="python model_server.py" cargo test -p parlance-window-tests -- --ignored real_model
//! ```
//!
//! The command gets a port of 127.0.0.1 as its last argument.

use std::net::TcpListener;
use std::process::{Child, Command};

use tokio::net::TcpStream;
use window_driver::{Window, until};

use crate::{
    models::{choose_model, go_on_by, reply_to},
    pictures::Album,
    support::Computer,
};

struct Server(Child);

impl Server {
    async fn start(port: u16) -> Self {
        let command = std::env::var("PARLANCE_MODEL_SERVER").expect("PARLANCE_MODEL_SERVER");
        let mut words = command.split_whitespace();
        let child = Command::new(words.next().unwrap())
            .args(words)
            .arg(port.to_string())
            .spawn()
            .unwrap();
        until("the model server", || async {
            Ok(TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await
        .unwrap();
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The first model that the server lists; `None` while it is loading.
async fn first_model(address: &str) -> Option<String> {
    let host = address
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /v1/models HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
        .await
        .unwrap();
    let json = answer.get(answer.find('{')?..=answer.rfind('}')?)?;
    let list: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(list["data"][0]["id"].as_str()?.to_owned())
}

async fn words_come(window: &Window) {
    until("some words", || async {
        let last = window.messages().await?.pop();
        let has_words = |words: Vec<&str>| words.concat().len() > 20;
        Ok(last.filter(|last| last.status == "streaming" && has_words(last.all_words())))
    })
    .await
    .unwrap();
}

/// Small models ramble until they are cut: that is an end as well, and on a slow computer a late one.
async fn end_of_reply_to(window: &Window, said: &str) {
    for _ in 0..4 {
        let ended = until("the end of the reply", || async {
            let mut messages = window.messages().await?;
            let last = messages.pop();
            let is_said = messages.pop().is_some_and(|before| before.words == said);
            Ok(last.filter(|last| is_said && last.status != "streaming"))
        });
        if ended.await.is_ok() {
            return;
        }
    }
    panic!("{said:?}: {:#?}", window.messages().await.unwrap().pop());
}

#[tokio::test]
#[ignore = "needs a model server, and minutes"]
#[allow(clippy::print_stdout, reason = "the figures of a run by hand")]
async fn twenty_turns_with_a_stop_a_killed_server_and_a_way_on() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("http://127.0.0.1:{port}/v1");
    let server = Server::start(port).await;
    let model = until("the models", || async { Ok(first_model(&address).await) })
        .await
        .unwrap();
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    choose_model(&window, &address, &model).await;

    let long = "Please tell me a long story about a city, a river and an old bridge.";
    for turn in 1..=18 {
        let words = format!("Turn {turn}: what do you like about summer number {turn}?");
        window.say(&words).await.unwrap();
        end_of_reply_to(&window, &words).await;
    }
    album.take(&window, "real-model").await;

    window.say(long).await.unwrap();
    words_come(&window).await;
    window.click("stop").await.unwrap();
    reply_to(&window, long, "interrupted").await;

    window.say(long).await.unwrap();
    words_come(&window).await;
    drop(server);
    reply_to(&window, long, "failed").await;
    album.take(&window, "real-model-killed").await;
    go_on_by(&window, "resume").await;
    until("the second failure", || async {
        let sql = "SELECT count(*) FROM messages WHERE failure_code = 'model_not_reachable'";
        Ok((computer.count(sql) == 1).then_some(()))
    })
    .await
    .unwrap();
    reply_to(&window, long, "failed").await;
    let server = Server::start(port).await;
    until("the models", || async { Ok(first_model(&address).await) })
        .await
        .unwrap();
    go_on_by(&window, "resume").await;
    until("the way on", || async {
        let sql = "SELECT count(*) FROM messages WHERE failure_code = 'model_not_reachable'";
        Ok((computer.count(sql) == 0).then_some(()))
    })
    .await
    .unwrap();
    // The window may still show how it failed.
    until("the end of the reply", || async {
        let sql = "SELECT count(*) FROM messages WHERE status = 'streaming'";
        Ok((computer.count(sql) == 0).then_some(()))
    })
    .await
    .unwrap();
    end_of_reply_to(&window, long).await;
    album.take(&window, "real-model-again").await;
    window.quit().await.unwrap();
    drop(server);

    let database = computer.database();
    let ends: String = database
        .query_row(
            "SELECT group_concat(status || coalesce(':' || failure_code, ''), ' ') FROM (
                 SELECT status, failure_code FROM messages WHERE role = 'assistant' ORDER BY sequence_number)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let kinds: String = database
        .query_row(
            "SELECT group_concat(event_type || ' ' || n, ', ') FROM (
                 SELECT event_type, count(*) AS n FROM conversation_events GROUP BY event_type)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    println!("{ends}\n{kinds}");
    let is_good = |end: &&str| ["complete", "failed:model_reached_limit"].contains(end);
    // The opening words, eighteen turns and the last one; in between one was stopped.
    assert_eq!(ends.split(' ').filter(is_good).count(), 20, "{ends}");
    assert_eq!(ends.matches("interrupted").count(), 1, "{ends}");
}
