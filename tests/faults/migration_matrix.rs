//! Every earlier schema and every released fixture comes to the newest schema whole.

use parlance_faults::{fixtures, history};

use crate::support::show;

#[test]
fn a_database_of_each_earlier_version_and_each_fixture_migrates_with_all_its_rows() {
    show(fixtures::run());
}

/// What has no rows proves nothing.
#[test]
fn the_databases_of_each_version_have_rows_in_every_table() {
    for version in 1..=history::newest() {
        let folder = tempfile::tempdir().unwrap();
        let rows = history::build(folder.path(), version).unwrap();
        assert_eq!(
            rows.empty_tables(),
            [""; 0],
            "tests/faults/rows/ has nothing for them at version {version}"
        );
    }
}
