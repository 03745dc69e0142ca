//! What the door that speaks ComfyUI's own words keeps: how its jobs were asked
//! for and what was told of them, what files are called there, and what
//! ComfyUI's own page keeps for each person.

mod files;
mod keepsakes;

use anyhow::Context as _;
use comfy::NodeId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use wire::{Failure, JobId, JobStatus, Millis, OutputKind};

use super::{Db, graphs, rows};
use crate::auth::PrincipalId;
use crate::jobs::Account;

pub(crate) use files::{NamedFile, Offered};
pub(crate) use keepsakes::{Kept, KeptFile};

/// How a job was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Where it is to stand among the jobs of its principal, lowest first.
    pub number: Number,
    /// The graph as it was checked.
    pub prompt: Map<String, Value>,
    /// What was to be kept with it, but for secrets.
    pub extra_data: Map<String, Value>,
    /// The outputs that run.
    pub outputs: Vec<NodeId>,
    /// Who is told of it.
    pub client: Option<String>,
}

/// A job as that door tells of it.
#[derive(Debug, Clone)]
pub(crate) struct NativeJob {
    pub(crate) id: JobId,
    pub(crate) status: JobStatus,
    pub(crate) created_at: Millis,
    pub(crate) started_at: Option<Millis>,
    pub(crate) finished_at: Option<Millis>,
    pub(crate) failure: Option<Failure>,
    /// What is or was run, as it was sent.
    pub(crate) graph: Value,
    pub(crate) asked: Option<Asked>,
    pub(crate) account: Option<Account>,
    /// What it made, of jobs that have no account: node, kind, name.
    pub(crate) made: Vec<(String, OutputKind, String)>,
}

/// Which of its jobs a principal asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// None: all.
    pub(crate) statuses: Option<Vec<JobStatus>>,
    /// Those that history forgot are wanted, too.
    pub(crate) forgotten: bool,
    /// Only those of this workflow of ComfyUI's page.
    pub(crate) workflow_id: Option<String>,
    /// By how long they ran, and not by when they were asked for.
    pub(crate) by_duration: bool,
    pub(crate) oldest_first: bool,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

impl Db {
    /// The jobs of this principal that are wanted. Those that were stopped
    /// before they began were never there (protocol notes §4.1).
    pub(crate) async fn native_jobs(
        &self,
        principal: PrincipalId,
        wanted: &Wanted,
    ) -> anyhow::Result<Vec<NativeJob>> {
        let mut query = QueryBuilder::new(
            "SELECT jobs.*, native_jobs.asked, native_jobs.account FROM jobs
             LEFT JOIN native_jobs ON native_jobs.job = jobs.id",
        );
        narrow(&mut query, principal, wanted);
        query.push(match (wanted.by_duration, wanted.oldest_first) {
            (true, true) => " ORDER BY finished_at - started_at, id",
            (true, false) => " ORDER BY finished_at - started_at DESC, id DESC",
            (false, true) => " ORDER BY id",
            (false, false) => " ORDER BY id DESC",
        });
        query.push(" LIMIT ").push_bind(wanted.limit).push(" OFFSET ").push_bind(wanted.offset);
        let found = query.build().fetch_all(&self.readers).await.context("listing jobs")?;
        let mut jobs: Vec<NativeJob> = found.iter().map(read).collect::<Result<_, _>>()?;
        self.add_made(&mut jobs).await?;
        Ok(jobs)
    }

    /// How many there are, whatever the limit.
    pub(crate) async fn count_native_jobs(
        &self,
        principal: PrincipalId,
        wanted: &Wanted,
    ) -> anyhow::Result<u64> {
        let mut query = QueryBuilder::new(
            "SELECT count(*) AS total FROM jobs
             LEFT JOIN native_jobs ON native_jobs.job = jobs.id",
        );
        narrow(&mut query, principal, wanted);
        let row = query.build().fetch_one(&self.readers).await.context("counting jobs")?;
        rows::number(&row, "total")
    }

