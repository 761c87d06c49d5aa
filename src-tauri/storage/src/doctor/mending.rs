//! Puts a row right that breaks the rules of its table, where that costs none of its words.
//!
//! The words of a learner are kept; what stands around them (a state, a counter, a time) gives way: to NULL,
//! or, for what everything else hangs on, to what can be told from the rest of the row. The row as it was is
//! always kept aside, so nothing is replaced in silence.

use rusqlite::{Connection, OptionalExtension, ffi};

use super::known::{ColumnType, Known, KnownTable, is_refusal};
use super::record::Value;
use crate::{Error, id};

/// The title of a conversation of which only messages are left.
pub(super) const RECOVERED_TITLE: &str = "Recovered conversation";
/// The name of a profile of which only the id is left.
pub(super) const RECOVERED_NAME: &str = "Recovered profile";
/// What stands where bytes were that are no text.
pub(super) const NO_CHARACTER: char = '\u{fffd}';

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It is in the table, to the byte.
    AsItIs,
    /// It is in the table, with something put right.
    Mended(&'static str),
    /// The same row is there already.
    Again,
    /// It cannot be in the table.
    Refused(&'static str),
}

/// Columns that only make sense together.
const TOGETHER: &[(&str, &[&str])] = &[
    (
        "conversations",
        &["message_count", "last_message_at", "last_message_preview"],
    ),
    ("conversations", &["pinned_at", "pin_order"]),
    ("conversations", &["title", "title_source"]),
    ("messages", &["edited_at", "edit_count"]),
    (
        "message_chunks",
        &[
            "tts_status",
            "attempt_count",
            "last_error",
            "lease_owner",
            "lease_expires_at",
            "audio_key",
            "audio_duration_ms",
        ],
    ),
];

/// Puts a row into its table of a database without triggers and checks of references; mended if need be.
pub(super) fn place(
    connection: &Connection,
    known: &Known,
    table: &KnownTable,
    original: &[Value],
) -> Result<Placed, Error> {
    if original.is_empty() {
        return Ok(Placed::Refused("it holds no value at all"));
    }
    let mut values: Vec<Value> = table
        .columns
        .iter()
        .zip(original)
        .map(|(column, value)| legible(column.column_type, value))
        .collect();
    let mut mended = (values != original).then_some("it held bytes that are no text");
    let mut conflicts = 0;
    loop {
        let error = match table.insert(connection, &values) {
            Ok(()) => return Ok(mended.map_or(Placed::AsItIs, Placed::Mended)),
            Err(error) if is_refusal(&error) => error,
            Err(error) => return Err(error.into()),
        };
        if is_of_uniqueness(&error) {
            conflicts += 1;
            if is_there(connection, table, &values)? {
                return Ok(Placed::Again);
            }
            if conflicts > 2 || !make_unique(connection, table, &mut values, conflicts)? {
                return Ok(Placed::Refused("another row has the same key"));
            }
            mended = Some("another row had its place");
        } else {
            match keep_rules(connection, known, table, &values)? {
                Some(better) if better != values => values = better,
                _ => return Ok(Placed::Refused("it breaks a rule of its table")),
            }
            mended = Some("it broke a rule of its table");
        }
    }
}

/// Whether a value is a blob in a column of texts: a text whose type was damaged.
pub(super) fn is_text_in_disguise(table: &KnownTable, values: &[Value], place: usize) -> bool {
    table.columns[place].column_type == ColumnType::Text
        && matches!(values.get(place), Some(Value::Blob(_)))
}

/// Text that is text; a blob where text belongs is read as one.
fn legible(column_type: ColumnType, value: &Value) -> Value {
    let (Value::Text(bytes) | Value::Blob(bytes)) = value else {
        return value.clone();
    };
    if column_type != ColumnType::Text {
        return value.clone();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Value::Text(bytes.clone()),
        _ => Value::Text(legible_text(bytes).into_bytes()),
    }
}

/// The text of these bytes, with a mark wherever they are none, or NUL.
pub(super) fn legible_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', &NO_CHARACTER.to_string())
}

/// A row that keeps the rules, as like the given one as can be; `None` if there is none.
fn keep_rules(
    connection: &Connection,
    known: &Known,
    table: &KnownTable,
    values: &[Value],
) -> Result<Option<Vec<Value>>, Error> {
    let mut better = values.to_vec();
    let mut replaced = Vec::new();
    for (place, better) in better.iter_mut().enumerate() {
        if let Some(value) = substitute(connection, table, values, place)? {
            *better = value;
            replaced.push(place);
        }
    }
    if !known.keeps_rules(table, &better)? {
        return Ok(None);
    }
    // Whatever need not be replaced is put back: what belongs together first, then the rest one by one.
    let groups = TOGETHER
        .iter()
        .filter(|(name, _)| *name == table.name)
        .map(|(_, columns)| {
            columns
                .iter()
                .filter_map(|name| table.place(name))
                .collect()
        });
    let singles = replaced.iter().map(|place| vec![*place]);
    for places in groups.chain(singles).collect::<Vec<Vec<usize>>>() {
        let mut restored = better.clone();
        for place in places.into_iter().filter(|place| *place < values.len()) {
            restored[place] = values[place].clone();
        }
        if known.keeps_rules(table, &restored)? {
            better = restored;
        }
    }
    Ok(Some(better))
}

/// Tables whose rows others hang on: they are not given up for a damaged column.
const KEPT_AT_ANY_PRICE: &[&str] = &["users", "conversations", "messages"];

