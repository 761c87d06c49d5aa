//! Two processes that start at the same moment.

use std::process::{Command, Stdio};

use parlance_storage::{data_dir, status};

use crate::support::{json, parlance_db};

#[test]
fn two_processes_that_migrate_one_empty_directory_apply_each_migration_once() {
    for round in 0..50 {
        let parent = tempfile::tempdir().unwrap();
        let data_dir = parent.path().join("data");
        let start = || {
            Command::new(env!("CARGO_BIN_EXE_parlance-db"))
                .env(data_dir::DATA_DIR_VARIABLE, &data_dir)
                .args(["migrate", "--json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let (first, second) = (start(), start());
        let outputs = [
            first.wait_with_output().unwrap(),
            second.wait_with_output().unwrap(),
        ];

        let mut applied = 0;
        for output in &outputs {
            let answer = json(output);
            if output.status.success() {
                applied += answer["applied"].as_array().unwrap().len();
            } else {
                assert_eq!(
                    answer["error"]["code"], "already_open",
                    "round {round}: {output:?}"
                );
            }
        }
        assert!(
            outputs.iter().any(|output| output.status.success()),
            "round {round}: {outputs:?}"
        );
        let status = status::read(&data_dir).unwrap().unwrap();
        assert_eq!(applied, status.migrations.len(), "round {round}");
        assert_eq!(
            status.user_version, status.supported_version,
            "round {round}"
        );
    }
}

#[test]
fn the_tool_says_who_has_the_database_open() {
    let world = crate::support::World::new();
    let output = parlance_db(world.path(), &["migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("already open"),
        "{output:?}"
    );
}