    /// The job, if it is this principal's and was not forgotten.
    pub(crate) async fn native_job(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<NativeJob>> {
        self.native_job_of((principal, id), &Wanted::default()).await
    }

    /// [`Db::native_job`], also when history forgot it.
    pub(crate) async fn told_job(
        &self,
        principal: PrincipalId,
        id: JobId,
    ) -> anyhow::Result<Option<NativeJob>> {
        let wanted = Wanted { forgotten: true, ..Wanted::default() };
        self.native_job_of((principal, id), &wanted).await
    }

    async fn native_job_of(
        &self,
        (principal, id): (PrincipalId, JobId),
        wanted: &Wanted,
    ) -> anyhow::Result<Option<NativeJob>> {
        let mut query = QueryBuilder::new(
            "SELECT jobs.*, native_jobs.asked, native_jobs.account FROM jobs
             LEFT JOIN native_jobs ON native_jobs.job = jobs.id",
        );
        narrow(&mut query, principal, wanted);
        query.push(" AND id = ").push_bind(rows::id(id.0));
        let row = query.build().fetch_optional(&self.readers).await.context("finding a job")?;
        let mut jobs: Vec<NativeJob> = row.iter().map(read).collect::<Result<_, _>>()?;
        self.add_made(&mut jobs).await?;
        Ok(jobs.pop())
    }

    /// How the job was asked for, if it came by this door.
    pub(crate) async fn asked(&self, id: JobId) -> anyhow::Result<Option<Asked>> {
        let row = sqlx::query("SELECT asked FROM native_jobs WHERE job = ?")
            .bind(rows::id(id.0))
            .fetch_optional(&self.readers)
            .await
            .context("reading how a job was asked for")?;
        Ok(row.map(|row| rows::maybe_parsed(&row, "asked")).transpose()?.flatten())
    }

    /// What is told of the run of a job, if anything was kept.
    pub(crate) async fn account(&self, id: JobId) -> anyhow::Result<Option<Account>> {
        let row = sqlx::query("SELECT account FROM native_jobs WHERE job = ?")
            .bind(rows::id(id.0))
            .fetch_optional(&self.readers)
            .await
            .context("reading what is told of a run")?;
        Ok(row.map(|row| rows::maybe_parsed(&row, "account")).transpose()?.flatten())
    }

    /// Keeps what is told of a run, in the place of what was told of an earlier
    /// one. A job that was deleted meanwhile has none.
    pub(crate) async fn keep_account(&self, id: JobId, account: &Account) -> anyhow::Result<()> {
        let account = rows::json(account)?;
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO native_jobs (job, account)
                     SELECT id, ?2 FROM jobs WHERE id = ?1
                     ON CONFLICT (job) DO UPDATE SET account = excluded.account",
                )
                .bind(rows::id(id.0))
                .bind(account)
                .execute(connection)
                .await
                .context("keeping what is told of a run")?;
                Ok(())
            })
        })
        .await
    }

    /// Has history forget those of these jobs that are this principal's and are
    /// over; all of them, when none is named.
    pub(crate) async fn forget_history(
        &self,
        principal: PrincipalId,
        named: Option<Vec<JobId>>,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let mut query = QueryBuilder::new(
                    "INSERT INTO native_jobs (job, forgotten) SELECT id, 1 FROM jobs WHERE principal = ",
                );
                query.push_bind(rows::id(principal.0));
                query.push(" AND status NOT IN ('queued', 'running', 'canceling')");
                if let Some(named) = named {
                    query.push(" AND id IN (");
                    let mut ids = query.separated(", ");
                    for id in named {
                        ids.push_bind(rows::id(id.0));
                    }
                    query.push(")");
                }
                query.push(" ON CONFLICT (job) DO UPDATE SET forgotten = 1");
                query.build().execute(connection).await.context("forgetting history")?;
                Ok(())
            })
        })
        .await
    }

    /// What jobs without an account made.
    async fn add_made(&self, jobs: &mut [NativeJob]) -> anyhow::Result<()> {
        for job in jobs.iter_mut().filter(|job| job.account.is_none()) {
            let found = sqlx::query(
                "SELECT node, kind, coalesce(native, name) AS name, text FROM outputs
                 WHERE job = ? ORDER BY place",
            )
            .bind(rows::id(job.id.0))
            .fetch_all(&self.readers)
            .await
            .context("reading outputs")?;
            for row in &found {
                let text: Option<String> = row.try_get("text")?;
                let name = text.map_or_else(|| row.try_get("name"), Ok)?;
                job.made.push((row.try_get("node")?, rows::kind(row)?, name));
            }
        }
        Ok(())
    }
}

/// Keeps how a job was asked for, as part of making it.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    (id, asked): (JobId, &Asked),
) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO native_jobs (job, asked) VALUES (?, ?)")
        .bind(rows::id(id.0))
        .bind(rows::json(asked)?)
        .execute(connection)
        .await
        .context("keeping how a job was asked for")?;
    Ok(())
}

/// Adds the conditions of what is wanted, but for how much of it.
fn narrow(query: &mut QueryBuilder<Sqlite>, principal: PrincipalId, wanted: &Wanted) {
    query.push(" WHERE principal = ").push_bind(rows::id(principal.0));
    query.push(" AND NOT (status = 'canceled' AND started_at IS NULL)");
    if !wanted.forgotten {
        query.push(" AND coalesce(native_jobs.forgotten, 0) = 0");
    }
    if let Some(workflow) = &wanted.workflow_id {
        query.push(" AND native_jobs.asked ->> '$.extra_data.extra_pnginfo.workflow.id' = ");
        query.push_bind(workflow.clone());
    }
    if let Some(statuses) = &wanted.statuses {
        query.push(" AND status IN (");
        let mut names = query.separated(", ");
        for status in statuses {
            names.push_bind(rows::status_name(*status));
        }
        query.push(")");
    }
}

fn read(row: &SqliteRow) -> anyhow::Result<NativeJob> {
    Ok(NativeJob {
        id: JobId(rows::uuid(row, "id")?),
        status: rows::status(row)?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        failure: rows::maybe_parsed(row, "failure")?,
        graph: graphs::as_sent(row)?,
        asked: rows::maybe_parsed(row, "asked")?,
        account: rows::maybe_parsed(row, "account")?,
        made: Vec::new(),
    })
}
