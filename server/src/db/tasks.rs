//! What programs call their jobs at the serverless door.

use anyhow::Context as _;
use serde_json::Value;
use wire::JobId;

use super::{Db, rows};
use crate::auth::PrincipalId;

impl Db {
    /// Notes what a job is called, unless that name was taken before.
    pub(crate) async fn add_task(
        &self,
        (principal, task): (PrincipalId, String),
        (job, wishes): (JobId, Value),
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT OR IGNORE INTO serverless_tasks (principal, task, job, wishes)
                     VALUES (?, ?, ?, ?)",
                )
                .bind(rows::id(principal.0))
                .bind(task)
                .bind(rows::id(job.0))
                .bind(rows::json(&wishes)?)
                .execute(connection)
                .await
                .context("noting a task")?;
                Ok(())
            })
        })
        .await
    }

    /// The job of this name, and how its program wants to be told.
    pub(crate) async fn task(
        &self,
        principal: PrincipalId,
        task: &str,
    ) -> anyhow::Result<Option<(JobId, Value)>> {
        let row = sqlx::query(
            "SELECT job, wishes FROM serverless_tasks WHERE principal = ? AND task = ?",
        )
        .bind(rows::id(principal.0))
        .bind(task)
        .fetch_optional(&self.readers)
        .await
        .context("finding a task")?;
        row.map(|row| Ok((JobId(rows::uuid(&row, "job")?), rows::parsed(&row, "wishes")?)))
            .transpose()
    }
}
