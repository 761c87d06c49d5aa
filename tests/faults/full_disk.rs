//! The disk is full.

use std::path::Path;

use parlance_faults::full_disk;

use crate::support::show;

#[test]
fn a_full_disk_is_called_so_reading_goes_on_and_with_room_the_same_write_succeeds() {
    show(full_disk::simulated());
}

#[cfg(target_os = "linux")]
#[test]
fn a_real_file_system_that_is_full_costs_nothing_that_was_acknowledged() {
    show(full_disk::real(Path::new(env!(
        "CARGO_BIN_EXE_parlance-faults-child"
    ))));
}
