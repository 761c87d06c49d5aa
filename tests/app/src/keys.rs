//! The keyboard, as a person uses it.

use anyhow::{Result, bail};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};

use crate::window::Window;

impl Window {
    /// Presses one key, or several at once: `Control+k`, `ArrowDown`, `Shift+F10`. Whatever has the focus gets it.
    ///
    /// # Errors
    /// When there is no such key, or the driver refuses.
    pub async fn press(&self, chord: &str) -> Result<()> {
        let keys: Vec<char> = chord.split('+').map(code).collect::<Result<_>>()?;
        let mut actions = KeyActions::new("keyboard".into());
        for value in &keys {
            actions = actions.then(KeyAction::Down { value: *value });
        }
        for value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *value });
        }
        self.perform(actions).await
    }
}

/// The code points that WebDriver gives to keys without a character (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
pub(crate) fn code(key: &str) -> Result<char> {
    Ok(match key {
        "Control" => '\u{e009}',
        "Shift" => '\u{e008}',
        "Alt" => '\u{e00a}',
        "Enter" => '\u{e007}',
        "Escape" => '\u{e00c}',
        "Tab" => '\u{e004}',
        "Space" => '\u{e00d}',
        "Delete" => '\u{e017}',
        "Home" => '\u{e011}',
        "End" => '\u{e010}',
        "PageUp" => '\u{e00e}',
        "PageDown" => '\u{e00f}',
        "ArrowLeft" => '\u{e012}',
        "ArrowUp" => '\u{e013}',
        "ArrowRight" => '\u{e014}',
        "ArrowDown" => '\u{e015}',
        "F2" => '\u{e032}',
        "F10" => '\u{e03a}',
        key => {
            let mut letters = key.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => letter,
                _ => bail!("there is no key {key}"),
            }
        }
    })
}
