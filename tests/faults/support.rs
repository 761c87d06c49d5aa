//! How a test tells what a suite found.

use parlance_faults::report::Figures;

/// Fails with the whole story, seed included; a suite that ran shows its figures to whoever asks for them.
#[allow(clippy::print_stdout, reason = "nextest keeps it for --no-capture")]
pub fn show(result: anyhow::Result<Figures>) {
    match result {
        Ok(figures) => println!("{figures:?}"),
        Err(error) => panic!("{error:#}"),
    }
}
