//! Erased for ever, in the long run: a busy life leaves copies of rows in the pages of the file, and none of them
//! survives.

use std::collections::HashSet;

use parlance_storage::draft::DraftOf;
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{ConversationId, MessageId, conversation, draft};

use crate::erase::{all_bytes, delete_and_erase};
use crate::support::{World, block_on};

/// A word that is nowhere else, of twelve letters, by its number.
fn token(number: u64) -> String {
    let mut state = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for (shift, factor) in [
        (30, 0xBF58_476D_1CE4_E5B9_u64),
        (27, 0x94D0_49BB_1331_11EB),
        (31, 1),
    ] {
        state = (state ^ (state >> shift)).wrapping_mul(factor);
    }
    let mut token = String::from("zq");
    for _ in 0..10 {
        token.push(char::from(b'a' + (state % 26) as u8));
        state /= 26;
    }
    token
}

/// A busy life with one learner: conversations of very different lengths, renamed, typed in and erased.
struct Life {
    world: World,
    state: u64,
    tokens: u64,
    talks: Vec<Talk>,
    erased: HashSet<String>,
}

struct Talk {
    id: ConversationId,
    /// Of titles and drafts.
    words: Vec<String>,
    messages: Vec<(MessageId, Vec<String>)>,
}

impl Life {
    fn new(seed: u64) -> Self {
        Self {
            world: World::new(),
            state: seed,
            tokens: 0,
            talks: Vec::new(),
            erased: HashSet::new(),
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % limit as u64).unwrap()
    }

    fn words(&mut self, most: usize) -> Vec<String> {
        (0..=self.below(most))
            .map(|_| {
                self.tokens += 1;
                token(self.tokens)
            })
            .collect()
    }

    fn step(&mut self) {
        let chance = self.below(100);
        if chance < 15 || self.talks.is_empty() {
            let id = self.world.conversation();
            self.talks.push(Talk {
                id,
                words: Vec::new(),
                messages: Vec::new(),
            });
            return;
        }
        let which = self.below(self.talks.len());
        match chance {
            15..40 => self.say(which),
            40..55 => self.reply(which),
            55..70 => self.rename(which),
            70..85 => self.type_on(which),
            85..92 => self.erase_message(which),
            92..97 => self.erase_talk(which),
            _ => {}
        }
    }

    fn say(&mut self, which: usize) {
        let words = self.words(20);
        let text = format!("{} {}", words.join(" "), "x".repeat(self.below(200)));
        let id = self.world.send(self.talks[which].id, &text).unwrap().id;
        self.talks[which].messages.push((id, words));
    }

    fn reply(&mut self, which: usize) {
        let words = self.words(60);
        let parts: Vec<String> = words
            .chunks(3)
            .map(|words| words.join(" ") + ". ")
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let id = self.world.reply(self.talks[which].id, &parts).id;
        self.talks[which].messages.push((id, words));
    }

    fn rename(&mut self, which: usize) {
        let words = self.words(10);
        let (user, now, id) = (self.world.user, self.world.now(), self.talks[which].id);
        let title = words.join(" ");
        self.world
            .write(move |tx| conversation::rename(tx, user, id, &title, now))
            .unwrap();
        self.talks[which].words.extend(words);
    }

    fn type_on(&mut self, which: usize) {
        let words = self.words(100);
        let (user, now, id) = (self.world.user, self.world.now(), self.talks[which].id);
        let text = words.join(" ");
        self.world
            .write(move |tx| {
                draft::save(
                    tx,
                    user,
                    DraftOf::Message {
                        conversation_id: id,
                    },
                    &text,
                    now,
                )
            })
            .unwrap();
        self.talks[which].words.extend(words);
    }

    fn erase_message(&mut self, which: usize) {
        let count = self.talks[which].messages.len();
        if count == 0 {
            return;
        }
        let place = self.below(count);
        let (id, words) = self.talks[which].messages.remove(place);
        self.world.delete_message(id).unwrap();
        self.sweep(Trashed::Message(id));
        self.erased.extend(words);
    }

    fn erase_talk(&mut self, which: usize) {
        let talk = self.talks.swap_remove(which);
        self.world.delete(talk.id).unwrap();
        self.sweep(Trashed::Conversation(talk.id));
        self.erased.extend(talk.words);
        self.erased
            .extend(talk.messages.into_iter().flat_map(|(_, words)| words));
    }

    /// Erases the rows, not yet the last bytes.
    fn sweep(&self, thing: Trashed) {
        let (user, now) = (self.world.user, self.world.now());
        self.world
            .write(move |tx| {
                trash::condemn(tx, user, thing)?;
                while !trash::sweep(tx, now, now)?.is_done {}
                Ok(())
            })
            .unwrap();
    }

    /// How many erased words can still be read in the files.
    fn readable(&self) -> usize {
        let bytes = all_bytes(self.world.path());
        bytes
            .windows(12)
            .filter(|window| window.starts_with(b"zq"))
            .filter_map(|window| std::str::from_utf8(window).ok())
            .filter(|window| self.erased.contains(*window))
            .count()
    }
}

#[test]
fn pages_whose_rows_were_rearranged_hold_no_copies_of_what_was_erased() {
    // With this seed SQLite leaves copies behind, which the test checks too: else it would prove nothing.
    let mut life = Life::new(150_461);
    for _ in 0..400 {
        life.step();
    }
    assert!(life.erased.len() > 1_000);
    block_on(life.world.db.checkpoint()).unwrap();
    assert!(life.readable() > 0, "another seed is needed");
    life.world.erase_due();
    assert_eq!(life.readable(), 0);
    life.world.assert_sound();
}

#[test]
fn only_unused_room_is_cleaned() {
    let world = World::new();
    for number in 0..200 {
        let talk = world.conversation();
        world
            .send(talk, &format!("Something about {number}"))
            .unwrap();
    }
    let talk = world.conversation();
    let said = world.send(talk, "zqgone").unwrap().id;
    let everything = |world: &World| -> Vec<String> {
        world
            .raw()
            .prepare("SELECT content || conversations.title FROM messages JOIN conversations ON conversations.id = conversation_id ORDER BY messages.id")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let mut before = everything(&world);
    before.pop();
    delete_and_erase(&world, said);
    assert_eq!(everything(&world), before);
    world.assert_sound();
}
