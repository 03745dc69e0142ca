//! What somebody used today, has running, and has in store.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{HouseJob, HouseJobList, JobId, Role};

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

/// Somebody who used something, and how much.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    /// Of the person or the key.
    pub(crate) name: Option<String>,
    pub(crate) role: Role,
    pub(crate) used: Used,
    /// Jobs that are not over.
    pub(crate) open: u64,
    /// Bytes that are kept.
    pub(crate) stored: u64,
}

/// Jobs of everybody on one page.
const PAGE: i64 = 100;

/// Days that are remembered.
const REMEMBERED: i64 = 31;

impl Db {
    /// What `who` used on `day` (since the Unix epoch, UTC) of a workflow; with an
    /// empty slug, of all.
    pub(crate) async fn used(
        &self,
        (who, workflow): (Uuid, &str),
        day: i64,
    ) -> anyhow::Result<Used> {
        let row = sqlx::query(
            "SELECT jobs, cost, bytes FROM usage WHERE who = ? AND day = ? AND workflow = ?",
        )
        .bind(rows::id(who))
        .bind(day)
        .bind(workflow)
        .fetch_optional(&self.readers)
        .await
        .context("reading what was used")?;
        row.as_ref().map_or_else(|| Ok(Used::default()), read_used)
    }

    /// Adds to what `who` used on `day` of a workflow, or of all. Not waited for.
    pub(crate) async fn use_up(
        &self,
        whose: (Uuid, String),
        day: i64,
        used: Used,
    ) -> anyhow::Result<()> {
        self.post(move |connection| Box::pin(add((whose, day), used, connection)), |()| ()).await
    }

    /// Whoever used the most on `day`, has the most jobs that are not over, or the
    /// most in store: a few hundred of each.
    pub(crate) async fn users(&self, day: i64) -> anyhow::Result<Vec<User>> {
        let found = sqlx::query(
            "WITH those AS (
                 SELECT * FROM (SELECT who FROM usage WHERE day = ?1 AND workflow = ''
                                ORDER BY max(jobs, cost / 1000000, bytes / 1000000) DESC LIMIT 300)
                 UNION SELECT * FROM (SELECT principal FROM jobs
                                WHERE status IN ('queued', 'running', 'canceling')
                                GROUP BY principal ORDER BY count(*) DESC LIMIT 300)
                 UNION SELECT * FROM (SELECT principal FROM outputs
                                GROUP BY principal ORDER BY sum(bytes) DESC LIMIT 300))
             SELECT those.who, coalesce(own.name, keys.name) AS name,
                    coalesce(own.role, makers.role, keys.role, 'guest') AS role,
                    coalesce(usage.jobs, 0) AS jobs, coalesce(usage.cost, 0) AS cost,
                    coalesce(usage.bytes, 0) AS bytes,
                    (SELECT count(*) FROM jobs WHERE (principal = those.who OR turn = those.who)
                         AND status IN ('queued', 'running', 'canceling')) AS open,
                    coalesce((SELECT sum(bytes) FROM uploads WHERE principal = those.who), 0)
                  + coalesce((SELECT sum(bytes) FROM halves
                              WHERE principal = those.who AND upload IS NULL), 0)
                  + coalesce((SELECT sum(bytes) FROM outputs WHERE principal = those.who), 0) AS stored
             FROM those
             LEFT JOIN usage ON usage.who = those.who AND day = ?1 AND workflow = ''
             LEFT JOIN people AS own ON own.id = those.who
             LEFT JOIN keys ON keys.principal = those.who AND keys.id = those.who
             LEFT JOIN people AS makers ON makers.id = keys.maker",
        )
        .bind(day)
        .fetch_all(&self.readers)
        .await
        .context("finding who uses the house")?;
        let user = |row: &SqliteRow| {
            Ok(User {
                id: rows::uuid(row, "who")?,
                name: row.try_get("name")?,
                role: rows::worded(row, "role")?,
                used: read_used(row)?,
                open: rows::number(row, "open")?,
                stored: rows::number(row, "stored")?,
            })
        };
        found.iter().map(user).collect()
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

