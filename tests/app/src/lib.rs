//! Drives the real app through WebKitWebDriver in a virtual display, as a person would: by what is on
//! screen. The end-to-end tests use it, and the tour of `cargo xtask run`.

mod chat;
mod close_button;
mod data;
mod desktop;
mod keys;
mod mouse;
mod wait;
mod window;

pub use chat::{ChunkOnScreen, MessageOnScreen};
pub use desktop::Desktop;
pub use wait::until;
pub use window::Window;
