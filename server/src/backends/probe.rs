//! Finds out whether a backend is well: not that it answers, but that it is a
//! ComfyUI that gets on with its work.

use std::time::Duration;

use comfy::{BackendError, Definitions, Replacements};
use tokio::time::{Instant, sleep_until, timeout};

use super::backend::Backend;

/// Between probes of a backend that is open.
const WELL: Duration = Duration::from_secs(10);

/// Between probes of a backend that is closed.
const ILL: Duration = Duration::from_secs(1);

/// How often the definitions are fetched anew: nothing tells of new models.
const REFRESH: Duration = Duration::from_mins(10);

/// How soon the catalogue may be asked for again after it could not be read.
/// It makes the server busy for up to a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// Probes for as long as it is polled: at intervals, and when there is doubt.
pub(super) async fn watch_over(backend: &Backend) {
    let mut fetched: Option<Instant> = None;
    loop {
        if let Some(until) = backend.rests_until() {
            sleep_until(until).await;
        }
        match probe(backend, &mut fetched).await {
            Ok(()) => backend.open(),
            Err(reason) => backend.close_quietly(&reason),
        }
        let pause = if backend.is_open() { WELL } else { ILL };
        // Waking early is the point; which of the two it was makes no difference.
        let _ = timeout(pause, backend.doubt.notified()).await;
    }
}

/// Whether the backend is well, or why not.
async fn probe(backend: &Backend, fetched: &mut Option<Instant>) -> Result<(), String> {
    backend.client.queue().await.map_err(|error| said(&error))?;
    let old = fetched.is_none_or(|at| at.elapsed() > REFRESH);
    if old || backend.wants_definitions() {
        refresh(backend, fetched).await?;
    }
    Ok(())
}

async fn refresh(backend: &Backend, fetched: &mut Option<Instant>) -> Result<(), String> {
    let unread = backend.definitions().is_none();
    if unread && fetched.is_some_and(|at| at.elapsed() < PATIENCE) {
        return Err("its catalogue of nodes cannot be read".into());
    }
    *fetched = Some(Instant::now());
    let bytes = backend.client.object_info().await.map_err(|error| said(&error))?;
    let parsed = tokio::task::spawn_blocking(move || Definitions::parse(&bytes)).await;
    match parsed {
        Ok(Ok(definitions)) => {
            backend.set_definitions(definitions, replacements(backend).await);
            Ok(())
        }
        _ => Err("its catalogue of nodes cannot be read".into()),
    }
}

/// What it runs in the place of old nodes. Without such a list these are refused, and nothing else is.
async fn replacements(backend: &Backend) -> Replacements {
    let told = backend.client.node_replacements().await;
    told.unwrap_or_else(|error| {
        tracing::debug!(backend = backend.name(), %error, "no list of replaced nodes");
        Replacements::default()
    })
}

/// For the host's eyes: without the address, with what it may be.
fn said(error: &BackendError) -> String {
    match error {
        BackendError::Untrusted(_) => {
            format!("{error}; the file of an authority of your own is named with --backend-ca")
        }
        BackendError::NotComfy(_) => format!("{error}; is something else listening there?"),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_comes_with_the_cure() {
        let words = said(&BackendError::Untrusted("nobody vouches for it"));
        assert!(words.contains("certificate") && words.contains("--backend-ca"), "{words}");
    }
}
