//! Facts by rules: what is plainly said is noted, and nothing else.

use parlance_storage::FactType;
use parlance_tutor::memory::extract_facts;
use proptest::prelude::*;

use super::{learner, said};

fn facts(text: &str) -> Vec<String> {
    let facts = extract_facts(&learner(&[text])).into_iter();
    facts.map(|fact| fact.text).collect()
}

#[test]
fn what_learners_plainly_say_of_themselves_is_noted() {
    for (said, noted) in [
        ("My name is Linh.", "Is called Linh"),
        ("Hello, my name's Nguyễn Văn An!", "Is called Nguyễn Văn An"),
        ("Hi, I'm Kenji.", "Is called Kenji"),
        ("Please! Call me Zoë.", "Is called Zoë"),
        ("My name is 小明", "Is called 小明"),
        ("I am from Brazil.", "Is from Brazil"),
        ("I come from Hồ Chí Minh City", "Is from Hồ Chí Minh City"),
        (
            "I live in a small village near Huế.",
            "Lives in a small village near Huế",
        ),
        (
            "i live in berlin with my wife",
            "Lives in berlin with their wife",
        ),
        (
            "I work as a nurse in a big hospital.",
            "Works as a nurse in a big hospital",
        ),
        (
            "I’m a primary school teacher.",
            "Is a primary school teacher",
        ),
        ("I am an engineer, and I like jazz.", "Is an engineer"),
        ("I like green tea.", "Likes green tea"),
        (
            "I really like playing football with my friends.",
            "Likes playing football with their friends",
        ),
        ("I love crème brûlée!", "Loves crème brûlée"),
        ("I like green tea a lot.", "Likes green tea"),
        ("I don't like spicy food.", "Does not like spicy food"),
        ("I hate onions because they smell.", "Does not like onions"),
        ("I'm interested in history.", "Is interested in history"),
        ("My favourite food is phở.", "Favourite food: phở"),
        (
            "I want to pass the IELTS exam.",
            "Wants to pass the IELTS exam",
        ),
        (
            "I would like to improve my pronunciation.",
            "Wants to improve their pronunciation",
        ),
        (
            "I'd like to learn English for work.",
            "Wants to learn English for work",
        ),
        ("My goal is to study in Canada.", "Wants to study in Canada"),
        (
            "I am learning English for my job.",
            "Is learning English for their job",
        ),
        (
            "I'm preparing for a job interview.",
            "Is preparing for a job interview",
        ),
        (
            "I have trouble with the past tense.",
            "Has trouble with the past tense",
        ),
        (
            "Pronunciation is very difficult for me.",
            "Finds Pronunciation difficult",
        ),
        ("The articles are hard for me.", "Finds the articles hard"),
        ("I'm not good at spelling.", "Is not good at spelling"),
        ("I am good at maths.", "Is good at maths"),
        ("I have two younger sisters.", "Has two younger sisters"),
        ("Well, I have a dog.", "Has a dog"),
    ] {
        assert_eq!(
            facts(said).first().map(String::as_str),
            Some(noted),
            "{said}"
        );
    }
}

#[test]
fn several_things_are_noted_in_their_order_and_each_once_with_its_message() {
    let messages = learner(&[
        "Hi! My name is Mai and I am from Vietnam. I like tea, but I don't like coffee.",
        "How are you?",
        "I like tea. I work in a bank.",
    ]);
    let facts = extract_facts(&messages);
    let texts: Vec<(&str, FactType)> = facts
        .iter()
        .map(|fact| (fact.text.as_str(), fact.fact_type))
        .collect();
    assert_eq!(
        texts,
        [
            ("Is called Mai", FactType::UserPreference),
            ("Is from Vietnam", FactType::UserPreference),
            ("Likes tea", FactType::Interest),
            ("Does not like coffee", FactType::UserPreference),
            ("Works in a bank", FactType::UserPreference),
        ]
    );
    assert!(
        facts[..4]
            .iter()
            .all(|fact| fact.source_message_id == messages[0].id)
    );
    assert_eq!(facts[4].source_message_id, messages[2].id);
    assert!(
        facts
            .iter()
            .all(|fact| (0.6..=0.9).contains(&fact.confidence))
    );
}

