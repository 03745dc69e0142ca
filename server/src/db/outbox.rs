//! What is to be told of jobs: written in the transaction in which it happens, so that nothing
//! is told that is not so, and whatever is so is told, whenever the process ends.

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;
use wire::{HouseJob, Job, JobId, Millis, WebhookEvent};

use super::{jobs, outputs, rows, usage};
use crate::auth::PrincipalId;

/// Writes messages to everybody who wants to be told that this happened to a job, as part of
/// its happening; whether there are any.
pub(super) async fn tell(
    connection: &mut SqliteConnection,
    (job, principal): (JobId, PrincipalId),
    (event, at): (WebhookEvent, Millis),
) -> anyhow::Result<bool> {
    let found = sqlx::query(
        "SELECT 1 AS turn, * FROM webhooks WHERE job = ?1
         UNION ALL SELECT 2, * FROM webhooks WHERE job IS NULL AND principal = ?2
         UNION ALL SELECT 3, * FROM webhooks WHERE job IS NULL AND principal IS NULL
         ORDER BY turn",
    )
    .bind(rows::id(job.0))
    .bind(rows::id(principal.0))
    .fetch_all(&mut *connection)
    .await
    .context("asking who wants to be told")?;
    let (mut told, mut own) = (false, Vec::new());
    for row in &found {
        let events: Vec<WebhookEvent> = rows::parsed(row, "events")?;
        let disabled: Option<Millis> = row.try_get("disabled_at")?;
        let of_house = row.try_get::<i64, _>("turn")? == 3;
        let url: String = row.try_get("url")?;
        // Who names an address with a job wants to be told there as they say then.
        if !of_house && own.contains(&url) {
            continue;
        }
        own.push(url);
        if disabled.is_some() || !events.contains(&event) {
            continue;
        }
        let data = if of_house {
            of_the_house(connection, job).await?
        } else {
            serde_json::to_value(whole(connection, job).await?)?
        };
        insert(connection, row, (job, event, at), &data).await?;
        told = true;
    }
    Ok(told)
}

async fn insert(
    connection: &mut SqliteConnection,
    webhook: &SqliteRow,
    (job, event, at): (JobId, WebhookEvent, Millis),
    data: &Value,
) -> anyhow::Result<()> {
    let timestamp = Timestamp::from_millisecond(at).context("no such time")?.to_string();
    let body = json!({ "type": event, "timestamp": timestamp, "data": data });
    sqlx::query(
        "INSERT INTO deliveries (id, principal, webhook, job, event, body, status, tries,
                                 attempts, created_at, next_at)
         VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, '[]', ?, ?)",
    )
    .bind(rows::id(Uuid::now_v7()))
    .bind(webhook.try_get::<Option<Vec<u8>>, _>("principal")?)
    .bind(webhook.try_get::<Vec<u8>, _>("id")?)
    .bind(rows::id(job.0))
    .bind(rows::word(&event)?)
    .bind(body.to_string())
    .bind(at)
    .bind(at)
    .execute(connection)
    .await
    .context("keeping what is to be told")?;
    Ok(())
}

/// The job as its owner sees it.
async fn whole(connection: &mut SqliteConnection, id: JobId) -> anyhow::Result<Job> {
    let outputs = sqlx::query("SELECT * FROM outputs WHERE job = ? ORDER BY place")
        .bind(rows::id(id.0))
        .fetch_all(&mut *connection)
        .await
        .context("reading outputs")?;
    let outputs = outputs.iter().map(outputs::shown).collect::<anyhow::Result<_>>()?;
    let row = sqlx::query("SELECT * FROM jobs WHERE id = ?")
        .bind(rows::id(id.0))
        .fetch_one(connection)
        .await
        .context("finding a job")?;
    jobs::read(&row, outputs)
}

/// The job as the host may see it: what was asked for is its owner's alone.
async fn of_the_house(connection: &mut SqliteConnection, id: JobId) -> anyhow::Result<Value> {
    let row = sqlx::query(
        "SELECT jobs.id, jobs.principal, people.name, jobs.workflow, jobs.status,
                jobs.created_at, jobs.backend
         FROM jobs LEFT JOIN people ON people.id = jobs.principal WHERE jobs.id = ?",
    )
    .bind(rows::id(id.0))
    .fetch_one(connection)
    .await
    .context("finding a job")?;
    let job: HouseJob = usage::house_job(&row)?;
    Ok(serde_json::to_value(job)?)
}
