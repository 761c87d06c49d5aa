//! The window's close button. There is no window manager in a virtual display to press it, so the message
//! that it sends is sent from here.

use anyhow::{Context, Result, ensure};
use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Window},
    rust_connection::RustConnection,
};

/// Asks every window on this display that wants to be asked to close.
pub(crate) fn press(display: &str) -> Result<()> {
    let (connection, screen) = RustConnection::connect(Some(display)).context("no such display")?;
    let atom = |name: &str| -> Result<u32> {
        Ok(connection
            .intern_atom(false, name.as_bytes())?
            .reply()?
            .atom)
    };
    let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
    let root = connection.setup().roots[screen].root;
    let mut asked = 0;
    for window in connection.query_tree(root)?.reply()?.children {
        if is_askable(&connection, window, protocols, delete)? {
            let message =
                ClientMessageEvent::new(32, window, protocols, [delete, CURRENT_TIME, 0, 0, 0]);
            connection
                .send_event(false, window, EventMask::NO_EVENT, message)?
                .check()?;
            asked += 1;
        }
    }
    ensure!(asked > 0, "no window on {display} has a close button");
    Ok(())
}

fn is_askable(
    connection: &RustConnection,
    window: Window,
    protocols: u32,
    delete: u32,
) -> Result<bool> {
    let property = connection
        .get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?
        .reply()?;
    Ok(property
        .value32()
        .is_some_and(|mut known| known.any(|atom| atom == delete)))
}
