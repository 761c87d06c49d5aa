//! `events`.

use std::path::Path;

use parlance_storage::event::{ConversationEvent, EventFilter, in_directory};
use parlance_storage::{ConversationId, Error, EventType, Timestamp};
use serde_json::json;

use crate::no_database;
use crate::print::Printer;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Of this conversation alone, by its id.
    #[arg(long, value_name = "ID", value_parser = conversation)]
    conversation: Option<ConversationId>,
    /// Of this kind, such as reply_finished; may be given more than once.
    #[arg(long = "type", value_name = "KIND", value_parser = event_type)]
    types: Vec<EventType>,
    /// On this day or later, as YYYY-MM-DD in the time of this computer.
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Timestamp>,
    /// Before this day.
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<Timestamp>,
    /// How many entries to show at most.
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub(crate) fn run(
    arguments: &Arguments,
    data_dir: &Path,
    printer: &mut Printer,
) -> Result<bool, Error> {
    let filter = EventFilter {
        types: arguments.types.clone(),
        since: arguments.since,
        until: arguments.until,
    };
    let found = in_directory(data_dir, arguments.conversation, &filter, arguments.limit)?;
    let Some(events) = found else {
        return Ok(no_database(data_dir, printer));
    };
    printer.value(&json!({ "events": events }), || {
        if events.is_empty() {
            return "There are no such entries.".to_owned();
        }
        events.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(true)
}

fn line(event: &ConversationEvent) -> String {
    format!(
        "{}  {}  {:<28}  {}",
        event.created_at.to_utc_text(),
        event.conversation_id,
        event.event_type.as_str(),
        event.event_data
    )
}

fn conversation(text: &str) -> Result<ConversationId, String> {
    text.parse()
        .map_err(|error: parlance_storage::IdError| error.to_string())
}

fn event_type(text: &str) -> Result<EventType, String> {
    EventType::parse(text).ok_or_else(|| {
        let known: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("not one of {}", known.join(", "))
    })
}

fn day(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::of_local_day(text).ok_or("not a day like 2024-02-29")
}
