//! What an earlier process left.

use anyhow::Context as _;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use wire::{JobId, JobStatus};

use super::{Db, rows};
use crate::auth::PrincipalId;

/// A job that was not over when the process ended.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished {
    pub(crate) id: JobId,
    pub(crate) principal: PrincipalId,
    /// Whose turn it takes.
    pub(crate) turn: PrincipalId,
    /// Where its principal wants it among their own, if they said so.
    pub(crate) place: Option<f64>,
    pub(crate) status: JobStatus,
    pub(crate) workflow: String,
    pub(crate) workflow_version: u32,
    pub(crate) graph: Value,
}

impl Db {
    /// Every job that is not over, oldest first.
    pub(crate) async fn unfinished(&self) -> anyhow::Result<Vec<Unfinished>> {
        let found = sqlx::query(
            "SELECT id, principal, coalesce(turn, principal) AS turn, status, workflow,
                    workflow_version, graph, CAST(asked ->> '$.number' AS REAL) AS place
             FROM jobs LEFT JOIN native_jobs ON native_jobs.job = jobs.id
             WHERE status IN ('queued', 'running', 'canceling') ORDER BY id",
        )
        .fetch_all(&self.readers)
        .await
        .context("finding unfinished jobs")?;
        let job = |row: &SqliteRow| {
            Ok(Unfinished {
                id: JobId(rows::uuid(row, "id")?),
                principal: PrincipalId(rows::uuid(row, "principal")?),
                turn: PrincipalId(rows::uuid(row, "turn")?),
                place: row.try_get("place")?,
                status: rows::status(row)?,
                workflow: row.try_get("workflow")?,
                workflow_version: rows::number(row, "workflow_version")?,
                graph: rows::parsed(row, "graph")?,
            })
        };
        found.iter().map(job).collect()
    }
}
