//! How a job changes: its row and its events, in one transaction.

use std::sync::Arc;

use anyhow::Context as _;
use sqlx::{Row as _, SqliteConnection};
use wire::{Event, JobId, JobStatus, Millis, Progress, WebhookEvent};

use super::{Db, attempts, batches, now, outbox, outputs, rows};
use crate::auth::PrincipalId;
use crate::jobs::Handling;
use crate::jobs::state::{Change, End};

/// What a change came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Changed {
    pub(crate) job: JobId,
    pub(crate) principal: PrincipalId,
    /// The status from now on.
    pub(crate) status: JobStatus,
    /// What viewers are told, with its number.
    pub(crate) events: Vec<(u64, Event)>,
    /// Somebody wants to be told, by webhook.
    pub(crate) posted: bool,
}

impl Db {
    /// Makes `change` happen to the job and hands what came of it to `after`,
    /// in the order of commits. `None` when there is no such job, or when the
    /// change makes no sense in the state that it is in.
    pub(crate) async fn change(
        &self,
        job: JobId,
        change: Change,
        after: impl FnOnce(&Changed) + Send + 'static,
    ) -> anyhow::Result<Option<Changed>> {
        let after = self.heeded(after);
        self.write_then(move |connection| Box::pin(apply(connection, job, change)), after).await
    }

    /// [`Db::change`] without waiting for it.
    pub(crate) async fn post_change(
        &self,
        job: JobId,
        change: Change,
        after: impl FnOnce(&Changed) + Send + 'static,
    ) -> anyhow::Result<()> {
        let after = self.heeded(after);
        self.post(move |connection| Box::pin(apply(connection, job, change)), after).await
    }

    /// `after`, for what came of a change, if anything did; and whoever tells of it is told.
    fn heeded(
        &self,
        after: impl FnOnce(&Changed) + Send + 'static,
    ) -> impl FnOnce(&Option<Changed>) + Send + 'static {
        let outbox = Arc::clone(&self.outbox);
        move |changed| {
            let Some(changed) = changed else { return };
            if changed.posted {
                outbox.notify_one();
            }
            after(changed);
        }
    }
}

/// The columns that a change may touch.
struct Columns {
    status: JobStatus,
    seq: u64,
}

async fn apply(
    connection: &mut SqliteConnection,
    job: JobId,
    change: Change,
) -> anyhow::Result<Option<Changed>> {
    let found = sqlx::query("SELECT principal, status, seq FROM jobs WHERE id = ?")
        .bind(rows::id(job.0))
        .fetch_optional(&mut *connection)
        .await
        .context("finding the job")?;
    let Some(row) = found else { return Ok(None) };
    let principal = PrincipalId(rows::uuid(&row, "principal")?);
    let before = Columns { status: rows::status(&row)?, seq: rows::number(&row, "seq")? };
    let Some(status) = change.apply_to(before.status) else { return Ok(None) };

    let at = now();
    let events = write_change(connection, (job, principal), (status, at), change).await?;
    let events = number(events, before.seq);
    let seq = events.last().map_or(before.seq, |(seq, _)| *seq);
    insert_events(connection, job, &events).await?;
    sqlx::query("UPDATE jobs SET status = ?, seq = ? WHERE id = ?")
        .bind(rows::status_name(status))
        .bind(seq as i64)
        .bind(rows::id(job.0))
        .execute(&mut *connection)
        .await?;
    let posted = match told_of(before.status, status) {
        Some(event) => outbox::tell(connection, (job, principal), (event, at)).await?,
        None => false,
    };
    Ok(Some(Changed { job, principal, status, events, posted }))
}

/// What of a change of status can be told of.
fn told_of(before: JobStatus, status: JobStatus) -> Option<WebhookEvent> {
    match status {
        _ if status == before => None,
        JobStatus::Running => Some(WebhookEvent::Started),
        JobStatus::Succeeded => Some(WebhookEvent::Succeeded),
        JobStatus::Failed => Some(WebhookEvent::Failed),
        JobStatus::Canceled => Some(WebhookEvent::Canceled),
        JobStatus::Expired => Some(WebhookEvent::Expired),
        JobStatus::Queued | JobStatus::Canceling => None,
    }
}

