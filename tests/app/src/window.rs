//! One run of the app: opened by the web driver, looked at, typed into, quit or killed.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{
    Client, ClientBuilder, Locator, actions::Actions, elements::Element, error::CmdError,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    close_button,
    desktop::{Desktop, end},
    wait::{until, within},
};

/// The app with its window open.
#[derive(Debug)]
pub struct Window {
    driver: Child,
    client: Client,
    app: u32,
    display: String,
}

impl Drop for Window {
    fn drop(&mut self) {
        // The app first: a driver that dies leaves its browser behind.
        signal(self.app, "KILL").ok();
        end(&mut self.driver);
    }
}

impl Window {
    /// Starts `app` on `desktop` with the profile in `data_dir` and waits for the first page.
    ///
    /// # Errors
    /// When the driver or the app does not start.
    pub async fn open(desktop: &Desktop, app: &Path, data_dir: &Path) -> Result<Self> {
        ensure!(app.is_file(), "there is no app at {}", app.display());
        let port = free_port()?;
        let mut driver = desktop
            .command("WebKitWebDriver", data_dir)
            .arg(format!("--port={port}"))
            // Without these the app's web view does not listen to the driver.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // The sound libraries complain at length that a virtual display has no loudspeaker. What the
            // app itself has to say is in its log.
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start WebKitWebDriver; `cargo xtask setup` installs it")?;
        match connect(port, app).await {
            Ok(client) => {
                let app = child_of(driver.id(), app)?;
                Ok(Self {
                    driver,
                    client,
                    app,
                    display: desktop.display(),
                })
            }
            Err(error) => {
                end(&mut driver);
                Err(error)
            }
        }
    }

