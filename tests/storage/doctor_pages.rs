//! Repairing what SQLite cannot read: whatever does not lie on a damaged page is there afterwards, to the byte.

use parlance_storage::doctor::Method;

use crate::doctor::rejects_of;
use crate::sick::{PAGE, Sick};

/// Of every missing row it is known that it lay on a damaged page.
fn assert_only_missing_from(sick: &Sick, table: &str, rows: u64) {
    let missing = sick.missing();
    let elsewhere: Vec<&String> = missing
        .iter()
        .filter(|row| {
            !row.starts_with(&format!("{table}: ")) && !row.starts_with("conversations: ")
        })
        .collect();
    assert_eq!(elsewhere, Vec::<&String>::new());
    let of_table = missing
        .iter()
        .filter(|row| row.starts_with(&format!("{table}: ")));
    assert_eq!(of_table.count() as u64, rows);
}

#[test]
fn a_damaged_index_page_costs_nothing() {
    for index in [
        "sqlite_autoindex_messages_1",
        "message_chunks_pending",
        "conversation_tags_tag",
    ] {
        let sick = Sick::new();
        let page = sick.pages(index, "leaf")[0];
        sick.overwrite((page - 1) * PAGE + 8, &[0xff; 64]);
        sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{index}");
    }
}

#[test]
fn a_damaged_full_text_page_costs_nothing() {
    for table in [
        "message_search_words_data",
        "message_search_trigrams_data",
        "message_search_words_idx",
        "message_search_words_config",
    ] {
        for root in [true, false] {
            let sick = Sick::new();
            let pages = sick.pages(table, "leaf");
            let page = if root {
                pages[0]
            } else {
                pages[pages.len() - 1]
            };
            sick.zero_page(page);
            sick.repaired();
            assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        }
    }
}

#[test]
fn a_zeroed_inner_page_hides_messages_but_loses_none() {
    for table in ["messages", "message_chunks"] {
        let sick = Sick::new();
        let inner = sick.pages(table, "internal");
        assert!(
            !inner.is_empty(),
            "the table is large enough to have inner pages"
        );
        for page in inner {
            sick.zero_page(page);
        }
        let outcome = sick.repaired();
        assert_eq!(outcome.method, Method::Salvaged);
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        assert_eq!(outcome.tables[table].lost, Some(0));
    }
}

#[test]
fn a_zeroed_page_of_messages_costs_its_messages_and_the_outcome_counts_them() {
    let sick = Sick::new();
    let page = sick.pages("messages", "leaf")[3];
    let rows = sick.rows_on("messages", page);
    assert!(rows > 5);
    sick.zero_page(page);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    // Replies among them come back from their chunks, in their places; edited ones from their history.
    assert!(messages.recreated > 0, "{}", outcome.text);
    assert_eq!(
        messages.lost,
        Some(rows - messages.recreated),
        "{}",
        outcome.text
    );
    assert_eq!(messages.kept, 650 - messages.lost.unwrap());
    assert_eq!(sick.one("SELECT count(*) FROM conversations"), "4");
    let strangers = sick.missing().into_iter().filter(|row| {
        [
            "messages: ",
            "conversations: ",
            "message_bookmarks: ",
            "grammar_corrections: ",
            "conversation_notes: ",
            "vocabulary_words: ",
        ]
        .iter()
        .all(|table| !row.starts_with(table))
    });
    assert_eq!(strangers.count(), 0);
    // A note outlives its message.
    assert_eq!(outcome.tables["conversation_notes"].rejected, 0);
}

#[test]
fn a_damaged_cell_costs_one_row() {
    let sick = Sick::new();
    let page = sick.pages("conversation_events", "leaf")[2];
    sick.overwrite((page - 1) * PAGE + 8, &[0xff, 0xff]);
    let outcome = sick.repaired();
    assert_only_missing_from(&sick, "conversation_events", 1);
    assert_eq!(outcome.tables["conversation_events"].lost, Some(1));
}

#[test]
fn a_page_that_says_it_has_fewer_rows_has_them_counted_as_lost() {
    let sick = Sick::new();
    let page = sick
        .pages("messages", "leaf")
        .into_iter()
        .find(|page| sick.rows_on("messages", *page) & 4 != 0)
        .unwrap();
    let count = (page - 1) * PAGE + 4;
    sick.overwrite(count, &[sick.bytes()[count] ^ 4]);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    assert_eq!(messages.lost.unwrap() + messages.recreated, 4);
    assert_eq!(messages.kept + messages.lost.unwrap(), 650);
    assert!(outcome.text.contains("lost"), "{}", outcome.text);
}

#[test]
fn a_tree_that_begins_elsewhere_costs_no_row() {
    let sick = Sick::new();
    let leaf = sick.pages("conversation_events", "leaf")[1];
    sick.damage(&format!(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = {leaf} WHERE name = 'conversation_events'"
    ));
    let outcome = sick.repaired();
    assert_eq!((sick.missing(), sick.added()), (vec![], vec![]));
    assert_eq!(outcome.tables["conversation_events"].lost, Some(0));
}

#[test]
fn a_page_in_the_place_of_another_has_the_rows_of_the_other_told_as_lost() {
    for table in ["messages", "conversation_events"] {
        let sick = Sick::new();
        let leaves = sick.pages(table, "leaf");
        let rows = sick.rows_on(table, leaves[3]);
        let bytes = sick.bytes();
        let other = &bytes[(leaves[2] - 1) * PAGE..leaves[2] * PAGE];
        sick.overwrite((leaves[3] - 1) * PAGE, other);
        let outcome = sick.repaired();
        let counts = &outcome.tables[table];
        assert_eq!(counts.lost.unwrap() + counts.recreated, rows, "{table}");
    }
}

