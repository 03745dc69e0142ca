//! `POST /run`: the body is the graph itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use wire::{Job, JobStatus};

use super::follow::Follow;
use super::order::{self, From, Wishes};
use crate::api::native::words::{Refused, Result};
use crate::api::running;
use crate::app::App;
use crate::extract::{GraphRunner, Query, json_within};
use crate::people::Whence;

/// Longest that an answer waits for its job; `Prefer: wait=` says how much shorter.
const LONGEST: Duration = Duration::from_mins(10);

/// Longest name of a task, in bytes.
const LONGEST_TASK: usize = 255;

const INVOCATION: HeaderName = HeaderName::from_static("x-fc-invocation-type");
const TASK: HeaderName = HeaderName::from_static("x-fc-trace-id");
const REQUEST: HeaderName = HeaderName::from_static("x-fc-request-id");

/// The results when it is over, everything as it happens, or 202 at once.
pub(super) async fn run(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    whence: Whence,
    Query(wishes): Query<Wishes>,
    request: Request,
) -> Result<Response> {
    wishes.check(&app)?;
    let (is_async, task) = (is_async(request.headers()), task(request.headers())?);
    let patience = running::patience(request.headers(), LONGEST);
    let body = json_within(request, order::longest(&app)).await?;
    let from = From { app, principal, address: whence.hash };
    if is_async {
        return begin_task(&from, &body, (wishes, task)).await;
    }
    let follow = Follow::begin(from, &body, wishes).await?;
    if wishes.stream {
        return Ok(streamed(follow));
    }
    let job = follow.job;
    match tokio::time::timeout(patience, whole(follow)).await {
        Ok(answer) => answer,
        Err(_) => Err(Refused::Sentence(
            StatusCode::GATEWAY_TIMEOUT,
            json!({ "error": "it takes longer than is waited for; ask for its status",
                    "prompt_id": job }),
        )),
    }
}

/// The last message, once there is one.
async fn whole(mut follow: Follow) -> Result<Response> {
    let mut last = None;
    while let Some(message) = follow.next().await? {
        last = Some(message);
    }
    match (last, &follow.over) {
        (Some(last), Some(job)) => Ok((status(job), axum::Json(last)).into_response()),
        _ => Err(follow.broken_off().into()),
    }
}

/// A run that failed is no success, though its answer says the same as ever.
fn status(job: &Job) -> StatusCode {
    match job.status {
        JobStatus::Succeeded => StatusCode::OK,
        JobStatus::Canceled => StatusCode::CONFLICT,
        _ => StatusCode::BAD_GATEWAY,
    }
}

fn streamed(follow: Follow) -> Response {
    let events = stream::unfold(follow, |mut follow| async {
        // A failure here is logged where it happens; the status can be asked for.
        let message = follow.next().await.unwrap_or_default()?;
        let event = sse::Event::default().data(message.to_string());
        Some((Ok::<_, Infallible>(event), follow))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// 202, now or when the same task was begun before.
async fn begin_task(
    from: &From,
    body: &Value,
    (wishes, task): (Wishes, Option<String>),
) -> Result<Response> {
    let (app, owner) = (&from.app, from.principal.id);
    let known = match &task {
        Some(task) => app.db.task(owner, task).await?,
        None => None,
    };
    let job = match known {
        Some((job, _)) => job,
        None => order::begin(from, body, (&order::client(), task.as_deref())).await?,
    };
    let task = task.unwrap_or_else(|| job.to_string());
    let kept = serde_json::to_value(wishes).map_err(anyhow::Error::from)?;
    app.db.add_task((owner, task.clone()), (job, kept)).await?;
    // Of two at once the first has given the task its job.
    let named = app.db.task(owner, &task).await?;
    let job = named.map_or(job, |(job, _)| job);
    let request = HeaderValue::from_str(&task).map_err(anyhow::Error::from)?;
    let body = axum::Json(json!({ "task_id": task, "prompt_id": job }));
    Ok((StatusCode::ACCEPTED, [(REQUEST, request)], body).into_response())
}

fn is_async(headers: &HeaderMap) -> bool {
    let kind = headers.get(INVOCATION).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("async"))
}

/// What the caller calls it.
fn task(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(task) = headers.get(TASK) else { return Ok(None) };
    let is_visible = |task: &&str| task.bytes().all(|byte| byte.is_ascii_graphic());
    let fits = |task: &&str| (1..=LONGEST_TASK).contains(&task.len());
    let task = task.to_str().ok().filter(fits).filter(is_visible);
    let bad = || Refused::invalid("x-fc-trace-id is 1 to 255 visible ASCII characters");
    task.map(|task| Some(task.to_owned())).ok_or_else(bad)
}
