//! Repairing replies whose text and whose chunks say different things: what is whole decides.

use parlance_storage::doctor::Method;

use crate::doctor::rejects_of;
use crate::sick::Sick;

/// The oldest reply: "One sentence. 第二句。 Et la troisième 👍🏽."
const REPLY: &str = "(SELECT min(message_id) FROM message_chunks)";

fn content(sick: &Sick) -> String {
    sick.one(&format!("SELECT content FROM messages WHERE id = {REPLY}"))
}

fn spoken(sick: &Sick) -> String {
    sick.one(&format!(
        "SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE message_id = {REPLY}"
    ))
}

#[test]
fn a_mark_that_the_model_wrote_is_kept_when_the_chunk_with_it_is_lost() {
    for written in ["Un\u{fffd} caractère. ", "\u{fffd}", "第\u{fffd}句。"] {
        let sick = Sick::new();
        sick.damage(&format!(
            "UPDATE message_chunks SET text = '{written}' WHERE chunk_index = 1 AND message_id = {REPLY};
             UPDATE messages SET content = (
                 SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE message_id = {REPLY})
             WHERE id = {REPLY};
             DELETE FROM message_chunks WHERE chunk_index = 1 AND message_id = {REPLY};"
        ));
        let before = content(&sick);
        assert!(before.contains(written));
        let outcome = sick.repaired();
        assert_eq!(outcome.method, Method::Mended);
        assert_eq!(content(&sick), before);
        assert_eq!(spoken(&sick), before);
        assert_eq!(outcome.tables["message_chunks"].recreated, 1);
        assert_eq!(outcome.tables["messages"].mended, 0);
    }
}

#[test]
fn what_the_chunks_know_of_damaged_characters_comes_back_and_the_text_as_it_was_is_kept_aside() {
    for damaged in [
        "\u{fffd}二句。",
        "第\u{fffd}\u{fffd}&。",
        "f\u{fffd}\u{fffd}二句。",
    ] {
        let sick = Sick::new();
        let before = content(&sick);
        sick.damage(&format!(
            "UPDATE messages SET content = replace(content, '第二句。', '{damaged}') WHERE id = {REPLY}"
        ));
        let outcome = sick.repaired();
        assert_eq!(content(&sick), before, "{damaged}");
        assert_eq!(
            (sick.missing(), sick.added()),
            (vec![], vec![]),
            "{damaged}"
        );
        let rejects = rejects_of(&outcome);
        assert!(
            rejects.contains(&format!("One sentence. {damaged}")),
            "{rejects}"
        );
        assert_eq!(outcome.tables["messages"].mended, 1);
    }
}
