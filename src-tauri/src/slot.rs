//! The place of the profile behind the window: opening, open, failed to open, or closed.
//!
//! Commands ask here for the open profile. Work that needs it closed (a restore, a repair) goes through
//! [`ProfileSlot::replace`], so that the profile is open again afterwards, however that work went.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tauri::async_runtime::spawn_blocking;
use tokio::sync::watch;

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    events::Notify,
    keys::Keys,
    profile::{Closing, Profile},
    work::{Bench, Held},
};

/// How long the end of the app waits for long work, which ends within a moment once it is cancelled. An upgrade
/// cannot be; it is one transaction, so breaking it off loses nothing.
const LAST_WORK: Duration = Duration::from_secs(10);

/// How long a start waits for an app that ends: as long as that waits for its own work, and a little more.
const LAST_ONE_ENDS: Duration = Duration::from_secs(12);
/// Between two looks whether it has ended.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// The profile behind the window.
pub struct ProfileSlot {
    opening: Arc<Opening>,
    slot: Arc<Mutex<Slot>>,
    /// True once the first attempt to open is over.
    settled: watch::Sender<bool>,
    /// Where long work on this profile is done. Whoever opens or replaces the profile has the place: on a closed one
    /// others would take its lock, and opening it would find "already open".
    pub bench: Arc<Bench>,
}

/// What a profile is opened with.
pub(crate) struct Opening {
    /// The directory that it is, or should be, in.
    pub(crate) data_dir: PathBuf,
    /// Where notices for the window go.
    pub(crate) notify: Notify,
    /// Where the keys of model servers are.
    pub(crate) keys: Arc<Keys>,
}

enum Slot {
    Opening,
    Open(Arc<Profile>),
    Failed(CommandError),
    Closed,
}

impl ProfileSlot {
    /// Opens the profile in `data_dir`. A failure is kept, for the window to show; see [`Self::retry`].
    ///
    /// Blocks while the database opens, which may take minutes if it has to be upgraded.
    pub fn open(data_dir: PathBuf, notify: Notify, keys: Keys) -> Self {
        let this = Self::new(data_dir, notify, keys);
        *this.lock() = open_slot(&this.opening);
        this.settled.send_replace(true);
        this
    }

    /// Begins to open the profile and returns at once; [`Self::settled`] waits for the outcome. An app that still
    /// ends with this profile is waited for.
    pub fn begin(data_dir: PathBuf, notify: Notify, keys: Keys) -> Self {
        let this = Self::new(data_dir, notify, keys);
        let opening = Arc::clone(&this.opening);
        let (slot, settled) = (Arc::clone(&this.slot), this.settled.clone());
        let place = this.bench.hold();
        spawn_blocking(move || {
            put(&slot, open_after_the_last(&opening, &slot));
            // Whoever waits for the outcome may want the place at once.
            drop(place);
            settled.send_replace(true);
        });
        this
    }

    fn new(data_dir: PathBuf, notify: Notify, keys: Keys) -> Self {
        Self {
            opening: Arc::new(Opening {
                data_dir,
                notify,
                keys: Arc::new(keys),
            }),
            slot: Arc::new(Mutex::new(Slot::Opening)),
            settled: watch::Sender::new(false),
            bench: Arc::default(),
        }
    }

    /// Waits until the first attempt to open is over, one way or the other.
    pub async fn settled(&self) {
        let mut settled = self.settled.subscribe();
        // The sender is in `self`, so there is an end to wait for.
        if settled.wait_for(|is_settled| *is_settled).await.is_err() {
            log::error!("nobody opens the profile any more");
        }
    }

    /// Tries again if the profile is not open; otherwise does nothing.
    ///
    /// # Errors
    /// `conflict` while work on the profile is under way, or if the attempt itself broke off; that it failed is kept
    /// like the first failure.
    pub async fn retry(&self) -> CommandResult<()> {
        self.settled().await;
        let _alone = self.bench.hold()?;
        if matches!(*self.lock(), Slot::Failed(_)) {
            self.reopen().await?;
        }
        Ok(())
    }

