//! Settings: typed, defaulted, never guessed.

use parlance_storage::settings::{self, UserSettings, UserSettingsPatch};
use parlance_storage::{Entity, Error, Language, PartnerPace, Theme, TutorChoice, UserId};
use tokio::sync::broadcast::error::TryRecvError;

use crate::support::{NOON, World};

fn update(world: &World, patch: UserSettingsPatch) -> Result<UserSettings, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| settings::update(tx, user, patch, now))
}

fn get(world: &World) -> Result<UserSettings, Error> {
    let user = world.user;
    world.read(move |tx| settings::get(tx, user))
}

#[test]
fn a_new_profile_has_the_documented_defaults() {
    let expected = UserSettings {
        theme: Theme::System,
        language: Language::System,
        auto_play: true,
        speech_rate: 1.0,
        partner_pace: PartnerPace::Natural,
        tutor: TutorChoice::BuiltIn,
    };
    assert_eq!(get(&World::new()).unwrap(), expected);
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let world = World::new();
    let patch = UserSettingsPatch {
        theme: Some(Theme::Dark),
        speech_rate: Some(0.5),
        ..Default::default()
    };
    let after = update(&world, patch).unwrap();
    assert_eq!(
        after,
        UserSettings {
            theme: Theme::Dark,
            speech_rate: 0.5,
            ..Default::default()
        }
    );
    let patch = UserSettingsPatch {
        language: Some(Language::Vietnamese),
        ..Default::default()
    };
    update(&world, patch).unwrap();
    assert_eq!(
        get(&world).unwrap(),
        UserSettings {
            language: Language::Vietnamese,
            ..after
        }
    );
}

#[test]
fn a_change_is_told_and_no_change_is_not() {
    let world = World::new();
    let mut changes = world.db.changes();
    update(
        &world,
        UserSettingsPatch {
            auto_play: Some(true),
            ..Default::default()
        },
    )
    .unwrap();
    assert_eq!(changes.try_recv().unwrap_err(), TryRecvError::Empty);
    let rows: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM user_settings", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0);
    update(
        &world,
        UserSettingsPatch {
            auto_play: Some(false),
            ..Default::default()
        },
    )
    .unwrap();
    assert_eq!(
        changes.blocking_recv().unwrap().changes[0].entity,
        Entity::Settings
    );
}

#[test]
fn a_speech_rate_out_of_range_is_refused_and_nothing_is_stored() {
    let world = World::new();
    for rate in [0.0, 0.49, 2.01, -1.0, f64::NAN, f64::INFINITY] {
        let patch = UserSettingsPatch {
            speech_rate: Some(rate),
            theme: Some(Theme::Dark),
            ..Default::default()
        };
        let error = update(&world, patch).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The speech rate must be between 0.5 and 2."
        );
    }
    assert_eq!(get(&world).unwrap(), UserSettings::default());
}

#[test]
fn a_stored_value_that_makes_no_sense_is_an_error_and_not_a_default() {
    let world = World::new();
    let put = |key: &str, value: &str| {
        world
            .raw()
            .execute(
                "INSERT INTO user_settings (user_id, key, value, created_at, updated_at) VALUES (?1, ?2, ?3, 0, 0)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
                rusqlite::params![world.user, key, value],
            )
            .unwrap();
    };
    for (key, value) in [
        ("theme", "\"pink\""),
        ("theme", "3"),
        ("speech_rate", "9.5"),
        ("auto_play", "\"yes\""),
    ] {
        put(key, value);
        let error = get(&world).unwrap_err();
        assert_eq!(
            error,
            Error::Corrupt {
                detail: format!("the setting {key} holds no valid value")
            }
        );
        world
            .raw()
            .execute("DELETE FROM user_settings", [])
            .unwrap();
    }
    put("some_later_feature", "[1, 2]");
    assert_eq!(get(&world).unwrap(), UserSettings::default());
}

#[test]
fn unknown_fields_of_a_patch_are_refused() {
    let patch =
        serde_json::from_str::<UserSettingsPatch>(r#"{"speechRate": 1.5, "partnerPace": "slow"}"#)
            .unwrap();
    assert_eq!(
        (patch.speech_rate, patch.partner_pace),
        (Some(1.5), Some(PartnerPace::Slow))
    );
    assert!(serde_json::from_str::<UserSettingsPatch>(r#"{"volume": 11}"#).is_err());
    assert!(serde_json::from_str::<UserSettingsPatch>(r#"{"theme": "pink"}"#).is_err());
}

#[test]
fn settings_of_nobody_are_not_found() {
    let world = World::new();
    let nobody = UserId::new(NOON);
    assert_eq!(
        world
            .read(move |tx| settings::get(tx, nobody))
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[test]
fn a_damaged_value_is_repaired_by_choosing_anew_and_the_others_are_left_as_they_are() {
    let world = World::new();
    for (key, value) in [("theme", "\"purple\""), ("speech_rate", "11.0")] {
        world
            .raw()
            .execute(
                "INSERT INTO user_settings VALUES (?1, ?2, ?3, 0, 0)",
                rusqlite::params![world.user, key, value],
            )
            .unwrap();
    }
    // The default is a choice too: what stands there must go.
    let patch = UserSettingsPatch {
        theme: Some(Theme::System),
        ..Default::default()
    };
    let mut changes = world.db.changes();
    assert_eq!(update(&world, patch), Ok(UserSettings::default()));
    assert!(changes.try_recv().is_ok());
    let error = get(&world).unwrap_err();
    assert_eq!(error.code(), "corrupt");
    assert!(error.to_string().contains("speech_rate"), "{error}");
    let patch = UserSettingsPatch {
        speech_rate: Some(1.5),
        ..Default::default()
    };
    let repaired = UserSettings {
        speech_rate: 1.5,
        ..Default::default()
    };
    assert_eq!(update(&world, patch), Ok(repaired.clone()));
    assert_eq!(get(&world), Ok(repaired));
}
