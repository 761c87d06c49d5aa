//! What a search finds, in which order, for whom, and page by page.

use jiff::tz::TimeZone;
use parlance_storage::search::{self, SearchHit, SearchPage, SearchRequest};
use parlance_storage::{Error, SearchKind, conversation};
use rusqlite::params;

use crate::support::{World, parlance_db};

pub fn request(text: &str) -> SearchRequest {
    SearchRequest {
        text: text.to_owned(),
        limit: 20,
        ..SearchRequest::default()
    }
}

impl World {
    pub fn search_page(&self, request: SearchRequest) -> Result<SearchPage, Error> {
        self.search_page_in(request, TimeZone::UTC)
    }

    pub fn search_page_in(
        &self,
        request: SearchRequest,
        zone: TimeZone,
    ) -> Result<SearchPage, Error> {
        let user = self.user;
        self.read(move |tx| search::run(tx, user, &request, &zone))
    }

    /// Every hit, over all pages.
    pub fn search(&self, text: &str) -> Vec<SearchHit> {
        let mut hits = Vec::new();
        let mut next = request(text);
        loop {
            let page = self.search_page(next.clone()).unwrap();
            hits.extend(page.hits);
            match page.next {
                Some(cursor) => next.cursor = Some(cursor),
                None => return hits,
            }
        }
    }
}

/// Every message that is found, not the titles that were made of them.
pub fn find(world: &World, text: &str) -> Vec<SearchHit> {
    world.search(&format!("in:messages {text}"))
}

pub fn marked(hit: &SearchHit) -> Vec<String> {
    hit.snippet
        .iter()
        .filter(|part| part.is_match)
        .map(|part| part.text.clone())
        .collect()
}

pub fn whole(hit: &SearchHit) -> String {
    hit.snippet.iter().map(|part| part.text.as_str()).collect()
}

#[test]
fn the_snippet_shows_what_was_found_however_far_back_in_a_long_message() {
    let world = World::new();
    let talk = world.conversation();
    let long = format!(
        "{} At the very end there was a crème\nbrûlée, and {}",
        "I was walking through the rain. ".repeat(200),
        "then we went home. ".repeat(30)
    );
    let message = world.send(talk, &long).unwrap();
    world.send(talk, "没有人知道明天的天气怎么样").unwrap();

    let hits = world.search("creme brulee");
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].message_id, Some(message.id));
    assert_eq!(marked(&hits[0]), ["crème", "brûlée"]);
    let snippet = whole(&hits[0]);
    assert!(
        snippet.starts_with('…') && snippet.ends_with('…'),
        "{snippet}"
    );
    assert!(
        snippet.chars().count() < 200 && !snippet.contains('\n'),
        "{snippet}"
    );

    assert_eq!(marked(&world.search("天气")[0]), ["天气"]);
}

#[test]
fn what_is_marked_is_the_form_that_stands_there() {
    let world = World::new();
    let talk = world.conversation();
    world
        .send(talk, "She studies every day and studied yesterday.")
        .unwrap();
    world
        .send(talk, "Die Krankenversicherungskarte liegt zu Hause.")
        .unwrap();
    assert_eq!(marked(&world.search("study ")[0]), ["studies", "studied"]);
    assert_eq!(marked(&world.search("versicherung")[0]), ["versicherung"]);
    assert_eq!(marked(&world.search("kranken")[0]), ["Kranken"]);
}

#[test]
fn the_better_answer_comes_first_and_of_equal_ones_the_newer() {
    let world = World::new();
    let talk = world.conversation();
    let form = world.send(talk, "We were running late that day.").unwrap();
    let older = world.send(talk, "I run every day.").unwrap();
    let newer = world.send(talk, "I run every day.").unwrap();
    let found: Vec<_> = world
        .search("in:messages run ")
        .iter()
        .map(|hit| hit.message_id)
        .collect();
    assert_eq!(found, [Some(newer.id), Some(older.id), Some(form.id)]);
}

