//! Any call to the disk may fail, once or for ever.

use parlance_faults::calls::{self, Scale, TROUBLES};
use parlance_faults::history;
use parlance_faults::vfs::Trouble;

use crate::support::show;

#[test]
fn whichever_call_fails_in_ordinary_work_nothing_acknowledged_is_lost_and_work_goes_on_after_it() {
    let scale = Scale {
        steps: 12,
        stride: 13,
        troubles: TROUBLES,
    };
    show(calls::mixed_work(scale, 5));
}

/// SQLite's full-text tables remember a failed read as an empty index, unless their connection is given up.
#[test]
fn whichever_read_fails_the_full_text_index_still_agrees_with_the_texts() {
    let scale = Scale {
        steps: 5,
        stride: 1,
        troubles: &[Trouble::Unreadable],
    };
    show(calls::mixed_work(scale, 5));
}

#[test]
fn whichever_call_fails_in_a_migration_it_is_entirely_done_or_not_at_all() {
    let scale = Scale {
        steps: 0,
        stride: 61,
        troubles: TROUBLES,
    };
    for version in [1, 4, history::newest() - 1] {
        show(calls::migration(version, scale));
    }
}
