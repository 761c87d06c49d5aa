//! Starts the app and ends it.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use tauri::{
    AppHandle, Manager, RunEvent, Runtime,
    plugin::{self, TauriPlugin},
};
use tauri_specta::Event;

use crate::{
    commands,
    events::{Notice, Notify},
    keys::Keys,
    log_file,
    slot::ProfileSlot,
};

/// Runs the app until its window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let data_dir = match parlance_storage::data_dir::resolve() {
        Ok(data_dir) => data_dir,
        Err(error) => return cannot_start(&error),
    };
    let bindings = commands::bindings();
    let app = tauri::Builder::default()
        // First, so that a second start ends before it touches anything.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(|app, _, _| show_window(app))
                .dbus_id(instance_name(&data_dir))
                .build(),
        )
        .plugin(log_file::plugin(&data_dir))
        .plugin(own_pages_only())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .invoke_handler(commands::invoke_handler(&bindings))
        .setup(move |app| {
            bindings.mount_events(app);
            let notify = notify_window(app.handle().clone());
            log_file::watch_panics(Arc::clone(&notify));
            app.manage(ProfileSlot::begin(data_dir, notify, Keys::in_keychain()));
            quit_on_termination(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run_return(|app, event| {
            if matches!(event, RunEvent::Exit) {
                // Before the end, which may take a while: a start meanwhile is a first start, which waits until
                // the files are free. As a second one it would end, and there would be no window at all.
                tauri_plugin_single_instance::destroy(app);
                app.state::<ProfileSlot>().close();
            }
        }),
        Err(error) => return cannot_start(&error),
    };
    ExitCode::SUCCESS
}

/// One app per profile, not per computer: a start with another data directory is another app.
fn instance_name(data_dir: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    // Two spellings of one place are one app, as soon as the place is there.
    fs::canonicalize(data_dir)
        .unwrap_or_else(|_| data_dir.to_owned())
        .hash(&mut hasher);
    format!("app.parlance.desktop.p{:016x}", hasher.finish())
}

/// What a second start does to the first.
fn show_window<R: Runtime>(app: &AppHandle<R>) {
    log::info!("started a second time: showing the window");
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    for shown in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = shown {
            log::warn!("cannot bring the window to the front: {error}");
        }
    }
}

/// The window shows our own pages and nothing else, whatever a link or a script in it may want.
fn own_pages_only<R: Runtime>() -> TauriPlugin<R> {
    plugin::Builder::new("own-pages-only")
        .on_navigation(|_, url| {
            let is_own = match url.scheme() {
                "tauri" => true,
                // The same on Windows, and Vite while developing.
                "http" | "https" => match url.host_str() {
                    Some("tauri.localhost") => true,
                    Some("localhost") => tauri::is_dev(),
                    _ => false,
                },
                _ => false,
            };
            if !is_own {
                log::warn!("the window was kept from leaving for another page");
            }
            is_own
        })
        .build()
}

fn notify_window<R: Runtime>(app: AppHandle<R>) -> Notify {
    Arc::new(move |notice| {
        let sent = match notice {
            Notice::Changed(changes) => changes.emit(&app),
            Notice::Problem(problem) => problem.emit(&app),
            Notice::Progress(progress) => progress.emit(&app),
            Notice::Remembering(progress) => progress.emit(&app),
        };
        if let Err(error) = sent {
            log::warn!("the window was not told: {error}");
        }
    })
}

/// A log-out or a shutdown ends the app by SIGTERM; without this it would be a kill.
#[cfg(unix)]
fn quit_on_termination<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
                app.exit(0);
            }
            Err(error) => log::warn!("cannot listen for the end of the session: {error}"),
        }
    });
}

/// Windows and its web view send a close event to the window instead.
#[cfg(not(unix))]
fn quit_on_termination<R: Runtime>(_: AppHandle<R>) {}

/// There is no window yet to say it in.
fn cannot_start(error: &dyn std::error::Error) -> ExitCode {
    // If even standard error is closed there is nobody left to tell.
    writeln!(std::io::stderr(), "Parlance cannot start: {error}").ok();
    ExitCode::FAILURE
}
