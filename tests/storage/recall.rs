//! Older messages that have to do with the learner's last words: by what they mean, and by the words they have.

use parlance_storage::embedding::{self, QueryVector};
use parlance_storage::memory::{RecallBy, Sources, Wish};
use parlance_storage::message::{self, Later};
use parlance_storage::{ConversationId, MemoryStrategy, MessageId};

use crate::embeddings::embed;
use crate::memory::sources;
use crate::summaries::{by, remember};
use crate::support::{World, typed};

fn recalled(sources: &Sources) -> Vec<(&str, RecallBy)> {
    let recalled = sources.recalled.iter();
    recalled
        .map(|one| (one.said.content.as_str(), one.by))
        .collect()
}

/// A conversation with these messages of the learner's among many others, and these last words.
fn talk_about(
    world: &World,
    about: &[(usize, &str)],
    last: &str,
    messages: usize,
) -> ConversationId {
    let talk = world.conversation();
    remember(world, talk, by(MemoryStrategy::Semantic));
    let (user, now) = (world.user, world.now());
    let about: Vec<(usize, String)> = about
        .iter()
        .map(|(place, text)| (*place, (*text).to_owned()))
        .collect();
    let last = last.to_owned();
    world
        .write(move |tx| {
            for n in 0..messages {
                let usual =
                    format!("Yes, I think that the weather was nice on day {n}, 今天天气很好。");
                let found = about.iter().find(|(place, _)| *place == n);
                let text = found.map_or(usual, |(_, text)| text.clone());
                message::send(tx, user, talk, typed(&text), now)?;
            }
            message::send(tx, user, talk, typed(&last), now).map(drop)
        })
        .unwrap();
    talk
}

#[test]
fn the_old_message_with_the_rare_word_is_found_among_two_thousand() {
    let world = World::new();
    for (said, asked) in [
        ("My dog is called Biscuit.", "What was the name of my dog?"),
        (
            "J'ai visité le château de Chambord.",
            "Quel chateau j'ai visité ?",
        ),
        ("我的狗叫饼干。", "我的狗叫什么名字？"),
        (
            "우리 강아지는 비스킷이에요.",
            "강아지 이름이 뭐였죠? 우리 강아지는",
        ),
        ("كلبي اسمه بسكويت", "ما اسم كلبي؟"),
        ("My café is in Đà Nẵng.", "Where is Đà Nẵng?"),
    ] {
        let talk = talk_about(&world, &[(17, said)], asked, 2_000);
        let given = sources(&world, talk, Wish::default());
        assert_eq!(recalled(&given)[0], (said, RecallBy::Words), "{asked}");
        assert!(given.recalled.len() <= 12);
        assert_eq!(given.recalled[0].said.sequence_number, 18);
    }
    world.assert_sound();
}

#[test]
fn nothing_is_recalled_by_words_that_are_said_all_the_time_or_by_none() {
    let world = World::new();
    for asked in [
        "I think that the weather was nice",
        "👍",
        "\"NEAR( * ^ content: -",
        "今天天气很好",
        "zzz",
    ] {
        let talk = talk_about(&world, &[(17, "My dog is called Biscuit.")], asked, 300);
        assert_eq!(
            recalled(&sources(&world, talk, Wish::default())),
            [],
            "{asked}"
        );
    }
}

#[test]
fn what_is_recalled_is_of_this_conversation_and_not_told_anyway_and_not_in_the_trash() {
    let world = World::new();
    let other = talk_about(&world, &[(5, "My dog is called Biscuit.")], "Hello", 60);
    let talk = talk_about(
        &world,
        &[
            (3, "A dog was there."),
            (4, "A dog barked."),
            (95, "Dogs again."),
        ],
        "And the dog?",
        100,
    );
    let given = sources(&world, talk, Wish::default());
    assert_eq!(
        recalled(&given),
        [
            ("A dog barked.", RecallBy::Words),
            ("A dog was there.", RecallBy::Words)
        ]
    );
    world.delete_message(given.recalled[0].said.id).unwrap();
    let given = sources(&world, talk, Wish::default());
    assert_eq!(recalled(&given), [("A dog was there.", RecallBy::Words)]);
    assert_eq!(recalled(&sources(&world, other, Wish::default())), []);
    // Only the semantic strategy has a use for it.
    remember(&world, talk, by(MemoryStrategy::Sliding));
    assert_eq!(recalled(&sources(&world, talk, Wish::default())), []);
}

