//! Every earlier schema and every released fixture comes to the newest schema whole.

use parlance_faults::{fixtures, history};

use crate::support::show;

#[test]
fn a_database_of_each_earlier_version_and_each_fixture_migrates_with_all_its_rows() {
    show(fixtures::run());
}

/// What has no rows proves nothing.
#[test]
fn the_databases_of_earlier_versions_have_rows_in_every_table_of_the_first_release() {
    let folder = tempfile::tempdir().unwrap();
    let rows = history::build(folder.path(), 11).unwrap();
    assert_eq!(rows.empty_tables(), [""; 0]);
}
