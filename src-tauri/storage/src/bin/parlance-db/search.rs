//! `search`.

use std::path::Path;

use parlance_storage::Error;
use parlance_storage::search::{FoundMessage, in_directory};
use serde_json::json;

use crate::no_database;
use crate::print::Printer;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to look for, as in the app's search box; it may begin with an exclusion.
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// How many messages to show at most.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub(crate) fn run(
    arguments: &Arguments,
    data_dir: &Path,
    printer: &mut Printer,
) -> Result<bool, Error> {
    let Some(hits) = in_directory(data_dir, &arguments.query, arguments.limit)? else {
        return Ok(no_database(data_dir, printer));
    };
    printer.value(&json!({ "hits": hits }), || {
        if hits.is_empty() {
            return "Nothing was found.".to_owned();
        }
        hits.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(true)
}

fn line(hit: &FoundMessage) -> String {
    format!(
        "{}  {:<9}  {}",
        hit.message_id,
        hit.role.as_str(),
        hit.snippet
    )
}
