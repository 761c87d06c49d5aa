//! Requests to one server: how they are sent, and what it means when they fail.

use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, Url, redirect, retry};
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls_platform_verifier::Verifier;
use serde_json::Value;
use tokio::time::timeout;

use super::address::Address;
use super::answer::{self, Again, Failure};
use super::error::{Limit, ModelError, Waiting};
use super::key::ApiKey;
use super::patience::Patience;

/// As much of an error's body as is read.
const MAX_FAILURE_BYTES: usize = 16 * 1024;

/// One server, and how to talk to it.
pub(super) struct Http {
    pub(super) address: Address,
    pub(super) key: Option<ApiKey>,
    pub(super) patience: Patience,
    client: Client,
}

impl Http {
    /// Touches no network.
    ///
    /// # Errors
    /// `NotReachable` if the address needs TLS and this computer trusts no certificate at all.
    pub(super) fn new(
        address: Address,
        key: Option<ApiKey>,
        patience: Patience,
    ) -> Result<Self, ModelError> {
        let Some(client) = client(&address, key.as_ref(), &patience) else {
            return Err(ModelError::NotReachable {
                host: address.host(),
                reason: "this computer has no certificates for secure connections",
            });
        };
        Ok(Self {
            address,
            key,
            patience,
            client,
        })
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    pub(super) fn post(&self, endpoint: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(self.address.endpoint(endpoint))
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    /// Sends a request and waits for the head of a good answer. The caller limits the time.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        if !response.status().is_success() {
            return Err(self.read_failure(response).await);
        }
        let coding = response.headers().get(CONTENT_ENCODING);
        if coding.is_some_and(|coding| coding != "identity") {
            return Err(ModelError::Garbage {
                what: "it is compressed, which was not asked for",
            }
            .into());
        }
        Ok(response)
    }

    /// Asks once for a short answer of at most `limit` bytes, and reads its JSON.
    pub(super) async fn ask(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(HeaderMap, Value), Failure> {
        self.ask_within(self.patience.answer, request, limit).await
    }

    /// [`Self::ask`] for an answer that takes longer.
    pub(super) async fn ask_within(
        &self,
        patience: Duration,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(HeaderMap, Value), Failure> {
        let asked = timeout(patience, async {
            let mut response = self.send(request).await?;
            let headers = std::mem::take(response.headers_mut());
            let body = read_body(&mut response, limit).await?;
            Ok((headers, parse(&body)?))
        });
        asked.await.unwrap_or_else(|_| {
            Err(ModelError::TimedOut {
                waiting: Waiting::Answer,
            }
            .into())
        })
    }

    async fn read_failure(&self, mut response: Response) -> Failure {
        let mut body = Vec::new();
        let reading = async {
            // The status has been told; a reason that breaks off is better than none.
            while let Ok(Some(bytes)) = response.chunk().await {
                body.extend_from_slice(&bytes);
                if body.len() > MAX_FAILURE_BYTES {
                    body.truncate(MAX_FAILURE_BYTES);
                    break;
                }
            }
        };
        let _in_time = timeout(self.patience.answer, reading).await;
        answer::failure(
            response.status(),
            response.headers(),
            &body,
            self.key.as_ref(),
        )
    }

    /// A request that got no answer.
    fn broken(&self, error: &reqwest::Error) -> Failure {
        if error.is_timeout() {
            return ModelError::TimedOut {
                waiting: Waiting::Connection,
            }
            .into();
        }
        let (reason, again) = match cause(error) {
            Cause::NotHttp => {
                return ModelError::NotAModelServer {
                    what: "something that does not speak HTTP",
                }
                .into();
            }
            Cause::Refused => ("nothing is running there", Again::Reconnect),
            Cause::Broken => ("the connection was broken off", Again::Reconnect),
            Cause::Insecure => ("no secure connection could be made", Again::No),
            Cause::NoSuchName => ("there is no computer of that name", Again::No),
            Cause::Other => ("no connection could be made", Again::No),
        };
        Failure {
            again,
            ..ModelError::NotReachable {
                host: self.address.host(),
                reason,
            }
            .into()
        }
    }
}

/// Reads a body of at most `limit` bytes.
async fn read_body(response: &mut Response, limit: usize) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|_| ModelError::CutOff)? {
        if body.len() + bytes.len() > limit {
            return Err(ModelError::TooLong {
                limit: Limit::Answer,
            });
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

fn parse(body: &[u8]) -> Result<Value, ModelError> {
    serde_json::from_slice(body).map_err(|_| {
        if body.trim_ascii_start().starts_with(b"<") {
            ModelError::NotAModelServer { what: "a web page" }
        } else {
            ModelError::NotAModelServer {
                what: "something that does not answer in JSON",
            }
        }
    })
}

/// A client that follows no redirect (the key would go along), keeps no connection (after a restart of the
/// server it would be a dead one), retries nothing by itself, and on the own network uses no proxy.
fn client(address: &Address, key: Option<&ApiKey>, patience: &Patience) -> Option<Client> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(key) = key {
        headers.insert(AUTHORIZATION, key.header()?);
    }
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls(address)?)
        .user_agent(concat!("Parlance/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(patience.connect);
    if address.is_private() {
        builder = builder.no_proxy();
    }
    builder.build().ok()
}

/// TLS as the system trusts. A plain address gets a configuration that trusts nobody: it costs nothing, and a
/// computer without certificates can still talk to itself.
fn tls(address: &Address) -> Option<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .ok()?;
    let config = if address.is_encrypted() {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier::new(provider).ok()?))
            .with_no_client_auth()
    } else {
        builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    };
    Some(config)
}

enum Cause {
    Refused,
    Broken,
    NotHttp,
    Insecure,
    NoSuchName,
    Other,
}

/// Looks through the layers of an error for the one that says most.
fn cause(error: &reqwest::Error) -> Cause {
    if error.is_dns() {
        return Cause::NoSuchName;
    }
    let mut layer = error.source();
    while let Some(source) = layer {
        if let Some(http) = source.downcast_ref::<hyper::Error>() {
            if http.is_parse() {
                return Cause::NotHttp;
            }
            if http.is_incomplete_message() || http.is_canceled() || http.is_closed() {
                return Cause::Broken;
            }
        }
        if source.is::<rustls::Error>() {
            return Cause::Insecure;
        }
        if let Some(io) = source.downcast_ref::<std::io::Error>() {
            match io.kind() {
                ErrorKind::ConnectionRefused => return Cause::Refused,
                ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof => return Cause::Broken,
                _ => {}
            }
            // An io::Error that wraps another error passes over it when it is asked for its source.
            if io
                .get_ref()
                .is_some_and(|inner| inner.is::<rustls::Error>())
            {
                return Cause::Insecure;
            }
        }
        layer = source.source();
    }
    Cause::Other
}
