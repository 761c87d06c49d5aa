//! A stretch of a conversation in few words, without a model: excerpts, and what was spoken of most. It says so.

use std::collections::HashMap;

use parlance_storage::Role;
use parlance_storage::memory::Said;
use parlance_storage::summary::Summary;
use unicode_segmentation::UnicodeSegmentation;

use crate::partner::is_common_word;

/// Of a long message, so many characters are read.
const MOST_CHARACTERS: usize = 2_000;
/// A sentence is quoted so far, in characters.
const LONGEST_QUOTE: usize = 160;
/// A part of a higher summary is told so far.
const LONGEST_PART: usize = 160;
/// From so many parts of the stretch, a sentence each.
const EXCERPTS: usize = 3;
const MOST_TOPICS: usize = 6;
/// Shorter words are small words in most languages with blanks.
const SHORTEST_TOPIC: usize = 4;

const WITHOUT_A_MODEL: &str = "In excerpts, chosen without a model.";

/// What was said in a stretch: what was spoken of more than once, and from its beginning, its middle and its end the
/// learner's sentence that says most of that. Never empty; at most some 900 characters. Words of other languages than
/// English are quoted as well, but what they speak of is only told for scripts with blanks between words.
#[must_use]
pub fn summarise(messages: &[Said]) -> String {
    let counts = word_counts(messages);
    let mut parts = vec![WITHOUT_A_MODEL.to_owned()];
    let topics = topics(&counts);
    if !topics.is_empty() {
        parts.push(format!("Spoken of more than once: {}.", topics.join(", ")));
    }
    let excerpts = excerpts(messages, &counts, Role::User);
    if excerpts.is_empty() {
        match excerpts_of_partner(messages, &counts) {
            Some(said) => parts.push(said),
            None => parts.push("Nothing was said in words.".to_owned()),
        }
    } else {
        parts.push(format!("The learner said: {}", excerpts.join(" … ")));
    }
    parts.join(" ")
}

/// Summaries of a tier as one of the next: the beginning of each. Never empty.
#[must_use]
pub fn summarise_summaries(summaries: &[Summary]) -> String {
    let parts = summaries.iter().map(|summary| {
        let text = summary.text.trim();
        let text = text.strip_prefix(WITHOUT_A_MODEL).unwrap_or(text).trim();
        shortened(text, LONGEST_PART)
    });
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return WITHOUT_A_MODEL.to_owned();
    }
    format!("{WITHOUT_A_MODEL} {}", parts.join(" Then: "))
}

fn excerpts_of_partner(messages: &[Said], counts: &Counts) -> Option<String> {
    let said = excerpts(messages, counts, Role::Assistant);
    (!said.is_empty()).then(|| format!("The partner said: {}", said.join(" … ")))
}

/// How often each word was said, with the form in which it was said first.
type Counts = HashMap<String, (usize, String)>;

fn word_counts(messages: &[Said]) -> Counts {
    let mut counts = Counts::new();
    for said in messages.iter().filter(|said| said.role != Role::System) {
        for word in head(&said.content)
            .unicode_words()
            .filter(|word| is_topic(word))
        {
            let entry = counts
                .entry(word.to_lowercase())
                .or_insert_with(|| (0, word.to_owned()));
            entry.0 += 1;
        }
    }
    counts
}

/// What may be something to speak of.
fn is_topic(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= SHORTEST_TOPIC
        && letters == word.chars().count()
        // Han and kana are no words one by one, and Thai is not cut into words by blanks.
        && word.chars().all(|c| c < '\u{0e00}' || ('\u{1e00}'..'\u{2000}').contains(&c))
        && !is_common_word(&word.to_lowercase())
}

fn topics(counts: &Counts) -> Vec<String> {
    let mut said: Vec<(&String, &(usize, String))> =
        counts.iter().filter(|(_, (count, _))| *count > 1).collect();
    said.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
    said.iter()
        .take(MOST_TOPICS)
        .map(|(_, (_, form))| form.clone())
        .collect()
}

/// The sentences of one side that say most, one of each part of the stretch, in their order.
fn excerpts(messages: &[Said], counts: &Counts, role: Role) -> Vec<String> {
    let sentences: Vec<&str> = messages
        .iter()
        .filter(|said| said.role == role)
        .flat_map(|said| head(&said.content).unicode_sentences())
        .map(str::trim)
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
        .collect();
    let of_part = sentences.len().div_ceil(EXCERPTS).max(1);
    sentences
        .chunks(of_part)
        .filter_map(|part| {
            // Of equal ones the first.
            let best = part
                .iter()
                .rev()
                .max_by_key(|sentence| worth(sentence, counts))?;
            let best = best.replace(['“', '”'], "\"");
            Some(format!("“{}”", shortened(&best, LONGEST_QUOTE)))
        })
        .collect()
}

/// How much of what is spoken of a sentence has; of those without any, the longer says more, up to a line.
fn worth(sentence: &str, counts: &Counts) -> (usize, usize) {
    let mut words: Vec<String> = sentence.unicode_words().map(str::to_lowercase).collect();
    words.sort_unstable();
    words.dedup();
    let count = |word: &String| counts.get(word).map_or(0, |(count, _)| *count);
    let topics: usize = words.iter().map(count).sum();
    (topics, sentence.chars().count().min(80))
}

/// The beginning of a message.
fn head(text: &str) -> &str {
    let end = text.char_indices().nth(MOST_CHARACTERS);
    end.map_or(text, |(end, _)| &text[..end])
}

/// On one line, and not cut in the middle of a sign.
fn shortened(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        return line;
    }
    let mut length = 0;
    let kept: String = line
        .graphemes(true)
        .take_while(|sign| {
            length += sign.chars().count();
            length < longest
        })
        .collect();
    format!("{}…", kept.trim_end())
}