/// Where the record of a page's cell begins in the file: its payload's length, and its header.
pub fn cell_of(bytes: &[u8], page: usize, cell: usize, has_rowid: bool) -> (usize, usize) {
    let begin = (page - 1) * PAGE;
    let pointer = begin + 8 + cell * 2;
    let length = begin + usize::from(u16::from_be_bytes([bytes[pointer], bytes[pointer + 1]]));
    let after = |at: usize| at + (0..8).take_while(|byte| bytes[at + byte] >= 0x80).count() + 1;
    let header = after(length);
    (length, if has_rowid { after(header) } else { header })
}

#[test]
fn a_row_that_is_alone_on_its_page_is_kept_when_a_text_of_it_says_it_is_none() {
    let cases = [("users", 1), ("conversation_folders", 2)];
    for ((table, column), is_mended_in_place) in cases
        .map(|case| (case, true))
        .into_iter()
        .chain(cases.map(|case| (case, false)))
    {
        let sick = Sick::new();
        let page = sick.pages(table, "leaf")[0];
        assert_eq!(sick.rows_on(table, page), 1);
        let (_, header) = cell_of(&sick.bytes(), page, 0, true);
        let kind = header + 1 + column;
        assert_eq!(sick.bytes()[kind] & 1, 1, "a text");
        sick.overwrite(kind, &[sick.bytes()[kind] ^ 1]);
        if !is_mended_in_place {
            sick.overwrite(0, &[0; 100]);
        }
        let outcome = sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        let counts = &outcome.tables[table];
        assert_eq!(
            (counts.kept, counts.mended, counts.recreated, counts.lost),
            (1, 1, 0, Some(0)),
            "{}",
            outcome.text
        );
    }
}

#[test]
fn rows_that_fit_no_table_are_kept_aside() {
    let sick = Sick::new();
    let page = sick.pages("user_settings", "leaf")[0];
    for cell in 0..sick.rows_on("user_settings", page) as usize {
        let (_, header) = cell_of(&sick.bytes(), page, cell, false);
        sick.overwrite(header + 2, &[sick.bytes()[header + 2] ^ 1]);
    }
    sick.overwrite(0, &[0; 100]);
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["user_settings"].kept, 0);
    let rejects = rejects_of(&outcome);
    assert!(
        rejects.contains("dark") && rejects.contains("0.8"),
        "{rejects}"
    );
    assert_eq!(rejects.lines().count(), 2, "{rejects}");
}

#[test]
fn a_row_without_a_single_value_costs_only_itself() {
    let sick = Sick::new();
    let page = sick.pages("messages", "leaf")[3];
    let (length, header) = cell_of(&sick.bytes(), page, 2, true);
    let of_length = sick.bytes()[length..]
        .iter()
        .take_while(|byte| **byte >= 0x80)
        .count();
    sick.overwrite(length, &vec![0x80; of_length]);
    sick.overwrite(length + of_length, &[1]);
    sick.overwrite(header, &[1]);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    assert_eq!(messages.kept - messages.recreated, 649, "{}", outcome.text);
    assert_eq!(messages.rejected, 1, "{}", outcome.text);
}

#[test]
fn a_long_message_whose_end_is_lost_keeps_its_beginning() {
    let sick = Sick::new();
    let bytes = sick.bytes();
    let is_of_it = |page: &usize| {
        String::from_utf8_lossy(&bytes[(page - 1) * PAGE..page * PAGE]).contains("很长的一段")
    };
    let overflow: Vec<usize> = sick
        .pages("messages", "overflow")
        .into_iter()
        .filter(is_of_it)
        .collect();
    let long = "SELECT content FROM messages WHERE content LIKE 'Một đoạn%'";
    let before = sick.one(long);
    sick.zero_page(overflow[5]);
    let outcome = sick.repaired();
    let after =
        sick.one("SELECT content FROM messages WHERE length(content) > 1000 AND role = 'user'");
    assert!(
        before.starts_with(&after) && after.len() > 2 * PAGE,
        "{}",
        outcome.text
    );
    assert_eq!(outcome.tables["messages"].recreated, 1);
}

#[test]
fn a_long_message_of_which_a_page_leads_back_to_itself_keeps_its_beginning() {
    let sick = Sick::new();
    let bytes = sick.bytes();
    let page = sick
        .pages("messages", "overflow")
        .into_iter()
        .find(|page| {
            String::from_utf8_lossy(&bytes[(page - 1) * PAGE..page * PAGE]).contains("很长的一段")
        })
        .unwrap();
    let before = sick.one("SELECT content FROM messages WHERE content LIKE 'Một đoạn%'");
    sick.overwrite((page - 1) * PAGE, &(page as u32).to_be_bytes());
    sick.repaired();
    let after =
        sick.one("SELECT content FROM messages WHERE length(content) > 1000 AND role = 'user'");
    assert!(before.starts_with(&after), "{}", after.len());
}

#[test]
fn deleted_rows_do_not_come_back() {
    let sick = Sick::new();
    let raw = sick.raw();
    raw.execute_batch(
        "PRAGMA secure_delete = OFF; PRAGMA foreign_keys = ON; DELETE FROM messages WHERE sequence_number > 60;
         UPDATE conversations SET message_count = message_count + 1",
    )
    .unwrap();
    let before = sick.one("SELECT count(*) FROM messages");
    drop(raw);
    let inner = sick.pages("messages", "internal");
    for page in inner {
        sick.zero_page(page);
    }
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["messages"].kept.to_string(), before);
}
