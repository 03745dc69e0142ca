//! Jobs that were asked for at once: how they fare together.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use wire::{Batch, BatchId, BatchJob, Counts, JobId};

use super::{Db, NewJob, rows};
use crate::auth::PrincipalId;
use crate::files::Hash;

impl Db {
    /// How the batch fares, if it is this principal's.
    pub(crate) async fn batch(
        &self,
        principal: PrincipalId,
        id: BatchId,
    ) -> anyhow::Result<Option<Batch>> {
        let row = sqlx::query("SELECT * FROM batches WHERE id = ? AND principal = ?")
            .bind(rows::id(id.0))
            .bind(rows::id(principal.0))
            .fetch_optional(&self.readers)
            .await
            .context("finding a batch")?;
        let Some(row) = row else { return Ok(None) };
        let found = sqlx::query(
            "SELECT status, count(*) AS jobs, max(finished_at) AS last FROM jobs
             WHERE batch = ? GROUP BY status",
        )
        .bind(rows::id(id.0))
        .fetch_all(&self.readers)
        .await
        .context("counting the jobs of a batch")?;
        let (mut counts, mut last) = (Counts::default(), None);
        for row in &found {
            *counts.of(rows::status(row)?) = rows::number(row, "jobs")?;
            last = last.max(row.try_get("last")?);
        }
        Ok(Some(Batch {
            id,
            workflow: row.try_get("workflow")?,
            workflow_title: row.try_get("workflow_title")?,
            created_at: row.try_get("created_at")?,
            finished_at: last.filter(|_| counts.unfinished() == 0),
            total: rows::number(&row, "total")?,
            counts,
        }))
    }

    /// Up to `limit` jobs of a batch behind line `after`, in the order of their lines.
    pub(crate) async fn jobs_of_batch(
        &self,
        (principal, id): (PrincipalId, BatchId),
        (after, limit): (u32, u32),
    ) -> anyhow::Result<Vec<BatchJob>> {
        let page = sqlx::query(
            "SELECT * FROM jobs WHERE batch = ? AND principal = ? AND line > ?
             ORDER BY line LIMIT ?",
        )
        .bind(rows::id(id.0))
        .bind(rows::id(principal.0))
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .context("listing the jobs of a batch")?;
        self.with_lines(&page).await
    }

    /// Up to `limit` jobs of a batch in the order of their ends, behind number `after`
    /// of these; each with its number.
    pub(crate) async fn ended_of_batch(
        &self,
        (principal, id): (PrincipalId, BatchId),
        (after, limit): (u32, u32),
    ) -> anyhow::Result<Vec<(u32, BatchJob)>> {
        let page = sqlx::query(
            "SELECT * FROM jobs WHERE batch = ? AND principal = ? AND ended > ?
             ORDER BY ended LIMIT ?",
        )
        .bind(rows::id(id.0))
        .bind(rows::id(principal.0))
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .context("listing what ended of a batch")?;
        let jobs = self.with_lines(&page).await?;
        page.iter().zip(jobs).map(|(row, job)| Ok((rows::number(row, "ended")?, job))).collect()
    }

    /// The jobs of a batch, or only those that are not over, in the order of their lines.
    pub(crate) async fn batch_members(
        &self,
        (principal, id): (PrincipalId, BatchId),
        unfinished: bool,
    ) -> anyhow::Result<Vec<JobId>> {
        let found = sqlx::query(
            "SELECT id FROM jobs WHERE batch = ?1 AND principal = ?2
                 AND (NOT ?3 OR status IN ('queued', 'running', 'canceling')) ORDER BY line",
        )
        .bind(rows::id(id.0))
        .bind(rows::id(principal.0))
        .bind(unfinished)
        .fetch_all(&self.readers)
        .await
        .context("finding the jobs of a batch")?;
        found.iter().map(|row| Ok(JobId(rows::uuid(row, "id")?))).collect()
    }

    /// All batches of a principal, oldest first, each with its jobs by their lines.
    pub(crate) async fn batches_of(
        &self,
        principal: PrincipalId,
    ) -> anyhow::Result<Vec<(BatchId, Vec<JobId>)>> {
        let found = sqlx::query(
            "SELECT batch, id FROM jobs WHERE principal = ? AND batch IS NOT NULL
             ORDER BY batch, line",
        )
        .bind(rows::id(principal.0))
        .fetch_all(&self.readers)
        .await
        .context("listing batches")?;
        let mut batches: Vec<(BatchId, Vec<JobId>)> = Vec::new();
        for row in &found {
            let (batch, job) = (BatchId(rows::uuid(row, "batch")?), JobId(rows::uuid(row, "id")?));
            match batches.last_mut().filter(|(last, _)| *last == batch) {
                Some((_, jobs)) => jobs.push(job),
                None => batches.push((batch, vec![job])),
            }
        }
        Ok(batches)
    }

