//! Where somebody wants to be told what becomes of jobs.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{JobId, Millis, Webhook, WebhookEvent};

use super::{Db, now, rows};
use crate::auth::PrincipalId;
use crate::webhooks::{Secret, Target};

/// Whether a webhook was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    Done,
    /// This principal has one of this address.
    Twice,
    /// This principal has as many as anybody may.
    TooMany,
}

impl Db {
    /// Keeps a webhook for all jobs of this principal, who may have so many.
    pub(crate) async fn add_webhook(
        &self,
        principal: PrincipalId,
        (id, at, target): (Uuid, Millis, Target),
        most: u32,
    ) -> anyhow::Result<Added> {
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT count(*) AS many, coalesce(sum(url = ?2), 0) AS twice
                     FROM webhooks WHERE principal = ?1 AND job IS NULL",
                )
                .bind(rows::id(principal.0))
                .bind(target.url.as_str())
                .fetch_one(&mut *connection)
                .await
                .context("counting webhooks")?;
                if rows::number::<u32>(&row, "twice")? > 0 {
                    return Ok(Added::Twice);
                }
                if rows::number::<u32>(&row, "many")? >= most {
                    return Ok(Added::TooMany);
                }
                insert(connection, (id, at, &target), (Some(principal), None)).await?;
                Ok(Added::Done)
            })
        })
        .await
    }

    /// The webhooks for all jobs of this principal, oldest first.
    pub(crate) async fn webhooks_of(&self, principal: PrincipalId) -> anyhow::Result<Vec<Webhook>> {
        let found = sqlx::query(
            "SELECT * FROM webhooks WHERE principal = ? AND job IS NULL ORDER BY created_at, id",
        )
        .bind(rows::id(principal.0))
        .fetch_all(&self.readers)
        .await
        .context("listing webhooks")?;
        found.iter().map(read).collect()
    }

    /// What this principal's webhook of this address signs with.
    pub(crate) async fn webhook_secret(
        &self,
        principal: PrincipalId,
        url: &str,
    ) -> anyhow::Result<Option<Secret>> {
        let found: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT secret FROM webhooks WHERE principal = ? AND job IS NULL AND url = ?",
        )
        .bind(rows::id(principal.0))
        .bind(url)
        .fetch_optional(&self.readers)
        .await
        .context("finding a webhook")?;
        Ok(found.map(Secret::from))
    }

    /// Removes a webhook with all that was told through it; its address, if this
    /// principal had it.
    pub(crate) async fn remove_webhook(
        &self,
        principal: PrincipalId,
        id: Uuid,
    ) -> anyhow::Result<Option<String>> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query_scalar(
                    "DELETE FROM webhooks WHERE id = ? AND principal = ? AND job IS NULL
                     RETURNING url",
                )
                .bind(rows::id(id))
                .bind(rows::id(principal.0))
                .fetch_optional(connection)
                .await
                .context("removing a webhook")
            })
        })
        .await
    }

    /// The house's webhooks are these from now on. What was told through one that stays
    /// stays, and one that was disabled is told again.
    pub(crate) async fn set_house_webhooks(&self, targets: Vec<Target>) -> anyhow::Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let urls: Vec<&str> = targets.iter().map(|target| target.url.as_str()).collect();
                sqlx::query(
                    "DELETE FROM webhooks WHERE principal IS NULL AND job IS NULL
                         AND url NOT IN (SELECT value FROM json_each(?))",
                )
                .bind(rows::json(&urls)?)
                .execute(&mut *connection)
                .await
                .context("removing the house's webhooks")?;
                for target in &targets {
                    set(connection, target).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// Keeps one of the house, new or known.
async fn set(connection: &mut SqliteConnection, target: &Target) -> anyhow::Result<()> {
    let known = sqlx::query(
        "UPDATE webhooks SET secret = ?, events = ?, disabled_at = NULL
         WHERE principal IS NULL AND job IS NULL AND url = ?",
    )
    .bind(target.secret.bytes())
    .bind(rows::json(&target.events)?)
    .bind(target.url.as_str())
    .execute(&mut *connection)
    .await
    .context("keeping a webhook of the house")?;
    if known.rows_affected() > 0 {
        return Ok(());
    }
    insert(connection, (Uuid::now_v7(), now(), target), (None, None)).await
}

/// Keeps a webhook for one job, as part of making it.
pub(super) async fn insert_for_job(
    connection: &mut SqliteConnection,
    (principal, job): (PrincipalId, JobId),
    target: &Target,
) -> anyhow::Result<()> {
    let new = (Uuid::now_v7(), now(), target);
    insert(connection, new, (Some(principal), Some(job))).await
}

async fn insert(
    connection: &mut SqliteConnection,
    (id, at, target): (Uuid, Millis, &Target),
    (principal, job): (Option<PrincipalId>, Option<JobId>),
) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO webhooks (id, principal, job, url, host, secret, events, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(rows::id(id))
    .bind(principal.map(|principal| rows::id(principal.0)))
    .bind(job.map(|job| rows::id(job.0)))
    .bind(target.url.as_str())
    .bind(target.host())
    .bind(target.secret.bytes())
    .bind(rows::json(&target.events)?)
    .bind(at)
    .execute(connection)
    .await
    .context("keeping a webhook")?;
    Ok(())
}

fn read(row: &SqliteRow) -> anyhow::Result<Webhook> {
    Ok(Webhook {
        id: rows::uuid(row, "id")?,
        url: row.try_get("url")?,
        events: rows::parsed::<Vec<WebhookEvent>>(row, "events")?,
        created_at: row.try_get("created_at")?,
        disabled_at: row.try_get("disabled_at")?,
    })
}
