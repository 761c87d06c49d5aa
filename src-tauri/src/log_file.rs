//! The log file: rotated, in the profile's directory, and never with the learner's words in it.

use std::{
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
};

use parlance_storage::{Error, data_dir};
use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_log::{Builder, RotationStrategy, Target, TargetKind};

use crate::{
    error::{CommandError, ErrorCode},
    events::{AppProblem, Notice, Notify},
};

/// Five files of a megabyte: weeks of ordinary use, and nothing that fills a disk.
const FILES: usize = 5;
const FILE_BYTES: u128 = 1_000_000;
const FILE_NAME: &str = "parlance";
const FOLDER: &str = "logs";

/// The plugin that writes the log; to standard error if the directory cannot be used.
pub(crate) fn plugin<R: Runtime>(data_dir: &Path) -> TauriPlugin<R> {
    let target = match prepare(data_dir) {
        Ok(path) => TargetKind::Folder {
            path,
            file_name: Some(FILE_NAME.into()),
        },
        // The window will say what is wrong with the directory, and say it better than a log.
        Err(_) => TargetKind::Stderr,
    };
    Builder::new()
        .clear_targets()
        .target(Target::new(target))
        .level(log::LevelFilter::Info)
        .rotation_strategy(RotationStrategy::KeepSome(FILES))
        .max_file_size(FILE_BYTES)
        .build()
}

/// Makes the folder and the file before the plugin does: readable by their owner alone, and with an error
/// that is ours. The plugin's own would end the app before there is a window to say why.
fn prepare(data_dir: &Path) -> Result<PathBuf, Error> {
    data_dir::prepare(data_dir)?;
    let folder = data_dir.join(FOLDER);
    data_dir::create(&folder)?;
    data_dir::open_private(&path(data_dir))?;
    Ok(folder)
}

/// The newest log file of a data directory.
pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FOLDER).join(FILE_NAME).with_extension("log")
}

/// Logs every panic by its place alone (its message may quote the learner) and tells the window.
///
/// The database is whole all the same: a transaction that was open is rolled back.
pub fn watch_panics(notify: Notify) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        log::error!("panic at {}", place(info));
        notify(Notice::Problem(AppProblem(CommandError::new(
            ErrorCode::Internal,
            "Something in Parlance went wrong. What was stored before is safe; if anything looks odd, \
             start Parlance again.",
        ))));
        before(info);
    }));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    match info.location() {
        Some(location) => format!("{}:{} in thread {thread}", location.file(), location.line()),
        None => format!("an unknown place in thread {thread}"),
    }
}
