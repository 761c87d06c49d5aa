//! Kills: a process at work is ended without warning, again and again, and its database is looked at.
//!
//! What the process works on is a [`Scenario`]; the loop around it knows how to start, to kill at a moment
//! of chance, and to count only the kills that met the process in the middle of it.

mod migration;
mod mixed_work;
mod restore;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::report::Figures;

pub use migration::Migration;
pub use mixed_work::MixedWork;
pub use restore::{Backup, Restore, back_up};

/// The child's first line.
pub const BEGUN: &str = "begun";
/// The line with which a scenario that has an end says that it is past it.
pub const DONE: &str = "done";

/// No child is silent for so long; one that is, hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of kills in a row that came too late, before the scenario is given up as one that cannot be met.
const MOST_MISSES: u32 = 200;

/// When a child is killed.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// After so many lines since it had begun.
    pub lines: u32,
    /// And so much later.
    pub pause: Duration,
}

/// Something in the middle of which a process is killed.
pub trait Scenario {
    /// Makes the directory ready and gives the child's arguments.
    ///
    /// # Errors
    /// What stands in the way.
    fn prepare(&mut self, round: u32, random: &mut StdRng) -> Result<Vec<String>>;

    /// When the child of this round dies.
    fn moment(&self, random: &mut StdRng) -> Moment;

    /// Looks at what is left, knowing what the child had said. What it said last may be cut off.
    ///
    /// # Errors
    /// What is not as it must be.
    fn check(&mut self, lines: &[String]) -> Result<()>;

    /// How much of the counted things was promised and found in all rounds.
    fn promised(&self) -> u64 {
        0
    }
}

/// How much is done, and by what.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Kills that must have met the child in the middle.
    pub kills: u32,
    /// Children at the same time, each with a directory of its own.
    pub threads: u32,
    /// The program `parlance-faults-child`.
    pub child: PathBuf,
}

/// Kills until the scale is reached; `scenario` makes one for each thread.
///
/// # Errors
/// The first round after which something is not as it must be.
pub fn run<S: Scenario>(
    scenario: impl Fn() -> Result<S> + Sync,
    scale: &Scale,
    seed: u64,
) -> Result<Figures> {
    let start = Instant::now();
    let results: Vec<Result<[u64; 3]>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..scale.threads)
            .map(|part| {
                let scenario = &scenario;
                scope.spawn(move || {
                    let share =
                        scale.kills / scale.threads + u32::from(part < scale.kills % scale.threads);
                    kill_loop(scenario()?, share, &scale.child, seed + u64::from(part))
                        .with_context(|| format!("seed {seed}, thread {part}"))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow!("a panic"))))
            .collect()
    });
    let mut sums = [0; 3];
    for result in results {
        for (sum, value) in sums.iter_mut().zip(result?) {
            *sum += value;
        }
    }
    let [kills, late, promised] = sums;
    Ok(Figures::new(
        start,
        seed,
        vec![
            ("kills in the middle", kills),
            ("kills that came too late, not counted", late),
            ("things promised and all found", promised),
        ],
    ))
}

/// Gives the kills in the middle, those that were not, and what was promised.
fn kill_loop<S: Scenario>(
    mut scenario: S,
    kills: u32,
    program: &Path,
    seed: u64,
) -> Result<[u64; 3]> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut met, mut missed) = (0, 0);
    let mut round = 0;
    while met < kills {
        round += 1;
        let arguments = scenario.prepare(round, &mut random)?;
        let moment = scenario.moment(&mut random);
        let said = kill_one(program, &arguments, moment)
            .with_context(|| format!("round {round}, {moment:?}"))?;
        if said.last().is_some_and(|line| line == DONE) {
            missed += 1;
            ensure!(missed < MOST_MISSES + 10 * kills, "it cannot be met");
        } else {
            met += 1;
        }
        scenario
            .check(&said)
            .with_context(|| format!("round {round}, {moment:?}"))?;
    }
    Ok([met.into(), missed.into(), scenario.promised()])
}

/// Starts a child, kills it at this moment, and gives the whole lines that it had said by then.
fn kill_one(program: &Path, arguments: &[String], moment: Moment) -> Result<Vec<String>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let lines = listen(&mut child)?;
    let said = kill_at(&mut child, &lines, moment);
    // Also after an error: nothing may stay behind.
    drop(child.kill());
    let status = child.wait()?;
    let mut said = said?;
    if status.code().is_some() {
        let mut complaint = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut complaint)?;
        }
        bail!("the child ended by itself, {status}: {complaint}");
    }
    said.extend(lines.iter());
    Ok(said)
}

fn kill_at(child: &mut Child, lines: &Receiver<String>, moment: Moment) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let mut wanted = moment.lines + 1;
    while wanted > 0 {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => said.push(line),
            // It ended; the caller finds out how.
            Err(RecvTimeoutError::Disconnected) => return Ok(said),
            Err(RecvTimeoutError::Timeout) => bail!("the child hangs after {said:?}"),
        }
        wanted -= 1;
    }
    // Chance, not luck: the kill is to meet the child wherever it is by then.
    thread::sleep(moment.pause);
    child.kill()?;
    Ok(said)
}

/// Takes the child's lines as they come, so that it never waits for a full pipe. A line without an end was
/// cut off by the kill and says nothing.
fn listen(child: &mut Child) -> Result<Receiver<String>> {
    let stdout = child
        .stdout
        .take()
        .context("the child has no standard output")?;
    let (give, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
            let Some(whole) = line.strip_suffix('\n') else {
                return;
            };
            if give.send(whole.to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    Ok(lines)
}

/// A duration between nothing and so much.
fn up_to(longest: Duration, random: &mut StdRng) -> Duration {
    longest.mul_f64(random.random_range(0.0..1.0))
}
