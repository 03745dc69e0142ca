//! What somebody used today, has running, and has in store.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{HouseJob, JobId};

use super::{Db, rows};
use crate::auth::PrincipalId;

/// What was used on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) jobs: u64,
    /// Pixel steps.
    pub(crate) cost: u64,
    /// Handed in, in bytes.
    pub(crate) bytes: u64,
}

/// Days that are remembered.
const REMEMBERED: i64 = 31;

impl Db {
    /// What `who` used on `day` (since the Unix epoch, UTC).
    pub(crate) async fn used(&self, who: Uuid, day: i64) -> anyhow::Result<Used> {
        let row = sqlx::query("SELECT jobs, cost, bytes FROM usage WHERE who = ? AND day = ?")
            .bind(rows::id(who))
            .bind(day)
            .fetch_optional(&self.readers)
            .await
            .context("reading what was used")?;
        let Some(row) = row else { return Ok(Used::default()) };
        Ok(Used {
            jobs: rows::number(&row, "jobs")?,
            cost: rows::number(&row, "cost")?,
            bytes: rows::number(&row, "bytes")?,
        })
    }

    /// Adds to what `who` used on `day`. Not waited for.
    pub(crate) async fn use_up(&self, (who, day): (Uuid, i64), used: Used) -> anyhow::Result<()> {
        self.post(move |connection| Box::pin(add((who, day), used, connection)), |()| ()).await
    }

    /// How many jobs of a principal, or of the guests of an address, are not
    /// over.
    pub(crate) async fn unfinished_of(&self, payer: Uuid) -> anyhow::Result<u64> {
        let row = sqlx::query(
            "SELECT count(*) AS total FROM jobs
             WHERE (principal = ?1 OR turn = ?1) AND status IN ('queued', 'running', 'canceling')",
        )
        .bind(rows::id(payer))
        .fetch_one(&self.readers)
        .await
        .context("counting jobs that are not over")?;
        rows::number(&row, "total")
    }

    /// Jobs of everybody before job `before`, newest first, without what was
    /// asked for.
    pub(crate) async fn jobs_of_all(&self, before: Option<JobId>) -> anyhow::Result<Vec<HouseJob>> {
        let found = sqlx::query(
            "SELECT jobs.id, jobs.principal, people.name, jobs.workflow, jobs.status,
                    jobs.created_at, jobs.backend
             FROM jobs LEFT JOIN people ON people.id = jobs.principal
             WHERE ?1 IS NULL OR jobs.id < ?1 ORDER BY jobs.id DESC LIMIT 100",
        )
        .bind(before.map(|job| rows::id(job.0)))
        .fetch_all(&self.readers)
        .await
        .context("listing the jobs of everybody")?;
        let job = |row: &SqliteRow| {
            Ok(HouseJob {
                id: JobId(rows::uuid(row, "id")?),
                principal: rows::uuid(row, "principal")?,
                name: row.try_get("name")?,
                workflow: row.try_get("workflow")?,
                status: rows::status(row)?,
                created_at: row.try_get("created_at")?,
                backend: row.try_get("backend")?,
            })
        };
        found.iter().map(job).collect()
    }

    /// How many bytes of uploads and outputs a principal has.
    pub(crate) async fn stored_of(&self, principal: PrincipalId) -> anyhow::Result<u64> {
        let row = sqlx::query(
            "SELECT coalesce((SELECT sum(bytes) FROM uploads WHERE principal = ?1), 0)
                  + coalesce((SELECT sum(bytes) FROM outputs WHERE principal = ?1), 0) AS total",
        )
        .bind(rows::id(principal.0))
        .fetch_one(&self.readers)
        .await
        .context("measuring what is kept")?;
        rows::number(&row, "total")
    }
}

async fn add(
    (who, day): (Uuid, i64),
    used: Used,
    connection: &mut SqliteConnection,
) -> anyhow::Result<()> {
    sqlx::query("DELETE FROM usage WHERE day < ?")
        .bind(day - REMEMBERED)
        .execute(&mut *connection)
        .await?;
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO usage (who, day, jobs, cost, bytes) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs, cost = cost + excluded.cost,
                                   bytes = bytes + excluded.bytes",
    )
    .bind(rows::id(who))
    .bind(day)
    .bind(number(used.jobs))
    .bind(number(used.cost))
    .bind(number(used.bytes))
    .execute(connection)
    .await?;
    Ok(())
}
