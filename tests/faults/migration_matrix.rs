//! Every released schema, with rows of every table, comes to the newest one whole.

use parlance_faults::history;

#[test]
fn a_database_of_each_earlier_version_migrates_with_all_its_rows() {
    for version in 1..=history::newest() {
        let folder = tempfile::tempdir().unwrap();
        let rows = history::build(folder.path(), version).unwrap();
        let without: Vec<&str> = rows.empty_tables();
        assert!(
            version > 11 || without.is_empty(),
            "version {version} has no rows in {without:?}"
        );
        history::check_migrates(folder.path(), &rows)
            .unwrap_or_else(|error| panic!("from version {version}: {error:#}"));
    }
}
