//! A desktop to open the window on: a virtual display, a session bus and a home of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A virtual display (Xvfb), a D-Bus session bus, and an empty home directory; all end with it.
#[derive(Clone, Debug)]
pub struct Desktop {
    servers: Arc<Servers>,
    engines: Option<PathBuf>,
}

#[derive(Debug)]
struct Servers {
    display: Server,
    bus: Server,
    home: TempDir,
}

#[derive(Debug)]
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

impl Desktop {
    /// Starts an empty desktop.
    ///
    /// # Errors
    /// When Xvfb or dbus-daemon is not installed or does not start.
    pub fn start() -> Result<Self> {
        // Xvfb picks a free display by itself and prints its number.
        let display = Server::start(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x1000x24",
            "-nolisten",
            "tcp",
        ]))?;
        let bus = Server::start(Command::new("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address",
        ]))?;
        let home = tempfile::tempdir().context("no room for a home directory")?;
        Ok(Self {
            servers: Arc::new(Servers { display, bus, home }),
            engines: None,
        })
    }

    /// The same desktop, on which speech engines are those in `folder` alone.
    #[must_use]
    pub fn with_engines_in(&self, folder: &Path) -> Self {
        Self {
            servers: Arc::clone(&self.servers),
            engines: Some(folder.to_owned()),
        }
    }

    /// The display, as X programs name it.
    pub(crate) fn display(&self) -> String {
        format!(":{}", self.servers.display.address)
    }

    /// A program that runs on this desktop, with the profile in `data_dir`.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>, data_dir: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env("DISPLAY", self.display())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.servers.bus.address)
            .env("HOME", self.servers.home.path())
            .env("PARLANCE_DATA_DIR", data_dir)
            .env("GDK_BACKEND", "x11")
            // There is no graphics card and no screen reader in a virtual display.
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY");
        if let Some(folder) = &self.engines {
            command.env("PARLANCE_ENGINE_DIR", folder);
        }
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            command.env_remove(name);
        }
        command
    }
}

impl Server {
    /// Starts a server that prints its address as its first line.
    fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {program}; `cargo xtask setup` installs it"))?;
        let mut address = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut address)?;
        }
        let address = address.trim().to_owned();
        if address.is_empty() {
            end(&mut process);
            bail!("{program} ended without an address");
        }
        Ok(Self { process, address })
    }
}

/// Kills a child and takes it off the process table; one that has ended already is fine.
pub(crate) fn end(process: &mut Child) {
    if process.kill().is_ok() {
        process.wait().ok();
    }
}
