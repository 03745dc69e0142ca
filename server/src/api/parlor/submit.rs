//! `POST /workflows/{slug}/jobs`: runs a workflow.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::header::{ACCEPT, HeaderMap, HeaderName, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::{Job, Submit};

use super::content::{self, Content};
use super::inside::{self, Brought};
use super::links::Links;
use super::repeat::{self, REPLAYED};
use super::{batches, events, lines, workflows};
use crate::api::running;
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::{Json, Path, Query};
use crate::jobs::{IdempotencyKey, SubmitError, Submitted, Terms, fingerprint};
use crate::people::Whence;
use crate::webhooks::told_too;

/// Longest that an answer may wait for the job, in seconds.
const LONGEST_WAIT: u64 = 600;

pub(super) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How the caller wants the job to be taken.
#[derive(Debug)]
pub(crate) struct Wishes {
    /// Answer with the finished job, if it takes no longer than this.
    pub(super) wait: Option<Duration>,
    /// Asking twice with the same key makes one job.
    pub(super) key: Option<IdempotencyKey>,
    pub(super) answer: Answer,
}

/// What the caller wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Job,
    /// What happens to it, as server-sent events.
    Events,
    /// So many places behind the first of what it makes, itself.
    Output(usize),
}

/// 202 at once, or 200 with the finished job when the caller waits for it; or what happens to it,
/// or what it makes, when the caller wants that. Of more than one job, their batch.
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(slug): Path<String>,
    (wishes, whence): (Wishes, Whence),
    Json(submit): Json<Submit>,
) -> Result<Response> {
    let workflow = workflows::find(&app, &principal, &slug)?;
    let webhook = app.webhooks.for_jobs(&principal, submit.webhook).await?;
    if submit.count != 1 {
        let lines = lines::repeated(&workflow, &submit.inputs, submit.count)?;
        return batches::run(app, (principal, whence), (&workflow, lines), (wishes, webhook)).await;
    }
    let (caller, mut inputs) = ((&principal, &whence), submit.inputs);
    let hash = || told_too(fingerprint(&slug, &inputs), webhook.as_ref());
    let key = wishes.key.map(|key| key.standing_for(hash));
    let mut asking = repeat::begin(&app, principal.id, key).await?;
    // Of streams and files nothing is kept but what they are made of, which is the same.
    if wishes.answer == Answer::Job
        && let Some(answer) = asking.before()
    {
        return Ok(answer);
    }
    inside::hand_in(&app, caller, (&workflow, &mut inputs, &mut Brought::default())).await?;
    let terms = Terms { key: asking.key().map(IdempotencyKey::from), webhook };
    let submitted = running::start(&app, caller, (&slug, inputs), terms).await?;
    let Submitted { mut job, replayed, .. } = submitted;
    match wishes.answer {
        Answer::Job => (),
        Answer::Events => {
            drop(asking);
            let stream = events::stream(State(app), principal, Path(job.id), HeaderMap::new());
            return Ok(stream.await?.into_response());
        }
        Answer::Output(place) => {
            let wait = wishes.wait.unwrap_or(Duration::from_secs(LONGEST_WAIT));
            job = running::finished(&app, &principal, job.id, wait).await?;
            return output(&app, &principal, (&job, place)).await;
        }
    }
    if let Some(wait) = wishes.wait {
        job = running::finished(&app, &principal, job.id, wait).await?;
    }
    let status = if job.status.is_over() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let headers = about(location(&app, &job), &Applied { wait: wishes.wait, replayed });
    let job = Links::new(&app, &principal).job(job);
    asking.answered((status, headers), &job).await
}

/// What the job made in this place.
async fn output(app: &App, principal: &Principal, (job, place): (&Job, usize)) -> Result<Response> {
    running::succeeded(job)?;
    let output = job.outputs.get(place).ok_or(Error::NotFound("output"))?;
    let row = running::made(app, principal, output.id).await?;
    let content = Content { hash: row.hash, mime: &row.mime, name: &row.name };
    let mut response = content::serve(&app.files, &content, &HeaderMap::new()).await?;
    response.headers_mut().extend(location(app, job));
    Ok(response)
}

