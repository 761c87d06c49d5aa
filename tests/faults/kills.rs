//! The process is killed at any moment.

use parlance_faults::kills::{self, Backup, Migration, MixedWork, Restore, Scale};

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

#[test]
fn a_kill_in_the_middle_of_a_restore_leaves_one_of_the_two_states_and_the_other_can_be_had() {
    show(kills::run(Restore::new, &scale(25), 4));
}

#[test]
fn a_kill_in_the_middle_of_a_backup_leaves_everything_as_it_was() {
    show(kills::run(Backup::new, &scale(25), 5));
}
