//! Whatever is copied, split, merged, edited, marked, deleted and taken back, in whatever order and by whatever clock:
//! no message is lost or doubled, nor anything that belongs to one, and each stands where a simple model says.

use proptest::prelude::*;

use crate::moves_model::Life;
use crate::support::cases;

/// What may happen, to the things with these numbers.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    Send(usize),
    Reply(usize),
    BeginReply(usize),
    EndReply(usize),
    Delete(usize),
    DeleteMessage(usize),
    Restore(usize),
    Erase(usize),
    Duplicate(usize, bool),
    Branch(usize),
    Split(usize),
    Merge(usize, usize),
    Edit(usize),
    Note(usize),
    DeleteNote(usize),
    Bookmark(usize),
    Unbookmark(usize),
    Tag(usize, usize),
    File(usize, usize),
    Draft(usize),
    Read(usize, bool),
    UndoNewest,
    Undo(usize),
    Clock(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..12_usize;
    prop_oneof![
        2 => Just(Step::Begin),
        6 => number.clone().prop_map(Step::Send),
        3 => number.clone().prop_map(Step::Reply),
        1 => number.clone().prop_map(Step::BeginReply),
        2 => number.clone().prop_map(Step::EndReply),
        1 => number.clone().prop_map(Step::Delete),
        2 => number.clone().prop_map(Step::DeleteMessage),
        2 => number.clone().prop_map(Step::Restore),
        1 => number.clone().prop_map(Step::Erase),
        1 => (number.clone(), any::<bool>()).prop_map(|(number, all)| Step::Duplicate(number, all)),
        2 => number.clone().prop_map(Step::Branch),
        4 => number.clone().prop_map(Step::Split),
        4 => (number.clone(), number.clone()).prop_map(|(into, from)| Step::Merge(into, from)),
        2 => number.clone().prop_map(Step::Edit),
        3 => number.clone().prop_map(Step::Note),
        2 => number.clone().prop_map(Step::DeleteNote),
        2 => number.clone().prop_map(Step::Bookmark),
        1 => number.clone().prop_map(Step::Unbookmark),
        2 => (number.clone(), 0..3_usize).prop_map(|(number, tag)| Step::Tag(number, tag)),
        1 => (number.clone(), 0..3_usize).prop_map(|(number, folder)| Step::File(number, folder)),
        1 => number.clone().prop_map(Step::Draft),
        2 => (number.clone(), any::<bool>()).prop_map(|(number, is_read)| Step::Read(number, is_read)),
        6 => Just(Step::UndoNewest),
        4 => number.prop_map(Step::Undo),
        3 => prop_oneof![Just(1), Just(-1), Just(5_000), Just(-5_000), Just(400_000_000), Just(-400_000_000)]
            .prop_map(Step::Clock),
    ]
}

fn take(life: &mut Life, step: &Step) {
    match *step {
        Step::Begin => life.begin(),
        Step::Send(number) => life.send(number),
        Step::Reply(number) => life.reply(number),
        Step::BeginReply(number) => life.begin_reply(number),
        Step::EndReply(number) => life.end_reply(number),
        Step::Delete(number) => life.delete(number),
        Step::DeleteMessage(number) => life.delete_message(number),
        Step::Restore(number) => life.restore(number),
        Step::Erase(number) => life.erase(number),
        Step::Duplicate(number, with_history) => life.duplicate(number, with_history),
        Step::Branch(number) => life.branch(number),
        Step::Split(number) => life.split(number),
        Step::Merge(into, from) => life.merge(into, from),
        Step::Edit(number) => life.edit(number),
        Step::Note(number) => life.note(number),
        Step::DeleteNote(number) => life.delete_note(number),
        Step::Bookmark(number) => life.bookmark(number),
        Step::Unbookmark(number) => life.unbookmark(number),
        Step::Tag(number, tag) => life.tag(number, tag),
        Step::File(number, folder) => life.file(number, folder),
        Step::Draft(number) => life.draft(number),
        Step::Read(number, is_read) => life.read(number, is_read),
        Step::UndoNewest => life.undo(0),
        Step::Undo(number) => life.undo(number),
        Step::Clock(by) => life.world.clock.advance(by),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24), max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_copied_split_merged_and_taken_back_every_message_is_where_it_belongs(
        stands in any::<bool>(),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut life = Life::new();
        // Something to begin with.
        for step in [Step::Begin, Step::Begin, Step::Send(0), Step::Send(1), Step::Reply(0), Step::Send(0), Step::Note(2)] {
            take(&mut life, &step);
        }
        for step in &steps {
            if stands && matches!(step, Step::Clock(_)) {
                continue;
            }
            take(&mut life, step);
            life.compare();
        }
        life.world.assert_sound();
    }
}
