//! Many jobs of one workflow at once: all of them are made, or none.
//!
//! They are checked one by one, priced together, and committed in one
//! transaction; then each is a job like any other.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, RwLockReadGuard};
use tokio::task::yield_now;
use uuid::Uuid;
use wire::{Batch, BatchId, BatchJob, Inputs, JobId};

use super::state::Change;
use super::submit::Prepared;
use super::{Jobs, SubmitError};
use crate::auth::{Asker, PrincipalId};
use crate::db::{Idempotency, NewJob, Order, Ordered, Submission};
use crate::webhooks::Target;
use crate::workflows::Published;

/// Most jobs of one batch.
pub const MOST_AT_ONCE: usize = 1_000;

/// What the graphs of one batch may be together, in bytes: they are in memory
/// until they are committed.
const MOST_GRAPHS: usize = 64 << 20;

/// Batches that are prepared at once.
pub(super) const PREPARED_AT_ONCE: usize = 2;

/// What one job of a batch is to be made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Where it stands in what was sent; rising.
    pub(crate) line: u32,
    pub(crate) inputs: Inputs,
}

/// What is wrong, and with which line.
#[derive(Debug)]
pub(crate) struct AtLine {
    /// Number of the line; `None`: it is about all of them.
    pub(crate) line: Option<u32>,
    pub(crate) error: SubmitError,
}

/// A batch that can be committed. Holds back the deletion of files.
#[derive(Debug)]
pub(crate) struct PreparedBatch<'a> {
    /// By their lines.
    jobs: Vec<(u32, Prepared)>,
    /// Pixel steps of all.
    pub(crate) cost: u64,
    _no_file_is_deleted_meanwhile: RwLockReadGuard<'a, ()>,
    _memory: OwnedSemaphorePermit,
}

/// A batch that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SubmittedBatch {
    pub(crate) id: BatchId,
    /// It was there already, under the same key.
    pub(crate) replayed: bool,
}

impl Jobs {
    /// Checks every line; nothing is made yet.
    ///
    /// # Errors
    ///
    /// The first line of which no job can be made, and why.
    pub(crate) async fn prepare_batch(
        &self,
        asker: Asker,
        workflow: &Published,
        lines: &[Line],
    ) -> Result<PreparedBatch<'_>, AtLine> {
        let memory = Arc::clone(&self.preparing).acquire_owned().await;
        let memory = memory.expect("the semaphore is never closed");
        let guard = self.parts.db.storing().await;
        let (mut jobs, mut graphs) = (Vec::with_capacity(lines.len()), 0);
        for Line { line, inputs } in lines {
            let refused = |error| AtLine { line: Some(*line), error };
            let prepared = self.prepare(asker, workflow, inputs).await.map_err(refused)?;
            graphs += prepared.row.graph.len();
            if graphs > MOST_GRAPHS {
                let error = SubmitError::TooMuchAtOnce { most: MOST_GRAPHS >> 20 };
                return Err(AtLine { line: None, error });
            }
            jobs.push((*line, prepared));
            // Others are served in between.
            yield_now().await;
        }
        let cost = jobs.iter().map(|(_, job)| job.cost).fold(0, u64::saturating_add);
        Ok(PreparedBatch { jobs, cost, _no_file_is_deleted_meanwhile: guard, _memory: memory })
    }

    /// Makes all jobs of the batch, each told to the webhook. They are durable when this returns.
    pub(crate) async fn submit_batch(
        &self,
        prepared: PreparedBatch<'_>,
        (key, webhook): (Option<Idempotency>, Option<Target>),
    ) -> Result<SubmittedBatch, SubmitError> {
        let id = BatchId(Uuid::now_v7());
        let of_batch = |(line, job): (u32, Prepared)| {
            let webhook = webhook.clone();
            (NewJob { batch: Some((id, line)), webhook, ..job.row }, job.needs)
        };
        let (jobs, needs) = prepared.jobs.into_iter().map(of_batch).unzip();
        let answer = self.commit(Order { jobs, batch: Some(id), key }, needs).await?;
        Ok(SubmittedBatch::of(answer)?.unwrap_or(SubmittedBatch { id, replayed: false }))
    }

    /// How the batch fares; `None` when it is not this principal's.
    pub(crate) async fn batch(
        &self,
        principal: PrincipalId,
        id: BatchId,
    ) -> anyhow::Result<Option<Batch>> {
        self.parts.db.batch(principal, id).await
    }

    /// Up to `limit` jobs of a batch behind line `after`.
    pub(crate) async fn jobs_of_batch(
        &self,
        about: (PrincipalId, BatchId),
        page: (u32, u32),
    ) -> anyhow::Result<Vec<BatchJob>> {
        let jobs = self.parts.db.jobs_of_batch(about, page).await?;
        let present = |BatchJob { line, job }| BatchJob { line, job: self.with_present(job) };
        Ok(jobs.into_iter().map(present).collect())
    }

    /// Up to `limit` jobs of a batch in the order of their ends, behind number `after`
    /// of these; each with its number.
    pub(crate) async fn ended_of_batch(
        &self,
        about: (PrincipalId, BatchId),
        (after, limit): (u32, u32),
    ) -> anyhow::Result<Vec<(u32, BatchJob)>> {
        self.parts.db.ended_of_batch(about, (after, limit)).await
    }

    /// All jobs of the batch.
    pub(crate) async fn members(
        &self,
        about: (PrincipalId, BatchId),
    ) -> anyhow::Result<Vec<JobId>> {
        self.parts.db.batch_members(about, false).await
    }

    /// Asks for all jobs of the batch to be stopped that are not over; how it fares
    /// then. `None` when it is not this principal's.
    pub(crate) async fn cancel_batch(
        &self,
        (principal, id): (PrincipalId, BatchId),
    ) -> anyhow::Result<Option<Batch>> {
        let jobs = self.parts.db.batch_members((principal, id), true).await?;
        if let Some((last, others)) = jobs.split_last() {
            for job in others {
                self.record_soon(*job, Change::Stop).await?;
            }
            // Writes are made in their order: with this one all are.
            self.record(*last, Change::Stop).await?;
        }
        for job in jobs {
            self.stop(job);
        }
        self.batch(principal, id).await
    }

    /// Deletes the batch with all of its jobs, as [`Jobs::delete`] does one; whether it was this
    /// principal's.
    pub(crate) async fn delete_batch(
        &self,
        (principal, id): (PrincipalId, BatchId),
    ) -> anyhow::Result<bool> {
        let db = &self.parts.db;
        let _no_file_is_stored_meanwhile = db.sweeping().await;
        let Some((jobs, files)) = db.delete_batch(principal, id).await? else { return Ok(false) };
        for job in jobs {
            self.stop(job);
            self.parts.hub.gone(principal, job);
        }
        for hash in db.unneeded(files).await? {
            self.parts.files.remove(hash).await?;
        }
        Ok(true)
    }
}

impl SubmittedBatch {
    /// What became of a submission, if it was none of its own.
    fn of(answer: Submission) -> Result<Option<Self>, SubmitError> {
        match answer {
            Submission::Made => Ok(None),
            Submission::Replayed(Ordered::Batch(id)) => Ok(Some(Self { id, replayed: true })),
            Submission::Replayed(Ordered::Job(_)) | Submission::Conflict => {
                Err(SubmitError::IdempotencyConflict)
            }
        }
    }
}
