//! `cargo xtask setup`: installs what is missing, and is done in a moment when nothing is.

use std::{
    fs,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    paths,
    process::{answers, cargo, check, npm, output},
};

/// Debian packages: what Tauri links against, what the app calls, what the window tests need.
const DEBIAN_PACKAGES: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "libxdo-dev",
    "espeak-ng",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "xvfb",
    "webkit2gtk-driver",
    "dbus",
    "fonts-dejavu-core",
    "fonts-noto-core",
    "fonts-noto-cjk",
    "fonts-noto-color-emoji",
];

const OTHER_SYSTEMS: &str = "\
  Fedora:  webkit2gtk4.1-devel librsvg2-devel libappindicator-gtk3-devel libxdo-devel espeak-ng \
gstreamer1-plugins-good xorg-x11-server-Xvfb webkit2gtk-driver dbus-daemon
  Arch:    webkit2gtk-4.1 librsvg libappindicator-gtk3 xdotool espeak-ng gst-plugins-good \
xorg-server-xvfb dbus
  macOS:   xcode-select --install; brew install espeak-ng
  Windows: Microsoft C++ Build Tools and WebView2; espeak-ng
";

/// Vite needs this much of Node.
const NODE_MAJOR: u32 = 20;

/// What `test` uses beyond `run`. The versions are those the checks were written for.
const CARGO_TOOLS: &[(&str, &str)] = &[("cargo-nextest", "^0.9"), ("cargo-deny", "^0.20")];

/// Everything that building and running needs.
pub(crate) fn setup() -> Result<()> {
    system_packages()?;
    node()?;
    npm_packages()
}

/// What only `cargo xtask test` needs.
pub(crate) fn test_tools() -> Result<()> {
    for &(tool, version) in CARGO_TOOLS {
        let subcommand = tool.trim_start_matches("cargo-");
        if tool_answers(subcommand)? {
            continue;
        }
        println!("Installing {tool} (once for all clones) …");
        let tools = paths::tools()?;
        check(
            cargo(["install", "--locked", tool, "--version", version, "--root"])?
                .arg(&tools)
                .env("CARGO_TARGET_DIR", tools.join("build")),
        )?;
        // Its build is of no further use, and takes gigabytes.
        fs::remove_dir_all(tools.join("build"))
            .context("cannot remove the tools' build directory")?;
    }
    Ok(())
}

fn tool_answers(subcommand: &str) -> Result<bool> {
    Ok(cargo([subcommand, "--version"])?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?
        .success())
}

fn system_packages() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !answers("dpkg-query", &["--version"]) {
        if !answers("pkg-config", &["--exists", "webkit2gtk-4.1"]) {
            bail!("this system has no apt; please install\n{OTHER_SYSTEMS}");
        }
        return Ok(());
    }
    let missing = missing_packages()?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {} …", missing.join(" "));
    let prefix = privileged().with_context(|| {
        format!(
            "these packages are missing, and there is neither root nor sudo to install them:\n  \
             sudo apt-get install {}\n\non other systems:\n{OTHER_SYSTEMS}",
            missing.join(" ")
        )
    })?;
    check(&mut apt(prefix, &["update", "-qq"]))?;
    let mut install = apt(prefix, &["install", "-y", "-qq", "--no-install-recommends"]);
    check(install.args(&missing))
}

fn missing_packages() -> Result<Vec<&'static str>> {
    // One question for all; dpkg-query fails when it does not know one of the names, which is an answer.
    let known = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(DEBIAN_PACKAGES)
        .stderr(Stdio::null())
        .output()
        .context("cannot ask dpkg-query")?;
    let known = String::from_utf8(known.stdout)?;
    Ok(DEBIAN_PACKAGES
        .iter()
        .copied()
        .filter(|package| {
            !known
                .lines()
                .any(|line| line == format!("{package} installed"))
        })
        .collect())
}

/// The words to put before apt-get, if this user may install at all.
fn privileged() -> Option<&'static [&'static str]> {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if root {
        Some(&[])
    } else if answers("sudo", &["--version"]) {
        Some(&["sudo"])
    } else {
        None
    }
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    let words: Vec<&str> = prefix.iter().chain(&["apt-get"]).copied().collect();
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // apt's own chatter would bury everything else; its errors still come through.
        .stdout(Stdio::null());
    command
}

fn node() -> Result<()> {
    let found = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = found
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        Some(_) => bail!(
            "Node.js {NODE_MAJOR} or newer is needed, found {}",
            found.trim()
        ),
        None => bail!("Node.js {NODE_MAJOR} or newer is needed, with npm; found none"),
    }
}

/// `npm ci`, unless the installed packages are those of the lock file already.
fn npm_packages() -> Result<()> {
    let lock = fs::read(paths::ui().join("package-lock.json")).context("ui/package-lock.json")?;
    let stamp = paths::ui().join("node_modules").join(".parlance-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("Installing the window's npm packages …");
    check(&mut npm([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))?;
    fs::write(&stamp, lock).context("cannot mark the npm packages as installed")
}
