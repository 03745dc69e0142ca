//! What lives as long as the engine.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use comfy::Message;
use comfy::message::Status;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Options;
use crate::catalogue::Catalogue;
use crate::folders::Folders;
use crate::hub::{Audience, Hub};
use crate::ledger::Ledger;

/// What lives as long as the engine. Both threads share it.
#[derive(Debug)]
pub(crate) struct House {
    pub options: Options,
    pub folders: Folders,
    /// The nodes it knows.
    pub catalogue: Catalogue,
    /// What waits, runs and is over.
    pub ledger: Ledger,
    /// Who listens.
    pub hub: Hub,
    /// Set when it shall end in good order.
    pub stopping: CancellationToken,
    /// Set when it shall be gone at once.
    pub killed: CancellationToken,
    /// The tasks of the sockets, to wait for.
    pub sockets: TaskTracker,
    /// Sampler steps taken, for the faults that count them.
    steps: AtomicU32,
}

impl House {
    pub(crate) fn open(options: Options) -> anyhow::Result<Self> {
        let folders = Folders::open(&options.folder).with_context(|| {
            format!("the demo engine cannot use the folder {}", options.folder.display())
        })?;
        Ok(Self {
            folders,
            catalogue: Catalogue::new(options.faults.test_nodes, &options.models),
            ledger: Ledger::default(),
            hub: Hub::default(),
            stopping: CancellationToken::new(),
            killed: CancellationToken::new(),
            sockets: TaskTracker::new(),
            steps: AtomicU32::new(0),
            options,
        })
    }

    /// Tells everyone how long the queue is.
    pub(crate) fn announce_queue(&self) {
        self.announce_queue_with(0);
    }

    /// Tells everyone how long the queue will be with so many more prompts.
    pub(crate) fn announce_queue_with(&self, more: u64) {
        let status = Status::of(self.ledger.remaining() + more);
        self.hub.send(&Audience::Everyone, &Message::Status(status));
    }

    pub(crate) fn stop(&self) {
        self.ledger.close();
        self.stopping.cancel();
    }

    pub(crate) fn kill(&self) {
        self.killed.cancel();
        self.stop();
    }

    /// Counts a sampler step, and lets the faults that count them strike.
    pub(crate) fn count_step(&self) -> Mishap {
        let steps = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let reached = |limit: Option<u32>| limit.is_some_and(|limit| steps >= limit);
        if reached(self.options.faults.die_after_steps) {
            self.kill();
        }
        if reached(self.options.faults.stall_after_steps) { Mishap::Stall } else { Mishap::None }
    }
}

/// What goes wrong with a sampler step on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    None,
    /// It never ends.
    Stall,
}
