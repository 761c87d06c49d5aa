//! Feeling, icon, pause and stress.

use parlance_storage::{Emotion, Emphasis};
use parlance_tutor::{ChunkDraft, ChunkIcon, chunk_text};

fn first(text: &str) -> ChunkDraft {
    chunk_text(text).remove(0)
}

#[test]
fn the_feeling_follows_the_signs_in_the_text() {
    for (text, expected) in [
        ("The train leaves at nine.", Emotion::Neutral),
        ("What did you do today?", Emotion::Curious),
        ("你今天怎么样？", Emotion::Curious),
        ("هل أنت بخير؟", Emotion::Curious),
        ("Well done, that was a good sentence.", Emotion::Encouraging),
        ("Try again, you can do it!", Emotion::Encouraging),
        ("¡Muy bien!", Emotion::Encouraging),
        ("Giỏi lắm!", Emotion::Encouraging),
        ("太棒了！", Emotion::Encouraging),
        ("Wow, a new house!", Emotion::Excited),
        ("We are going to Rome!", Emotion::Excited),
        ("Don't worry, everyone makes mistakes.", Emotion::Supportive),
        ("I’m sorry to hear that.", Emotion::Supportive),
        ("Không sao đâu.", Emotion::Supportive),
        ("Take your time.", Emotion::Calm),
        ("Let's go through it step by step.", Emotion::Calm),
        ("I'm so glad.", Emotion::Happy),
        ("We sat in the garden 😊", Emotion::Happy),
        ("It rained :(", Emotion::Supportive),
        ("The new song is here 🎉", Emotion::Excited),
    ] {
        assert_eq!(first(text).emotion, expected, "{text}");
    }
}

#[test]
fn an_exclamation_is_not_always_joy() {
    for (text, expected) in [
        ("I'm so sorry for your loss!", Emotion::Supportive),
        ("How terrible!", Emotion::Supportive),
        ("Your dog died!", Emotion::Supportive),
        ("What a pity!", Emotion::Supportive),
        ("I hate you!", Emotion::Calm),
        ("Be careful!", Emotion::Calm),
        ("Don't do that!", Emotion::Calm),
        ("We won the game!", Emotion::Excited),
    ] {
        let chunk = first(text);
        assert_eq!(chunk.emotion, expected, "{text}");
        let is_quiet = matches!(chunk.icon, Some(ChunkIcon::Heart | ChunkIcon::Chat));
        assert_eq!(is_quiet, expected != Emotion::Excited, "{text}");
    }
}

#[test]
fn the_name_of_a_tense_is_no_praise() {
    for text in [
        "Present perfect: I have gone home.",
        "This is the past perfect.",
        "We use the perfect tense here.",
    ] {
        assert_ne!(first(text).emotion, Emotion::Encouraging, "{text}");
        assert_ne!(first(text).icon, Some(ChunkIcon::Check), "{text}");
    }
    assert_eq!(first("That is perfect.").icon, Some(ChunkIcon::Check));
}

#[test]
fn a_denied_praise_is_no_praise() {
    assert_eq!(first("It is not perfect.").emotion, Emotion::Neutral);
    assert_eq!(first("That isn't excellent.").emotion, Emotion::Neutral);
}

#[test]
fn a_word_inside_another_is_no_sign() {
    assert_eq!(
        first("The gladiator was imperfectly dressed.").emotion,
        Emotion::Neutral
    );
}

#[test]
fn the_icon_says_what_a_chunk_is() {
    for (text, expected) in [
        ("The train leaves at nine.", ChunkIcon::Chat),
        ("Where is it?", ChunkIcon::Question),
        ("Hello, Anna.", ChunkIcon::Wave),
        ("See you tomorrow.", ChunkIcon::Wave),
        ("¡Hola!", ChunkIcon::Wave),
        ("We are going to Rome!", ChunkIcon::Sparkles),
        ("Remember the third person.", ChunkIcon::Lightbulb),
        ("No problem.", ChunkIcon::Heart),
        ("That's correct.", ChunkIcon::Check),
        ("The word \"latte\" is Italian.", ChunkIcon::Book),
    ] {
        assert_eq!(first(text).icon, Some(expected), "{text}");
    }
    assert_eq!(first("---").icon, None);
}

#[test]
fn every_icon_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> =
        ChunkIcon::ALL.iter().map(|icon| icon.as_str()).collect();
    assert_eq!(names.len(), ChunkIcon::ALL.len());
}

#[test]
fn the_pause_grows_with_what_ends() {
    for (text, expected) in [
        ("The train leaves at nine. Then we go.", 400),
        ("Yes. Then we go.", 250),
        ("好。我们走吧。", 250),
        ("我们明天一起去公园吧。好。", 400),
        ("Well, I don't know... Then we go.", 600),
        ("One line of text here\nNext", 500),
        ("One paragraph of text here.\n\nNext", 800),
        ("One paragraph of text here.\r\n\r\nNext", 800),
        ("One paragraph of text here.\r\nNext", 500),
        ("Here is the list:", 180),
        ("---", 0),
    ] {
        assert_eq!(first(text).pause_after_ms, expected, "{text:?}");
    }
}

#[test]
fn a_cut_sentence_pauses_little() {
    let clauses = format!(
        "{}, and this is what follows after the comma",
        "word ".repeat(18).trim()
    );
    assert_eq!(first(&clauses).pause_after_ms, 180);
    assert_eq!(first(&"word ".repeat(60)).pause_after_ms, 80);
    assert_eq!(first(&"w".repeat(300)).pause_after_ms, 0);
}

#[test]
fn stress_follows_bold_capitals_and_exclamation_marks() {
    for (text, expected) in [
        ("Nothing special here.", Emphasis::None),
        ("The **third** person of the verb.", Emphasis::Moderate),
        ("The *third* person of the verb.", Emphasis::Moderate),
        ("**All of it.**", Emphasis::Strong),
        ("I said STOP IT now.", Emphasis::Strong),
        ("This is IMPORTANT for us.", Emphasis::Moderate),
        ("NASA is in the USA.", Emphasis::None),
        ("Come here!!", Emphasis::Strong),
        ("太好了！！", Emphasis::Strong),
        ("Come here!", Emphasis::None),
        ("I am A. B. C.", Emphasis::None),
        ("你好。", Emphasis::None),
        ("12 345", Emphasis::None),
    ] {
        assert_eq!(first(text).emphasis, expected, "{text}");
    }
}

#[test]
fn bold_reaches_over_sentences_but_not_over_paragraphs() {
    let stress = |text: &str| -> Vec<Emphasis> {
        chunk_text(text)
            .iter()
            .map(|chunk| chunk.emphasis)
            .collect()
    };
    let (strong, none) = (Emphasis::Strong, Emphasis::None);
    assert_eq!(
        stress("**Well done. You did it.** Now rest."),
        [strong, strong, none]
    );
    assert_eq!(stress("**Never closed.\n\nNext paragraph."), [strong, none]);
}