    /// Deletes the batch and all of its jobs, if it is this principal's: the jobs, and the files
    /// that they made or read.
    pub(crate) async fn delete_batch(
        &self,
        principal: PrincipalId,
        id: BatchId,
    ) -> anyhow::Result<Option<(Vec<JobId>, Vec<Hash>)>> {
        self.write(move |connection| Box::pin(delete(connection, principal, id))).await
    }

    async fn with_lines(&self, page: &[SqliteRow]) -> anyhow::Result<Vec<BatchJob>> {
        let jobs = self.with_outputs(page).await?;
        let lines = page.iter().map(|row| rows::number(row, "line"));
        jobs.into_iter().zip(lines).map(|(job, line)| Ok(BatchJob { line: line?, job })).collect()
    }
}

/// Keeps what jobs are together; they are kept after it.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    id: BatchId,
    jobs: &[NewJob],
) -> anyhow::Result<()> {
    let first = jobs.first().context("a batch of nothing")?;
    sqlx::query(
        "INSERT INTO batches (id, principal, workflow, workflow_title, total, created_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(rows::id(id.0))
    .bind(rows::id(first.principal.0))
    .bind(&first.workflow)
    .bind(&first.workflow_title)
    .bind(jobs.len() as i64)
    .bind(first.at)
    .execute(connection)
    .await
    .context("keeping a batch")?;
    Ok(())
}

async fn delete(
    connection: &mut SqliteConnection,
    principal: PrincipalId,
    id: BatchId,
) -> anyhow::Result<Option<(Vec<JobId>, Vec<Hash>)>> {
    let (batch, owner) = (rows::id(id.0), rows::id(principal.0));
    let files = sqlx::query(
        "WITH members AS (SELECT id FROM jobs WHERE batch = ?1 AND principal = ?2)
         SELECT hash FROM outputs WHERE job IN members
         UNION SELECT hash FROM job_files WHERE job IN members",
    )
    .bind(&batch)
    .bind(&owner)
    .fetch_all(&mut *connection)
    .await
    .context("finding the files of a batch")?;
    let jobs = sqlx::query("DELETE FROM jobs WHERE batch = ?1 AND principal = ?2 RETURNING id")
        .bind(&batch)
        .bind(&owner)
        .fetch_all(&mut *connection)
        .await
        .context("deleting the jobs of a batch")?;
    let gone = sqlx::query("DELETE FROM batches WHERE id = ?1 AND principal = ?2")
        .bind(&batch)
        .bind(&owner)
        .execute(connection)
        .await
        .context("deleting a batch")?;
    if gone.rows_affected() == 0 {
        return Ok(None);
    }
    let jobs = jobs.iter().map(|row| Ok(JobId(rows::uuid(row, "id")?)));
    let files = files.iter().map(|row| rows::hash(row, "hash"));
    Ok(Some((jobs.collect::<anyhow::Result<_>>()?, files.collect::<Result<_, _>>()?)))
}

/// Notes that a job is the next of its batch to end.
pub(super) async fn end_one(
    connection: &mut SqliteConnection,
    batch: Vec<u8>,
    job: JobId,
) -> anyhow::Result<()> {
    let ended: i64 =
        sqlx::query_scalar("UPDATE batches SET ended = ended + 1 WHERE id = ? RETURNING ended")
            .bind(batch)
            .fetch_one(&mut *connection)
            .await
            .context("counting the ends of a batch")?;
    sqlx::query("UPDATE jobs SET ended = ? WHERE id = ?")
        .bind(ended)
        .bind(rows::id(job.0))
        .execute(connection)
        .await
        .context("numbering an end")?;
    Ok(())
}

/// Deletes a batch whose last job is gone.
pub(super) async fn delete_if_empty(
    connection: &mut SqliteConnection,
    id: Vec<u8>,
) -> anyhow::Result<()> {
    sqlx::query(
        "DELETE FROM batches WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE batch = ?1)",
    )
    .bind(id)
    .execute(connection)
    .await
    .context("deleting a batch")?;
    Ok(())
}
