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

/// What Vite needs of Node: 20 from 20.19 on, or anything from 22.12 on.
const NODE: &str = "Node.js 20.19 or newer (of the 22 line: 22.12 or newer), with npm,";

/// What `test` uses beyond `run`. The versions are those the checks were written for.
const CARGO_TOOLS: &[(&str, &str)] = &[("cargo-nextest", "^0.9"), ("cargo-deny", "^0.20")];

/// Everything that building and running needs.
pub(crate) fn setup() -> Result<()> {
    system_packages()?;
    node()?;
    npm_packages()?;
    take_over_target()
}

/// The packages of this workspace.
const MEMBERS: &[&str] = &[
    "parlance",
    "parlance-storage",
    "parlance-lexicon",
    "parlance-tutor",
    "parlance-speech",
    "parlance-window-tests",
    "parlance-faults",
    "xtask",
];

/// Throws away what another clone has built of our own packages in the shared target directory.
///
/// Cargo tells what is fresh by times, and its names for the packages do not hold their place: it would
/// take another clone's newer build for this clone's, with that clone's paths in it.
fn take_over_target() -> Result<()> {
    let target = paths::target()?;
    let (owner, ours) = (target.join("parlance-clone"), paths::root());
    if fs::read_to_string(&owner).is_ok_and(|path| path == ours.display().to_string()) {
        return Ok(());
    }
    if target.join("debug").is_dir() {
        let mut clean = cargo(["clean", "--quiet"])?;
        check(clean.args(MEMBERS.iter().flat_map(|member| ["--package", member])))?;
    }
    fs::create_dir_all(&target).context("cannot make the target directory")?;
    fs::write(&owner, ours.display().to_string())
        .context("cannot mark the target directory as ours")
}

/// What only `cargo xtask test` needs.
pub(crate) fn test_tools() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !tool_answers(subcommand)? {
            println!("Installing {component} …");
            check(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
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
    install(&missing).with_context(|| {
        format!(
            "please install the missing packages yourself:\n  sudo apt-get install {}\n\non other systems:\n{OTHER_SYSTEMS}",
            missing.join(" ")
        )
    })
}

fn install(packages: &[&str]) -> Result<()> {
    let prefix = privileged().context("there is neither root nor sudo")?;
    check(&mut apt(prefix, &["update", "-qq"]))?;
    let mut install = apt(prefix, &["install", "-y", "-qq", "--no-install-recommends"]);
    check(install.args(packages))
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

/// The words to put before a command that installs, if this user may install at all.
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
    // By `env`, since sudo drops variables: a package that asks a question would wait unseen.
    let words: Vec<&str> = prefix
        .iter()
        .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .copied()
        .collect();
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args(arguments)
        // apt's own chatter would bury everything else; its errors still come through.
        .stdout(Stdio::null());
    command
}

fn node() -> Result<()> {
    let found = output(Command::new("node").arg("--version")).unwrap_or_default();
    let found = found.trim();
    match node_version(found) {
        Some(version) if is_node_new_enough(version) => {}
        Some(_) => bail!("{NODE} is needed; found {found}"),
        None => bail!("{NODE} is needed; found none"),
    }
    if !npm(["--version"])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        bail!("{NODE} is needed; npm does not answer");
    }
    Ok(())
}

/// "v20.19.1" as (20, 19).
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn is_node_new_enough(version: (u32, u32)) -> bool {
    match version.0 {
        20 => version >= (20, 19),
        _ => version >= (22, 12),
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

#[cfg(test)]
mod tests {
    use super::{is_node_new_enough, node_version};

    #[test]
    fn node_is_accepted_from_the_versions_that_vite_accepts() {
        for (text, enough) in [
            ("v18.20.4", false),
            ("v20.18.9", false),
            ("v20.19.0", true),
            ("v21.7.3", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v24.1.0", true),
        ] {
            assert_eq!(
                node_version(text).map(is_node_new_enough),
                Some(enough),
                "{text}"
            );
        }
        for text in ["", "v", "20.19.0", "node: not found"] {
            assert_eq!(node_version(text), None, "{text}");
        }
    }
}
