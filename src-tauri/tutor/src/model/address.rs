//! Where a model server is.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

const MAX_ADDRESS_BYTES: usize = 2_000;

/// What people copy along with an address; the client adds it by itself.
const ENDPOINTS: &[&str] = &[
    "/chat/completions",
    "/completions",
    "/embeddings",
    "/models",
];

/// Whether words and keys may travel unencrypted beyond the own network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// `http` is for this computer and private networks; everybody else needs `https`.
    #[default]
    PrivateOnly,
    /// The learner was warned and wants it all the same.
    Anywhere,
}

/// The base address of a server, such as `http://127.0.0.1:11434/v1`: checked, and without a trailing slash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    url: Url,
    is_private: bool,
}

/// Why an address cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// It is no address.
    #[error("this is not an address of a server")]
    Malformed,
    /// It begins with something else than `http://` or `https://`.
    #[error("an address begins with http:// or https://")]
    Scheme,
    /// It holds a user name or password, which would be shown wherever the address is.
    #[error("the address holds a password; a key has a place of its own")]
    Credentials,
    /// It would send words and key unencrypted to a stranger's network.
    #[error(
        "http:// sends everything unencrypted; a server outside of this network needs https://"
    )]
    Unencrypted,
}

impl Address {
    /// Reads what a person typed or pasted.
    ///
    /// Without a path, `/v1` is added; another path stays as it is, less a trailing slash or an endpoint at its
    /// end (`/chat/completions`). Without a scheme it is `http` on a private network, else `https`. Plain `http` is
    /// taken for this computer and for private networks: private, link-local and carrier-grade addresses, names
    /// without a dot, and those under `.localhost`, `.local`, `.lan`, `.internal` and `.home.arpa`. A name is judged
    /// by its form alone, since looking it up would already tell the network about it.
    ///
    /// # Errors
    /// [`AddressError`]: what is wrong with it. `Unencrypted` is the only one that `plain` lifts.
    pub fn parse(text: &str, plain: PlainHttp) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_ADDRESS_BYTES {
            return Err(AddressError::Malformed);
        }
        let mut url = read_url(text)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::Malformed);
        }
        let is_private = is_private(&url);
        if url.scheme() == "http" && !is_private && plain == PlainHttp::PrivateOnly {
            return Err(AddressError::Unencrypted);
        }
        let path = base_path(url.path());
        url.set_path(&path);
        Ok(Self { url, is_private })
    }

    /// A server on this computer.
    pub(super) fn loopback(port: u16) -> Self {
        let text = format!("http://127.0.0.1:{port}/v1");
        #[expect(
            clippy::expect_used,
            reason = "only the port varies, and every number is one"
        )]
        Self::parse(&text, PlainHttp::PrivateOnly).expect("a loopback address is an address")
    }

    /// The address of one of the server's services, such as `models`.
    pub(super) fn endpoint(&self, name: &str) -> Url {
        self.with_path(&format!("{}/{name}", self.url.path()))
    }

    /// Another path on the same server.
    pub(super) fn with_path(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    /// Whether the server is on this computer or on the network around it.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host and port, for people: `127.0.0.1:11434`.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

fn read_url(text: &str) -> Result<Url, AddressError> {
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        let plain = Url::parse(&format!("http://{text}"));
        match plain {
            Ok(url) if !is_private(&url) => Url::parse(&format!("https://{text}")),
            plain => plain,
        }
    };
    let url = url.map_err(|_| AddressError::Malformed)?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(AddressError::Scheme),
    }
}

fn base_path(path: &str) -> String {
    let mut path = path.trim_end_matches('/');
    for endpoint in ENDPOINTS {
        if let Some(base) = path.strip_suffix(endpoint) {
            path = base.trim_end_matches('/');
            break;
        }
    }
    if path.is_empty() { "/v1" } else { path }.to_owned()
}

fn is_private(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => is_private_address(address),
        Err(_) => is_private_name(host.trim_end_matches('.')),
    }
}

fn is_private_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64.0.0/10 is what private networks laid over others (Tailscale) give their computers.
            let is_shared = a == 100 && (64..128).contains(&b);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn is_private_name(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".localhost", ".local", ".lan", ".internal", ".home.arpa"];
    !name.contains('.') || ENDINGS.iter().any(|ending| name.ends_with(ending))
}