/// Numbers events after `last`.
fn number(events: Vec<Event>, last: u64) -> Vec<(u64, Event)> {
    (last + 1..).zip(events).collect()
}

/// Keeps events.
async fn insert_events(
    connection: &mut SqliteConnection,
    job: JobId,
    events: &[(u64, Event)],
) -> anyhow::Result<()> {
    for (seq, event) in events {
        sqlx::query("INSERT INTO events (job, seq, event) VALUES (?, ?, ?)")
            .bind(rows::id(job.0))
            .bind(*seq as i64)
            .bind(rows::json(event)?)
            .execute(&mut *connection)
            .await
            .context("keeping an event")?;
    }
    Ok(())
}

/// Writes what a change changes beside the status; the events it makes.
async fn write_change(
    connection: &mut SqliteConnection,
    (job, principal): (JobId, PrincipalId),
    (status, at): (JobStatus, Millis),
    change: Change,
) -> anyhow::Result<Vec<Event>> {
    Ok(match change {
        Change::Wait { reason } | Change::Lose { reason } => vec![Event::Waiting { at, reason }],
        Change::Bring(output) => {
            let kept = outputs::insert(connection, (job, principal), vec![*output]).await?;
            kept.into_iter().map(|output| Event::Output { output }).collect()
        }
        Change::Node { node, state } => vec![Event::Node { node, state }],
        Change::Start { backend } => {
            let attempt = start(connection, job, at, &backend).await?;
            vec![Event::Started { at, backend, attempt }]
        }
        Change::Stop if status == JobStatus::Canceling => vec![Event::Canceling { at }],
        Change::Stop => vec![finish(connection, job, (status, at), (None, None)).await?],
        Change::Finish { end, progress } => {
            let (made, failure) = match end {
                End::Succeeded(made) if status == JobStatus::Succeeded => (made, None),
                End::Failed(failure) if status == JobStatus::Failed => (Vec::new(), Some(failure)),
                _ => (Vec::new(), None),
            };
            let kept = outputs::insert(connection, (job, principal), made).await?;
            let mut events: Vec<_> =
                kept.into_iter().map(|output| Event::Output { output }).collect();
            events.push(finish(connection, job, (status, at), (progress, failure)).await?);
            events
        }
    })
}

/// Notes which backend took the job; the number of this attempt.
async fn start(
    connection: &mut SqliteConnection,
    job: JobId,
    at: Millis,
    backend: &str,
) -> anyhow::Result<u32> {
    let row = sqlx::query(
        "UPDATE jobs SET backend = ?, attempt = attempt + 1, started_at = ?, progress = NULL
         WHERE id = ? RETURNING attempt",
    )
    .bind(backend)
    .bind(at)
    .bind(rows::id(job.0))
    .fetch_one(&mut *connection)
    .await?;
    let attempt = rows::number(&row, "attempt")?;
    if attempt > 1 {
        outputs::begin_anew(connection, job).await?;
    }
    Ok(attempt)
}

/// Notes that the job is over.
async fn finish(
    connection: &mut SqliteConnection,
    job: JobId,
    (status, at): (JobStatus, Millis),
    (progress, failure): (Option<Progress>, Option<wire::Failure>),
) -> anyhow::Result<Event> {
    let row = sqlx::query("SELECT handling, batch FROM jobs WHERE id = ?")
        .bind(rows::id(job.0))
        .fetch_one(&mut *connection)
        .await?;
    let handling: Handling = rows::parsed(&row, "handling")?;
    if let Some(batch) = row.try_get::<Option<Vec<u8>>, _>("batch")? {
        batches::end_one(connection, batch, job).await?;
    }
    let expires_at = handling.expiry(at);
    sqlx::query(
        "UPDATE jobs SET finished_at = ?, expires_at = ?, progress = ?, failure = ? WHERE id = ?",
    )
    .bind(at)
    .bind(expires_at)
    .bind(progress.as_ref().map(rows::json).transpose()?)
    .bind(failure.as_ref().map(rows::json).transpose()?)
    .bind(rows::id(job.0))
    .execute(&mut *connection)
    .await?;
    attempts::end_all(connection, job).await?;
    Ok(Event::Finished { at, status, failure, expires_at })
}
