//! What backends were handed: a row is committed before a prompt leaves.

use std::collections::HashMap;

use anyhow::Context as _;
use sqlx::Row as _;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use wire::JobId;

use super::{Db, now, rows};

/// A prompt that was, or may have been, handed to a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) prompt_id: Uuid,
    /// The backend's name in this house.
    pub(crate) backend: String,
    /// The id of the socket that hears of it, if one was up.
    pub(crate) client_id: Option<String>,
}

impl Db {
    /// Notes that `attempt` is about to be handed over.
    pub(crate) async fn add_attempt(&self, job: JobId, attempt: Attempt) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO attempts (prompt_id, job, backend, client_id, created_at)
                     VALUES (?, ?, ?, ?, ?)",
                )
                .bind(rows::id(attempt.prompt_id))
                .bind(rows::id(job.0))
                .bind(attempt.backend)
                .bind(attempt.client_id)
                .bind(now())
                .execute(connection)
                .await
                .context("noting an attempt")?;
                Ok(())
            })
        })
        .await
    }

    /// Notes that nothing more is expected of this prompt.
    pub(crate) async fn end_attempt(&self, prompt_id: Uuid) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE attempts SET over = 1 WHERE prompt_id = ?")
                    .bind(rows::id(prompt_id))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The attempts at this job whose outcome is not known, newest first.
    pub(crate) async fn open_attempts(&self, job: JobId) -> anyhow::Result<Vec<Attempt>> {
        let rows = sqlx::query(
            "SELECT prompt_id, backend, client_id FROM attempts WHERE job = ? AND over = 0
             ORDER BY created_at DESC",
        )
        .bind(rows::id(job.0))
        .fetch_all(&self.readers)
        .await
        .context("reading attempts")?;
        rows.iter().map(read).collect()
    }

    /// Under which ids an earlier process listened for prompts that may still
    /// run, by the name of their backend.
    pub async fn listened_as(&self) -> anyhow::Result<HashMap<String, String>> {
        let rows = sqlx::query(
            "SELECT backend, client_id FROM attempts WHERE over = 0 AND client_id IS NOT NULL
             ORDER BY created_at",
        )
        .fetch_all(&self.readers)
        .await
        .context("reading who listened")?;
        rows.iter().map(|row| Ok((row.try_get("backend")?, row.try_get("client_id")?))).collect()
    }
}

/// Ends every attempt at a job, as part of ending the job.
pub(super) async fn end_all(connection: &mut SqliteConnection, job: JobId) -> anyhow::Result<()> {
    sqlx::query("UPDATE attempts SET over = 1 WHERE job = ?")
        .bind(rows::id(job.0))
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> anyhow::Result<Attempt> {
    Ok(Attempt {
        prompt_id: rows::uuid(row, "prompt_id")?,
        backend: row.try_get("backend")?,
        client_id: row.try_get("client_id")?,
    })
}
