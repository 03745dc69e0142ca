//! Jobs: made, once for each idempotency key.

use anyhow::Context as _;
use serde_json::Value;
use sqlx::{Row as _, SqliteConnection};
use wire::{Event, Inputs, Job, JobId, JobStatus, Millis};

use super::{Asked, Db, native, now, rows};
use crate::auth::PrincipalId;
use crate::files::Hash;
use crate::jobs::Handling;

/// How long an idempotency key is remembered: a day.
const REMEMBERED: Millis = 24 * 60 * 60 * 1000;

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
    /// What a backend is to run.
    pub(crate) graph: Value,
    /// Files it reads.
    pub(crate) files: Vec<JobFile>,
    /// What is to be done with what it makes.
    pub(crate) handling: Handling,
    /// How it was asked for, by the door that speaks ComfyUI's own words.
    pub(crate) asked: Option<Asked>,
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

/// What makes a repeated submission the same one.
#[derive(Debug, Clone)]
pub(crate) struct Idempotency {
    pub(crate) key: String,
    /// Hash of what was asked for.
    pub(crate) body: [u8; 32],
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submission {
    Made,
    /// The same was asked for before: this job.
    Replayed(JobId),
    /// The key was used for something else.
    Conflict,
}

impl Db {
    /// Makes the job with its first event, unless its key was used before.
    /// `after` is called once it is durable, if it was made.
    pub(crate) async fn submit(
        &self,
        job: NewJob,
        key: Option<Idempotency>,
        after: impl FnOnce() + Send + 'static,
    ) -> anyhow::Result<Submission> {
        let after = |submission: &Submission| {
            if *submission == Submission::Made {
                after();
            }
        };
        self.write_then(move |connection| Box::pin(insert(connection, job, key)), after).await
    }

    /// The job that was made under this key, if that is still remembered.
    pub(crate) async fn replay(
        &self,
        principal: PrincipalId,
        key: &Idempotency,
    ) -> anyhow::Result<Option<Submission>> {
        let mut connection = self.readers.acquire().await.context("reaching the database")?;
        remembered(&mut connection, principal, (key, now())).await
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    job: NewJob,
    key: Option<Idempotency>,
) -> anyhow::Result<Submission> {
    if let Some(key) = &key {
        let since = (key, job.at);
        if let Some(answer) = remembered(&mut *connection, job.principal, since).await? {
            return Ok(answer);
        }
    }
    insert_job(connection, &job).await?;
    if let Some(asked) = &job.asked {
        native::insert(connection, (job.id, asked)).await?;
    }
    for file in &job.files {
        sqlx::query("INSERT OR IGNORE INTO job_files (job, hash, name) VALUES (?, ?, ?)")
            .bind(rows::id(job.id.0))
            .bind(file.hash.0.to_vec())
            .bind(&file.name)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(key) = key {
        remember(connection, &job, key).await?;
    }
    Ok(Submission::Made)
}

/// The job with its first event.
async fn insert_job(connection: &mut SqliteConnection, job: &NewJob) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO jobs (id, principal, turn, workflow, workflow_title, workflow_version, status, seq,
                           created_at, inputs, words, graph, handling)
         VALUES (?, ?, ?, ?, ?, ?, 'queued', 1, ?, ?, ?, ?, ?);
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
    .bind(rows::json(&job.graph)?)
    .bind(rows::json(&job.handling)?)
    .bind(rows::id(job.id.0))
    .bind(rows::json(&Event::Queued { at: job.at })?)
    .execute(connection)
    .await
    .context("keeping a job")?;
    Ok(())
}

/// What a key stands for, if it is still remembered.
async fn remembered(
    connection: &mut SqliteConnection,
    principal: PrincipalId,
    (key, at): (&Idempotency, Millis),
) -> anyhow::Result<Option<Submission>> {
    let row = sqlx::query(
        "SELECT body, job FROM idempotency WHERE principal = ? AND key = ? AND created_at > ?",
    )
    .bind(rows::id(principal.0))
    .bind(&key.key)
    .bind(at - REMEMBERED)
    .fetch_optional(connection)
    .await
    .context("looking for the key")?;
    let Some(row) = row else { return Ok(None) };
    let body: &[u8] = row.try_get("body")?;
    Ok(Some(if body == key.body {
        Submission::Replayed(JobId(rows::uuid(&row, "job")?))
    } else {
        Submission::Conflict
    }))
}

/// Remembers a key, and forgets those whose time is up.
async fn remember(
    connection: &mut SqliteConnection,
    job: &NewJob,
    key: Idempotency,
) -> anyhow::Result<()> {
    sqlx::query("DELETE FROM idempotency WHERE created_at <= ?")
        .bind(job.at - REMEMBERED)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO idempotency (principal, key, body, job, created_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(rows::id(job.principal.0))
    .bind(key.key)
    .bind(key.body.to_vec())
    .bind(rows::id(job.id.0))
    .bind(job.at)
    .execute(connection)
    .await
    .context("keeping the key")?;
    Ok(())
}
