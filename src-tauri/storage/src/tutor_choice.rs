//! Who answers: the built-in partner, or a model of a server. Kept as JSON where it was chosen.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::id::{ModelServerId, UserId};
use crate::tx::ReadTx;
use crate::{model_server, text};

/// Servers name their models by paths, at most.
const LONGEST_MODEL: usize = 256;

/// Who answers in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum TutorChoice {
    /// The partner that needs no model and no network.
    #[default]
    BuiltIn,
    /// A model.
    Model {
        /// The server; it may have been removed since.
        server_id: ModelServerId,
        /// The model, as the server lists it.
        model: String,
    },
}

impl TutorChoice {
    /// Refuses a model that cannot be asked: one without a name, or of a server that this learner does not have.
    pub(crate) fn check(&self, tx: &ReadTx<'_>, user: UserId) -> Result<(), Error> {
        match self {
            Self::BuiltIn => Ok(()),
            Self::Model { server_id, model } => {
                text::check_not_blank("model", model, LONGEST_MODEL)?;
                model_server::get(tx, user, *server_id).map(drop)
            }
        }
    }
}

/// What `conversations.ai_settings` holds that this part of the app reads; other keys are left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct AiSettings {
    #[serde(default)]
    pub(crate) tutor: Option<TutorChoice>,
}

impl FromSql for AiSettings {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let json = value.as_str()?;
        if json == "{}" {
            return Ok(Self::default());
        }
        // serde quotes what it met, and that may be anybody's words.
        serde_json::from_str(json)
            .map_err(|_| FromSqlError::Other("not the settings of a tutor".into()))
    }
}