#[test]
fn what_lies_in_the_trash_and_what_is_anothers_is_not_found() {
    let world = World::new();
    let talk = world.conversation();
    let message = world.send(talk, "A secret recipe").unwrap();
    assert!(!world.search("recipe").is_empty());
    world.delete_message(message.id).unwrap();
    assert!(
        world
            .search("recipe")
            .iter()
            .all(|hit| hit.kind != SearchKind::Message)
    );
    let other = world.conversation();
    world.send(other, "Another recipe 秘密").unwrap();
    world.delete(other).unwrap();
    for query in ["another", "密", "nother"] {
        assert_eq!(world.search(query), [], "{query}");
    }
    let stranger = world.stranger();
    let third = world.conversation();
    world.send(third, "Only mine").unwrap();
    let found = world
        .read(move |tx| search::run(tx, stranger, &request("mine"), &TimeZone::UTC))
        .unwrap();
    assert_eq!(found, SearchPage::default());
}

#[test]
fn titles_notes_corrections_and_words_are_found_and_lead_to_their_place() {
    let world = World::new();
    let talk = world.conversation();
    let (user, now) = (world.user, world.now());
    let message = world.send(talk, "I am agree with you.").unwrap();
    world
        .write(move |tx| conversation::rename(tx, user, talk, "Überraschung 惊喜", now))
        .unwrap();
    let raw = world.raw();
    let (message_row, talk_row, user_row): (i64, i64, i64) = raw
        .query_row(
            "SELECT messages.id, conversations.id, user_id FROM messages
             JOIN conversations ON conversations.id = conversation_id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    raw.execute(
        "INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at)
         VALUES (1, ?1, ?2, ?3, 'ask about the **subjunctive** 虚拟语气', 0, 0)",
        params![talk_row, user_row, message_row],
    )
    .unwrap();
    raw.execute(
        "INSERT INTO grammar_corrections (id, message_id, original_text, corrected_text, start_offset, end_offset,
             error_type, explanation, engine, created_at)
         VALUES (2, ?1, 'am agree', 'agree', 2, 10, 'verb', 'Agree is a verb of its own.', 'rules', 0)",
        [message_row],
    )
    .unwrap();
    raw.execute(
        "INSERT INTO vocabulary_words (id, user_id, language, word, translation, source_message_id,
             first_encountered_at, created_at, updated_at)
         VALUES (3, ?1, 'en', 'serendipity', '机缘巧合', ?2, 0, 0, 0)",
        params![user_row, message_row],
    )
    .unwrap();
    for (query, kind) in [
        ("uberraschung", SearchKind::Title),
        ("惊", SearchKind::Title),
        ("raschung", SearchKind::Title),
        ("subjunctive", SearchKind::Note),
        ("语气", SearchKind::Note),
        ("verb of its own", SearchKind::Correction),
        ("serendip", SearchKind::Word),
        ("巧合", SearchKind::Word),
    ] {
        let hits = world.search(query);
        assert_eq!(hits.len(), 1, "{query}: {hits:?}");
        assert_eq!(hits[0].kind, kind, "{query}");
        assert_eq!(hits[0].conversation_id, Some(talk), "{query}");
        if kind != SearchKind::Title {
            assert_eq!(hits[0].message_id, Some(message.id), "{query}");
            assert_eq!(hits[0].sequence_number, Some(1), "{query}");
        }
        assert!(!marked(&hits[0]).is_empty(), "{query}: nothing is marked");
    }
    // Each where it was asked for, and nowhere else.
    assert_eq!(world.search("in:titles agree").len(), 0);
    assert_eq!(world.search("in:corrections agree").len(), 1);
}

#[test]
fn of_each_other_kind_a_few_come_first_and_the_rest_on_demand() {
    let world = World::new();
    let (user, now) = (world.user, world.now());
    for number in 0..7 {
        let talk = world.conversation();
        world
            .write(move |tx| {
                conversation::rename(tx, user, talk, &format!("Lemon cake {number}"), now)
            })
            .unwrap();
    }
    let page = world.search_page(request("lemon")).unwrap();
    assert_eq!(page.hits.len(), 5);
    assert_eq!((page.more, page.next), (vec![SearchKind::Title], None));
    let all = world
        .search_page(SearchRequest {
            kind: Some(SearchKind::Title),
            ..request("lemon")
        })
        .unwrap();
    assert_eq!((all.hits.len(), all.next), (7, None));
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    let world = World::new();
    for cursor in [
        "",
        "words",
        "words.x",
        "parts.0000000000001.5",
        "words.0000000000001.x.0000000000001",
        "words.0000000000001.5.0000000000001",
        "words.0000000000001.0000000000001.x.0000000000001",
        "words.0000000000001.0000000000001.5.0000000000001.5",
    ] {
        let refused = world.search_page(SearchRequest {
            cursor: Some(cursor.to_owned()),
            ..request("anything")
        });
        assert!(
            matches!(
                refused,
                Err(Error::Invalid {
                    field: "cursor",
                    ..
                })
            ),
            "{cursor}"
        );
    }
}

