//! The mouse, as a person uses it.

use std::time::Duration;

use anyhow::Result;
use fantoccini::actions::{
    Actions, InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions,
    PointerAction,
};
use fantoccini::elements::Element;

use crate::{keys::code, window::Window};

/// How long the hand takes from one place to the next.
const WAY: Duration = Duration::from_millis(60);

impl Window {
    /// Clicks on the first element that matches this selector while a key is held down.
    ///
    /// # Errors
    /// When there is no such key, or the element does not appear.
    pub async fn click_with(&self, key: &str, selector: &str) -> Result<()> {
        let value = code(key)?;
        self.standing_still(selector).await?;
        let element = self.find_css(selector).await?;
        let keyboard = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value })
            .then(KeyAction::Pause { duration: WAY })
            .then(KeyAction::Pause { duration: WAY })
            .then(KeyAction::Pause { duration: WAY })
            .then(KeyAction::Up { value });
        let mouse = MouseActions::new("mouse".into())
            .then(PointerAction::Pause { duration: WAY })
            .then(onto(element, 0.0))
            .then(DOWN)
            .then(UP);
        self.perform(Actions::from(keyboard).and(mouse)).await
    }

    /// Drags the first element that matches one selector onto the middle of the first that matches the other.
    ///
    /// # Errors
    /// When one of them does not appear.
    pub async fn drag(&self, what: &str, onto_what: &str) -> Result<()> {
        self.standing_still(what).await?;
        let (from, to) = (self.find_css(what).await?, self.find_css(onto_what).await?);
        let mouse = MouseActions::new("mouse".into())
            .then(onto(from, 0.0))
            .then(DOWN)
            // Not in one leap: a press is a drag once it has moved, and it is dropped where it was last seen.
            .then(onto(to.clone(), 2.0))
            .then(onto(to, 0.0))
            .then(UP);
        self.perform(mouse).await
    }
}

const DOWN: PointerAction = PointerAction::Down {
    button: MOUSE_BUTTON_LEFT,
};
const UP: PointerAction = PointerAction::Up {
    button: MOUSE_BUTTON_LEFT,
};

const fn onto(element: Element, y: f64) -> PointerAction {
    PointerAction::MoveToElement {
        element,
        duration: Some(WAY),
        x: 0.0,
        y,
    }
}
