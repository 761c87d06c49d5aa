//! The storage behaves like a simple model of it.

use parlance_faults::model;

use crate::support::show;

#[test]
fn through_restarts_deaths_and_jumps_of_the_clock_the_storage_is_what_the_model_says() {
    show(model::run(40, 60, 6));
}
