//! One attempt at a job, from the queue to its end or back.

use std::sync::Arc;
use std::time::Duration;

use comfy::Graph;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use wire::{JobId, JobStatus, Progress};

use super::follow::{Follow, Over};
use super::hand_over::Handing;
use super::queue::Waiting;
use super::state::{Change, End};
use super::{Jobs, failure};
use crate::backends::{Backend, Slot};
use crate::db::ToRun;

/// How an attempt ended.
pub(super) enum Outcome {
    /// The job is over.
    Over(End, Option<Progress>),
    /// The backend is lost, or cannot take it; the job goes back to the queue.
    Back(Setback),
    /// Nothing is left to be done: it was stopped before, or deleted.
    Nothing,
    /// The house is closing. The next process goes on.
    Closing,
}

/// Why a job goes back to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setback {
    /// What its owner is told.
    pub(super) reason: String,
    /// The backend was there and yet could not do it. That is not tried for ever.
    pub(super) counts: bool,
}

/// What a job is told when it goes back to the queue.
pub(super) const LOST: &str = "The workshop was lost. The job is tried again.";

/// How often a job goes back to the queue because of [`Setback::counts`].
const SETBACKS: u32 = 5;

/// How long storage that failed is left alone.
const RECOVERING: Duration = Duration::from_secs(2);

/// One job and what its task needs all the time.
pub(super) struct Run<'a> {
    pub(super) jobs: &'a Jobs,
    pub(super) id: JobId,
    pub(super) backend: &'a Arc<Backend>,
    pub(super) row: ToRun,
    pub(super) graph: Graph,
    pub(super) stop: CancellationToken,
}

impl Jobs {
    /// Runs the job on the backend of `slot`, once.
    pub(super) async fn run(&self, waiting: Waiting, slot: Slot) {
        let id = waiting.job;
        let concluded = match self.attempt(id, slot).await {
            Ok(outcome) => self.conclude(waiting.clone(), outcome).await,
            Err(error) => Err(error),
        };
        if let Err(error) = concluded {
            tracing::error!(job.id = %id, error = format!("{error:#}"), "the attempt failed");
            self.try_later(waiting).await;
        }
    }

    /// safety 36: our own storage failed. The job stays as it is, and when it
    /// is taken up again, what its backend made is found there.
    async fn try_later(&self, mut waiting: Waiting) {
        self.release(waiting.job);
        tokio::select! {
            () = sleep(RECOVERING) => (),
            () = self.shutdown.started() => return,
        }
        waiting.setbacks += 1;
        if waiting.setbacks < SETBACKS {
            return self.queue.push_front(waiting);
        }
        let end = End::Failed(failure::internal());
        if let Err(error) = self.record(waiting.job, Change::Finish { end, progress: None }).await {
            // The row stays as it is: the next start takes it up.
            tracing::error!(job.id = %waiting.job, error = format!("{error:#}"), "given up");
        }
    }

    async fn attempt(&self, id: JobId, slot: Slot) -> anyhow::Result<Outcome> {
        let Some(row) = self.parts.db.to_run(id).await? else { return Ok(Outcome::Nothing) };
        if row.status.is_over() {
            return Ok(Outcome::Nothing);
        }
        let stop = {
            let mut active = self.active();
            let active = active.entry(id).or_default();
            active.whose = Some(row.principal);
            active.stop.clone()
        };
        if row.status == JobStatus::Canceling {
            stop.cancel();
        }
        let backend = Arc::clone(&slot.backend);
        let graph = Graph::parse(&row.graph)?;
        let run = Run { jobs: self, id, backend: &backend, row, graph, stop };
        run.go(slot).await
    }

    async fn conclude(&self, waiting: Waiting, outcome: Outcome) -> anyhow::Result<()> {
        match outcome {
            Outcome::Nothing | Outcome::Closing => (),
            Outcome::Over(end, progress) => {
                self.record(waiting.job, Change::Finish { end, progress }).await?;
            }
            Outcome::Back(setback) => {
                // Before it is queued: its next task has an entry of its own.
                self.release(waiting.job);
                return self.send_back(waiting, setback).await;
            }
        }
        self.release(waiting.job);
        Ok(())
    }

    /// Back to the queue, unless it was tried often enough.
    pub(super) async fn send_back(
        &self,
        mut waiting: Waiting,
        setback: Setback,
    ) -> anyhow::Result<()> {
        let Some(row) = self.parts.db.to_run(waiting.job).await? else { return Ok(()) };
        waiting.setbacks += u32::from(setback.counts);
        let tired = row.attempt >= self.limits.attempts || waiting.setbacks >= SETBACKS;
        let again = match row.status {
            JobStatus::Queued => waiting.setbacks < SETBACKS,
            JobStatus::Running if !tired => {
                let lose = Change::Lose { reason: setback.reason };
                self.record(waiting.job, lose).await?.is_some()
            }
            _ => false,
        };
        if again {
            self.queue.push_front(waiting);
            return Ok(());
        }
        // What was to be stopped meanwhile becomes canceled by this, too.
        let end = End::Failed(failure::backend_lost(row.attempt.max(waiting.setbacks)));
        self.record(waiting.job, Change::Finish { end, progress: None }).await?;
        Ok(())
    }
}

impl Run<'_> {
    async fn go(mut self, slot: Slot) -> anyhow::Result<Outcome> {
        let handed = match self.adopt().await? {
            Some(handing) => handing,
            None => self.hand_over().await?,
        };
        let handed = match handed {
            Handing::Done(handed) => handed,
            Handing::Not(outcome) => return Ok(outcome),
        };
        if self.row.status == JobStatus::Queued && !self.started().await? {
            self.take_back(handed.prompt_id).await;
            return Ok(Outcome::Nothing);
        }
        let prompt_id = handed.prompt_id;
        let (bringing, early) = self.bringing();
        let follow = Follow::new(&self, (prompt_id, handed.listener), bringing).await?;
        let followed = async {
            let followed = follow.until_over().await;
            // What was made can be fetched while the next job runs.
            drop(slot);
            followed
        };
        let ((over, told, telling), ()) = tokio::join!(followed, self.bring_early(early));
        match over {
            Over::Closing => Ok(Outcome::Closing),
            Over::Lost { reason, forgotten } => {
                if forgotten {
                    self.jobs.parts.db.end_attempt(prompt_id).await?;
                }
                Ok(Outcome::Back(Setback { reason, counts: false }))
            }
            Over::Ended(entry) => self.end(entry, (told, telling)).await,
        }
    }
}
