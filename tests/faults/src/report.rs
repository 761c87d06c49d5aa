//! What a suite has to tell, and the page that tells it all.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;

use crate::damage::GAPS;
use crate::full::Outcome;
use crate::large::LargeFigures;

/// The figures of a suite that found nothing wrong.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What was done how often.
    pub counts: Vec<(&'static str, u64)>,
    /// From which all chance came.
    pub seed: u64,
    /// How long it took.
    pub took: Duration,
}

impl Figures {
    /// Of a suite that began at `start`.
    #[must_use]
    pub fn new(start: Instant, seed: u64, counts: Vec<(&'static str, u64)>) -> Self {
        Self {
            counts,
            seed,
            took: start.elapsed(),
        }
    }

    /// Of several runs of one suite since `start`, put together.
    #[must_use]
    pub fn sum(start: Instant, runs: &[Self]) -> Self {
        let mut counts: Vec<(&'static str, u64)> = Vec::new();
        for (name, count) in runs.iter().flat_map(|run| &run.counts) {
            match counts.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += count,
                None => counts.push((name, *count)),
            }
        }
        Self::new(start, runs.first().map_or(0, |run| run.seed), counts)
    }
}

/// The whole page, in Markdown.
///
/// # Errors
/// What SQLite says to the question for the date.
pub fn page(outcomes: &[Outcome], large: &Result<LargeFigures>) -> Result<String> {
    let mut page = format!(
        "# The faults that the storage survives\n\n\
         Written by `cargo xtask faults` on {} with SQLite {}, {} cores. Every figure in a table is of one run of \
         that command; chance comes from the seeds, so a failure can be had again. What was broken on purpose was \
         tried by hand: that, and what stands elsewhere, is no part of the run.\n\n",
        today()?,
        parlance_storage::status::sqlite_version(),
        std::thread::available_parallelism()?,
    );
    page.push_str("| suite | figures | seed | seconds |\n|---|---|---|---|\n");
    for outcome in outcomes {
        let title = outcome.suite.title;
        match &outcome.result {
            Ok(figures) => {
                let counts: Vec<String> = figures
                    .counts
                    .iter()
                    .map(|(name, count)| format!("{name}: {}", grouped(*count)))
                    .collect();
                writeln!(
                    page,
                    "| {title} | {} | {} | {:.1} |",
                    counts.join("; "),
                    figures.seed,
                    figures.took.as_secs_f64()
                )?;
            }
            Err(_) => writeln!(page, "| {title} | **FAILED**, see below | | |")?,
        }
    }
    for outcome in outcomes {
        let suite = &outcome.suite;
        write!(
            page,
            "\n## {}\n\n{}\n",
            capitalised(suite.title),
            suite.shows
        )?;
        if let Err(error) = &outcome.result {
            write!(page, "\n**Failed:** {error:#}\n")?;
        }
        if !suite.caught.is_empty() {
            page.push_str("\nBroken on purpose by hand, once each, it failed on:\n\n");
        }
        for breakage in suite.caught {
            writeln!(page, "- {breakage}")?;
        }
    }
    write!(page, "\n## A large profile\n\n{LARGE}\n")?;
    match large {
        Ok(figures) => {
            write!(page, "\n{}", figures.table()?)?;
            for promise in figures.broken_promises() {
                write!(page, "\n**Failed:** {promise}\n")?;
            }
        }
        Err(error) => write!(page, "\n**Failed:** {error:#}\n")?,
    }
    page.push_str(ELSEWHERE);
    page.push_str("\n## What is wished and does not hold yet\n\n| damage | what is found | why |\n|---|---|---|\n");
    for (case, found, reason) in GAPS {
        writeln!(page, "| {case} | {found} | {reason} |")?;
    }
    Ok(page)
}

const LARGE: &str = "What the learner waits for at the start is the time from `Database::open` to the first page of \
    conversations: the lock, the marker, the look at version, ledger and header, opening the writer and the readers, \
    and the first page. Promised are at most 300 ms at a million messages. A message is sent every ten milliseconds, \
    durably, first alone and then while a backup is made; promised is at most two and a half times the idle time. \
    Promised of a restore are at most 5 s for a database of 200 MB, and of a larger one as much more as it is larger. \
    The command fails beyond these figures; of what was measured more than once, 99 of 100 must keep them. Built release-like (`profile.faults`), on whatever else the machine was doing.";

/// Faults whose tests stand with what they test.
const ELSEWHERE: &str = "\n## What stands elsewhere\n\n\
    - The race of two starts: two processes that migrate one directory at once apply each migration once \
    (`tests/storage/races.rs`, 50 rounds; without the lock of the directory, `migrations/runner.rs` of the storage \
    crate, 30 rounds from two schemas). With the insert into the ledger removed, both failed.\n\
    - Writes that share a commit (`tests/storage/database.rs`): with the rollback to the savepoint removed, a write \
    that failed took its half into its neighbours' commit, and the test failed.\n\
    - Tables that are rebuilt (`tests/storage/migrations.rs`): with foreign keys on while migrating, their children \
    were emptied, and the test failed.\n\n\
    Not simulated: what the app does with files by itself (renaming a new database into place) counts as done and \
    synced when it returns; the real order of such calls is met by the kills only.\n";

/// The day, by SQLite's calendar.
fn today() -> Result<String> {
    Ok(Connection::open_in_memory()?.query_row("SELECT date('now')", [], |row| row.get(0))?)
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn capitalised(title: &str) -> String {
    let mut rest = title.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, Instant};

    use anyhow::anyhow;

    use super::{Figures, capitalised, grouped, page};
    use crate::full::{self, Outcome};
    use crate::large::tests::just_kept;

    #[test]
    fn numbers_are_grouped_and_titles_begin_with_a_capital() {
        let numbers = [0, 12, 123, 1234, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "123", "1,234", "1,234,567"]);
        assert_eq!(capitalised("kills"), "Kills");
    }

    #[test]
    fn a_broken_promise_stands_on_the_page_and_so_does_a_profile_that_could_not_be_measured() {
        let mut figures = just_kept();
        let kept = page(&[], &Ok(figures.clone())).unwrap();
        assert!(!kept.contains("**Failed:**"), "{kept}");
        figures.restore = Duration::from_secs(60);
        let broken = page(&[], &Ok(figures)).unwrap();
        let words = "**Failed:** a restore: 60.0s, promised are 50.0s";
        assert!(broken.contains(words), "{broken}");
        let nothing = page(&[], &Err(anyhow!("no room"))).unwrap();
        assert!(nothing.contains("**Failed:** no room"), "{nothing}");
    }

    /// All that is neither a figure nor the place and time of the run.
    fn words(page: &str) -> Vec<&str> {
        let (figures, gaps) = page.split_once("## What is wished").unwrap();
        figures
            .lines()
            .filter(|line| !line.starts_with('|'))
            .map(|line| line.split_once(" cores. ").map_or(line, |(_, rest)| rest))
            .chain(gaps.lines())
            .collect()
    }

    #[test]
    fn the_page_in_docs_says_what_the_command_would_say() {
        let outcomes: Vec<Outcome> = full::suites()
            .into_iter()
            .map(|suite| Outcome {
                suite,
                result: Ok(Figures::new(Instant::now(), 0, Vec::new())),
            })
            .collect();
        let printed = page(&outcomes, &Ok(just_kept())).unwrap();
        let written = include_str!("../../../docs/faults.md");
        assert_eq!(words(written), words(&printed));
    }
}