    /// Closes the profile if it is open, does `work` on its files, and opens it again, whatever became of the
    /// work. Commands are refused meanwhile, and the `place` on the bench is held to the end.
    ///
    /// # Errors
    /// `closed` at the end of the app, else what the work says.
    pub async fn replace<T: Send + 'static>(
        &self,
        place: Held,
        work: impl FnOnce(&Path) -> CommandResult<T> + Send + 'static,
    ) -> CommandResult<T> {
        self.settled().await;
        let before = {
            let mut slot = self.lock();
            match &*slot {
                Slot::Closed => return Err(closing()),
                _ => std::mem::replace(&mut *slot, Slot::Opening),
            }
        };
        let opening = Arc::clone(&self.opening);
        let done = spawn_blocking(move || {
            if let Slot::Open(profile) = before {
                profile.close(Closing::ToBeReplaced);
            }
            work(&opening.data_dir)
        })
        .await;
        self.reopen().await?;
        drop(place);
        done.unwrap_or_else(|_| Err(CommandError::internal("the work broke off")))
    }

    /// The open profile, or why there is none.
    pub fn get(&self) -> CommandResult<Arc<Profile>> {
        match &*self.lock() {
            Slot::Open(profile) => Ok(Arc::clone(profile)),
            Slot::Failed(error) => Err(error.clone()),
            Slot::Opening => Err(still_opening()),
            Slot::Closed => Err(closing()),
        }
    }

    /// For work that is only allowed on a profile that could not be opened. Whoever has the place on the bench may
    /// count on the answer: nobody opens it meanwhile.
    ///
    /// # Errors
    /// `conflict` with the sentence `if_open`, else like [`Self::get`].
    pub fn require_failed(&self, if_open: &str) -> CommandResult<()> {
        match &*self.lock() {
            Slot::Failed(_) => Ok(()),
            Slot::Open(_) => Err(CommandError::new(ErrorCode::Conflict, if_open)),
            Slot::Opening => Err(still_opening()),
            Slot::Closed => Err(closing()),
        }
    }

    /// The directory the profile is, or should be, in.
    pub fn data_dir(&self) -> &Path {
        &self.opening.data_dir
    }

    /// Where notices for the window go.
    pub fn notify(&self) -> &Notify {
        &self.opening.notify
    }

    /// Ends replies and speech, writes everything down, and lets go of the files. Blocks.
    pub fn close(&self) {
        // First, so that no work begins that nobody would cancel.
        let slot = std::mem::replace(&mut *self.lock(), Slot::Closed);
        self.bench.cancel();
        if let Slot::Open(profile) = slot {
            profile.close(Closing::ForGood);
        }
        // Whoever opens or replaces the profile has replies to end, and a database to close.
        if !self.bench.wait_until_free(LAST_WORK) {
            log::error!("long work did not end in time; the next start settles it");
        }
    }

    async fn reopen(&self) -> CommandResult<()> {
        let (opening, slot) = (Arc::clone(&self.opening), Arc::clone(&self.slot));
        spawn_blocking(move || {
            // At the end of the app nobody needs it; the next start opens it, and upgrades it if need be.
            if !matches!(*lock(&slot), Slot::Closed) {
                put(&slot, open_slot(&opening));
            }
        })
        .await
        .map_err(|_| CommandError::internal("opening the profile was broken off"))
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        lock(&self.slot)
    }
}

/// Puts what was opened in its place; if the app began to close meanwhile, that is closed too.
fn put(slot: &Mutex<Slot>, opened: Slot) {
    let unwanted = {
        let mut slot = lock(slot);
        match *slot {
            Slot::Closed => opened,
            _ => std::mem::replace(&mut *slot, opened),
        }
    };
    if let Slot::Open(profile) = unwanted {
        profile.close(Closing::ForGood);
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // The slot is only ever replaced as a whole, so a panic elsewhere cannot leave it half-made.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn still_opening() -> CommandError {
    CommandError::new(
        ErrorCode::Busy,
        "Parlance is still opening your conversations.",
    )
}

fn closing() -> CommandError {
    CommandError::new(ErrorCode::Closed, "Parlance is closing.")
}

/// The app that was just closed has no window any more, but may have the lock: it stores the last words of a reply.
/// To send the learner to its window would be wrong. If it does not end, that is told after all.
fn open_after_the_last(opening: &Opening, slot: &Mutex<Slot>) -> Slot {
    let give_up_at = Instant::now() + LAST_ONE_ENDS;
    loop {
        let opened = try_open(opening);
        let is_taken = matches!(&opened, Err(error) if error.code == ErrorCode::AlreadyOpen);
        let is_wanted = !matches!(*lock(slot), Slot::Closed);
        if !is_taken || !is_wanted || Instant::now() >= give_up_at {
            return outcome(opened);
        }
        std::thread::sleep(LOOK_AGAIN_AFTER);
    }
}

fn open_slot(opening: &Opening) -> Slot {
    outcome(try_open(opening))
}

/// A panic is a failure like others: the window shows it and can try again, instead of waiting for ever.
fn try_open(opening: &Opening) -> CommandResult<Profile> {
    catch_unwind(AssertUnwindSafe(|| Profile::open(opening))).unwrap_or_else(|_| {
        Err(CommandError::internal(
            "opening your conversations was broken off",
        ))
    })
}

fn outcome(opened: CommandResult<Profile>) -> Slot {
    match opened {
        Ok(profile) => {
            log::info!("profile open");
            Slot::Open(Arc::new(profile))
        }
        Err(error) => {
            log::error!("profile not open: {:?}: {}", error.code, error.message);
            Slot::Failed(error)
        }
    }
}
