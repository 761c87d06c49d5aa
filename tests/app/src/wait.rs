//! Waiting for a condition, instead of sleeping for luck.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// How long anything in the window may take before it counts as never. Generous, since a busy machine
/// is no fault of the app.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until `look` gives something; an error says what was waited for.
///
/// # Errors
/// When `look` fails, or gave nothing for a minute.
pub async fn until<T, F>(what: &str, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let start = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if start.elapsed() > PATIENCE {
            bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}
