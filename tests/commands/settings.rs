use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

#[test]
fn settings_have_defaults_and_keep_what_is_set() {
    let app = TestApp::new();
    let defaults = app.call("settings_get", json!({})).unwrap();
    assert_eq!(defaults["theme"], "system");
    let changed = app
        .call(
            "settings_update",
            json!({ "patch": { "theme": "dark", "speechRate": 0.75, "autoPlay": true } }),
        )
        .unwrap();
    assert_eq!(changed["theme"], "dark");
    assert_eq!(
        changed["language"], defaults["language"],
        "what is not given stays"
    );

    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    assert_eq!(app.call("settings_get", json!({})).unwrap(), changed);
}

#[rstest]
#[case::unknown_theme(json!({ "theme": "neon" }))]
#[case::unknown_setting(json!({ "colour": "red" }))]
#[case::too_fast(json!({ "speechRate": 9.0 }))]
#[case::not_a_number(json!({ "speechRate": "fast" }))]
fn a_bad_setting_is_refused_and_nothing_changes(#[case] patch: Value) {
    let app = TestApp::new();
    let before = app.call("settings_get", json!({})).unwrap();
    let error = app
        .call("settings_update", json!({ "patch": patch }))
        .unwrap_err();
    assert_error(&error, "invalid");
    assert_eq!(app.call("settings_get", json!({})).unwrap(), before);
}
