//! The queue of chunks: claimed by lease, completed, or given back.

use parlance_storage::{Error, chunk};
use rand::Rng;

use super::Worker;
use crate::facts::{self, CHUNK};
use crate::ledger::Note;

const OWNER: &str = "worker";
const LEASE_MS: u32 = 600_000;

impl Worker<'_> {
    /// Claims a chunk, or ends the work on the one that is claimed.
    pub(super) fn make_sound(&mut self) -> Result<(), Error> {
        let Some(claimed) = self.claimed.take() else {
            let now = self.db.now();
            self.claimed = self
                .db
                .write_blocking(move |tx| chunk::claim_next(tx, OWNER, now, LEASE_MS))?;
            if let Some(claimed) = &self.claimed {
                self.keep(vec![facts::chunk(claimed)]);
            }
            return Ok(());
        };
        let id = claimed.id;
        match self.random.random_range(0..10) {
            // From here on the queue may give it to anybody.
            0 => {
                (self.notes)(&Note::Dropped(format!("{CHUNK}{id}")));
                self.db
                    .write_blocking(move |tx| chunk::fail(tx, id, OWNER, "no voice"))?;
            }
            1 => {
                (self.notes)(&Note::Dropped(format!("{CHUNK}{id}")));
                self.db
                    .write_blocking(move |tx| chunk::release(tx, id, OWNER))?;
            }
            _ => {
                let mut done = claimed;
                done.tts_status = parlance_storage::TtsStatus::Completed;
                done.audio_key = Some(format!("key-{id}"));
                done.audio_duration_ms = Some(1200);
                let key = format!("key-{id}");
                self.write(vec![facts::chunk(&done)], move |tx| {
                    chunk::complete(tx, id, OWNER, &key, 1200)
                })?;
            }
        }
        Ok(())
    }
}
