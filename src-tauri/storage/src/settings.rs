//! A learner's settings: typed here, one row per key in `user_settings`.
//!
//! A key without a row has its default. A row that holds no valid value is an error, never a default:
//! a setting that silently falls back would be lost at the next change.

use rusqlite::named_params;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, Entity};
use crate::id::UserId;
use crate::kinds::{Language, PartnerPace, Theme};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, user};

/// The slowest and the fastest speech, as factors of the voice's own speed.
pub const SPEECH_RATES: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// All settings of one learner.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UserSettings {
    /// Default: as the desktop has it.
    pub theme: Theme,
    /// Of the window. Default: as the desktop has it.
    pub language: Language,
    /// Whether replies are spoken as they come. Default: yes.
    pub auto_play: bool,
    /// 0.5 to 2.0, as a factor. Default: 1.0.
    pub speech_rate: f64,
    /// Default: natural.
    pub partner_pace: PartnerPace,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: Language::System,
            auto_play: true,
            speech_rate: 1.0,
            partner_pace: PartnerPace::Natural,
        }
    }
}

/// The settings to change; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UserSettingsPatch {
    /// See [`UserSettings::theme`].
    pub theme: Option<Theme>,
    /// See [`UserSettings::language`].
    pub language: Option<Language>,
    /// See [`UserSettings::auto_play`].
    pub auto_play: Option<bool>,
    /// See [`UserSettings::speech_rate`].
    pub speech_rate: Option<f64>,
    /// See [`UserSettings::partner_pace`].
    pub partner_pace: Option<PartnerPace>,
}

/// The learner's settings, with defaults where nothing was chosen.
///
/// # Errors
/// `NotFound` for an unknown profile; `Corrupt` if a stored value is none of the possible ones.
pub fn get(tx: &ReadTx<'_>, user: UserId) -> Result<UserSettings, Error> {
    user::get(tx, user)?;
    let mut settings = UserSettings::default();
    let mut statement = tx.prepare("SELECT key, value FROM user_settings WHERE user_id = :user")?;
    let mut rows = statement.query(named_params! { ":user": user })?;
    while let Some(row) = rows.next()? {
        let key: String = row.get("key")?;
        let value: String = row.get("value")?;
        match key.as_str() {
            "theme" => settings.theme = decode(&key, &value)?,
            "language" => settings.language = decode(&key, &value)?,
            "auto_play" => settings.auto_play = decode(&key, &value)?,
            "speech_rate" => {
                settings.speech_rate = decode(&key, &value)?;
                check_speech_rate(settings.speech_rate).map_err(|_| damaged(&key))?;
            }
            "partner_pace" => settings.partner_pace = decode(&key, &value)?,
            // Another part of the app keeps its settings in the same table.
            _ => {}
        }
    }
    Ok(settings)
}

/// Changes what the patch names and gives all settings as they are then. Writes nothing that stays the same.
///
/// # Errors
/// `Invalid` if the speech rate is out of range; else like [`get`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    patch: UserSettingsPatch,
    now: Timestamp,
) -> Result<UserSettings, Error> {
    let before = get(tx, user)?;
    let after = UserSettings {
        theme: patch.theme.unwrap_or(before.theme),
        language: patch.language.unwrap_or(before.language),
        auto_play: patch.auto_play.unwrap_or(before.auto_play),
        speech_rate: patch.speech_rate.unwrap_or(before.speech_rate),
        partner_pace: patch.partner_pace.unwrap_or(before.partner_pace),
    };
    check_speech_rate(after.speech_rate)?;
    let changed = [
        ("theme", after.theme != before.theme, encode(&after.theme)?),
        (
            "language",
            after.language != before.language,
            encode(&after.language)?,
        ),
        (
            "auto_play",
            after.auto_play != before.auto_play,
            encode(&after.auto_play)?,
        ),
        (
            "speech_rate",
            after.speech_rate != before.speech_rate,
            encode(&after.speech_rate)?,
        ),
        (
            "partner_pace",
            after.partner_pace != before.partner_pace,
            encode(&after.partner_pace)?,
        ),
    ];
    for (key, _, value) in changed.iter().filter(|(_, is_changed, _)| *is_changed) {
        put(tx, user, key, value, now)?;
    }
    if after != before {
        tx.changed(Entity::Settings, ChangeKind::Updated, user);
    }
    Ok(after)
}

fn put(
    tx: &WriteTx<'_>,
    user: UserId,
    key: &str,
    value: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO user_settings (user_id, key, value, created_at, updated_at)
         VALUES (:user, :key, :value, :now, :now)
         ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )?
    .execute(named_params! { ":user": user, ":key": key, ":value": value, ":now": now })?;
    Ok(())
}

fn check_speech_rate(rate: f64) -> Result<(), Error> {
    if SPEECH_RATES.contains(&rate) {
        return Ok(());
    }
    Err(Error::invalid(
        "speech rate",
        format!(
            "must be between {} and {}",
            SPEECH_RATES.start(),
            SPEECH_RATES.end()
        ),
    ))
}

fn encode(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::internal("a setting cannot be written as JSON"))
}

fn decode<T: DeserializeOwned>(key: &str, value: &str) -> Result<T, Error> {
    serde_json::from_str(value).map_err(|_| damaged(key))
}

fn damaged(key: &str) -> Error {
    Error::corrupt(format!("the setting {key} holds no valid value"))
}
