//! Jobs: found, listed, marked, deleted.

use std::collections::HashMap;

use anyhow::Context as _;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use wire::{BatchId, Event, Inputs, Job, JobId, JobList, JobStatus, Millis, Output};

use super::retention::GRACE;
use super::{Db, JobFile, batches, now, rows};
use crate::auth::PrincipalId;
use crate::files::Hash;
use crate::jobs::Handling;
use crate::workflows::AsSent;

/// How many words of a search are looked at. Each is a condition, and SQLite
/// takes no more than a thousand.
const MAX_WORDS: usize = 16;

/// What a runner needs of a job.
#[derive(Debug, Clone)]
pub(crate) struct ToRun {
    pub(crate) principal: PrincipalId,
    pub(crate) workflow: String,
    pub(crate) workflow_version: u32,
    pub(crate) status: JobStatus,
    /// Attempts so far.
    pub(crate) attempt: u32,
    pub(crate) graph: Value,
    /// The words of its inputs, for naming what it makes.
    pub(crate) words: String,
    /// Files it reads.
    pub(crate) files: Vec<JobFile>,
    /// What is to be done with what it makes.
    pub(crate) handling: Handling,
    /// What its graph said where names of ours stand.
    pub(crate) as_sent: AsSent,
}

/// Which jobs to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Slug.
    pub workflow: Option<String>,
    pub status: Option<JobStatus>,
    /// Words that the inputs must contain, in any case of letters: the first 16.
    pub q: Option<String>,
    pub favourite: Option<bool>,
    /// Only those that were asked for with it.
    pub batch: Option<BatchId>,
    /// [`JobList::next`] of the page before.
    pub cursor: Option<String>,
    /// Jobs on one page, 1 to 200; 0 means 50.
    pub limit: u32,
}

