//! The transcripts in `docs/transcripts`: three talks of fifty turns, as the partner holds them now.
//!
//! What the learner says stands in `transcripts/`, a line for each turn. `PARLANCE_UPDATE=1 cargo nextest run -p
//! parlance-tutor transcripts` writes the transcripts anew; read the difference before you commit it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use parlance_tutor::situations;

use crate::talk::Talk;

struct Transcript {
    slug: &'static str,
    facts: &'static [&'static str],
    due_words: &'static [&'static str],
}

const TRANSCRIPTS: &[Transcript] = &[
    Transcript {
        slug: "cafe-order",
        facts: &[],
        due_words: &[],
    },
    Transcript {
        slug: "free-talk-b2",
        facts: &[
            "Is called Marta",
            "They have two dogs",
            "Works as a nurse",
            "Likes old maps",
            "Wants to pass the driving test",
            "Is from Portugal",
        ],
        due_words: &[
            "reliable",
            "look forward to",
            "umbrella",
            "afford",
            "stubborn",
            "borrow",
        ],
    },
    Transcript {
        slug: "ai-debate-c2",
        facts: &["Is called Jonas"],
        due_words: &["accountable"],
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lines_of(slug: &str) -> Vec<String> {
    let path = root().join(format!("tests/tutor/transcripts/{slug}.txt"));
    let lines = std::fs::read_to_string(&path).unwrap();
    lines.lines().map(str::to_owned).collect()
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("*{word}*")).collect();
    quoted.join(", ")
}

/// The talk as a page to read.
fn page(transcript: &Transcript, lines: &[String]) -> String {
    let has_slug = |slug: &str| slug == transcript.slug;
    let mut all = situations()
        .iter()
        .flat_map(|situation| situation.levels.iter().map(move |row| (situation, row)));
    let (situation, row) = all.find(|(_, row)| has_slug(&row.slug)).unwrap();
    let mut talk = Talk::open(transcript.slug)
        .knowing(transcript.facts)
        .with_due(transcript.due_words);
    let mut page = format!(
        "# {} ({:?})\n\n{}\n",
        situation.name, row.level, situation.description
    );
    if !transcript.facts.is_empty() {
        let facts = listed(transcript.facts);
        write!(page, "\nThe partner knows of the learner: {facts}.\n").unwrap();
    }
    if !transcript.due_words.is_empty() {
        let words = listed(transcript.due_words);
        write!(page, "\nWords that are due: {words}.\n").unwrap();
    }
    write!(page, "\n**Partner:** {}\n", row.opening_message).unwrap();
    for line in lines {
        let reply = talk.say(line);
        write!(page, "\n**Learner:** {line}\n\n**Partner:** {reply}\n").unwrap();
    }
    page
}

#[test]
fn the_transcripts_are_what_the_partner_says() {
    for transcript in TRANSCRIPTS {
        let slug = transcript.slug;
        let actual = page(transcript, &lines_of(slug));
        let path = root().join(format!("docs/transcripts/{slug}.md"));
        if std::env::var_os("PARLANCE_UPDATE").is_some() {
            std::fs::write(&path, &actual).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == actual,
            "docs/transcripts/{slug}.md is not what the partner says. If that is meant, run \
             `PARLANCE_UPDATE=1 cargo nextest run -p parlance-tutor transcripts` and read the difference."
        );
    }
}

#[test]
fn the_transcripts_have_fifty_turns_and_repeat_nothing() {
    for transcript in TRANSCRIPTS {
        let lines = lines_of(transcript.slug);
        assert_eq!(lines.len(), 50, "{}", transcript.slug);
        let page = page(transcript, &lines);
        let replies = page.lines().filter(|line| line.starts_with("**Partner:**"));
        let mut replies: Vec<&str> = replies.collect();
        let count = replies.len();
        replies.sort_unstable();
        replies.dedup();
        assert_eq!(replies.len(), count, "{}", transcript.slug);
    }
}
