//! Arguments of commands, refused with a typed error when they do not fit.
//!
//! Tauri's own refusal is a bare string, which the window could not tell from anything else.

use std::ops::Deref;

use serde::Deserialize;
use specta::{Type, Types, datatype::DataType};
use tauri::{
    Runtime,
    ipc::{CommandArg, CommandItem, InvokeError},
};

use crate::error::{CommandError, ErrorCode};

/// An argument of type `T`. What is not a `T` becomes the error `invalid`, with the argument's name.
#[derive(Debug)]
pub struct Input<T>(pub T);

impl<T> Deref for Input<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, R: Runtime> CommandArg<'de, R> for Input<T> {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let argument = command.key;
        T::deserialize(command)
            .map(Self)
            .map_err(|error| InvokeError::from(refusal(argument, &reason(&error))))
    }
}

/// For the bindings an argument is just its `T`.
impl<T: Type> Type for Input<T> {
    fn definition(types: &mut Types) -> DataType {
        T::definition(types)
    }
}

/// The error of a request that does not fit its command.
pub(crate) fn refusal(argument: &str, reason: &str) -> CommandError {
    CommandError::new(
        ErrorCode::Invalid,
        format!("Parlance did not understand the request: {reason}."),
    )
    .with("field", &argument)
    .with("reason", &reason)
}

/// serde quotes what it met ("unknown variant `…`"), and that may be the learner's words: only what it
/// says before and after the quotation is passed on.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.find(['"', '`']) {
        Some(quote) => {
            let expected = text.rfind(", expected").map_or("", |at| &text[at..]);
            format!("{}…{expected}", &text[..quote])
        }
        None => text,
    }
}
