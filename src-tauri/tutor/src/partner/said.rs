//! What the partner has already said, and how it finds something it has not.

use std::collections::{BTreeMap, HashSet};

use parlance_storage::Role;

use super::general::general;
use crate::reply::Turn;

/// What the braces in a line are filled with.
pub(super) type Values = BTreeMap<&'static str, String>;

/// The sentences that the partner has said in a conversation.
pub(super) struct Said {
    sentences: HashSet<String>,
}

impl Said {
    /// Collects them from a history.
    pub(super) fn in_history(history: &[Turn]) -> Self {
        let sentences = history
            .iter()
            .filter(|turn| turn.role == Role::Assistant)
            .flat_map(|turn| sentences(&turn.content))
            .map(plain)
            .collect();
        Self { sentences }
    }

    /// Whether any sentence of a line has been said.
    pub(super) fn has_said(&self, line: &str) -> bool {
        sentences(line).any(|sentence| self.sentences.contains(&plain(sentence)))
    }

    /// A line that can be filled in and has not been said; `None` when there is none left.
    ///
    /// Of the lines that have been used least, the seed chooses one, so that the wording changes as
    /// long as it can.
    pub(super) fn pick(&self, lines: &[String], values: &Values, seed: u64) -> Option<String> {
        let count = lines.len();
        let first = index(seed, count);
        let mut lines: Vec<_> = (0..count)
            .map(|step| Variants::of(&lines[(first + step) % count], values))
            .collect();
        lines.sort_by_cached_key(|line| self.uses(line));
        lines.into_iter().find_map(|line| {
            let mut all = (0..line.count).map(|number| line.nth(number, seed));
            all.find(|line| !self.has_said(line))
        })
    }

    /// How often a line has been said, in any variant: all of them begin alike.
    fn uses(&self, line: &Variants<'_>) -> usize {
        let fixed = line
            .template
            .split_once('{')
            .map_or(line.template, |(fixed, _)| fixed);
        // A line that begins with what is filled in is known by that.
        let fixed = if plain(fixed).is_empty() {
            &line.line
        } else {
            fixed
        };
        let beginning = sentences(fixed).next().map(plain).unwrap_or_default();
        self.sentences
            .iter()
            .filter(|sentence| sentence.starts_with(&beginning))
            .count()
    }
}

/// The ways in which one line can be filled in.
struct Variants<'a> {
    template: &'a str,
    /// With the values of the conversation in place.
    line: String,
    slots: Vec<(&'a str, &'a [String])>,
    count: usize,
}

impl<'a> Variants<'a> {
    fn of(template: &'a str, values: &Values) -> Self {
        let mut line = template.to_owned();
        for (name, value) in values {
            let place = format!("{{{name}}}");
            if value.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
                line = line.replace(&format!(" a {place}"), &format!(" an {place}"));
                line = line.replace(&format!("A {place}"), &format!("An {place}"));
            }
            line = line.replace(&place, value);
        }
        let slots: Vec<_> = general()
            .slots
            .iter()
            .filter(|(name, _)| template.contains(&format!("{{{name}}}")))
            .map(|(name, words)| (name.as_str(), words.as_slice()))
            .collect();
        let braces = template.matches('{').count();
        let filled = values
            .keys()
            .map(|name| template.matches(&format!("{{{name}}}")).count())
            .sum::<usize>();
        let is_complete = filled + slots.len() == braces;
        let combinations = slots.iter().map(|(_, words)| words.len()).product();
        Self {
            template,
            line,
            slots,
            count: if is_complete { combinations } else { 0 },
        }
    }

    /// One of the variants, counted from the one that the seed chooses.
    fn nth(&self, number: usize, seed: u64) -> String {
        let mut choice = (index(seed.rotate_right(17), self.count) + number) % self.count;
        let mut line = self.line.clone();
        for (name, words) in &self.slots {
            line = line.replace(&format!("{{{name}}}"), &words[choice % words.len()]);
            choice /= words.len();
        }
        capitalised(&line)
    }
}

/// Cuts a line at its full stops, questions and exclamations.
pub(super) fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', '?', '!'])
        .map(|sentence| sentence.trim_matches(|c: char| c.is_whitespace() || c == '"'))
        .filter(|sentence| sentence.contains(char::is_alphanumeric))
}

/// Small letters and digits only: what makes two sentences the same to the ear.
fn plain(sentence: &str) -> String {
    sentence
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn capitalised(line: &str) -> String {
    let start = line.find(char::is_alphanumeric).unwrap_or(0);
    let (marks, words) = line.split_at(start);
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    marks.chars().chain(first).chain(letters).collect()
}

/// An index below `count` that depends on the whole seed.
fn index(seed: u64, count: usize) -> usize {
    let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
    usize::try_from((seed ^ (seed >> 32)) % count).unwrap_or(0)
}

/// FNV-1a: the same text gives the same number in every version and on every machine, which the
/// standard library's hashers do not promise.
pub(super) fn stable_hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.join("\u{1F}").bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
