//! Disks that do not take what is written: a full one, and one that can only be read.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use window_driver::{Window, until};

use crate::{lived_in::live_in, support::Computer};

#[tokio::test]
async fn on_a_full_disk_the_text_stays_in_the_box_and_the_same_click_sends_it_once_there_is_room() {
    if !with_mounts_of_its_own(
        "disks::on_a_full_disk_the_text_stays_in_the_box_and_the_same_click_sends_it_once_there_is_room",
    ) {
        return;
    }
    let computer = Computer::new();
    let disk = SmallDisk::at(&computer.data_dir(), 24);
    let said = live_in(&computer.data_dir(), 60).await;
    let window = computer.open().await;
    window.find("message").await.unwrap();

    disk.fill();
    let words = "Where do the boats go at night?";
    let stored = format!("SELECT count(*) FROM messages WHERE content = '{words}'");
    window.type_into("composer", words).await.unwrap();
    window.click("send").await.unwrap();
    let banner = banner_at_the_box(&window).await;
    assert!(banner.contains("The disk is full."), "{banner}");
    assert!(
        banner.contains("Your words are still in the box."),
        "{banner}"
    );
    assert!(banner.contains("disk_full"), "{banner}");
    assert_eq!(window.draft().await.unwrap(), words);
    assert_eq!(computer.count(&stored), 0);

    window.scroll_up_to(&said[0]).await.unwrap();
    assert_eq!(window.messages().await.unwrap().len(), said.len());
    assert_eq!(window.draft().await.unwrap(), words);

    disk.free();
    window.click("send").await.unwrap();
    window.reply_after(said.len()).await.unwrap();
    assert_eq!(window.draft().await.unwrap(), "");
    let banners: usize = window
        .ask(
            "return document.querySelectorAll('form [data-testid=\"error-banner\"]').length",
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(banners, 0, "what is over is said no more");
    assert_eq!(computer.count(&stored), 1);
    assert_eq!(
        computer.count("SELECT count(*) FROM messages"),
        said.len() as i64 + 2
    );
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_disk_that_can_only_be_read_is_read_and_nothing_on_it_changes() {
    if !with_mounts_of_its_own(
        "disks::a_disk_that_can_only_be_read_is_read_and_nothing_on_it_changes",
    ) {
        return;
    }
    let computer = Computer::new();
    let disk = SmallDisk::at(&computer.data_dir(), 24);
    let said = live_in(&computer.data_dir(), 60).await;
    // As the app itself leaves it.
    let window = computer.open().await;
    window.quit().await.unwrap();
    disk.protect().await;
    let files = contents(&computer.data_dir());

    let window = computer.open().await;
    let banner = window.text("read-only-banner").await.unwrap().unwrap();
    assert!(banner.contains("You can read everything"), "{banner}");
    assert!(
        banner.contains("The data folder is write-protected."),
        "{banner}"
    );
    window.find("message").await.unwrap();
    window.scroll_up_to(&said[0]).await.unwrap();
    assert_eq!(window.messages().await.unwrap().len(), said.len());

    let words = "Can you hear me?";
    window.say(words).await.unwrap();
    let hint: String = window
        .ask(
            "const box = document.querySelector('[data-testid=\"composer\"]');
             return document.getElementById(box.getAttribute('aria-describedby')).innerText",
            Vec::new(),
        )
        .await
        .unwrap();
    assert!(hint.contains("Sending is off"), "{hint}");
    assert_eq!(window.draft().await.unwrap(), words);
    window.click("new-conversation").await.unwrap();
    window.choose_level("free-talk").await.unwrap();
    window
        .click_css("[data-testid=template-option][data-slug=free-talk]")
        .await
        .unwrap();
    until("the reason why no conversation begins", || async {
        let code = window.text("error-code").await?;
        Ok(code.filter(|code| code.contains("read_only")))
    })
    .await
    .unwrap();
    window.quit().await.unwrap();

    let after = contents(&computer.data_dir());
    assert!(after.keys().eq(files.keys()), "{:?}", after.keys());
    assert!(after == files, "a file was touched");
}

/// What the banner at the box says, waited for: there may be others on the page.
async fn banner_at_the_box(window: &Window) -> String {
    until("a banner at the box", || async {
        window
            .ask(
                "return document.querySelector('form [data-testid=\"error-banner\"]')?.innerText ?? null",
                Vec::new(),
            )
            .await
    })
    .await
    .unwrap()
}

/// Every file below a directory, byte for byte.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut places = vec![directory.to_owned()];
    while let Some(place) = places.pop() {
        for entry in fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                places.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                all.insert(path, bytes);
            }
        }
    }
    all
}

/// A disk of a few megabytes, until it is dropped.
struct SmallDisk {
    place: PathBuf,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: an app that is being killed may still have a file open on it.
        Command::new("umount")
            .arg("--lazy")
            .arg(&self.place)
            .status()
            .ok();
    }
}

impl SmallDisk {
    fn at(place: &Path, megabytes: u32) -> Self {
        fs::create_dir_all(place).unwrap();
        mount(&[
            "-t",
            "tmpfs",
            "-o",
            &format!("size={megabytes}m,mode=0700"),
            "tmpfs",
            place.to_str().unwrap(),
        ]);
        Self {
            place: place.to_owned(),
        }
    }

    /// Writes until not one byte more fits.
    fn fill(&self) {
        let mut ballast = fs::File::create(self.ballast()).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![0; size];
            let error = loop {
                if let Err(error) = ballast.write_all(&block) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        }
    }

    fn free(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// From now on nothing can be written on it. A process that has just ended lets go of its files a moment after
    /// it is gone.
    async fn protect(&self) {
        until("the disk to be let go of", || async {
            let output = try_mount(&["-o", "remount,ro", self.place.to_str().unwrap()]);
            Ok(output.status.success().then_some(()))
        })
        .await
        .unwrap();
    }
}

fn try_mount(arguments: &[&str]) -> Output {
    Command::new("mount").args(arguments).output().unwrap()
}

fn mount(arguments: &[&str]) {
    let output = try_mount(arguments);
    assert!(
        output.status.success(),
        "this system refuses a small disk, so this is NOT tested: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const INSIDE: &str = "PARLANCE_TEST_HAS_MOUNTS_OF_ITS_OWN";

/// Whether this process may mount disks that nobody else sees. If not, the test of this name is run again in
/// one that may, which needs no rights and leaves no disk behind however it ends; the caller has nothing more
/// to do then.
fn with_mounts_of_its_own(test: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let status = Command::new("unshare")
        .arg("-rm")
        .arg(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .expect("`unshare` cannot be started, so this is NOT tested");
    assert!(
        status.success(),
        "it failed (or this system refuses `unshare -rm`, and it is NOT tested): {status}"
    );
    false
}
