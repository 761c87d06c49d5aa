//! The power fails at any moment, and a disk keeps what it likes of what was not synced.

use parlance_faults::history;
use parlance_faults::power::{self, Scale};

use crate::support::show;

#[test]
fn a_power_cut_at_any_moment_of_mixed_work_loses_nothing_that_was_acknowledged() {
    let scale = Scale {
        steps: 60,
        stride: 37,
        threads: 1,
    };
    show(power::mixed_work(scale, 1));
}

#[test]
fn a_power_cut_at_any_moment_of_a_migration_leaves_all_of_the_old_schema_or_all_of_the_new() {
    let scale = Scale {
        steps: 0,
        stride: 97,
        threads: 1,
    };
    for version in [1, 4, history::newest() - 1] {
        show(power::migration(version, scale, 4));
    }
}