    /// Waits until the app says that it can be used.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn ready(&self) -> Result<()> {
        self.find("app-ready").await.map(drop)
    }

    /// The first element with this `data-testid`, waited for.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn find(&self, test_id: &str) -> Result<Element> {
        self.find_css(&by_test_id(test_id)).await
    }

    /// The first element that matches this selector, waited for.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn find_css(&self, selector: &str) -> Result<Element> {
        until(selector, || async {
            match self.client.find(Locator::Css(selector)).await {
                Ok(element) => Ok(Some(element)),
                Err(error) if error.is_no_such_element() => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Clicks on the element with this `data-testid`, waited for.
    ///
    /// # Errors
    /// When it does not appear or cannot be clicked.
    pub async fn click(&self, test_id: &str) -> Result<()> {
        self.click_css(&by_test_id(test_id)).await
    }

    /// Clicks on the first element that matches this selector, once it is there and stands still: what moves
    /// between the press and the release is not clicked, by a hand neither.
    ///
    /// # Errors
    /// When it does not appear or cannot be clicked.
    pub async fn click_css(&self, selector: &str) -> Result<()> {
        self.standing_still(selector).await?;
        until(&format!("a click on {selector}"), || async {
            match self.find_css(selector).await?.click().await {
                Ok(()) => Ok(Some(())),
                // The page made it anew between the look and the click, which met nothing then.
                Err(error) if is_gone(&error) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Waits until two looks find the same element at the same place.
    pub(crate) async fn standing_still(&self, selector: &str) -> Result<()> {
        until(&format!("{selector} to stand still"), || async {
            let still: bool = self.ask(STANDS_STILL, vec![json!(selector)]).await?;
            Ok(still.then_some(()))
        })
        .await
    }

    /// Types into the element with this `data-testid`.
    ///
    /// # Errors
    /// When it does not appear or cannot be typed into.
    pub async fn type_into(&self, test_id: &str, text: &str) -> Result<()> {
        until(&format!("typing into {test_id}"), || async {
            match self.find(test_id).await?.send_keys(text).await {
                Ok(()) => Ok(Some(())),
                Err(error) if is_gone(&error) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Carries out what the keyboard and the mouse do.
    pub(crate) async fn perform(&self, actions: impl Into<Actions>) -> Result<()> {
        within("the keys and the mouse", async {
            Ok(self.client.perform_actions(actions).await?)
        })
        .await
    }

    /// What a script in the page gives back.
    ///
    /// # Errors
    /// When the script throws, or gives something of another shape.
    pub async fn ask<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let answer = within("the page to answer", async {
            Ok(self.client.execute(script, arguments).await?)
        });
        Ok(serde_json::from_value(answer.await?)?)
    }

    /// The visible text of the first element with this `data-testid`, or nothing if there is none.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn text(&self, test_id: &str) -> Result<Option<String>> {
        self.ask(
            "return document.querySelector(arguments[0])?.innerText ?? null",
            vec![json!(by_test_id(test_id))],
        )
        .await
    }

    /// Makes the window this large.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        within("the new size", async {
            Ok(self.client.set_window_size(width, height).await?)
        })
        .await
    }

    /// Loads the page anew, as a crashed web view would.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn reload(&self) -> Result<()> {
        within("the page", async { Ok(self.client.refresh().await?) }).await
    }

    /// Saves a picture of the window as PNG.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        self.keep_painting(true).await?;
        until("everything to have moved to its place", || async {
            let still: bool = self.ask(HAS_COME_TO_REST, vec![]).await?;
            Ok(still.then_some(()))
        })
        .await?;
        let png = within("a picture", async { Ok(self.client.screenshot().await?) }).await?;
        self.keep_painting(false).await?;
        fs::write(path, png).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The driver takes its picture of the next frame, and of a page that stands still there is none: it would
    /// wait for ever.
    async fn keep_painting(&self, on: bool) -> Result<()> {
        let _: Option<()> = self.ask(KEEP_PAINTING, vec![json!(on)]).await?;
        Ok(())
    }

    /// Ends the app as a log-out does, and waits until it has gone.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn quit(self) -> Result<()> {
        signal(self.app, "TERM")?;
        self.gone().await
    }

    /// Closes the window by its button, and waits until the app has gone.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn close(self) -> Result<()> {
        close_button::press(&self.display)?;
        self.gone().await
    }

    /// Kills the app on the spot, and waits until it has gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(self) -> Result<()> {
        signal(self.app, "KILL")?;
        self.gone().await
    }

    async fn gone(&self) -> Result<()> {
        until("the end of the app", || async {
            Ok(executable(self.app).is_none().then_some(()))
        })
        .await
    }
}

/// Less than a colour can differ by, so it is in no picture.
const KEEP_PAINTING: &str = r#"
const { style } = document.documentElement;
clearInterval(window.painting);
if (arguments[0]) window.painting = setInterval(() => {
  style.opacity = style.opacity === "1" ? "0.9999" : "1";
}, 20);
else style.opacity = "";
return null;
"#;

/// Whether nothing fades or slides any more; what turns for ever does not count.
const HAS_COME_TO_REST: &str = r#"
return document.getAnimations().every(({ effect, playState }) =>
  playState === "finished" || effect?.getComputedTiming().endTime === Infinity);
"#;

/// Whether the element is the one of the look before, and where it was then.
const STANDS_STILL: &str = r#"
const element = document.querySelector(arguments[0]);
const before = window.lookedAt;
const { x, y, width, height } = element?.getBoundingClientRect() ?? {};
window.lookedAt = { element, place: [x, y, width, height].join() };
return element !== null && element === before?.element && window.lookedAt.place === before.place;
"#;

fn is_gone(error: &CmdError) -> bool {
    error.is_stale_element_reference() || error.is_no_such_element()
}

fn by_test_id(test_id: &str) -> String {
    format!("[data-testid=\"{test_id}\"]")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

async fn connect(port: u16, app: &Path) -> Result<Client> {
    let Value::Object(capabilities) = json!({
        "webkitgtk:browserOptions": { "binary": app, "args": [] },
    }) else {
        bail!("capabilities are an object");
    };
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    builder.capabilities(capabilities);
    until("the web driver", || async {
        let listening = tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_ok();
        Ok(listening.then_some(()))
    })
    .await?;
    within("the app to open its window", async {
        Ok(builder.connect(&format!("http://127.0.0.1:{port}")).await?)
    })
    .await
}

/// The process that `parent` started from `program`.
fn child_of(parent: u32, program: &Path) -> Result<u32> {
    let program = fs::canonicalize(program)?;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if executable(process).as_deref() == Some(&*program) && parent_of(process) == Some(parent) {
            return Ok(process);
        }
    }
    bail!("the web driver has not started {}", program.display())
}

/// The program a process runs; nothing if the process has ended, or is a zombie.
fn executable(process: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/exe")).ok()
}

fn parent_of(process: u32) -> Option<u32> {
    // pid (name, which may hold anything) state ppid …
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

fn signal(process: u32, name: &str) -> Result<()> {
    let status = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "no process {process} to send {name} to");
    Ok(())
}
