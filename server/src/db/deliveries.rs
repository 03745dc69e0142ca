//! Messages about jobs: which are due, what came of them, and what was told.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};
use uuid::Uuid;
use wire::{Delivery, DeliveryAttempt, DeliveryKind, DeliveryPage, DeliveryStatus, JobId, Millis};

use super::{Db, now, rows};
use crate::auth::PrincipalId;
use crate::webhooks::Secret;

/// Attempts that are written down of one delivery.
const REMEMBERED: usize = 20;

/// A message whose time has come.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    /// Of the address, with its port.
    pub(crate) host: String,
    pub(crate) secret: Secret,
    pub(crate) body: String,
    /// Attempts before this one.
    pub(crate) tries: u32,
    /// The host's wish, who may name any address.
    pub(crate) of_house: bool,
}

/// What is not to be begun now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Besides<'a> {
    pub(crate) deliveries: Vec<Uuid>,
    pub(crate) hosts: Vec<&'a str>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    /// It is tried again then.
    Again(Millis),
    GivenUp,
    /// Nobody is there any more, nor will be.
    Gone,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeliveryFilter {
    pub(crate) job: Option<JobId>,
    pub(crate) status: Option<DeliveryStatus>,
    /// [`DeliveryPage::next`] of the page before.
    pub(crate) cursor: Option<Uuid>,
    /// On one page.
    pub(crate) limit: u32,
    /// The house's, too.
    pub(crate) of_house: bool,
}

impl Db {
    /// Up to so many messages whose time has come at `now`, the longest ago first.
    pub(crate) async fn due(
        &self,
        now: Millis,
        besides: &Besides<'_>,
        limit: usize,
    ) -> anyhow::Result<Vec<Due>> {
        let mut query = QueryBuilder::new(
            "SELECT deliveries.*, webhooks.url, webhooks.host, webhooks.secret FROM deliveries
             JOIN webhooks ON webhooks.id = deliveries.webhook WHERE next_at <= ",
        );
        query.push_bind(now);
        leave_out(&mut query, besides);
        query.push(" ORDER BY next_at LIMIT ").push_bind(limit as i64);
        let found = query.build().fetch_all(&self.readers).await.context("finding what is due")?;
        found.iter().map(read_due).collect()
    }

    /// When the next message is due.
    pub(crate) async fn next_due(&self, besides: &Besides<'_>) -> anyhow::Result<Option<Millis>> {
        let mut query = QueryBuilder::new(
            "SELECT next_at FROM deliveries JOIN webhooks ON webhooks.id = deliveries.webhook
             WHERE next_at IS NOT NULL",
        );
        leave_out(&mut query, besides);
        query.push(" ORDER BY next_at LIMIT 1");
        let found = query.build().fetch_optional(&self.readers).await;
        let found = found.context("asking when something is due")?;
        Ok(found.map(|row| row.try_get("next_at")).transpose()?)
    }

    /// Writes down an attempt and what comes of it.
    pub(crate) async fn attempted(
        &self,
        id: Uuid,
        attempt: DeliveryAttempt,
        outcome: Outcome,
    ) -> anyhow::Result<()> {
        self.write(move |connection| Box::pin(note_attempt(connection, id, (attempt, outcome))))
            .await
    }

    /// One page of what was told on behalf of this principal, newest first.
    pub(crate) async fn deliveries(
        &self,
        principal: PrincipalId,
        filter: &DeliveryFilter,
    ) -> anyhow::Result<DeliveryPage> {
        let mut query = QueryBuilder::new(SHOWN);
        query.push(" WHERE (deliveries.principal = ").push_bind(rows::id(principal.0));
        query.push(if filter.of_house { " OR deliveries.principal IS NULL)" } else { ")" });
        if let Some(job) = filter.job {
            query.push(" AND deliveries.job = ").push_bind(rows::id(job.0));
        }
        if let Some(status) = &filter.status {
            query.push(" AND deliveries.status = ").push_bind(rows::word(status)?);
        }
        if let Some(cursor) = filter.cursor {
            query.push(" AND deliveries.id < ").push_bind(rows::id(cursor));
        }
        query.push(" ORDER BY deliveries.id DESC LIMIT ").push_bind(filter.limit + 1);
        let mut page =
            query.build().fetch_all(&self.readers).await.context("listing deliveries")?;
        let more = page.len() > filter.limit as usize;
        page.truncate(filter.limit as usize);
        let deliveries: Vec<_> = page.iter().map(read).collect::<anyhow::Result<_>>()?;
        let next = deliveries.last().filter(|_| more).map(|delivery: &Delivery| delivery.id);
        Ok(DeliveryPage { deliveries, next })
    }

    /// Begins a delivery again, from its first attempt, though its address had been disabled;
    /// how it is then, if it is this principal's (or the house's, whose `of_house` may).
    pub(crate) async fn replay_delivery(
        &self,
        (principal, of_house): (PrincipalId, bool),
        id: Uuid,
    ) -> anyhow::Result<Option<Delivery>> {
        let replayed = self.write(move |connection| {
            Box::pin(async move {
                let webhook: Option<Vec<u8>> = sqlx::query_scalar(
                    "UPDATE deliveries SET status = 'pending', tries = 0, next_at = ?1
                     WHERE id = ?2 AND (principal = ?3 OR (?4 AND principal IS NULL))
                     RETURNING webhook",
                )
                .bind(now())
                .bind(rows::id(id))
                .bind(rows::id(principal.0))
                .bind(of_house)
                .fetch_optional(&mut *connection)
                .await
                .context("replaying a delivery")?;
                let Some(webhook) = webhook else { return Ok(None) };
                sqlx::query("UPDATE webhooks SET disabled_at = NULL WHERE id = ?")
                    .bind(webhook)
                    .execute(&mut *connection)
                    .await?;
                let query = format!("{SHOWN} WHERE deliveries.id = ?");
                let row = sqlx::query(sqlx::AssertSqlSafe(query))
                    .bind(rows::id(id))
                    .fetch_one(connection)
                    .await?;
                read(&row).map(Some)
            })
        });
        let replayed = replayed.await?;
        self.outbox.notify_one();
        Ok(replayed)
    }

