//! The life of a job.
//!
//! Read in this order: `state` is what may happen when, `submit` is the door,
//! `batch` many at once, `graphs` the one for graphs of somebody's own, `inputs` finds the files that a job reads,
//! `queue` is who is next, `dispatch` brings jobs and backends together,
//! `run` is one attempt, `hand_over` how it begins, `follow` what it hears
//! meanwhile, `telling` what others are told of it, `prefix` how its files are called, `collect` brings home what was made as `handling` says, `recover`
//! goes on after a restart, `retention` deletes what is kept no longer,
//! `progress` and `failure` find the words.
//!
//! Jobs belong to the server: everything that matters is committed before it is
//! told, and a task that dies takes nothing with it that a restart would not
//! find again.

mod batch;
mod collect;
mod dispatch;
mod early;
mod failure;
mod follow;
mod graphs;
mod hand_over;
mod handling;
mod inputs;
mod outputs;
mod prefix;
mod progress;
mod queue;
mod recover;
mod retention;
mod run;
pub(crate) mod state;
mod submit;
mod telling;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comfy::Graph;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use wire::{Event, Job, JobId, JobList, JobStatus, Millis, Progress};

use crate::auth::PrincipalId;
use crate::backends::Backends;
use crate::db::{Changed, Db, JobFilter};
use crate::events::Hub;
use crate::files::{Files, Hash};
use crate::shutdown::Shutdown;
use crate::workflows::{GraphPolicy, Workflows};

use dispatch::made_at;
use queue::Queue;
use state::Change;

pub use batch::MOST_AT_ONCE;
pub(crate) use batch::{AtLine, Line, SubmittedBatch};
pub use graphs::{KnownFile, Raw, SubmittedGraph};
pub use handling::Handling;
pub use queue::QueueLimits;
pub(crate) use submit::fingerprint;
pub use submit::{IdempotencyKey, SubmitError, Submitted, Terms};
pub(crate) use telling::Account;

/// What jobs need of the rest of the house.
#[derive(Debug, Clone)]
pub struct Parts {
    pub db: Db,
    pub files: Files,
    pub hub: Hub,
    pub workflows: Workflows,
    pub backends: Backends,
    /// What graphs of somebody's own may be.
    pub graphs: GraphPolicy,
}

/// How much the house takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub queue: QueueLimits,
    /// Attempts at one job, when backends are lost on the way.
    pub attempts: u32,
    /// How long a job may wait before it expires.
    pub patience_ms: Millis,
    /// Largest output, in bytes.
    pub output_bytes: usize,
    /// All outputs of one job together, in bytes.
    pub job_bytes: usize,
    /// Days that jobs are kept whose workflow does not say; `None`: for ever.
    pub keep_days: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A batch, and another beside it; and many who have one.
            queue: QueueLimits { all: 20_000, each: 2 * MOST_AT_ONCE },
            attempts: 3,
            patience_ms: 24 * 60 * 60 * 1000,
            output_bytes: 256 << 20,
            // They wait on the disk for one another: a film and its frames, and no disk is full.
            job_bytes: 2 << 30,
            keep_days: None,
        }
    }
}

/// Every job of the house. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    parts: Parts,
    limits: Limits,
    queue: Queue,
    /// Jobs that a task takes care of. Never held across an await.
    active: Arc<Mutex<HashMap<JobId, Active>>>,
    /// One for each batch that may be in memory.
    preparing: Arc<Semaphore>,
    shutdown: Shutdown,
}

/// What only the process knows of a job that runs.
#[derive(Debug, Default)]
struct Active {
    /// Slug.
    workflow: String,
    /// Asks its task to stop it.
    stop: CancellationToken,
    progress: Option<Progress>,
    /// Who is told of it, once its task knows.
    whose: Option<PrincipalId>,
    /// As its backend has it, once there is progress.
    graph: Option<Arc<Graph>>,
}

impl Active {
    fn of(workflow: &str) -> Self {
        Self { workflow: workflow.to_owned(), ..Self::default() }
    }
}

impl Jobs {
    /// Takes up what an earlier process left, then begins to work.
    pub async fn start(parts: Parts, limits: Limits, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let jobs = Self {
            parts,
            limits,
            queue: Queue::new(limits.queue),
            active: Arc::default(),
            preparing: Arc::new(Semaphore::new(batch::PREPARED_AT_ONCE)),
            shutdown: shutdown.clone(),
        };
        jobs.recover().await?;
        shutdown.spawn(jobs.clone().dispatch());
        shutdown.spawn(jobs.clone().publish_positions());
        shutdown.spawn(jobs.clone().keep_tidy());
        Ok(jobs)
    }

    /// The job, if it is this principal's.
    pub async fn find(&self, principal: PrincipalId, id: JobId) -> anyhow::Result<Option<Job>> {
        let job = self.parts.db.find_job(principal, id).await?;
        Ok(job.map(|job| self.with_present(job)))
    }

    /// One page of this principal's jobs, newest first.
    pub async fn list(
        &self,
        principal: PrincipalId,
        filter: &JobFilter,
    ) -> anyhow::Result<JobList> {
        let mut list = self.parts.db.list_jobs(principal, filter).await?;
        list.jobs = list.jobs.into_iter().map(|job| self.with_present(job)).collect();
        Ok(list)
    }

    /// Asks for the job to be stopped; how it is then. `None` when it is not
    /// this principal's. A job that is over stays as it is.
    pub async fn cancel(&self, principal: PrincipalId, id: JobId) -> anyhow::Result<Option<Job>> {
        if self.parts.db.find_job(principal, id).await?.is_none() {
            return Ok(None);
        }
        self.record(id, Change::Stop).await?;
        self.stop(id);
        self.find(principal, id).await
    }

