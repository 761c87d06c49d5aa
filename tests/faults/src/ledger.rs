//! The oracle: what was promised, against what is found.
//!
//! Whoever works on a database notes what it is about to do and, once the storage has acknowledged it, that
//! it is done. Whatever happens then, each thing must be found as it was last acknowledged, or as something
//! later that was under way. Nothing acknowledged may be missing, and nothing may be there that nobody said.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

/// Something that is kept: its name, and what it is like.
pub type Fact = (String, String);

/// A note of whoever works on a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// This is about to be so: all of it, or nothing.
    Intended(Vec<Fact>),
    /// This was acknowledged.
    Kept(Vec<Fact>),
    /// Of this nothing is promised from here on.
    Dropped(String),
}

/// What may be found.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Per thing, what it may be like; `None`: it may be absent.
    possible: BTreeMap<String, Vec<Option<String>>>,
    /// What was to become so together and was not acknowledged.
    under_way: Vec<Vec<Fact>>,
    acknowledged: usize,
}

impl Ledger {
    /// Takes a note.
    pub fn note(&mut self, note: Note) {
        match note {
            Note::Intended(facts) => {
                for (name, value) in &facts {
                    self.possible
                        .entry(name.clone())
                        .or_insert_with(|| vec![None])
                        .push(Some(value.clone()));
                }
                self.under_way.push(facts);
            }
            Note::Kept(facts) => {
                self.acknowledged += 1;
                self.under_way.retain(|group| *group != facts);
                for (name, value) in facts {
                    self.possible.insert(name, vec![Some(value)]);
                }
            }
            Note::Dropped(name) => {
                self.possible.remove(&name);
            }
        }
    }

    /// How many writes were acknowledged.
    #[must_use]
    pub const fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Compares with what is found. Things whose name begins with one of `told` must have been noted.
    ///
    /// # Errors
    /// The first difference, in words.
    pub fn check(&self, found: &BTreeMap<String, String>, told: &[&str]) -> Result<()> {
        for (name, possible) in &self.possible {
            let found = found.get(name);
            if !possible.iter().any(|value| value.as_ref() == found) {
                bail!("{name} is {found:?}, and should be one of {possible:?}");
            }
        }
        let unknown = found.keys().find(|name| {
            told.iter().any(|kind| name.starts_with(kind)) && !self.possible.contains_key(*name)
        });
        if let Some(name) = unknown {
            bail!("{name} is there, and nobody said so");
        }
        for group in &self.under_way {
            let is_there =
                |(name, value): &Fact| found.get(name).is_some_and(|found| found == value);
            if group.iter().any(is_there) && !group.iter().all(is_there) {
                bail!("of {group:?} only a part is there");
            }
        }
        Ok(())
    }

    /// Settles every doubt by what was found, so that work can go on from there. What is `fleeting` is
    /// dropped: the next start changes it of its own accord.
    pub fn settle(
        &mut self,
        found: &BTreeMap<String, String>,
        fleeting: impl Fn(&str, &str) -> bool,
    ) {
        self.under_way.clear();
        self.possible.retain(|name, possible| {
            let found = found.get(name);
            *possible = vec![found.cloned()];
            !found.is_some_and(|value| fleeting(name, value))
        });
    }
}