impl Db {
    /// The job, if it is this principal's.
    pub(crate) async fn find_job(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Job>> {
        if let Some(job) = self.unchanged.job(principal, id) {
            return Ok(Some(job));
        }
        let since = self.unchanged.now();
        // Not all of it: the graph is larger than the rest.
        let row = sqlx::query(
            "SELECT rowid, id, workflow, workflow_title, workflow_version, status, seq, created_at, started_at,
                    finished_at, inputs, progress, failure, favourite, expires_at, backend, attempt
             FROM jobs WHERE id = ? AND principal = ?",
        )
        .bind(rows::id(id.0))
        .bind(rows::id(principal.0))
        .fetch_optional(&self.readers)
        .await
        .context("finding a job")?;
        let Some(row) = row else { return Ok(None) };
        // Before it began it has made nothing.
        let began = rows::number::<u32>(&row, "attempt")? > 0;
        let outputs = if began { self.outputs_of(&[id]).await? } else { Vec::new() };
        let job = read(&row, outputs.into_iter().map(|(_, output)| output).collect())?;
        self.unchanged.keep(since, (principal, row.try_get("rowid")?), &job);
        Ok(Some(job))
    }

    /// One page of this principal's jobs.
    pub(crate) async fn list_jobs(
        &self,
        principal: PrincipalId,
        filter: &JobFilter,
    ) -> anyhow::Result<JobList> {
        let limit = if filter.limit == 0 { 50 } else { filter.limit.min(200) };
        let mut query = QueryBuilder::new("SELECT * FROM jobs");
        narrow(&mut query, principal, filter);
        if let Some(cursor) = filter.cursor.as_ref().and_then(|cursor| cursor.parse::<JobId>().ok())
        {
            query.push(" AND id < ").push_bind(rows::id(cursor.0));
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit + 1);
        let mut page = query.build().fetch_all(&self.readers).await.context("listing jobs")?;
        let more = page.len() > limit as usize;
        page.truncate(limit as usize);
        let jobs = self.with_outputs(&page).await?;
        let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
        Ok(JobList { jobs, next, total: self.count(principal, filter).await? })
    }

    async fn count(&self, principal: PrincipalId, filter: &JobFilter) -> anyhow::Result<u64> {
        let mut query = QueryBuilder::new("SELECT count(*) AS total FROM jobs");
        narrow(&mut query, principal, filter);
        let row = query.build().fetch_one(&self.readers).await.context("counting jobs")?;
        rows::number(&row, "total")
    }

    pub(super) async fn with_outputs(&self, page: &[SqliteRow]) -> anyhow::Result<Vec<Job>> {
        let ids = page.iter().map(|row| Ok(JobId(rows::uuid(row, "id")?)));
        let ids = ids.collect::<anyhow::Result<Vec<_>>>()?;
        let mut outputs: HashMap<JobId, Vec<Output>> = HashMap::new();
        for (job, output) in self.outputs_of(&ids).await? {
            outputs.entry(job).or_default().push(output);
        }
        let jobs = page.iter().zip(&ids);
        jobs.map(|(row, id)| read(row, outputs.remove(id).unwrap_or_default())).collect()
    }

    /// How what this job makes is handled, if it is this principal's.
    pub(crate) async fn handling(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<Handling>> {
        let row = sqlx::query("SELECT handling FROM jobs WHERE id = ? AND principal = ?")
            .bind(rows::id(id.0))
            .bind(rows::id(principal.0))
            .fetch_optional(&self.readers)
            .await
            .context("reading how a job is handled")?;
        row.map(|row| rows::parsed(&row, "handling")).transpose()
    }

    /// The events of a job after number `after`; `None` when it is not this
    /// principal's.
    pub(crate) async fn events_after(
        &self,
        (principal, id): (PrincipalId, JobId),
        after: u64,
    ) -> anyhow::Result<Option<Vec<(u64, Event)>>> {
        let owned: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM jobs WHERE id = ? AND principal = ?")
                .bind(rows::id(id.0))
                .bind(rows::id(principal.0))
                .fetch_optional(&self.readers)
                .await
                .context("finding a job")?;
        if owned.is_none() {
            return Ok(None);
        }
        let found =
            sqlx::query("SELECT seq, event FROM events WHERE job = ? AND seq > ? ORDER BY seq")
                .bind(rows::id(id.0))
                .bind(i64::try_from(after).unwrap_or(i64::MAX))
                .fetch_all(&self.readers)
                .await
                .context("reading events")?;
        let events =
            found.iter().map(|row| Ok((rows::number(row, "seq")?, rows::parsed(row, "event")?)));
        events.collect::<anyhow::Result<_>>().map(Some)
    }

    /// Sets or takes the mark; whether there is such a job of this principal.
    /// One whose time is nearly up when it loses its mark is given a day.
    pub(crate) async fn set_favourite(
        &self,
        (principal, id): (PrincipalId, JobId),
        favourite: bool,
    ) -> anyhow::Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                // max(NULL, …) is NULL: what never expires still does not.
                let done = sqlx::query(
                    "UPDATE jobs SET favourite = ?1,
                         expires_at = iif(?1 < favourite, max(expires_at, ?2), expires_at)
                     WHERE id = ?3 AND principal = ?4",
                )
                .bind(favourite)
                .bind(now() + GRACE)
                .bind(rows::id(id.0))
                .bind(rows::id(principal.0))
                .execute(connection)
                .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Deletes a job; the files that it made or read, some of which others may
    /// need. `None` when this principal has no such job, or when its time was
    /// not yet up at `due`, if that is asked.
    pub(crate) async fn delete_job(
        &self,
        (principal, id): (PrincipalId, JobId),
        due: Option<Millis>,
    ) -> anyhow::Result<Option<Vec<Hash>>> {
        self.write(move |connection| Box::pin(delete(connection, (principal, id), due))).await
    }

    /// What a runner needs of a job; `None` when it was deleted.
    pub(crate) async fn to_run(&self, id: JobId) -> anyhow::Result<Option<ToRun>> {
        let row = sqlx::query("SELECT * FROM jobs WHERE id = ?")
            .bind(rows::id(id.0))
            .fetch_optional(&self.readers)
            .await
            .context("finding a job to run")?;
        let Some(row) = row else { return Ok(None) };
        let files = sqlx::query("SELECT hash, name FROM job_files WHERE job = ?")
            .bind(rows::id(id.0))
            .fetch_all(&self.readers)
            .await
            .context("finding the files of a job")?;
        Ok(Some(ToRun {
            principal: PrincipalId(rows::uuid(&row, "principal")?),
            workflow: row.try_get("workflow")?,
            workflow_version: rows::number(&row, "workflow_version")?,
            status: rows::status(&row)?,
            attempt: rows::number(&row, "attempt")?,
            graph: rows::parsed(&row, "graph")?,
            words: row.try_get("words")?,
            files: files.iter().map(file).collect::<anyhow::Result<_>>()?,
            handling: rows::parsed(&row, "handling")?,
            as_sent: rows::maybe_parsed(&row, "as_sent")?.unwrap_or_default(),
        }))
    }

    /// Writes what became of a job when it was fitted to its backend: the inputs
    /// that `changed`, and the graph.
    pub(crate) async fn refit(
        &self,
        id: JobId,
        changed: Inputs,
        graph: Value,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE jobs SET inputs = json_patch(inputs, ?), graph = ? WHERE id = ?",
                )
                .bind(rows::json(&changed)?)
                .bind(rows::json(&graph)?)
                .bind(rows::id(id.0))
                .execute(connection)
                .await
                .context("fitting a job to its backend")?;
                Ok(())
            })
        })
        .await
    }

    /// How many jobs there are in each status that any is in.
    pub(crate) async fn counts(&self) -> anyhow::Result<Vec<(JobStatus, u64)>> {
        let found = sqlx::query("SELECT status, count(*) AS total FROM jobs GROUP BY status")
            .fetch_all(&self.readers)
            .await
            .context("counting jobs")?;
        found.iter().map(|row| Ok((rows::status(row)?, rows::number(row, "total")?))).collect()
    }
}