    /// Deletes the job with everything that nobody else needs; whether it was
    /// this principal's. A job that runs is stopped.
    pub async fn delete(&self, principal: PrincipalId, id: JobId) -> anyhow::Result<bool> {
        self.forget((principal, id), None).await
    }

    /// Deletes those of these files that nobody needs.
    pub(crate) async fn clear_away(&self, files: Vec<Hash>) -> anyhow::Result<()> {
        let _no_file_is_stored_meanwhile = self.parts.db.sweeping().await;
        for hash in self.parts.db.unneeded(files).await? {
            self.parts.files.remove(hash).await?;
        }
        Ok(())
    }

    /// [`Jobs::delete`], if its time was up at `due`.
    async fn forget(
        &self,
        (principal, id): (PrincipalId, JobId),
        due: Option<Millis>,
    ) -> anyhow::Result<bool> {
        let db = &self.parts.db;
        let _no_file_is_stored_meanwhile = db.sweeping().await;
        let Some(files) = db.delete_job((principal, id), due).await? else { return Ok(false) };
        self.stop(id);
        self.parts.hub.gone(principal, id);
        for hash in db.unneeded(files).await? {
            self.parts.files.remove(hash).await?;
        }
        Ok(true)
    }

    /// Sets or takes the mark; the job then, if it is this principal's.
    pub async fn set_favourite(
        &self,
        principal: PrincipalId,
        id: JobId,
        favourite: bool,
    ) -> anyhow::Result<Option<Job>> {
        self.parts.db.set_favourite((principal, id), favourite).await?;
        self.find(principal, id).await
    }

    /// What is or was run for this job, in API format.
    pub async fn graph(&self, principal: PrincipalId, id: JobId) -> anyhow::Result<Option<Value>> {
        self.parts.db.graph(principal, id).await
    }

    /// [`Jobs::graph`] as it was sent: a graph of somebody's own runs with names of ours in it.
    pub(crate) async fn graph_as_sent(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Value>> {
        self.parts.db.graph_as_sent(principal, id).await
    }

    /// What a job that runs has on its backend, for the names of its nodes' classes: names of files are not the
    /// principal's.
    pub(crate) fn running_graph(&self, id: JobId) -> Option<Arc<Graph>> {
        self.active().get(&id)?.graph.clone()
    }

    /// How what this job makes is handled; `None` when it is not this
    /// principal's.
    pub(crate) async fn handling(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Handling>> {
        self.parts.db.handling(principal, id).await
    }

    /// The job's events after number `seq`, in order; `None` when it is not
    /// this principal's.
    pub async fn events_after(
        &self,
        principal: PrincipalId,
        id: JobId,
        seq: u64,
    ) -> anyhow::Result<Option<Vec<(u64, Event)>>> {
        self.parts.db.events_after((principal, id), seq).await
    }

    /// How long a run of this workflow usually takes.
    pub async fn usual_ms(&self, workflow: &str, version: u32) -> anyhow::Result<Option<Millis>> {
        self.parts.db.usual_ms(workflow, version).await
    }

    /// How many jobs there are in each status that any is in, for the metrics.
    pub async fn counts(&self) -> anyhow::Result<Vec<(JobStatus, u64)>> {
        self.parts.db.counts().await
    }

    /// How many jobs wait, for the metrics.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// The job with what only the process knows of it.
    fn with_present(&self, mut job: Job) -> Job {
        if job.status == JobStatus::Queued {
            job.position = self.queue.position(job.id).or(Some(0));
        } else if !job.status.is_over()
            && let Some(active) = self.active().get(&job.id)
        {
            job.progress = active.progress.clone();
        }
        job
    }

    /// Makes `change` happen and tells viewers; the status then, or `None` when
    /// it made no sense any more.
    async fn record(&self, job: JobId, change: Change) -> anyhow::Result<Option<JobStatus>> {
        let changed = self.parts.db.change(job, change, teller(&self.parts.hub)).await?;
        Ok(changed.map(|changed| changed.status))
    }

    /// [`Jobs::record`] without waiting for it.
    async fn record_soon(&self, job: JobId, change: Change) -> anyhow::Result<()> {
        self.parts.db.post_change(job, change, teller(&self.parts.hub)).await
    }

    /// Takes the job out of the queue, or asks its task to stop it.
    fn stop(&self, id: JobId) {
        self.queue.remove(id);
        if let Some(active) = self.active().get(&id) {
            active.stop.cancel();
        }
    }

    /// What is `from`'s is `to`'s now, who is told of what runs.
    pub(crate) fn change_hands(&self, from: PrincipalId, to: PrincipalId) {
        self.parts.hub.change_hands(from, to);
        for active in self.active().values_mut().filter(|active| active.whose == Some(from)) {
            active.whose = Some(to);
        }
    }

    /// No task takes care of the job any more.
    fn release(&self, id: JobId) {
        self.active().remove(&id);
        // A job of the same workflow may have waited for this.
        self.queue.grown.notify_one();
    }

    fn active(&self) -> MutexGuard<'_, HashMap<JobId, Active>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells viewers of a change, once it is durable.
fn teller(hub: &Hub) -> impl FnOnce(&Changed) + Send + 'static {
    let hub = hub.clone();
    move |changed| {
        for (seq, event) in &changed.events {
            hub.event((changed.principal, changed.job), *seq, event);
        }
    }
}
