//! `cargo xtask test`: everything that has to be true before a change goes in.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{
    paths,
    process::{cargo, check, npm},
    run, setup,
};

/// One thing that is checked.
type Step = (&'static str, fn() -> Result<()>);

/// In this order: what fails fast comes first.
const STEPS: &[Step] = &[
    ("set-up", setup::setup),
    ("tools", setup::test_tools),
    ("format", || check(&mut cargo(["fmt", "--all", "--check"])?)),
    ("window: lint", || check(&mut npm(["run", "lint"]))),
    ("window: types", || check(&mut npm(["run", "check"]))),
    ("window: tests", || check(&mut npm(["run", "test"]))),
    ("window: build", || check(&mut npm(["run", "build"]))),
    ("licences", || {
        check(&mut cargo([
            "deny",
            "--log-level",
            "error",
            "check",
            "bans",
            "licenses",
            "sources",
        ])?)
    }),
    ("lints", || {
        let clippy = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ];
        check(&mut cargo(clippy)?)
    }),
    ("crates", || {
        nextest(&[
            "--workspace",
            "--exclude",
            "parlance",
            "--exclude",
            WINDOW_TESTS,
        ])
    }),
    ("commands", || nextest(&["--package", "parlance"])),
    ("the app", run::build_app),
    ("the real window", || nextest(&["--package", WINDOW_TESTS])),
];

const WINDOW_TESTS: &str = "parlance-window-tests";

/// Runs every step, and stops at the first that fails.
pub(crate) fn test() -> Result<()> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let start = Instant::now();
        step().with_context(|| format!("{name} failed"))?;
        times.push((name, start.elapsed()));
    }
    println!("\nAll is well:");
    for (name, time) in &times {
        println!("  {name:<16} {:>6.1} s", time.as_secs_f64());
    }
    let passed = times.len();
    println!("\nsteps: {passed} passed, 0 failed");
    Ok(())
}

/// `cargo xtask bindings`
pub(crate) fn write_bindings() -> Result<()> {
    setup::setup()?;
    setup::test_tools()?;
    run::build_window()?;
    update(&["--package", "parlance", "bindings"])
}

/// `cargo xtask goldens`
pub(crate) fn write_goldens() -> Result<()> {
    setup::setup()?;
    setup::test_tools()?;
    update(&[
        "--package",
        "parlance-storage",
        "migrations::",
        "golden_fingerprint",
    ])
}

/// `cargo xtask lexicon`
pub(crate) fn write_lexicon(sources: &[&str]) -> Result<()> {
    check(cargo(["run", "--quiet", "--package", "parlance-lexicon", "--"])?.args(sources))
}

/// `cargo xtask faults`
///
/// Optimised: most of the time goes into opening and verifying databases.
pub(crate) fn faults() -> Result<()> {
    let package = ["--profile", "faults", "--package", "parlance-faults"];
    // With the programs that it starts, which `run` alone would not build.
    check(cargo(["build"])?.args(package).arg("--bins"))?;
    check(
        cargo(["run"])?
            .args(package)
            .args(["--bin", "parlance-faults", "--", "report"])
            .arg(paths::root().join("docs").join("faults.md")),
    )
}

/// The tests that compare a generated file write it instead.
fn update(arguments: &[&str]) -> Result<()> {
    check(
        cargo(["nextest", "run"])?
            .args(arguments)
            .env("PARLANCE_UPDATE", "1"),
    )
}

fn nextest(arguments: &[&str]) -> Result<()> {
    check(
        cargo(["nextest", "run", "--cargo-quiet"])?
            .args(arguments)
            .env("PARLANCE_APP", paths::app()),
    )
}