/// Adds the conditions of `filter`, but for its cursor.
fn narrow(query: &mut QueryBuilder<Sqlite>, principal: PrincipalId, filter: &JobFilter) {
    query.push(" WHERE principal = ").push_bind(rows::id(principal.0));
    if let Some(workflow) = &filter.workflow {
        query.push(" AND workflow = ").push_bind(workflow.clone());
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(rows::status_name(status));
    }
    if let Some(favourite) = filter.favourite {
        query.push(" AND favourite = ").push_bind(favourite);
    }
    if let Some(batch) = filter.batch {
        query.push(" AND batch = ").push_bind(rows::id(batch.0));
    }
    // instr and not LIKE: what people type has no wildcards.
    let words = filter.q.iter().flat_map(|q| q.split_whitespace());
    for word in words.take(MAX_WORDS) {
        query.push(" AND instr(words, ").push_bind(word.to_lowercase()).push(") > 0");
    }
}

fn file(row: &SqliteRow) -> anyhow::Result<JobFile> {
    Ok(JobFile { hash: rows::hash(row, "hash")?, name: row.try_get("name")? })
}

async fn delete(
    connection: &mut SqliteConnection,
    (principal, id): (PrincipalId, JobId),
    due: Option<Millis>,
) -> anyhow::Result<Option<Vec<Hash>>> {
    let files = sqlx::query(
        "SELECT hash FROM outputs WHERE job = ?1 UNION SELECT hash FROM job_files WHERE job = ?1",
    )
    .bind(rows::id(id.0))
    .fetch_all(&mut *connection)
    .await?;
    let gone = sqlx::query(
        "DELETE FROM jobs WHERE id = ?1 AND principal = ?2
             AND (?3 IS NULL OR (expires_at <= ?3 AND favourite = 0)) RETURNING batch",
    )
    .bind(rows::id(id.0))
    .bind(rows::id(principal.0))
    .bind(due)
    .fetch_optional(&mut *connection)
    .await
    .context("deleting a job")?;
    let Some(gone) = gone else { return Ok(None) };
    if let Some(batch) = gone.try_get::<Option<Vec<u8>>, _>("batch")? {
        batches::delete_if_empty(connection, batch).await?;
    }
    files.iter().map(|row| rows::hash(row, "hash")).collect::<Result<_, _>>().map(Some)
}

/// A job as its owner sees it, but for what only the running process knows.
pub(super) fn read(row: &SqliteRow, outputs: Vec<Output>) -> anyhow::Result<Job> {
    let favourite = row.try_get("favourite")?;
    let expires_at: Option<Millis> = row.try_get("expires_at")?;
    Ok(Job {
        id: JobId(rows::uuid(row, "id")?),
        workflow: row.try_get("workflow")?,
        workflow_title: row.try_get("workflow_title")?,
        workflow_version: rows::number(row, "workflow_version")?,
        status: rows::status(row)?,
        seq: rows::number(row, "seq")?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        inputs: rows::parsed(row, "inputs")?,
        position: None,
        progress: rows::maybe_parsed(row, "progress")?,
        outputs,
        failure: rows::maybe_parsed(row, "failure")?,
        favourite,
        expires_at: expires_at.filter(|_| !favourite),
        backend: row.try_get("backend")?,
        attempt: rows::number::<u32>(row, "attempt")?.max(1),
    })
}
