//! Damage at random: whatever happens to the file, the doctor neither panics nor loses the original, and what it
//! puts in its place is whole.

use std::fs;

use parlance_storage::doctor;
use parlance_storage::{Error, Watch};

use crate::sick::{PAGE, Sick};
use crate::support::NOON;

/// A few by default; `PARLANCE_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("PARLANCE_ROUNDS").map_or(12, |rounds| rounds.parse().unwrap())
}

/// Numbers that look random and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }
}

/// Gives what was done, in words.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) -> String {
    let pages = bytes.len() / PAGE;
    match dice.roll(6) {
        0 => {
            let flips = 1 + dice.roll(40);
            for _ in 0..flips {
                let at = dice.roll(bytes.len());
                bytes[at] ^= 1 << dice.roll(8);
            }
            format!("{flips} bits flipped")
        }
        1 => {
            let first = dice.roll(pages);
            let count = (1 + dice.roll(20)).min(pages - first);
            bytes[first * PAGE..(first + count) * PAGE].fill(0);
            format!("{count} pages of zeros from {first}")
        }
        2 => {
            let page = dice.roll(pages);
            for byte in &mut bytes[page * PAGE..(page + 1) * PAGE] {
                *byte = dice.roll(256) as u8;
            }
            format!("noise on page {page}")
        }
        3 => {
            let length = 1 + dice.roll(bytes.len());
            bytes.truncate(length);
            format!("cut after {length} bytes")
        }
        4 => {
            let (from, to) = (dice.roll(pages), dice.roll(pages));
            bytes.copy_within(from * PAGE..(from + 1) * PAGE, to * PAGE);
            format!("page {from} written over page {to}")
        }
        _ => {
            // A sector of another file in the middle of a page.
            let at = dice.roll(bytes.len() / 512 - 1) * 512;
            bytes[at..at + 512].fill(0x20 + dice.roll(90) as u8);
            format!("a strange sector at {at}")
        }
    }
}

#[test]
fn whatever_happens_to_the_file_nothing_of_ours_makes_it_worse() {
    let (mut repaired, mut refused) = (0, Vec::new());
    for seed in 0..rounds() {
        let sick = Sick::new();
        let mut dice = Dice(seed);
        let mut bytes = sick.bytes();
        let mut done = damage(&mut bytes, &mut dice);
        if dice.roll(3) == 0 && bytes.len() > 2 * PAGE {
            done = format!("{done}, {}", damage(&mut bytes, &mut dice));
        }
        fs::write(sick.file(), &bytes).unwrap();
        let report = doctor::report(sick.path()).unwrap();
        assert!(sick.bytes() == bytes, "seed {seed}, {done}");
        if report.ok {
            continue;
        }
        match doctor::repair(sick.path(), &Watch::nobody(), NOON) {
            Ok(outcome) => {
                repaired += 1;
                let healed = doctor::report(sick.path()).unwrap();
                assert!(
                    healed.ok,
                    "seed {seed}, {done}: {}\n{}",
                    outcome.text, healed.text
                );
                for (table, counts) in &outcome.tables {
                    let prefix = format!("{table}: ");
                    let before = sick.rows.iter().filter(|row| row.starts_with(&prefix));
                    // Where nothing tells how many are lost, that is told.
                    if let Some(lost) = counts.lost {
                        assert!(
                            counts.kept + counts.rejected + lost >= before.count() as u64,
                            "seed {seed}, {done}, {table}: {}",
                            outcome.text
                        );
                    }
                }
                assert!(fs::read(outcome.undo_copy.unwrap()).unwrap() == bytes);
            }
            Err(
                Error::Corrupt { .. }
                | Error::Missing { .. }
                | Error::SchemaTooNew { .. }
                | Error::ForeignFile { .. },
            ) => {
                refused.push(format!("seed {seed}, {done}: {}", report.text));
                assert!(sick.bytes() == bytes);
                assert!(!report.can_repair, "seed {seed}, {done}: {}", report.text);
            }
            Err(error) => panic!("seed {seed}, {done}: {error:?}"),
        }
        let left = sick.listing();
        assert!(
            left.iter().all(|name| !name.starts_with(".repair")),
            "{left:?}"
        );
    }
    // Little is so damaged that nothing can be saved; that it is little shows that the doctor can do something.
    assert!(
        repaired > 4 * refused.len(),
        "{repaired} repaired, refused: {refused:#?}"
    );
}
