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
use crate::tutor_choice::TutorChoice;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, user};

/// The slowest and the fastest speech, as factors of the voice's own speed.
pub const SPEECH_RATES: std::ops::RangeInclusive<f64> = 0.5..=2.0;

// The keys of the table.
const THEME: &str = "theme";
const LANGUAGE: &str = "language";
const AUTO_PLAY: &str = "auto_play";
const SPEECH_RATE: &str = "speech_rate";
const PARTNER_PACE: &str = "partner_pace";
const TUTOR: &str = "tutor";

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
    // Never NaN, so for TypeScript it is a `number`, and not the `number | null` of an f64.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub speech_rate: f64,
    /// Default: natural.
    pub partner_pace: PartnerPace,
    /// Who answers where no conversation says otherwise. Default: the built-in partner.
    pub tutor: TutorChoice,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: Language::System,
            auto_play: true,
            speech_rate: 1.0,
            partner_pace: PartnerPace::Natural,
            tutor: TutorChoice::BuiltIn,
        }
    }
}

/// The settings to change; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
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
    #[cfg_attr(feature = "specta", specta(type = Option<i32>))]
    pub speech_rate: Option<f64>,
    /// See [`UserSettings::partner_pace`].
    pub partner_pace: Option<PartnerPace>,
    /// See [`UserSettings::tutor`].
    pub tutor: Option<TutorChoice>,
}

/// The learner's settings, with defaults where nothing was chosen.
///
/// # Errors
/// `NotFound` for an unknown profile; `Corrupt` if a stored value is none of the possible ones.
pub fn get(tx: &ReadTx<'_>, user: UserId) -> Result<UserSettings, Error> {
    let stored = read(tx, user)?;
    match stored.damaged.first() {
        Some(key) => Err(Error::corrupt(format!(
            "the setting {key} holds no valid value"
        ))),
        None => Ok(stored.settings),
    }
}

/// What the table says: valid values, defaults where there is none, and the keys whose value is not valid.
struct Stored {
    settings: UserSettings,
    damaged: Vec<&'static str>,
}

fn read(tx: &ReadTx<'_>, user: UserId) -> Result<Stored, Error> {
    user::get(tx, user)?;
    let mut stored = Stored {
        settings: UserSettings::default(),
        damaged: Vec::new(),
    };
    let mut statement = tx.prepare("SELECT key, value FROM user_settings WHERE user_id = :user")?;
    let mut rows = statement.query(named_params! { ":user": user })?;
    while let Some(row) = rows.next()? {
        let key = row.get_ref("key")?.as_str().unwrap_or_default();
        // What is no text is no JSON either.
        let value = row.get_ref("value")?.as_str().unwrap_or_default();
        if let Err(key) = apply(&mut stored.settings, key, value) {
            stored.damaged.push(key);
        }
    }
    Ok(stored)
}

/// Takes a stored value over, or gives its key back if it is none of the possible ones. A key of another
/// part of the app, which keeps its settings in the same table, is left alone.
fn apply(settings: &mut UserSettings, key: &str, value: &str) -> Result<(), &'static str> {
    match key {
        THEME => settings.theme = decode(THEME, value)?,
        LANGUAGE => settings.language = decode(LANGUAGE, value)?,
        AUTO_PLAY => settings.auto_play = decode(AUTO_PLAY, value)?,
        SPEECH_RATE => {
            let rate = decode(SPEECH_RATE, value)?;
            check_speech_rate(rate).map_err(|_| SPEECH_RATE)?;
            settings.speech_rate = rate;
        }
        PARTNER_PACE => settings.partner_pace = decode(PARTNER_PACE, value)?,
        TUTOR => settings.tutor = decode(TUTOR, value)?,
        _ => {}
    }
    Ok(())
}

/// Whether a row of the table holds a value that [`get`] takes; for the check of a whole database.
pub(crate) fn check_stored(key: &str, value: &str) -> Result<(), &'static str> {
    apply(&mut UserSettings::default(), key, value)
}

/// Changes what the patch names and gives all settings as they are then. Writes nothing that stays the same.
///
/// A stored value that is not valid is replaced if the patch names it: that is how it is repaired. One that
/// the patch does not name stays as it is, and is given as its default; [`get`] goes on refusing it.
///
/// # Errors
/// `Invalid` if the speech rate is out of range or the model has no name; `NotFound` for an unknown profile or model
/// server.
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    patch: UserSettingsPatch,
    now: Timestamp,
) -> Result<UserSettings, Error> {
    if let Some(rate) = patch.speech_rate {
        check_speech_rate(rate)?;
    }
    if let Some(tutor) = &patch.tutor {
        tutor.check(tx, user)?;
    }
    let Stored {
        mut settings,
        damaged,
    } = read(tx, user)?;
    let mut change = Update {
        tx,
        user,
        now,
        damaged,
        has_changed: false,
    };
    change.set(THEME, &mut settings.theme, patch.theme)?;
    change.set(LANGUAGE, &mut settings.language, patch.language)?;
    change.set(AUTO_PLAY, &mut settings.auto_play, patch.auto_play)?;
    change.set(SPEECH_RATE, &mut settings.speech_rate, patch.speech_rate)?;
    change.set(PARTNER_PACE, &mut settings.partner_pace, patch.partner_pace)?;
    change.set(TUTOR, &mut settings.tutor, patch.tutor)?;
    if change.has_changed {
        tx.changed(Entity::Settings, ChangeKind::Updated, user);
    }
    Ok(settings)
}

/// An update on its way, key by key.
struct Update<'a, 'c> {
    tx: &'a WriteTx<'c>,
    user: UserId,
    now: Timestamp,
    damaged: Vec<&'static str>,
    has_changed: bool,
}

impl Update<'_, '_> {
    fn set<T: PartialEq + Serialize>(
        &mut self,
        key: &'static str,
        current: &mut T,
        wanted: Option<T>,
    ) -> Result<(), Error> {
        let Some(wanted) = wanted else {
            return Ok(());
        };
        if wanted != *current || self.damaged.contains(&key) {
            put(self.tx, self.user, key, &encode(&wanted)?, self.now)?;
            self.has_changed = true;
            *current = wanted;
        }
        Ok(())
    }
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

fn decode<T: DeserializeOwned>(key: &'static str, value: &str) -> Result<T, &'static str> {
    serde_json::from_str(value).map_err(|_| key)
}
