//! Operators: the ends of the calendar.

use jiff::tz::TimeZone;
use parlance_storage::SearchKind;

use crate::searching::request;
use crate::support::World;

pub const ZONES: [&str; 4] = [
    "UTC",
    "America/New_York",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
];

pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

#[test]
fn the_first_and_the_last_day_of_the_calendar_are_days_as_any_other() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Hello from this century").unwrap();
    for name in ZONES {
        for (query, count) in [
            ("hello before:9999-12-31", 1),
            ("hello after:9999-12-31", 0),
            ("hello before:9999", 1),
            ("hello after:9999-12-30", 0),
            ("hello before:0001-01-01", 0),
            ("hello after:0001-01-01", 1),
            ("hello before:0000", 0),
            ("hello after:0000-01-01", 1),
            // Four digits make a year: this is looked for as words.
            ("hello before:-9999-01-01", 0),
            ("hello after:10000-01-01", 0),
        ] {
            let mut asked = request(query);
            asked.kind = Some(SearchKind::Message);
            let page = world
                .search_page_in(asked, zone(name))
                .unwrap_or_else(|error| panic!("{query}, {name}: {error}"));
            assert_eq!(page.hits.len(), count, "{query}, {name}");
        }
    }
}
