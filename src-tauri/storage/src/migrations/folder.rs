//! Reads a folder of migration files and refuses what would break a migration's promise.
//!
//! This module is compiled twice: by the build script, which embeds the files, and by the crate. It
//! therefore depends on the standard library only and speaks in sentences, since its errors are what
//! a developer reads when the build fails.

use std::fs;
use std::path::Path;

/// One migration as it stands in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationFile {
    /// The number before the name; consecutive from 1.
    pub version: u32,
    /// What it adds, as the file name says.
    pub name: String,
    /// The statements, with line ends as `\n` on every system.
    pub sql: String,
}

/// Words that end the transaction in which a migration runs, or that do nothing good inside one.
const FORBIDDEN: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "PRAGMA",
    "ATTACH",
    "DETACH",
    "VACUUM",
];

/// Reads every `NNN_what_it_adds.sql` of `folder`, in order.
///
/// # Errors
/// A sentence that names the file: for a gap, a duplicate, a name out of pattern, a file that is
/// empty or not UTF-8, or a statement that does not belong into a migration.
pub fn read_folder(folder: &Path) -> Result<Vec<MigrationFile>, String> {
    let entries = fs::read_dir(folder).map_err(|error| {
        format!(
            "The migrations folder {} cannot be read: {error}.",
            folder.display()
        )
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let entry =
            entry.map_err(|error| format!("The migrations folder cannot be listed: {error}."))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_migration(&name) {
            files.push(read_file(&entry.path(), &name)?);
        }
    }
    files.sort_by(|a, b| (a.version, &a.name).cmp(&(b.version, &b.name)));
    check_numbers(&files)?;
    Ok(files)
}

/// Whether a file is meant as a migration, well named or not. Notes and hidden files of editors are not.
fn is_migration(name: &str) -> bool {
    !name.starts_with('.')
        && (name.to_ascii_lowercase().contains(".sql")
            || name.starts_with(|first: char| first.is_ascii_digit()))
}

fn read_file(path: &Path, file_name: &str) -> Result<MigrationFile, String> {
    let (version, name) = parse_name(file_name).ok_or_else(|| {
        format!(
            "Migration {file_name} is badly named: the pattern is NNN_what_it_adds.sql, \
             three digits from 001 on, then small letters, digits and underscores."
        )
    })?;
    let bytes = fs::read(path)
        .map_err(|error| format!("Migration {file_name} cannot be read: {error}."))?;
    let sql = String::from_utf8(bytes)
        .map_err(|_| format!("Migration {file_name} is not UTF-8."))?
        .replace("\r\n", "\n");
    check_statements(&sql).map_err(|problem| format!("Migration {file_name} {problem}"))?;
    Ok(MigrationFile { version, name, sql })
}

fn parse_name(file_name: &str) -> Option<(u32, String)> {
    let (number, name) = file_name.strip_suffix(".sql")?.split_once('_')?;
    let well_formed = number.len() == 3
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let version = number.parse().ok()?;
    (well_formed && version > 0).then(|| (version, name.to_owned()))
}

fn check_numbers(files: &[MigrationFile]) -> Result<(), String> {
    for (expected, file) in (1..).zip(files) {
        let MigrationFile { version, name, .. } = file;
        if *version < expected {
            return Err(format!(
                "Migration {version:03} is there twice; {version:03}_{name}.sql is one of them."
            ));
        }
        if *version > expected {
            return Err(format!(
                "Migration {expected:03} is missing; {version:03}_{name}.sql comes after the gap."
            ));
        }
    }
    Ok(())
}

/// Refuses statements that would end the migration's transaction or have no place in it.
///
/// # Errors
/// The rest of a sentence that starts with the migration's name.
pub fn check_statements(sql: &str) -> Result<(), String> {
    let tokens = tokens(sql)?;
    if tokens.is_empty() {
        return Err("is empty.".into());
    }
    let mut statement: Vec<&str> = Vec::new();
    let mut depth = 0_u32;
    for Token { text, line } in &tokens {
        let word = text.to_ascii_uppercase();
        if statement.is_empty() && FORBIDDEN.contains(&word.as_str()) {
            return Err(format!(
                "has a {word} statement in line {line}; the app alone decides about transactions, pragmas and files."
            ));
        }
        if word == "ROLLBACK" {
            return Err(format!(
                "says ROLLBACK in line {line}, which would end transactions of the app; use ABORT."
            ));
        }
        // Only the body of a trigger has BEGIN … END with statements in between; CASE … END nests in it.
        if is_trigger(&statement) {
            match word.as_str() {
                "BEGIN" | "CASE" => depth += 1,
                "END" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if *text == ";" && depth == 0 {
            statement.clear();
        } else if *text != ";" {
            statement.push(text);
        }
    }
    if statement.is_empty() {
        Ok(())
    } else {
        Err("does not end its last statement with a semicolon.".into())
    }
}

fn is_trigger(statement: &[&str]) -> bool {
    let word = |place: usize| statement.get(place).map(|text| text.to_ascii_uppercase());
    let second = word(1);
    let kind = if matches!(second.as_deref(), Some("TEMP" | "TEMPORARY")) {
        word(2)
    } else {
        second
    };
    word(0).as_deref() == Some("CREATE") && kind.as_deref() == Some("TRIGGER")
}

struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// Cuts SQL into words, quoted texts and single signs; comments and blanks fall away.
fn tokens(sql: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    let line_of = |rest: &str| 1 + sql[..sql.len() - rest.len()].matches('\n').count();
    while let Some(first) = rest.chars().next() {
        let line = line_of(rest);
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/")
                .map(|end| end + 2)
                .ok_or_else(|| format!("has an open comment in line {line}."))?
        } else if let Some(close) = closing_quote(first) {
            quoted_length(rest, close)
                .ok_or_else(|| format!("has an open quote in line {line}."))?
        } else if is_word(first) {
            rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        let is_comment = text.starts_with("--") || text.starts_with("/*");
        if !is_comment && !first.is_whitespace() {
            tokens.push(Token { text, line });
        }
        rest = after;
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn closing_quote(open: char) -> Option<char> {
    match open {
        '\'' | '"' | '`' => Some(open),
        '[' => Some(']'),
        _ => None,
    }
}

/// The length of a quoted text with both its quotes; a doubled quote is seen as two texts in a row.
fn quoted_length(text: &str, close: char) -> Option<usize> {
    text[1..].find(close).map(|end| 1 + end + close.len_utf8())
}
