//! What the web puts into texts: tags, entities, addresses.

/// A tag at the beginning of a text.
pub(super) struct TagFound {
    /// In lower case, with the `/` of a closing tag.
    pub(super) name: String,
    /// Bytes up to and with the `>`, or of the whole text if it has none.
    pub(super) length: usize,
    pub(super) is_closed: bool,
    /// Whether what stands before and after it are different lines.
    pub(super) breaks_line: bool,
}

/// Reads the tag that a text begins with; a `<` that compares or begins a heart is none.
pub(super) fn tag_at(text: &str) -> Option<TagFound> {
    let inner = text.strip_prefix('<')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '!' | '/');
    let name_length = inner.find(|c: char| !is_name(c)).unwrap_or(inner.len());
    let name = inner[..name_length]
        .trim_end_matches('/')
        .to_ascii_lowercase();
    let starts_like_a_tag = name
        .trim_start_matches(['/', '!'])
        .starts_with(|c: char| c.is_ascii_alphabetic());
    let goes_on_like_a_tag =
        inner[name_length..].starts_with(|c: char| c == '>' || c.is_whitespace());
    if !starts_like_a_tag || !goes_on_like_a_tag {
        return None;
    }
    let end = text.find('>');
    // A tag that a long text cut in two has attributes; anything else is a stray `<`.
    if end.is_none() && !text.contains('=') {
        return None;
    }
    Some(TagFound {
        breaks_line: BREAKING.contains(&name.trim_start_matches('/')),
        name,
        length: end.map_or(text.len(), |end| end + 1),
        is_closed: end.is_some(),
    })
}

const BREAKING: &[&str] = &[
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "td",
    "th",
    "table",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
];

/// The text that ends an element whose content is never said.
pub(super) fn closing_tag_of(name: &str) -> Option<&'static str> {
    match name {
        "script" => Some("</script>"),
        "style" => Some("</style>"),
        _ => None,
    }
}

/// The host of the address that a word is, without `www.` and perhaps empty; `None` if it is no
/// address.
pub(super) fn address_host(word: &str) -> Option<&str> {
    let after_scheme = ["https://", "http://", "ftp://"]
        .into_iter()
        .find_map(|scheme| after_prefix(word, scheme));
    let rest = match after_scheme {
        Some(rest) => rest,
        None => {
            after_prefix(word, "www.").filter(|host| host.starts_with(char::is_alphanumeric))?
        }
    };
    let authority = rest.split(['/', '?', '#', '>', '|']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = after_prefix(host, "www.").unwrap_or(host);
    let is_host_character = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let length = host.find(|c| !is_host_character(c)).unwrap_or(host.len());
    Some(&host[..length])
}

/// What follows a prefix that may be written in capitals.
fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start
        .eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// Decodes the entity that a text begins with; gives its text and how many bytes it took.
pub(super) fn decode_entity(text: &str) -> Option<(String, usize)> {
    const LONGEST_NAME: usize = 32;
    let name = text.strip_prefix('&')?;
    let length = name
        .bytes()
        .take(LONGEST_NAME)
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
        .count();
    if !name[length..].starts_with(';') {
        return None;
    }
    let entity = &text[..length + 2];
    let decoded = html_escape::decode_html_entities(entity);
    (decoded != entity).then(|| (decoded.into_owned(), entity.len()))
}
