//! Damaged files, and files in a place that does not do.

use parlance_faults::damage::{self, Programs};

use crate::support::show;

#[test]
fn a_damaged_database_is_refused_or_noticed_in_words_and_never_made_worse() {
    show(damage::run(&Programs {
        child: env!("CARGO_BIN_EXE_parlance-faults-child").into(),
        tool: env!("CARGO_BIN_EXE_parlance-faults-db").into(),
    }));
}
