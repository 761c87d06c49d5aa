//! Waiting for a condition, instead of sleeping for luck.

use std::{future::Future, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::time::{sleep, timeout};

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
    let watch = async {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            sleep(Duration::from_millis(40)).await;
        }
    };
    within(what, watch).await
}

/// Bounds a step that has no end of its own: a web driver whose app has died never answers.
///
/// # Errors
/// What the step says, or that it took longer than a minute.
pub(crate) async fn within<T>(what: &str, step: impl Future<Output = Result<T>>) -> Result<T> {
    match timeout(PATIENCE, step).await {
        Ok(outcome) => outcome.with_context(|| format!("while waiting for {what}")),
        Err(_) => bail!("waited {} s in vain for {what}", PATIENCE.as_secs()),
    }
}
