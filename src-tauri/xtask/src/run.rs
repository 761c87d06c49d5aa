//! `cargo xtask run`, `dev` and `pictures`: the app itself.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    paths,
    process::{cargo, check, npm},
    setup,
};

/// Opens the app; where there is no display, lets it go through a first conversation in a virtual one.
pub(crate) fn run() -> Result<()> {
    setup::setup()?;
    build_window()?;
    build_app()?;
    if has_display() {
        return check(&mut Command::new(paths::app()));
    }
    println!(
        "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the app runs in a \
         virtual one, and goes through a first conversation by itself."
    );
    tour(&paths::target()?.join("parlance-window.png"))
}

/// The app with hot reload: the window by Vite, the shell by a rebuild.
pub(crate) fn dev() -> Result<()> {
    setup::setup()?;
    let tauri = paths::ui().join("node_modules").join(".bin").join("tauri");
    check(
        Command::new(tauri)
            .arg("dev")
            .current_dir(paths::root())
            .env("CARGO_TARGET_DIR", paths::target()?),
    )
}

/// Takes the README's pictures anew, by the end-to-end test that makes them.
pub(crate) fn pictures() -> Result<()> {
    setup::setup()?;
    setup::test_tools()?;
    build_window()?;
    build_app()?;
    check(
        cargo([
            "nextest",
            "run",
            "--package",
            "parlance-window-tests",
            "pictures",
        ])?
        .env("PARLANCE_APP", paths::app())
        .env(
            "PARLANCE_PICTURES",
            paths::root().join("docs").join("pictures"),
        ),
    )
}

/// Builds the window's files, which become part of the app.
pub(crate) fn build_window() -> Result<()> {
    println!("Building the window …");
    check(&mut npm(["run", "--silent", "build"]))
}

/// Builds the app.
pub(crate) fn build_app() -> Result<()> {
    println!("Building the app …");
    check(&mut cargo([
        "build",
        "--quiet",
        "--package",
        "parlance",
        "--bin",
        "parlance",
    ])?)?;
    let (built, ours) = (paths::built_app()?, paths::app());
    fs::create_dir_all(paths::root().join("target")).context("cannot make target/")?;
    // Removed first: a program that still runs cannot be written over.
    if ours.exists() {
        fs::remove_file(&ours).context("cannot replace the app of before")?;
    }
    fs::copy(&built, &ours).with_context(|| format!("cannot copy {}", built.display()))?;
    Ok(())
}

fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn tour(picture: &Path) -> Result<()> {
    check(
        cargo([
            "run",
            "--quiet",
            "--package",
            "parlance-window-tests",
            "--bin",
            "parlance-tour",
            "--",
        ])?
        .arg("--app")
        .arg(paths::app())
        .arg("--picture")
        .arg(picture),
    )
}