#[test]
fn what_is_asked_supposed_reported_denied_quoted_or_past_gives_nothing() {
    for said in [
        "Do I like tea?",
        "I like tea?",
        "What if I like tea.",
        "If I live in Rome, I like tea.",
        "I would like tea.",
        "I would live in Paris.",
        "I might like jazz.",
        "Maybe I like jazz.",
        "I think I like jazz.",
        "I wish I lived in Rome.",
        "Imagine I live in Rome.",
        "She says I like jazz.",
        "My teacher told me I am good at maths.",
        "My sister likes jazz.",
        "He is called Tom.",
        "My brother's name is Tom.",
        "My name is not Tom.",
        "I used to live in Rome.",
        "I liked jazz.",
        "I lived in Rome.",
        "I never like that.",
        "I don't live in Rome.",
        "I am not a nurse.",
        "I am not from Brazil.",
        "I am not learning English.",
        "I don't want to learn French.",
        "I don't have a dog.",
        "\"I like jazz.\" That is my sentence.",
        "The song goes: “I love you. I live in New York. I like it.”",
        "« I like jazz »",
        "> I like jazz",
        "- I like jazz",
        "I like it.",
        "I like this one.",
        "I like you.",
        "I like your idea.",
        "I like the blue one.",
        "I like that.",
        "I love it here.",
        "I am a bit tired.",
        "I am a vegetarian restaurant owner's dog",
        "I'm fine.",
        "I'm Vietnamese.",
        "I'm Sorry",
        "I AM FROM BRAZIL",
        "I come from work.",
        "I am from the office.",
        "I want to order a coffee.",
        "I want to book a table for two.",
        "I need to buy a ticket.",
        "I have a photo of my dog.",
        "I have to feed my dog.",
        "I have a headache.",
        "I have a question.",
        "It is easy for you.",
        "This is difficult for me.",
        "I like.",
        "I like to",
        "I work.",
        "I work at the moment.",
        "I am learning a lot.",
        "I like it a lot.",
        "My favourite is",
        "I live in",
        "",
        "👍",
        "Ich mag Tee. Ich heiße Anna.",
        "Tôi tên là Linh. Tôi thích trà.",
        "我叫小明。我喜欢茶。",
        "أنا أحب الشاي",
        "J'aime le thé.",
    ] {
        assert_eq!(facts(said), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn the_partners_words_and_pasted_texts_give_nothing() {
    let partner = [said(
        1,
        parlance_storage::Role::Assistant,
        "I like tea. My name is Mia.",
    )];
    assert_eq!(extract_facts(&partner), []);
    let pasted = format!("{} I like tea.", "Once there was a king. ".repeat(100));
    assert_eq!(facts(&pasted), Vec::<String>::new());
    let system = [said(1, parlance_storage::Role::System, "I like tea.")];
    assert_eq!(extract_facts(&system), []);
}

#[test]
fn what_real_learners_wrote_gives_few_facts_and_each_of_them_a_line() {
    let lines: Vec<&str> = include_str!("../learners.txt").lines().collect();
    let facts = extract_facts(&learner(&lines));
    for fact in &facts {
        assert!(
            fact.text.chars().count() <= 120 && !fact.text.contains('\n'),
            "{}",
            fact.text
        );
    }
    assert!(
        facts.len() * 4 < lines.len(),
        "{} of {}",
        facts.len(),
        lines.len()
    );
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}|(I like |My name is |I live in |, |\\.|and I |\"){0,20}") {
        for fact in extract_facts(&learner(&[&text])) {
            prop_assert!(fact.text.chars().count() <= 500);
            prop_assert!((0.0..=1.0).contains(&fact.confidence));
        }
    }
}
