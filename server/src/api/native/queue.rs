//! `/queue`, `/interrupt`, and the count that `GET /prompt` gives: ComfyUI
//! protocol notes §2 and §8. All of it is about the caller's own jobs.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use comfy::message::ServerStatus;
use serde_json::{Value, json};
use wire::{JobId, JobStatus};

use super::body::{self, Body};
use super::tell;
use super::words::Result;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::{NativeJob, Wanted};
use crate::extract::GraphRunner;

/// Most jobs that are listed.
const MOST: u32 = 10_000;

const RUNNING: [JobStatus; 2] = [JobStatus::Running, JobStatus::Canceling];

/// `GET /prompt`
pub(super) async fn count(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
) -> Json<ServerStatus> {
    let status = comfy::message::Status::of(app.hub.unfinished(principal.id));
    Json(status.status)
}

/// `GET /queue`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
) -> Result<Json<Value>> {
    let items = |jobs: Vec<NativeJob>| jobs.iter().map(tell::item).collect::<Vec<_>>();
    let running = items(unfinished(&app, principal.id, &RUNNING).await?);
    let pending = items(unfinished(&app, principal.id, &[JobStatus::Queued]).await?);
    Ok(Json(json!({ "queue_running": running, "queue_pending": pending })))
}

/// `POST /queue`: drops some or all of what waits.
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    body: Body,
) -> Result<StatusCode> {
    let named = body.jobs("delete");
    for job in unfinished(&app, principal.id, &[JobStatus::Queued]).await? {
        if body.is_set("clear") || named.contains(&job.id) {
            app.jobs.cancel(principal.id, job.id).await?;
        }
    }
    Ok(StatusCode::OK)
}

/// `POST /interrupt`: stops what runs, or the one that is named. A body that says
/// nothing means all.
pub(super) async fn interrupt(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    request: Request,
) -> Result<StatusCode> {
    let said = body::value(request).await.unwrap_or_default();
    let named = said.get("prompt_id").filter(|id| !id.is_null());
    for job in unfinished(&app, principal.id, &RUNNING).await? {
        if named.is_none_or(|id| is(id, job.id)) {
            app.jobs.cancel(principal.id, job.id).await?;
        }
    }
    Ok(StatusCode::OK)
}

fn is(said: &Value, job: JobId) -> bool {
    said.as_str().and_then(|text| text.parse().ok()) == Some(job)
}

async fn unfinished(
    app: &App,
    principal: PrincipalId,
    statuses: &[JobStatus],
) -> Result<Vec<NativeJob>> {
    let wanted = Wanted {
        statuses: Some(statuses.to_vec()),
        oldest_first: true,
        limit: MOST,
        ..Wanted::default()
    };
    Ok(app.db.native_jobs(principal, &wanted).await?)
}
