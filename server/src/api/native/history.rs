//! `/history`: ComfyUI protocol notes §2 and §8.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Map, Value};
use wire::JobStatus;

use super::body;
use super::tell;
use super::words::Result;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::{NativeJob, Wanted};
use crate::extract::{GraphRunner, Path, Query};

/// Most jobs in one answer: as many as a ComfyUI remembers. Behind them one gets by `offset`.
const MOST: u32 = 10_000;

/// Jobs that are in memory at once, each with its graph.
const PAGE: u32 = 200;

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
) -> Result<Response> {
    let natural = |number: i64| u32::try_from(number).ok();
    let most = part.max_items.and_then(natural).unwrap_or(MOST).min(MOST);
    let first = if let Some(offset) = part.offset.and_then(natural) {
        offset
    } else {
        let total = app.db.count_native_jobs(principal.id, &over()).await?;
        u32::try_from(total).unwrap_or(u32::MAX).saturating_sub(most)
    };
    let pages = Pages { app, principal: principal.id, at: first, left: most, begun: false };
    // What goes wrong with the first can still be told.
    let Some((text, rest)) = pages.next().await? else { return Ok(json("{}")) };
    let begun = stream::once(async move { anyhow::Ok(text) });
    Ok(json(Body::from_stream(begun.chain(stream::try_unfold(rest, Pages::next)))))
}

fn json(body: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.into()).into_response()
}

fn over() -> Wanted {
    Wanted { statuses: Some(OVER.to_vec()), oldest_first: true, ..Wanted::default() }
}

/// What of a history is still to be told, as the text of one object.
struct Pages {
    app: Arc<App>,
    principal: PrincipalId,
    /// Counted from the oldest.
    at: u32,
    left: u32,
    begun: bool,
}

impl Pages {
    /// The next piece of the text; `None` behind its end.
    async fn next(mut self) -> anyhow::Result<Option<(String, Self)>> {
        let limit = self.left.min(PAGE);
        if limit == 0 && self.begun {
            return Ok(None);
        }
        let wanted = Wanted { limit, offset: self.at, ..over() };
        let jobs = self.app.db.native_jobs(self.principal, &wanted).await?;
        let mut text = String::from(if self.begun { "" } else { "{" });
        for (place, job) in jobs.iter().enumerate() {
            let (id, entry) = entry(job);
            let comma = if self.begun || place > 0 { "," } else { "" };
            write!(text, "{comma}\"{id}\":{entry}")?;
        }
        self.at += limit;
        // Fewer than there could be are the last.
        self.left = if jobs.len() < limit as usize { 0 } else { self.left - limit };
        if self.left == 0 {
            text.push('}');
        }
        self.begun = true;
        Ok(Some((text, self)))
    }
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
    body: body::Body,
) -> Result<StatusCode> {
    let named = (!body.is_set("clear")).then(|| body.jobs("delete"));
    app.db.forget_history(principal.id, named).await?;
    Ok(StatusCode::OK)
}

fn entry(job: &NativeJob) -> (String, Value) {
    (job.id.to_string(), tell::entry(job))
}
