//! What keys of idempotency stand for, and what was answered to them first.

use anyhow::Context as _;
use bytes::Bytes;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use wire::{BatchId, JobId, Millis};

use super::submit::{Ordered, Submission};
use super::{Db, now, rows};
use crate::auth::PrincipalId;

/// How long a key is remembered: a day.
pub(super) const REMEMBERED: Millis = 24 * 60 * 60 * 1000;

/// What makes a repeated submission the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Idempotency {
    pub(crate) key: String,
    /// Hash of what was asked for.
    pub(crate) body: [u8; 32],
}

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstAnswer {
    pub(crate) status: u16,
    /// Names and values of those that belong to it.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// What is remembered of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remembered {
    /// It was used for something else.
    Other,
    /// What it made is there; how that was answered is only known once it was.
    Same { made: Ordered, answer: Option<FirstAnswer> },
}

impl Db {
    /// What was made under this key, if that is still remembered.
    pub(crate) async fn replay(
        &self,
        principal: PrincipalId,
        key: &Idempotency,
    ) -> anyhow::Result<Option<Submission>> {
        let mut connection = self.readers.acquire().await.context("reaching the database")?;
        remembered(&mut connection, principal, (key, now())).await
    }

    /// How this key was answered first, if that is still remembered.
    pub(crate) async fn first_answer(
        &self,
        principal: PrincipalId,
        key: &Idempotency,
    ) -> anyhow::Result<Option<Remembered>> {
        let mut connection = self.readers.acquire().await.context("reaching the database")?;
        let row = find(&mut connection, principal, (&key.key, now())).await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<&[u8], _>("body")? != key.body {
            return Ok(Some(Remembered::Other));
        }
        let made = made(&row)?;
        let status: Option<u16> = row.try_get("status")?;
        let Some(status) = status else { return Ok(Some(Remembered::Same { made, answer: None })) };
        let body: Vec<u8> = row.try_get("answer")?;
        let headers = rows::parsed(&row, "headers")?;
        let answer = Some(FirstAnswer { status, headers, body: body.into() });
        Ok(Some(Remembered::Same { made, answer }))
    }

    /// Keeps the first answer to a key; durable when this returns. Of later ones
    /// nothing is kept.
    pub(crate) async fn keep_answer(
        &self,
        (principal, key): (PrincipalId, String),
        answer: FirstAnswer,
    ) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE idempotency SET status = ?, headers = ?, answer = ?
                     WHERE principal = ? AND key = ? AND status IS NULL",
                )
                .bind(answer.status)
                .bind(rows::json(&answer.headers)?)
                .bind(answer.body.to_vec())
                .bind(rows::id(principal.0))
                .bind(key)
                .execute(connection)
                .await
                .context("keeping an answer")?;
                Ok(())
            })
        })
        .await
    }
}

/// What a key stands for, if it is still remembered.
pub(super) async fn remembered(
    connection: &mut SqliteConnection,
    principal: PrincipalId,
    (key, at): (&Idempotency, Millis),
) -> anyhow::Result<Option<Submission>> {
    let Some(row) = find(connection, principal, (&key.key, at)).await? else { return Ok(None) };
    if row.try_get::<&[u8], _>("body")? != key.body {
        return Ok(Some(Submission::Conflict));
    }
    Ok(Some(Submission::Replayed(made(&row)?)))
}

/// What a key made.
fn made(row: &SqliteRow) -> anyhow::Result<Ordered> {
    let is_batch = row.try_get::<Option<&[u8]>, _>("batch")?.is_some();
    Ok(if is_batch {
        Ordered::Batch(BatchId(rows::uuid(row, "batch")?))
    } else {
        Ordered::Job(JobId(rows::uuid(row, "job")?))
    })
}

async fn find(
    connection: &mut SqliteConnection,
    principal: PrincipalId,
    (key, at): (&str, Millis),
) -> anyhow::Result<Option<SqliteRow>> {
    sqlx::query("SELECT * FROM idempotency WHERE principal = ? AND key = ? AND created_at > ?")
        .bind(rows::id(principal.0))
        .bind(key)
        .bind(at - REMEMBERED)
        .fetch_optional(connection)
        .await
        .context("looking for the key")
}

/// Remembers a key, and forgets those whose time is up.
pub(super) async fn remember(
    connection: &mut SqliteConnection,
    (principal, key): (PrincipalId, Idempotency),
    (what, at): (Ordered, Millis),
) -> anyhow::Result<()> {
    sqlx::query("DELETE FROM idempotency WHERE created_at <= ?")
        .bind(at - REMEMBERED)
        .execute(&mut *connection)
        .await?;
    let (job, batch) = match what {
        Ordered::Job(job) => (Some(rows::id(job.0)), None),
        Ordered::Batch(batch) => (None, Some(rows::id(batch.0))),
    };
    sqlx::query(
        "INSERT INTO idempotency (principal, key, body, job, batch, created_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(rows::id(principal.0))
    .bind(key.key)
    .bind(key.body.to_vec())
    .bind(job)
    .bind(batch)
    .bind(at)
    .execute(connection)
    .await
    .context("keeping the key")?;
    Ok(())
}