#[test]
fn operators_narrow_the_search() {
    let world = World::new();
    let (work, trip) = (world.conversation(), world.conversation());
    let raw = world.raw();
    world.send(work, "The meeting about the budget").unwrap();
    world.reply(work, &["A meeting is a good idea."]);
    world
        .send(trip, "The meeting point at the airport")
        .unwrap();
    raw.execute_batch(
        "INSERT INTO conversation_folders (id, user_id, name, created_at, updated_at)
             SELECT 10, id, 'Été 2024', 0, 0 FROM users;
         INSERT INTO conversation_folders (id, user_id, name, parent_folder_id, created_at, updated_at)
             SELECT 11, id, 'Rome', 10, 0, 0 FROM users;
         UPDATE conversations SET folder_id = 11, level = 'B1', pinned_at = 1, pin_order = 1
             WHERE id = (SELECT max(id) FROM conversations);
         INSERT INTO conversation_tags SELECT min(id), 'À faire', 0 FROM conversations;
         UPDATE messages SET created_at = 1709164800000 + 86400000 * sequence_number;",
    )
    .unwrap();
    for (query, count) in [
        ("meeting", 3),
        ("meeting from:me", 2),
        ("meeting from:tutor", 1),
        ("meeting folder:ete", 1),
        ("meeting folder:Rome", 1),
        ("meeting folder:\"rom\"", 0),
        ("meeting tag:\"a faire\"", 2),
        ("meeting tag:a", 2),
        ("meeting tag:b", 0),
        ("meeting level:b1", 1),
        ("meeting level:c2", 0),
        ("meeting is:pinned", 1),
        ("meeting -budget", 2),
        ("meeting -\"meeting point\"", 2),
        ("is:pinned in:messages", 1),
        ("tag:\"À faire\" from:tutor", 1),
        // The first messages were said on 1 March, the reply on 2 March.
        ("meeting before:2024-03-02", 2),
        ("meeting after:2024-03-02", 1),
        ("meeting after:2024-03", 3),
        ("meeting before:2024", 0),
        // No such level, no such day: looked for as words.
        ("meeting level:Z9", 0),
        ("meeting before:2024-13-01", 0),
        ("meeting folder：rome", 1),
    ] {
        let found = world.search(&format!("in:messages {query}"));
        assert_eq!(found.len(), count, "{query}: {found:?}");
    }
}

#[test]
fn the_last_searches_are_remembered_once_each_latest_first() {
    let world = World::new();
    let user = world.user;
    for number in 0..25 {
        world.clock.advance(1_000);
        let now = world.now();
        world
            .write(move |tx| search::remember(tx, user, &format!(" crème {number} "), now))
            .unwrap();
    }
    world.clock.advance(1_000);
    let now = world.now();
    world
        .write(move |tx| {
            search::remember(tx, user, "crème 10", now)?;
            search::remember(tx, user, "  \u{200b} ", now)?;
            search::remember(tx, user, &"x".repeat(600), now)
        })
        .unwrap();
    let recent = world.read(move |tx| search::list_recent(tx, user)).unwrap();
    assert_eq!(recent.len(), 20);
    assert_eq!(recent[..2], ["crème 10", "crème 24"]);
    assert_eq!(recent[19], "crème 5");
    world
        .write(move |tx| search::forget_recent(tx, user, "crème 24"))
        .unwrap();
    let recent = world.read(move |tx| search::list_recent(tx, user)).unwrap();
    assert_eq!((recent.len(), recent[1].as_str()), (19, "crème 23"));
    world.write(move |tx| search::forget_all(tx, user)).unwrap();
    assert_eq!(
        world.read(move |tx| search::list_recent(tx, user)).unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn the_tool_finds_messages_beside_the_running_app() {
    let world = World::new();
    let talk = world.conversation();
    let message = world.send(talk, "我想吃crème brûlée。").unwrap();
    let output = parlance_db(world.path(), &["search", "想吃 creme", "--json"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        crate::support::json(&output),
        serde_json::json!({ "hits": [{
            "message_id": message.id.to_string(),
            "conversation_id": talk.to_string(),
            "role": "user",
            "content": "我想吃crème brûlée。",
            "snippet": "我**想吃crème** brûlée。",
        }] })
    );
}
