//! Jobs: made, one or many at once, once for each idempotency key.

use anyhow::Context as _;
use sqlx::SqliteConnection;
use wire::{BatchId, Event, Inputs, Job, JobId, JobStatus, Millis};

use super::idempotency::{Idempotency, remember, remembered};
use super::{Asked, Db, batches, native, rows, webhooks};
use crate::auth::PrincipalId;
use crate::files::Hash;
use crate::jobs::Handling;
use crate::webhooks::Target;

/// A job that is about to be.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    pub(crate) id: JobId,
    pub(crate) principal: PrincipalId,
    /// Whose turn it takes.
    pub(crate) turn: PrincipalId,
    pub(crate) workflow: String,
    pub(crate) workflow_title: String,
    pub(crate) workflow_version: u32,
    pub(crate) at: Millis,
    /// As used: defaults filled in, the seed drawn.
    pub(crate) inputs: Inputs,
    /// What a search looks in.
    pub(crate) words: String,
    /// What a backend is to run, as JSON: many at once are smaller as text.
    pub(crate) graph: String,
    /// Files it reads.
    pub(crate) files: Vec<JobFile>,
    /// What is to be done with what it makes.
    pub(crate) handling: Handling,
    /// How it was asked for, by the door that speaks ComfyUI's own words.
    pub(crate) asked: Option<Asked>,
    /// Who wants to be told of it alone.
    pub(crate) webhook: Option<Target>,
    /// The batch that it belongs to, and its line there.
    pub(crate) batch: Option<(BatchId, u32)>,
}

/// What is asked for at once: a job, or a batch of them, all of one principal
/// and one workflow.
#[derive(Debug)]
pub(crate) struct Order {
    /// One at least.
    pub(crate) jobs: Vec<NewJob>,
    /// What they are together.
    pub(crate) batch: Option<BatchId>,
    pub(crate) key: Option<Idempotency>,
}

impl NewJob {
    /// As its owner sees it when it has just been made.
    pub(crate) fn as_made(&self) -> Job {
        Job {
            id: self.id,
            workflow: self.workflow.clone(),
            workflow_title: self.workflow_title.clone(),
            workflow_version: self.workflow_version,
            status: JobStatus::Queued,
            seq: 1,
            created_at: self.at,
            started_at: None,
            finished_at: None,
            inputs: self.inputs.clone(),
            position: None,
            progress: None,
            outputs: Vec::new(),
            failure: None,
            favourite: false,
            expires_at: None,
            backend: None,
            attempt: 1,
        }
    }
}

/// A file that a job reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobFile {
    pub(crate) hash: Hash,
    /// Ours; what the graph calls it.
    pub(crate) name: String,
}

/// What an order made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    Job(JobId),
    Batch(BatchId),
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submission {
    Made,
    /// The same was asked for before: this.
    Replayed(Ordered),
    /// The key was used for something else.
    Conflict,
}

impl Db {
    /// Makes all jobs of the order with their first events, unless its key was
    /// used before: all or none. `after` is called once they are durable, if they
    /// were made.
    pub(crate) async fn submit(
        &self,
        order: Order,
        after: impl FnOnce() + Send + 'static,
    ) -> anyhow::Result<Submission> {
        let after = |submission: &Submission| {
            if *submission == Submission::Made {
                after();
            }
        };
        self.write_then(move |connection| Box::pin(insert(connection, order)), after).await
    }
}

async fn insert(connection: &mut SqliteConnection, order: Order) -> anyhow::Result<Submission> {
    let Order { jobs, batch, key } = order;
    let first = jobs.first().context("an order of nothing")?;
    let (principal, at) = (first.principal, first.at);
    let made = batch.map_or(Ordered::Job(first.id), Ordered::Batch);
    if let Some(key) = &key
        && let Some(answer) = remembered(&mut *connection, principal, (key, at)).await?
    {
        return Ok(answer);
    }
    if let Some(batch) = batch {
        batches::insert(connection, batch, &jobs).await?;
    }
    for job in &jobs {
        insert_one(connection, job).await?;
    }
    if let Some(key) = key {
        remember(connection, (principal, key), (made, at)).await?;
    }
    Ok(Submission::Made)
}

/// A job with its first event.
async fn insert_one(connection: &mut SqliteConnection, job: &NewJob) -> anyhow::Result<()> {
    insert_job(connection, job).await?;
    if let Some(asked) = &job.asked {
        native::insert(connection, (job.id, asked)).await?;
    }
    if let Some(target) = &job.webhook {
        webhooks::insert_for_job(connection, (job.principal, job.id), target).await?;
    }
    for file in &job.files {
        sqlx::query("INSERT OR IGNORE INTO job_files (job, hash, name) VALUES (?, ?, ?)")
            .bind(rows::id(job.id.0))
            .bind(file.hash.0.to_vec())
            .bind(&file.name)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The job with its first event.
async fn insert_job(connection: &mut SqliteConnection, job: &NewJob) -> anyhow::Result<()> {
    let (batch, line) = job.batch.map(|(batch, line)| (rows::id(batch.0), line)).unzip();
    sqlx::query(
        "INSERT INTO jobs (id, principal, turn, workflow, workflow_title, workflow_version, status, seq,
                           created_at, inputs, words, graph, handling, batch, line)
         VALUES (?, ?, ?, ?, ?, ?, 'queued', 1, ?, ?, ?, ?, ?, ?, ?);
         INSERT INTO events (job, seq, event) VALUES (?, 1, ?)",
    )
    .bind(rows::id(job.id.0))
    .bind(rows::id(job.principal.0))
    .bind(rows::id(job.turn.0))
    .bind(&job.workflow)
    .bind(&job.workflow_title)
    .bind(job.workflow_version)
    .bind(job.at)
    .bind(rows::json(&job.inputs)?)
    .bind(job.words.to_lowercase())
    .bind(&job.graph)
    .bind(rows::json(&job.handling)?)
    .bind(batch)
    .bind(line)
    .bind(rows::id(job.id.0))
    .bind(rows::json(&Event::Queued { at: job.at })?)
    .execute(connection)
    .await
    .context("keeping a job")?;
    Ok(())
}