#[test]
fn words_that_are_said_all_over_in_other_conversations_hide_no_rare_one() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    remember(&world, talk, by(MemoryStrategy::Semantic));
    world
        .raw()
        .execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO messages (id, conversation_id, role, content, sequence_number, created_at, updated_at)
             SELECT i, iif(i % 50 = 0, ?1, ?2), 'user', iif(i = 100, 'My giraffe is called Biscuit',
                 'Yesterday evening we went somewhere together ' || i), i, 0, 0 FROM n",
            [talk, other],
        )
        .unwrap();
    for conversation in [talk, other] {
        world
            .send(
                conversation,
                "Yesterday evening, somewhere together, a giraffe?",
            )
            .unwrap();
    }
    let given = sources(&world, talk, Wish::default());
    assert_eq!(
        recalled(&given),
        [("My giraffe is called Biscuit", RecallBy::Words)]
    );
}

/// Two directions that have nothing in common, and one between them.
const TEA: [f32; 3] = [1.0, 0.0, 0.0];
const DOGS: [f32; 3] = [0.0, 1.0, 0.0];
const BOTH: [f32; 3] = [0.7, 0.7, 0.1];

fn meaning(vector: &[f32]) -> Wish {
    Wish {
        meaning: Some(QueryVector::new("m".into(), vector.to_vec()).unwrap()),
        ..Wish::default()
    }
}

#[test]
fn what_means_something_alike_is_recalled_before_what_has_the_same_words() {
    let world = World::new();
    let about = [
        (3, "My puppy is called Biscuit."),
        (4, "I drink green tea."),
        (5, "Tea and puppies."),
        (6, "A dog barked."),
    ];
    let talk = talk_about(&world, &about, "And the dog?", 100);
    let ids: Vec<MessageId> = world
        .raw()
        .prepare("SELECT id FROM messages WHERE sequence_number BETWEEN 4 AND 6 AND conversation_id = ?1 ORDER BY 1")
        .unwrap()
        .query_map([talk], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    embed(
        &world,
        talk,
        "m",
        &[(ids[0], &DOGS), (ids[1], &TEA), (ids[2], &BOTH)],
    )
    .unwrap();
    let given = sources(&world, talk, meaning(&DOGS));
    assert_eq!(
        recalled(&given),
        [
            ("My puppy is called Biscuit.", RecallBy::Meaning),
            ("Tea and puppies.", RecallBy::Meaning),
            ("A dog barked.", RecallBy::Words)
        ]
    );
    // A vector of another size or model finds nothing, and the words are left.
    let by_words = [("A dog barked.", RecallBy::Words)];
    assert_eq!(
        recalled(&sources(&world, talk, meaning(&[1.0, 2.0]))),
        by_words
    );
    let other = Wish {
        meaning: Some(QueryVector::new("other".into(), DOGS.to_vec()).unwrap()),
        ..Wish::default()
    };
    assert_eq!(recalled(&sources(&world, talk, other)), by_words);
    // An edit takes the meaning of the old words away.
    world.edit(ids[0], "I have a cat.", Later::Keep).unwrap();
    let given = sources(&world, talk, meaning(&DOGS));
    assert_eq!(recalled(&given)[0], ("Tea and puppies.", RecallBy::Meaning));
    assert!(QueryVector::new("m".into(), vec![]).is_err());
    assert!(QueryVector::new("m".into(), vec![f32::NAN]).is_err());
    assert!(QueryVector::new("m".into(), vec![0.0; 3]).is_err());
    assert!(QueryVector::new("m".into(), vec![1.0; embedding::LONGEST + 1]).is_err());
    world.assert_sound();
}
