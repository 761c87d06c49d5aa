//! `cargo xtask …`: the one door for every chore of this repository.
//!
//! All clones share one target directory, and the one that builds takes it over: `setup` throws away what another has
//! built of our packages. So two clones should not build at the same moment.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

mod paths;
mod process;
mod run;
mod setup;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  run        set up, build, and open the app; without a display, in a virtual one
  test       set up, and check everything: format, lints, licences, all tests
  dev        open the app with hot reload of the window
  setup      install what is missing: system packages and the window's npm packages
  bindings   write ui/src/ipc/bindings.ts anew from the commands
  goldens    write the schema snapshot and the migration checksums anew
  lexicon    write the lists of words with their levels anew; says what it needs
  faults     run the fault suites at full scale and write docs/faults.md; takes a while
  pictures   take the README's pictures of the window anew
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run"] => run::run(),
        ["test"] => test::test(),
        ["dev"] => run::dev(),
        ["setup"] => setup::setup(),
        ["bindings"] => test::write_bindings(),
        ["goldens"] => test::write_goldens(),
        ["lexicon", sources @ ..] => test::write_lexicon(sources),
        ["faults"] => test::faults(),
        ["pictures"] => run::pictures(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown command {:?}\n\n{USAGE}", arguments.join(" ")),
    }
}
