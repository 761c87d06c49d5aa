//! In the middle of a migration, from every earlier schema in turn.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::rngs::StdRng;
use tempfile::TempDir;

use super::{Moment, Scenario, up_to};
use crate::examine::open;
use crate::history::{self, Rows};
use crate::image::Image;

/// See the module.
#[derive(Debug)]
pub struct Migration {
    folder: TempDir,
    /// Each earlier schema with its rows, and how long a migration from there takes.
    starts: Vec<(u32, Image, Rows, Duration)>,
    current: usize,
    promised: u64,
}

impl Migration {
    /// Makes a database of every earlier schema.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn new() -> Result<Self> {
        let mut starts = Vec::new();
        for version in 1..history::newest() {
            let folder = tempfile::tempdir()?;
            let rows = history::build(folder.path(), version)?;
            let image = Image::read(folder.path())?;
            let start = Instant::now();
            drop(open(folder.path())?);
            starts.push((version, image, rows, start.elapsed()));
        }
        Ok(Self {
            folder: tempfile::tempdir()?,
            starts,
            current: 0,
            promised: 0,
        })
    }
}

impl Scenario for Migration {
    fn prepare(&mut self, round: u32, _: &mut StdRng) -> Result<Vec<String>> {
        self.current = round as usize % self.starts.len();
        self.starts[self.current].1.write(self.folder.path())?;
        let data_dir = self.folder.path().to_str().context("a strange path")?;
        Ok(vec!["open".into(), data_dir.into()])
    }

    fn moment(&self, random: &mut StdRng) -> Moment {
        Moment {
            lines: 0,
            // The clock of the parent counts the start of a process and its end too.
            pause: up_to(self.starts[self.current].3.mul_f64(0.7), random),
        }
    }

    fn check(&mut self, _: &[String]) -> Result<()> {
        let (version, _, rows, _) = &self.starts[self.current];
        history::check_old_or_new(self.folder.path(), *version, rows)
            .and_then(|()| history::check_migrates(self.folder.path(), rows))
            .with_context(|| format!("migrating from version {version}"))?;
        self.promised += rows.count();
        Ok(())
    }

    fn promised(&self) -> u64 {
        self.promised
    }
}