    /// A page of the jobs of everybody before job `before`, newest first, without
    /// what was asked for; or only of those that are not over.
    pub(crate) async fn jobs_of_all(
        &self,
        before: Option<JobId>,
        unfinished: bool,
    ) -> anyhow::Result<HouseJobList> {
        let found = sqlx::query(
            "SELECT jobs.id, jobs.principal, people.name, jobs.workflow, jobs.status,
                    jobs.created_at, jobs.backend
             FROM jobs LEFT JOIN people ON people.id = jobs.principal
             WHERE (?1 IS NULL OR jobs.id < ?1)
               AND (NOT ?2 OR jobs.status IN ('queued', 'running', 'canceling'))
             ORDER BY jobs.id DESC LIMIT ?3",
        )
        .bind(before.map(|job| rows::id(job.0)))
        .bind(unfinished)
        .bind(PAGE)
        .fetch_all(&self.readers)
        .await
        .context("listing the jobs of everybody")?;
        let jobs: Vec<_> = found.iter().map(house_job).collect::<anyhow::Result<_>>()?;
        let is_full = jobs.len() as i64 == PAGE;
        let next = jobs.last().filter(|_| is_full).map(|job| job.id);
        Ok(HouseJobList { jobs, next })
    }

    /// Whose a job is, and of which workflow.
    pub(crate) async fn whose_job(
        &self,
        id: JobId,
    ) -> anyhow::Result<Option<(PrincipalId, String)>> {
        let row = sqlx::query("SELECT principal, workflow FROM jobs WHERE id = ?")
            .bind(rows::id(id.0))
            .fetch_optional(&self.readers)
            .await
            .context("finding whose a job is")?;
        let read = |row: SqliteRow| {
            Ok((PrincipalId(rows::uuid(&row, "principal")?), row.try_get("workflow")?))
        };
        row.map(read).transpose()
    }

    /// How many bytes of uploads, also of those that are not whole, and outputs a principal has.
    pub(crate) async fn stored_of(&self, principal: PrincipalId) -> anyhow::Result<u64> {
        let row = sqlx::query(
            "SELECT coalesce((SELECT sum(bytes) FROM uploads WHERE principal = ?1), 0)
                  + coalesce((SELECT sum(bytes) FROM halves WHERE principal = ?1 AND upload IS NULL), 0)
                  + coalesce((SELECT sum(bytes) FROM outputs WHERE principal = ?1), 0) AS total",
        )
        .bind(rows::id(principal.0))
        .fetch_one(&self.readers)
        .await
        .context("measuring what is kept")?;
        rows::number(&row, "total")
    }
}

fn read_used(row: &SqliteRow) -> anyhow::Result<Used> {
    Ok(Used {
        jobs: rows::number(row, "jobs")?,
        cost: rows::number(row, "cost")?,
        bytes: rows::number(row, "bytes")?,
    })
}

async fn add(
    ((who, workflow), day): ((Uuid, String), i64),
    used: Used,
    connection: &mut SqliteConnection,
) -> anyhow::Result<()> {
    sqlx::query("DELETE FROM usage WHERE day < ?")
        .bind(day - REMEMBERED)
        .execute(&mut *connection)
        .await?;
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO usage (who, day, workflow, jobs, cost, bytes) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs, cost = cost + excluded.cost,
                                   bytes = bytes + excluded.bytes",
    )
    .bind(rows::id(who))
    .bind(day)
    .bind(workflow)
    .bind(number(used.jobs))
    .bind(number(used.cost))
    .bind(number(used.bytes))
    .execute(connection)
    .await?;
    Ok(())
}

/// A job as its host may see it: what was asked for is its owner's alone.
pub(super) fn house_job(row: &SqliteRow) -> anyhow::Result<HouseJob> {
    Ok(HouseJob {
        id: JobId(rows::uuid(row, "id")?),
        principal: rows::uuid(row, "principal")?,
        name: row.try_get("name")?,
        workflow: row.try_get("workflow")?,
        status: rows::status(row)?,
        created_at: row.try_get("created_at")?,
        backend: row.try_get("backend")?,
    })
}
