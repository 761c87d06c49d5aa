//! `parlance-tour`: lets the app go through a first conversation by itself, and tells what it did.
//! `cargo xtask run` calls it on a machine without a display.
#![allow(clippy::print_stdout)] // a tool for the terminal

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use parlance_storage::{data_dir, status};
use window_driver::{Desktop, MessageOnScreen, Window};

/// Lets the app go through a first conversation in a virtual display.
#[derive(Parser)]
struct Arguments {
    /// The app's binary.
    #[arg(long)]
    app: PathBuf,
    /// Where to save a picture of the window.
    #[arg(long)]
    picture: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let data_dir = data_dir::resolve()?;
    let desktop = Desktop::start()?;
    let window = Window::open(&desktop, &arguments.app, &data_dir).await?;
    let messages = first_conversation(&window).await;
    // The picture also when something went wrong: then more than ever.
    let picture = window.picture(&arguments.picture).await;
    let messages = messages?;
    picture?;
    window.quit().await?;
    report(&messages, &data_dir)?;
    println!("picture:   {}", arguments.picture.display());
    Ok(())
}

async fn first_conversation(window: &Window) -> Result<Vec<MessageOnScreen>> {
    window.ready().await?;
    window.start_conversation("cafe-order").await?;
    let before = window.messages().await?.len();
    window
        .say("Hello! I would like a coffee with milk, please.")
        .await?;
    window.reply_after(before).await?;
    window.all_spoken().await
}

fn report(messages: &[MessageOnScreen], data_dir: &Path) -> Result<()> {
    println!("\nA first conversation in the real window:");
    for message in messages {
        let sound = match message.chunks.len() {
            0 => String::new(),
            chunks => format!(" [{chunks} chunks with sound]"),
        };
        println!(
            "  {:<9} {}{sound}",
            message.role,
            message.all_words().join(" ")
        );
    }
    let status = status::read(data_dir)?.context("the app has made no database")?;
    println!("database:  {}", status.database.display());
    println!("schema:    version {}", status.user_version);
    Ok(())
}