    /// Forgets up to `limit` deliveries that were over before `then`; how many.
    pub(crate) async fn forget_deliveries(&self, then: Millis, limit: u32) -> anyhow::Result<u64> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
                     WHERE next_at IS NULL AND created_at < ? LIMIT ?)",
                )
                .bind(then)
                .bind(limit)
                .execute(connection)
                .await
                .context("forgetting deliveries")?;
                Ok(done.rows_affected())
            })
        })
        .await
    }
}

const SHOWN: &str = "SELECT deliveries.*, webhooks.url, webhooks.job AS own_job FROM deliveries
    JOIN webhooks ON webhooks.id = deliveries.webhook";

fn leave_out(query: &mut QueryBuilder<Sqlite>, besides: &Besides<'_>) {
    query.push(" AND host NOT IN (");
    let mut hosts = query.separated(", ");
    for host in &besides.hosts {
        hosts.push_bind((*host).to_owned());
    }
    query.push(") AND deliveries.id NOT IN (");
    let mut ids = query.separated(", ");
    for id in &besides.deliveries {
        ids.push_bind(rows::id(*id));
    }
    query.push(")");
}

async fn note_attempt(
    connection: &mut SqliteConnection,
    id: Uuid,
    (attempt, outcome): (DeliveryAttempt, Outcome),
) -> anyhow::Result<()> {
    let row = sqlx::query("SELECT attempts, webhook FROM deliveries WHERE id = ?")
        .bind(rows::id(id))
        .fetch_optional(&mut *connection)
        .await
        .context("finding a delivery")?;
    // Its job, or the webhook, was deleted meanwhile.
    let Some(row) = row else { return Ok(()) };
    let (at, webhook) = (attempt.at, row.try_get::<Vec<u8>, _>("webhook")?);
    let mut attempts: Vec<DeliveryAttempt> = rows::parsed(&row, "attempts")?;
    attempts.push(attempt);
    attempts.drain(..attempts.len().saturating_sub(REMEMBERED));
    let (status, next_at) = match outcome {
        Outcome::Delivered => (DeliveryStatus::Delivered, None),
        Outcome::Again(at) => (DeliveryStatus::Pending, Some(at)),
        Outcome::GivenUp | Outcome::Gone => (DeliveryStatus::Failed, None),
    };
    sqlx::query(
        "UPDATE deliveries SET status = ?, next_at = ?, tries = tries + 1, attempts = ?
         WHERE id = ?",
    )
    .bind(rows::word(&status)?)
    .bind(next_at)
    .bind(rows::json(&attempts)?)
    .bind(rows::id(id))
    .execute(&mut *connection)
    .await
    .context("noting an attempt")?;
    if outcome == Outcome::Gone {
        disable(connection, webhook, at).await?;
    }
    Ok(())
}

/// Nothing is told there any more, also of what waits.
async fn disable(
    connection: &mut SqliteConnection,
    webhook: Vec<u8>,
    at: Millis,
) -> anyhow::Result<()> {
    sqlx::query("UPDATE webhooks SET disabled_at = ? WHERE id = ?")
        .bind(at)
        .bind(&webhook)
        .execute(&mut *connection)
        .await
        .context("disabling a webhook")?;
    sqlx::query(
        "UPDATE deliveries SET status = 'failed', next_at = NULL
         WHERE webhook = ? AND next_at IS NOT NULL",
    )
    .bind(webhook)
    .execute(connection)
    .await
    .context("giving up what waits")?;
    Ok(())
}

fn read_due(row: &SqliteRow) -> anyhow::Result<Due> {
    Ok(Due {
        id: rows::uuid(row, "id")?,
        url: row.try_get("url")?,
        host: row.try_get("host")?,
        secret: Secret::from(row.try_get::<Vec<u8>, _>("secret")?),
        body: row.try_get("body")?,
        tries: rows::number(row, "tries")?,
        of_house: row.try_get::<Option<Vec<u8>>, _>("principal")?.is_none(),
    })
}

fn read(row: &SqliteRow) -> anyhow::Result<Delivery> {
    let principal: Option<Vec<u8>> = row.try_get("principal")?;
    let own_job: Option<Vec<u8>> = row.try_get("own_job")?;
    let kind = match (principal, own_job) {
        (None, _) => DeliveryKind::House,
        (Some(_), Some(_)) => DeliveryKind::Job,
        (Some(_), None) => DeliveryKind::Own,
    };
    Ok(Delivery {
        id: rows::uuid(row, "id")?,
        kind,
        url: row.try_get("url")?,
        job: JobId(rows::uuid(row, "job")?),
        event: rows::worded(row, "event")?,
        status: rows::worded(row, "status")?,
        attempts: rows::parsed(row, "attempts")?,
        created_at: row.try_get("created_at")?,
        next_at: row.try_get("next_at")?,
    })
}
