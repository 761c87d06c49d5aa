//! Which addresses and keys are taken.

use parlance_tutor::model::{Address, AddressError, ApiKey, KeyError, ModelServer, PlainHttp};

fn parse(text: &str) -> Result<String, AddressError> {
    Address::parse(text, PlainHttp::PrivateOnly).map(|address| address.to_string())
}

#[test]
fn an_address_is_taken_as_people_write_it() {
    for (text, expected) in [
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        (
            " http://127.0.0.1:11434/v1/ \n",
            "http://127.0.0.1:11434/v1",
        ),
        (
            "http://127.0.0.1:11434/v1/chat/completions",
            "http://127.0.0.1:11434/v1",
        ),
        (
            "http://127.0.0.1:11434/v1/models/",
            "http://127.0.0.1:11434/v1",
        ),
        ("localhost:1234", "http://localhost:1234/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("nas:8080", "http://nas:8080/v1"),
        ("api.example.com", "https://api.example.com/v1"),
        (
            "https://example.com/openai/v1beta/",
            "https://example.com/openai/v1beta",
        ),
        ("HTTPS://Example.COM:443", "https://example.com/v1"),
    ] {
        assert_eq!(parse(text), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn plain_http_is_for_the_own_network() {
    for host in [
        "localhost",
        "127.0.0.1",
        "127.8.9.10",
        "[::1]",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.20",
        "169.254.1.1",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:192.168.0.1]",
        "nas",
        "nas.local",
        "nas.lan",
        "box.home.arpa",
        "x.internal",
        "a.localhost",
    ] {
        assert!(parse(&format!("http://{host}:8080")).is_ok(), "{host}");
    }
    for host in [
        "example.com",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "[2001:db8::1]",
        "local.example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "[::ffff:8.8.8.8]",
    ] {
        let text = format!("http://{host}");
        assert_eq!(parse(&text), Err(AddressError::Unencrypted), "{host}");
        assert!(parse(&format!("https://{host}")).is_ok(), "{host}");
        assert!(Address::parse(&text, PlainHttp::Anywhere).is_ok(), "{host}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (text, error) in [
        ("", AddressError::Malformed),
        ("http://", AddressError::Malformed),
        ("http://a b", AddressError::Malformed),
        ("https://example.com/v1?key=1", AddressError::Malformed),
        ("https://example.com/#x", AddressError::Malformed),
        ("ftp://localhost", AddressError::Scheme),
        ("file:///etc/passwd", AddressError::Scheme),
        ("https://me:secret@example.com", AddressError::Credentials),
        ("https://me@example.com", AddressError::Credentials),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
    assert_eq!(
        parse(&format!("https://{}", "x".repeat(3_000))),
        Err(AddressError::Malformed)
    );
}

#[test]
fn a_key_is_never_shown() {
    let key = ApiKey::new("  sk-secret\n").unwrap();
    assert!(!format!("{key:?} {key:#?}").contains("secret"));
    let address = Address::parse("https://example.com", PlainHttp::PrivateOnly).unwrap();
    let server = ModelServer::new(address, Some(key)).unwrap();
    assert_eq!(format!("{server:?}"), "ModelServer(https://example.com/v1)");
}

#[test]
fn what_no_header_can_carry_is_no_key() {
    for text in ["", "  ", "a b", "a\nb", "é", "a\u{0}", &"x".repeat(5_000)] {
        assert_eq!(ApiKey::new(text).map(drop), Err(KeyError));
    }
}