fn location(app: &App, job: &Job) -> Option<(HeaderName, HeaderValue)> {
    at(app, &format!("jobs/{}", job.id))
}

/// Where something is that was made.
pub(super) fn at(app: &App, path: &str) -> Option<(HeaderName, HeaderValue)> {
    let location = format!("{}api/parlor/v1/{path}", app.config.base_path());
    Some((LOCATION, HeaderValue::from_str(&location).ok()?))
}

/// What was done of what the caller wished.
pub(super) struct Applied {
    pub(super) wait: Option<Duration>,
    pub(super) replayed: bool,
}

/// What is said beside the answer.
pub(super) fn about(location: Option<(HeaderName, HeaderValue)>, applied: &Applied) -> HeaderMap {
    let mut headers = HeaderMap::from_iter(location);
    let preference = match applied.wait {
        Some(wait) => format!("wait={}", wait.as_secs()),
        None => "respond-async".into(),
    };
    let preference = HeaderValue::from_str(&preference).expect("digits are a header value");
    headers.insert(PREFERENCE_APPLIED, preference);
    if applied.replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    headers
}

#[derive(Debug, Deserialize)]
struct WishQuery {
    wait: Option<u64>,
    output: Option<usize>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wishes {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Query(query) = Query::<WishQuery>::from_request_parts(parts, state).await?;
        let seconds = query.wait.or_else(|| preferred_wait(&parts.headers));
        let wait = seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST_WAIT)));
        let key = parts.headers.get("idempotency-key").map(idempotency_key).transpose()?;
        let answer = query.output.map_or_else(|| accepted(&parts.headers), Answer::Output);
        Ok(Self { wait: wait.filter(|wait| !wait.is_zero()), key, answer })
    }
}

/// What is accepted first.
fn accepted(headers: &HeaderMap) -> Answer {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    match accept.split([',', ';']).next().map(str::trim) {
        Some("text/event-stream") => Answer::Events,
        Some(first) if first.starts_with("image/") => Answer::Output(0),
        _ => Answer::Job,
    }
}

/// The seconds of `Prefer: wait=…` (RFC 7240).
pub(in crate::api) fn preferred_wait(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all("prefer").into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split([',', ';']))
        .filter_map(|preference| preference.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
}

fn idempotency_key(value: &HeaderValue) -> Result<IdempotencyKey> {
    let key = value.to_str().unwrap_or_default();
    IdempotencyKey::parse(key).ok_or_else(|| {
        Error::BadRequest("an Idempotency-Key is 1 to 255 visible ASCII characters".into())
    })
}

impl From<SubmitError> for Error {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NoSuchWorkflow => Self::NotFound("workflow"),
            SubmitError::Field { field, message } => Self::field(field, message),
            SubmitError::QueueFull { retry_after } => {
                Self::TooMany { message: error.to_string(), retry_after }
            }
            SubmitError::Closed => Self::Unavailable(
                "the workshop is closed, and without every file this can be prepared only when it \
                 opens; choose a file, or try again soon",
            ),
            SubmitError::Opening => Self::Unavailable(
                "the workshop is opening, and it is not known yet what it has; try again in a moment",
            ),
            SubmitError::Storage(cause) => Self::Internal(cause),
            SubmitError::TooCostly { .. }
            | SubmitError::Lacking { .. }
            | SubmitError::Refused(_)
            | SubmitError::NotAllowed { .. }
            | SubmitError::TooMuchAtOnce { .. }
            | SubmitError::IdempotencyConflict => {
                Self::BadInput { field: None, message: error.to_string() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_found_among_other_preferences() {
        for (prefer, seconds) in [
            ("wait=10", Some(10)),
            ("respond-async, wait=10", Some(10)),
            ("handling=strict; Wait = \"7\"", Some(7)),
            ("respond-async", None),
            ("wait=soon", None),
        ] {
            let headers = [("prefer".parse().unwrap(), prefer.parse().unwrap())];
            assert_eq!(preferred_wait(&headers.into_iter().collect()), seconds, "{prefer}");
        }
    }
}
