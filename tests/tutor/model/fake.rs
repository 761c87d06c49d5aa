//! A server that does exactly what a test says, byte by byte.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

/// What is done after a request has been read. After the last step the connection is closed.
#[derive(Clone)]
pub(super) enum Step {
    Send(Vec<u8>),
    /// Each byte in a packet of its own, as far as the system lets it.
    EachByte(Vec<u8>),
    /// The same again and again, until the other side has gone.
    Forever(Vec<u8>),
    /// Says nothing until the other side has gone.
    Hold,
    /// Breaks the connection off instead of closing it.
    Reset,
}

pub(super) struct Fake {
    pub(super) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    /// One for each connection that the other side has closed in the middle of a step.
    left: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl Fake {
    /// The first connection is served by the first script and so on; the last script serves all others.
    pub(super) async fn new(scripts: Vec<Vec<Step>>) -> Self {
        let next = AtomicUsize::new(0);
        Self::answering(move |_| {
            let place = next.fetch_add(1, Ordering::Relaxed);
            scripts[place.min(scripts.len() - 1)].clone()
        })
        .await
    }

    /// Gives these models whenever it is asked for its list; that connection counts for no script.
    #[allow(dead_code, reason = "for the tests of the window")]
    pub(super) async fn with_models(models: &[&str], scripts: Vec<Vec<Step>>) -> Self {
        let data: Vec<_> = models
            .iter()
            .map(|id| serde_json::json!({ "id": id }))
            .collect();
        let list = serde_json::json!({ "data": data }).to_string();
        let list = answer("200 OK", "content-type: application/json\r\n", &list);
        let next = AtomicUsize::new(0);
        Self::answering(move |request| {
            if request.starts_with("GET ") {
                return list.clone();
            }
            let place = next.fetch_add(1, Ordering::Relaxed);
            scripts[place.min(scripts.len() - 1)].clone()
        })
        .await
    }

    /// Does what is said for each request, head and body.
    pub(super) async fn answering(
        script: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let left = Arc::new(Semaphore::new(0));
        let (seen, gone) = (Arc::clone(&requests), Arc::clone(&left));
        let script = Arc::new(script);
        let task = tokio::spawn(async move {
            loop {
                let Ok((mut stream, _)) = listener.accept().await else {
                    return;
                };
                let script = Arc::clone(&script);
                let (seen, gone) = (Arc::clone(&seen), Arc::clone(&gone));
                tokio::spawn(async move {
                    stream.set_nodelay(true).unwrap();
                    let Some(request) = read_request(&mut stream).await else {
                        return;
                    };
                    let script = script(&request);
                    seen.lock().unwrap().push(request);
                    if play(stream, script).await.is_err() {
                        gone.add_permits(1);
                    }
                });
            }
        });
        Self {
            port,
            requests,
            left,
            task,
        }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// The requests so far, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until the other side has closed a connection on which something was still being done.
    pub(super) async fn was_left(&self) {
        let left = timeout(Duration::from_secs(10), self.left.acquire()).await;
        left.expect("the connection is still open")
            .unwrap()
            .forget();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}

/// `Err` if the other side has gone.
async fn play(mut stream: TcpStream, script: Vec<Step>) -> Result<(), ()> {
    for step in script {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await.map_err(drop)?,
            Step::EachByte(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await.map_err(drop)?;
                    yield_now().await;
                }
            }
            Step::Forever(bytes) => loop {
                stream.write_all(&bytes).await.map_err(drop)?;
            },
            Step::Hold => {
                let mut byte = [0];
                match stream.read(&mut byte).await {
                    Ok(1) => panic!("the other side says more than its request"),
                    _ => return Err(()),
                }
            }
            Step::Reset => {
                stream.set_zero_linger().unwrap();
                return Ok(());
            }
        }
    }
    // The other side may have gone first.
    let _closed = stream.shutdown().await;
    Ok(())
}

/// An answer with a head, closed at its end.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    send(&format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ))
}

/// The head of a stream that lasts until the connection is closed, and some of its body.
pub(super) fn stream(body: &str) -> Vec<Step> {
    send(&format!("{STREAM}{body}"))
}

pub(super) const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

pub(super) const DONE: &str = "data: [DONE]\n\n";

pub(super) const STOP: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

pub(super) const LENGTH: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n";

/// One event with words.
pub(super) fn says(words: &str) -> String {
    let words = serde_json::Value::String(words.to_owned());
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{words}}}}}]}}\n\n")
}

pub(super) fn send(text: &str) -> Vec<Step> {
    vec![Step::Send(text.as_bytes().to_vec())]
}

/// A whole good reply.
pub(super) fn good(words: &str) -> Vec<Step> {
    stream(&format!("{}{STOP}{DONE}", says(words)))
}

pub(super) fn then(mut script: Vec<Step>, step: Step) -> Vec<Step> {
    script.push(step);
    script
}
