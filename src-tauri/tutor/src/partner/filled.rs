//! Finding again in what was said the lines that were filled in.

/// What stands in the place of the first braces of a line, if `said` ends with that line; empty if the line has none.
pub(super) fn value_at_end<'a>(said: &'a str, line: &str) -> Option<&'a str> {
    let mut fixed = line.split('{').enumerate().map(|(number, part)| {
        let after_name = part.split_once('}').map_or("", |(_, rest)| rest);
        if number == 0 { part } else { after_name }
    });
    let first = fixed.next()?;
    let mut rest = &said[said.rfind(first)? + first.len()..];
    let mut value = None;
    for part in fixed {
        // Where nothing comes after the braces, the value goes to the end.
        let at = if part.is_empty() {
            rest.len()
        } else {
            rest.find(part)?
        };
        value = value.or(Some(&rest[..at]));
        rest = &rest[at + part.len()..];
    }
    rest.is_empty().then(|| value.unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::value_at_end;

    #[test]
    fn a_line_is_found_with_what_it_was_filled_with() {
        let line = "One of your words is \"{due}\". Where did you last meet \"{due}\"?";
        let said = "I see. One of your words is \"tea pot\". Where did you last meet \"tea pot\"?";
        assert_eq!(value_at_end(said, line), Some("tea pot"));
        assert_eq!(value_at_end("I see. Really?", line), None);
        let more = format!("{said} Good.");
        assert_eq!(value_at_end(&more, line), None);
    }

    #[test]
    fn a_line_without_braces_has_no_value() {
        assert_eq!(
            value_at_end("Oh. Shall we go on?", "Shall we go on?"),
            Some("")
        );
        assert_eq!(value_at_end("Shall we?", "Shall we go on?"), None);
    }
}
