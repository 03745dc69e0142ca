//! Brings home what a run made while it goes on: whoever was told of a picture shall see it, and not
//! wait for the film that comes after it. ComfyUI protocol notes §4, Comfy API v2.
//!
//! Of a graph of somebody's own everything is kept that its nodes save, so a file can be kept as soon as
//! its node has told of it. Of a workflow it depends on the whole run what counts and in which order.
//! What does not come home here does so in the end.

use std::collections::HashSet;

use comfy::{FileRef, NodeId};
use serde_json::Value;
use tokio::sync::mpsc;
use wire::JobStatus;

use super::collect::Made;
use super::outputs::{self, MAX_OUTPUTS};
use super::run::Run;
use super::state::Change;

/// A file that a node has told of.
#[derive(Debug)]
pub(super) struct Early {
    node: NodeId,
    file: FileRef,
    /// What it is called where ComfyUI's names are asked for.
    native: Option<String>,
}

/// Where what nodes tell of is handed over to be brought home.
#[derive(Debug)]
pub(super) struct Bringing(Option<mpsc::Sender<Early>>);

impl Bringing {
    /// The node has shown this, and `native` is what its files are called.
    pub(super) fn shown(
        &self,
        (node, output): (&NodeId, &Value),
        native: impl Fn(&FileRef) -> Option<String>,
    ) {
        let Some(hand_over) = &self.0 else { return };
        for file in outputs::made_by(output) {
            let native = native(&file);
            // What finds no room comes home in the end, as what nobody was told of.
            let _ = hand_over.try_send(Early { node: node.clone(), file, native });
        }
    }
}

impl Run<'_> {
    /// Both ends of what [`Run::bring_early`] works off.
    pub(super) fn bringing(&self) -> (Bringing, mpsc::Receiver<Early>) {
        let (hand_over, told) = mpsc::channel(MAX_OUTPUTS);
        let is_graph = self.row.workflow.is_empty();
        (Bringing(is_graph.then_some(hand_over)), told)
    }

    /// Brings home what is told of, until nothing more will be, or the house closes.
    pub(super) async fn bring_early(&self, mut told: mpsc::Receiver<Early>) {
        let mut known = HashSet::new();
        let work = async {
            while let Some(early) = told.recv().await {
                if known.len() < MAX_OUTPUTS
                    && known.insert(early.file.clone())
                    && let Err(error) = self.bring(early).await
                {
                    // In the end it is tried again, and then it counts.
                    tracing::debug!(job.id = %self.id, error = format!("{error:#}"), "not yet here");
                }
            }
        };
        tokio::select! {
            () = work => (),
            () = self.jobs.shutdown.started() => (),
        }
    }

    async fn bring(&self, Early { node, file, native }: Early) -> anyhow::Result<()> {
        let db = &self.jobs.parts.db;
        let here = db.brought(self.id).await?;
        if here.iter().any(|one| one.source.as_ref() == Some(&file)) {
            return Ok(());
        }
        let bytes: u64 = here.iter().map(|one| one.bytes).sum();
        let mut room = self.jobs.limits.job_bytes.saturating_sub(bytes as usize);
        let content = self.fetch_file(file.clone(), &mut room).await?;
        let made = Made { node, native, content, source: Some(file) };
        let finish = self.finish().await?;
        let (hash, status) = {
            let _no_file_is_deleted_meanwhile = db.storing().await;
            let output = self.store((here.len(), finish), made).await?;
            let hash = output.stored.hash;
            (hash, self.jobs.record(self.id, Change::Bring(Box::new(output))).await)
        };
        if !matches!(status, Ok(Some(JobStatus::Running))) {
            self.jobs.clear_away(vec![hash]).await?;
        }
        status.map(drop)
    }
}
