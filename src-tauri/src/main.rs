//! The app's binary; everything is in the library, so that tests can run it too.

// Without this, Windows opens a console beside the window of a release build.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    parlance_lib::run()
}
