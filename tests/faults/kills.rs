//! The process is killed at any moment.

use parlance_faults::kills::{self, Migration, MixedWork, Scale};

use crate::support::show;

fn scale(kills: u32) -> Scale {
    Scale {
        kills,
        threads: 1,
        child: env!("CARGO_BIN_EXE_parlance-faults-child").into(),
    }
}

#[test]
fn a_kill_in_the_middle_of_mixed_work_loses_nothing_that_was_acknowledged() {
    show(kills::run(MixedWork::new, &scale(40), 2));
}

#[test]
fn a_kill_in_the_middle_of_a_migration_leaves_all_of_the_old_schema_or_all_of_the_new() {
    show(kills::run(Migration::new, &scale(40), 3));
}