/// What may stand in a column instead of a value that breaks the rules. `None` if nothing may.
pub(super) fn substitute(
    connection: &Connection,
    table: &KnownTable,
    values: &[Value],
    place: usize,
) -> Result<Option<Value>, Error> {
    let column = &table.columns[place];
    let text = |text: &str| Some(Value::Text(text.as_bytes().to_vec()));
    if column.is_nullable {
        return Ok(Some(Value::Null));
    }
    let row = values
        .first()
        .and_then(Value::as_integer)
        .unwrap_or_default();
    let is_kept = KEPT_AT_ANY_PRICE.contains(&table.name.as_str());
    Ok(match (table.name.as_str(), column.name.as_str()) {
        // A sound can always be made again.
        ("message_chunks", "tts_status") => text("pending"),
        ("message_chunks", "attempt_count" | "pause_after_ms") => Some(Value::Integer(0)),
        ("message_chunks", "emotion" | "emphasis") => column.default.clone(),
        ("messages", "role") => {
            // Only replies have a model.
            let is_reply = table
                .place("model")
                .and_then(|model| values.get(model))
                .is_some_and(|model| *model != Value::Null);
            text(if is_reply { "assistant" } else { "user" })
        }
        ("messages", "status") => text("interrupted"),
        ("messages", "sequence_number") => Some(next_sequence(connection, table, values)?),
        ("conversations", "title") => text(RECOVERED_TITLE),
        ("conversations", "title_source") => text("user"),
        ("users", "username") => text(&format!("recovered-{}", id::encode(row))),
        ("users", "display_name") => text(RECOVERED_NAME),
        (_, "created_at" | "updated_at") if is_kept => Some(Value::Integer(id::birth_millis(row))),
        _ if is_kept => column.default.clone(),
        _ => None,
    })
}

/// The end of the conversation to which a message belongs.
fn next_sequence(
    connection: &Connection,
    table: &KnownTable,
    values: &[Value],
) -> Result<Value, Error> {
    let conversation = table
        .place("conversation_id")
        .and_then(|place| values.get(place))
        .and_then(Value::as_integer);
    // What lies beyond the largest possible number is damaged too, and counts for nothing.
    let last: i64 = connection
        .prepare_cached(
            "SELECT coalesce(max(sequence_number), 0) FROM messages
             WHERE conversation_id = ?1 AND sequence_number < 4294967295",
        )?
        .query_row([conversation], |row| row.get(0))?;
    Ok(Value::Integer(last + 1))
}

fn is_of_uniqueness(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|failure| failure.extended_code);
    matches!(
        code,
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
        )
    )
}

/// Whether this very row is in the table.
fn is_there(connection: &Connection, table: &KnownTable, values: &[Value]) -> Result<bool, Error> {
    let key: Vec<String> = table
        .key
        .iter()
        .map(|place| format!("\"{}\" = ?", table.columns[*place].name))
        .collect();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {} FROM \"{}\" WHERE {}",
        table.names(values.len()),
        table.name,
        key.join(" AND ")
    ))?;
    for (parameter, place) in table.key.iter().enumerate() {
        let value = values.get(*place).unwrap_or(&Value::Null);
        let value = rusqlite::types::ToSqlOutput::Borrowed(value.as_ref());
        statement.raw_bind_parameter(parameter + 1, value)?;
    }
    let mut rows = statement.raw_query();
    let Some(row) = rows.next()? else {
        return Ok(false);
    };
    for (place, value) in values.iter().enumerate() {
        if Value::from(row.get_ref(place)?) != *value {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Moves a row out of the way of another, if it can lie elsewhere. Gives whether it can.
fn make_unique(
    connection: &Connection,
    table: &KnownTable,
    values: &mut [Value],
    attempt: usize,
) -> Result<bool, Error> {
    let (column, value) = match (table.name.as_str(), attempt) {
        ("messages", 1) => ("sequence_number", next_sequence(connection, table, values)?),
        // Two replies that are being written at once: neither is, by now.
        ("messages", _) => ("status", Value::Text(b"interrupted".to_vec())),
        ("message_chunks", 1) => {
            let message = table
                .place("message_id")
                .and_then(|place| values.get(place));
            let last: Option<i64> = connection
                .query_row(
                    "SELECT max(chunk_index) FROM message_chunks WHERE message_id = ?1",
                    [message.and_then(Value::as_integer)],
                    |row| row.get(0),
                )
                .optional()?
                .flatten();
            ("chunk_index", Value::Integer(last.unwrap_or(-1) + 1))
        }
        ("users", 1) => {
            let row = values
                .first()
                .and_then(Value::as_integer)
                .unwrap_or_default();
            let name = format!("recovered-{}", id::encode(row));
            ("username", Value::Text(name.into_bytes()))
        }
        _ => return Ok(false),
    };
    // A primary key that is taken cannot be had in another way.
    if key_is_taken(connection, table, values)? {
        return Ok(false);
    }
    match table.place(column).and_then(|place| values.get_mut(place)) {
        Some(place) => *place = value,
        None => return Ok(false),
    }
    Ok(true)
}

fn key_is_taken(
    connection: &Connection,
    table: &KnownTable,
    values: &[Value],
) -> Result<bool, Error> {
    let sql = format!("SELECT 1 FROM \"{}\" WHERE id = ?1", table.name);
    let row = values.first().and_then(Value::as_integer);
    Ok(connection.prepare_cached(&sql)?.exists([row])?)
}
