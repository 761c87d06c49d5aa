//! Tells Tauri which commands exist and where their permissions are.

use std::{error::Error, fs};

const CAPABILITY: &str = "src-tauri/capabilities/main.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CAPABILITY}");
    // A command that is not declared is open to every window, so the declared list is taken from the
    // capability itself: what the window is not allowed to call does not exist for it.
    let commands: Vec<&'static str> = allowed_commands(&fs::read_to_string(CAPABILITY)?)
        .into_iter()
        .map(|name| &*name.leak())
        .collect();
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(commands.leak()));
    tauri_build::try_build(attributes).map_err(|error| format!("{error:#}"))?;
    Ok(())
}

/// `"allow-message-send"` in the capability stands for the command `message_send`; permissions of
/// plugins have a prefix (`core:event:allow-listen`) and are none of ours.
fn allowed_commands(capability: &str) -> Vec<String> {
    capability
        .split('"')
        .filter_map(|word| word.strip_prefix("allow-"))
        .map(|name| name.replace('-', "_"))
        .collect()
}
