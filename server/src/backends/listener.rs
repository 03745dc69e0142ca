//! Whoever follows a prompt.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::backend::{Backend, Heard};

/// Hears what is said of one prompt. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(super) backend: Arc<Backend>,
    pub(super) prompt_id: String,
    pub(super) heard: mpsc::Receiver<Heard>,
    pub(super) missed: Arc<AtomicBool>,
}

impl Listener {
    /// What is said next. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Heard {
        self.heard.recv().await.unwrap_or(Heard::SocketLost)
    }

    /// Whether something was said that it was too slow to hear.
    pub(crate) fn has_missed(&self) -> bool {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.backend.deafen(&self.prompt_id);
    }
}
