//! How the practice partner takes what is said to it.

use std::collections::HashSet;

use parlance_storage::{CefrLevel, Role};
use parlance_tutor::{AtLevel, Turn, at_level, scenarios, situations};

use crate::talk::Talk;

fn slugs() -> impl Iterator<Item = &'static str> {
    scenarios().iter().map(|scenario| scenario.slug.as_str())
}

fn all_levels() -> impl Iterator<Item = &'static AtLevel> {
    situations().iter().flat_map(|situation| &situation.levels)
}

#[test]
fn there_are_scenarios_for_different_levels_and_all_are_complete() {
    let levels: HashSet<_> = scenarios().iter().map(|scenario| scenario.level).collect();
    assert!(levels.len() >= 4);
    assert!(scenarios().len() >= 5);
    assert_eq!(slugs().collect::<HashSet<_>>().len(), scenarios().len());
    for scenario in scenarios() {
        assert!(
            !scenario.name.is_empty()
                && !scenario.description.is_empty()
                && !scenario.topic.is_empty()
        );
        assert!(scenario.opening_message.ends_with('?'));
        assert!(
            scenario
                .slug
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
}

#[test]
fn every_level_has_at_least_five_situations_besides_free_talk() {
    for level in CefrLevel::ALL {
        let offered = situations()
            .iter()
            .filter(|situation| situation.situation != "free-talk")
            .filter(|situation| situation.levels.iter().any(|row| row.level == *level));
        assert!(offered.count() >= 5, "{level:?}");
    }
}

#[test]
fn every_level_of_a_situation_has_a_name_and_words_of_its_own() {
    let count = all_levels().count();
    let differ = |part: fn(&AtLevel) -> &String| all_levels().map(part).collect::<HashSet<_>>();
    assert_eq!(differ(|row| &row.slug).len(), count);
    assert_eq!(differ(|row| &row.opening_message).len(), count);
    assert_eq!(differ(|row| &row.system_prompt).len(), count);
}

#[test]
fn an_empty_history_gets_the_opening_words() {
    for row in all_levels() {
        let talk = Talk::open(&row.slug);
        assert_eq!(talk.history[0].content, row.opening_message);
    }
}

#[test]
fn a_level_without_a_script_goes_on_with_the_one_below() {
    // Both know what a latte is; free talk does not.
    for slug in ["cafe-order", "cafe-a2"] {
        let reply = Talk::open(slug).say("What does latte mean?");
        assert!(reply.contains("coffee with a lot of hot milk"), "{reply}");
    }
}

#[test]
fn a_situation_is_found_at_the_nearest_level_below() {
    for (situation, level, slug) in [
        ("cafe", Some(CefrLevel::A2), "cafe-a2"),
        ("cafe", Some(CefrLevel::C2), "cafe-b2"),
        ("pay-rise", Some(CefrLevel::A1), "pay-rise-b2"),
        ("job-interview", Some(CefrLevel::C1), "job-interview-c1"),
        ("cafe", None, "cafe-order"),
    ] {
        let found = at_level(situation, level).unwrap();
        assert_eq!(found.slug, slug, "{situation} {level:?}");
    }
    assert!(at_level("the moon", Some(CefrLevel::B1)).is_none());
}

#[test]
fn the_same_history_gets_the_same_answer() {
    let mut talk = Talk::open("weekend-talk");
    talk.say("I played football with my friends.");
    assert_eq!(talk.next_reply(), talk.next_reply());
}

#[test]
fn a_conversation_goes_on_where_it_stood() {
    // All that a restarted partner has is the stored history.
    let mut before = Talk::open("cafe-order");
    before.say("A coffee, please.");
    let mut after = Talk {
        scenario: "cafe-order".to_owned(),
        history: before.history.clone(),
        ..Talk::default()
    };
    assert_eq!(before.say("Small, please."), after.say("Small, please."));
}

#[test]
fn an_unknown_scenario_is_free_talk() {
    assert_eq!(
        Talk::open("my own template").history,
        Talk::open("free-talk").history
    );
}

#[test]
fn it_takes_up_what_was_ordered() {
    let mut talk = Talk::open("cafe-order");
    assert!(
        talk.say("I would like a cappuccino, please.")
            .to_lowercase()
            .contains("cappuccino")
    );
}

#[test]
fn it_takes_up_the_learners_own_words() {
    for slug in slugs() {
        for (sentence, word) in [
            ("I think about penguins every morning.", "penguins"),
            ("We planted tomatoes in the garden.", "garden"),
            ("Tôi... sorry, my brother repairs bicycles.", "brother"),
        ] {
            let reply = Talk::open(slug).say(sentence);
            assert!(reply.contains(word), "{slug}: {sentence} -> {reply}");
        }
    }
}

#[test]
fn a_question_that_was_answered_unasked_is_not_asked() {
    let mut talk = Talk::open("cafe-order");
    let mut replies = talk.say("A large coffee and a croissant, please.");
    for _ in 0..12 {
        replies.push_str(&talk.say("Yes, please."));
    }
    assert!(!replies.contains("small or large") && !replies.contains("What size"));
    assert!(!replies.contains("something to eat") && !replies.contains("Are you hungry"));
}

#[test]
fn it_answers_questions_of_the_scenario() {
    let mut talk = Talk::open("cafe-order");
    assert!(talk.say("How much is a coffee?").contains("euros"));
    let mut talk = Talk::open("job-interview");
    assert!(talk.say("What is the salary?").contains("salary"));
}

#[test]
fn it_answers_a_question_put_back_and_asks_on() {
    for slug in slugs() {
        for question in ["What about you?", "I'm fine. And you?"] {
            let reply = Talk::open(slug).say(question);
            assert!(
                reply.contains(" I ")
                    || reply.starts_with('I')
                    || reply.contains(" I'")
                    || reply.contains("My "),
                "{reply}"
            );
            assert!(reply.ends_with('?'), "{reply}");
        }
    }
}

#[test]
fn a_question_put_back_that_says_what_it_asks_is_answered() {
    let reply = Talk::open("free-talk").say("I am from Peru. And you, where do you live?");
    assert!(reply.contains("in your computer"), "{reply}");
}

#[test]
fn a_question_that_was_met_with_another_one_is_asked_again() {
    let mut talk = Talk::open("cafe-order");
    let reply = talk.say("Do you have Wi-Fi?");
    assert!(reply.contains("password"), "{reply}");
    assert!(
        reply.ends_with("Coffee or tea?") || reply.ends_with("a hot or a cold drink?"),
        "{reply}"
    );
    // An order put as a question is an answer.
    let reply = talk.say("Could I have a coffee?");
    assert!(
        !reply.contains("to drink?") && !reply.contains("cold drink"),
        "{reply}"
    );
}

#[test]
fn goodbye_is_heard_after_bad_news_too() {
    let mut talk = Talk::open("free-talk");
    talk.say("My grandfather died last week.");
    let reply = talk.say("I have to go now, bye.");
    assert!(!reply.contains('?'), "{reply}");
}

#[test]
fn it_explains_the_words_of_the_scenario() {
    let mut talk = Talk::open("cafe-order");
    assert!(
        talk.say("What does latte mean?")
            .contains("coffee with a lot of hot milk")
    );
    let mut talk = Talk::open("job-interview");
    assert!(
        talk.say("What is the meaning of \"deadline\"?")
            .contains("last moment")
    );
}

#[test]
fn it_admits_that_it_cannot_explain_a_word() {
    let reply = Talk::open("free-talk").say("What does serendipity mean?");
    assert!(reply.contains("serendipity"), "{reply}");
    assert!(reply.ends_with('?'));
}

#[test]
fn it_repeats_its_question_when_asked() {
    let mut talk = Talk::open("asking-the-way");
    assert!(
        talk.say("Sorry, can you repeat that?")
            .contains("Where do you want to go?")
    );
}

#[test]
fn it_asks_again_in_easier_words() {
    let mut talk = Talk::open("job-interview");
    let reply = talk.say("I don't understand.");
    assert!(
        reply.contains("What is your name, and what do you do at the moment?"),
        "{reply}"
    );
}

#[test]
fn it_knows_the_learners_name() {
    let mut talk = Talk::open("job-interview");
    assert!(talk.say("Hello! My name is Nguyễn.").contains("Nguyễn"));
}

#[test]
fn it_says_a_classic_mistake_right() {
    for (sentence, right) in [
        ("I am agree with you.", "you agree with me"),
        ("I have 25 years.", "you are 25 years old"),
        ("My sister is nice. She like tea.", "she likes tea"),
        (
            "Yesterday I go to the cinema.",
            "yesterday you went to the cinema",
        ),
        ("It depends of the weather.", "it depends on the weather"),
    ] {
        let reply = Talk::open("free-talk").say(sentence);
        assert!(reply.contains(right), "{sentence} -> {reply}");
    }
}

#[test]
fn it_does_not_put_right_what_is_right() {
    for sentence in [
        "Does she like tea?",
        "Let him go home.",
        "I have 25 years of experience.",
        "I agree.",
    ] {
        let reply = Talk::open("free-talk").say(sentence);
        assert!(!reply.starts_with("So "), "{sentence} -> {reply}");
    }
}

#[test]
fn it_takes_no_offence_and_always_asks_on() {
    let long = "I went to the market and I bought apples and then I met my friend. ".repeat(300);
    let megabyte = "a".repeat(1_000_000);
    let inputs = [
        "",
        "   ",
        "\n",
        "🙂",
        "...",
        "?",
        "!!!",
        "yes",
        "No",
        "no, thank you",
        "7",
        "ok",
        "coffee",
        "asdf jkl qwrtz",
        "jjjjjjj",
        "I HATE THIS STUPID WEATHER",
        "xin chào, tôi là Nam",
        "Quiero un café por favor",
        "我想学习英语",
        "مرحبا كيف حالك",
        "สวัสดีครับ",
        "Je ne parle pas anglais",
        "Why?",
        "Who are you?",
        "thanks!",
        "Hello",
        "I don't know",
        "What does this word mean?",
        "{topic} {when} {name}",
        "<script>alert(1)</script>",
        "\0\u{202E}\u{301}",
        "\u{200D}",
        "'''---'''",
        "a-b-c",
        "https://example.com",
        "What does {word} mean?",
        "My name is {when}",
        &long,
        &megabyte,
    ];
    for slug in slugs() {
        for input in inputs {
            let reply = Talk::open(slug).say(input);
            let shown: String = input.chars().take(40).collect();
            assert!(
                reply.ends_with('?') || reply.ends_with("?\""),
                "{slug}: {shown:?} -> {reply}"
            );
            assert!(!reply.contains(['{', '}']), "{slug}: {shown:?} -> {reply}");
            assert!(reply.len() < 600, "{slug}: {shown:?} -> {reply}");
        }
    }
}

#[test]
fn a_strange_message_is_met_with_a_word_about_it() {
    let mut replies = HashSet::new();
    for input in [
        "",
        "asdf jkl qwrtz",
        "我想学习英语",
        "I HATE THIS STUPID WEATHER",
        "I don't understand",
        "see you",
    ] {
        let reply = Talk::open("free-talk").say(input);
        replies.insert(reply);
    }
    assert_eq!(replies.len(), 6);
    let foreign = Talk::open("cafe-order").say("Quiero un café por favor");
    assert!(
        foreign.contains("English") || foreign.contains("mistakes are okay"),
        "{foreign}"
    );
}

#[test]
fn only_a_farewell_asks_nothing() {
    for slug in slugs() {
        for words in ["Goodbye!", "I have to go now. See you!"] {
            let reply = Talk::open(slug).say(words);
            assert!(!reply.contains('?'), "{reply}");
        }
        let mut talk = Talk::open(slug);
        talk.say("Bye!");
        assert!(talk.say("Oh, I am still here.").ends_with('?'));
    }
}

#[test]
fn a_system_turn_is_nobodys_words() {
    let mut talk = Talk::open("free-talk");
    let instruction = "You are a waiter. Goodbye! Who is an important person in your life?";
    talk.history.push(Turn {
        role: Role::System,
        content: instruction.to_owned(),
    });
    // Neither taken for a farewell of the learner's, nor for a question of the partner's.
    let mut replies = talk.say("My brother repairs bicycles.");
    assert!(replies.contains("brother"), "{replies}");
    for _ in 0..6 {
        replies.push_str(&talk.say("yes"));
    }
    assert!(
        replies.contains("in your life?") || replies.contains("this week?"),
        "{replies}"
    );
}
