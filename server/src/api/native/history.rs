//! `/history`: ComfyUI protocol notes §2 and §8.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use wire::JobStatus;

use super::body::Body;
use super::tell;
use super::words::Result;
use crate::app::App;
use crate::db::{NativeJob, Wanted};
use crate::extract::{GraphRunner, Path, Query};

/// Most jobs in one answer: it holds each with its graph.
const MOST: u32 = 1_000;

/// What is over.
pub(super) const OVER: [JobStatus; 4] =
    [JobStatus::Succeeded, JobStatus::Failed, JobStatus::Canceled, JobStatus::Expired];

/// Which part of the history.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    /// How many; the newest, when there are many.
    max_items: Option<i64>,
    /// Counted from the oldest. Without it the newest are meant.
    offset: Option<i64>,
}

/// `GET /history`, oldest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Query(part): Query<Part>,
) -> Result<Json<Map<String, Value>>> {
    let count = part.max_items.and_then(|count| u32::try_from(count).ok());
    let offset = part.offset.and_then(|offset| u32::try_from(offset).ok());
    let wanted = Wanted {
        statuses: Some(OVER.to_vec()),
        oldest_first: offset.is_some(),
        limit: count.unwrap_or(MOST).min(MOST),
        offset: offset.unwrap_or(0),
        ..Wanted::default()
    };
    let mut jobs = app.db.native_jobs(principal.id, &wanted).await?;
    if offset.is_none() {
        jobs.reverse();
    }
    Ok(Json(jobs.iter().map(entry).collect()))
}

/// `GET /history/{id}`: an empty object when it is not over, or not theirs.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(id): Path<String>,
) -> Result<Json<Map<String, Value>>> {
    let Ok(id) = id.parse() else { return Ok(Json(Map::new())) };
    let job = app.db.native_job(principal.id, id).await?;
    Ok(Json(job.iter().filter(|job| job.status.is_over()).map(entry).collect()))
}

/// `POST /history`: forgets some or all. What was made stays where it is.
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    body: Body,
) -> Result<StatusCode> {
    let named = (!body.is_set("clear")).then(|| body.jobs("delete"));
    app.db.forget_history(principal.id, named).await?;
    Ok(StatusCode::OK)
}

fn entry(job: &NativeJob) -> (String, Value) {
    (job.id.to_string(), tell::entry(job))
}
