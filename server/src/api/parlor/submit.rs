//! `POST /workflows/{slug}/jobs`: runs a workflow.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HeaderMap, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::{Inputs, Job, NewWebhook, Submit};

use super::content::{self, Content};
use super::inside::{self, Brought};
use super::lines::{Asked, Written};
use super::links::Links;
use super::repeat::{self, Asking};
use super::wishes::{Answer, Applied, LONGEST_WAIT, Wishes, about, at};
use super::{batches, events, workflows};
use crate::api::running::{self, Caller, beside_node};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::{Path, object_within};
use crate::jobs::{IdempotencyKey, SubmitError, Submitted, Terms, fingerprint};
use crate::people::Whence;
use crate::webhooks::told_too;

/// 202 at once, or 200 with the finished job when the caller waits for it; or what happens to it,
/// or what it makes, when the caller wants that. Of more than one job, their batch.
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(slug): Path<String>,
    (wishes, whence): (Wishes, Whence),
    request: Request,
) -> Result<Response> {
    let submit = object_within(request, inside::MOST_BYTES).await;
    let Submit { inputs, count, webhook, wait } =
        submit.map_err(|error| error.with_cure(inside::ELSEWHERE))?;
    if count != 1 {
        let asked = Asked { written: Written::Repeated { inputs, count }, webhook, wait };
        return batches::run(app, (principal, whence), (slug, asked), wishes).await;
    }
    let mut wishes = wishes.waiting(wait);
    let webhook = wishes.webhook(webhook)?;
    let hash = || told_too(fingerprint(&slug, &inputs), webhook.as_ref());
    let key = wishes.key.clone().map(|key| key.standing_for(hash));
    let mut asking = repeat::begin(&app, principal.id, key).await?;
    if wishes.answer == Answer::Job
        && let Some(answer) = asking.before()
    {
        return Ok(answer);
    }
    let before = match asking.job() {
        Some(job) => app.jobs.find(principal.id, job).await?,
        None => None,
    };
    let (job, replayed) = match before {
        Some(job) => (job, true),
        None => make(&app, (&principal, &whence), (&slug, inputs, webhook), &asking).await?,
    };
    match wishes.answer {
        Answer::Job => tell(asking, &principal, (job, replayed), &wishes).await,
        Answer::Output(place) => fetch(&app, &principal, (job, place, replayed), &wishes).await,
        Answer::Events => {
            // A stream may last: whoever asks again meanwhile gets one, too.
            drop(asking);
            let headers = about(location(&app, &job), Applied { wait: None, replayed });
            let stream = events::stream(State(app), principal, Path(job.id), HeaderMap::new());
            Ok((headers, stream.await?).into_response())
        }
    }
}

/// The job, and whether it was there already after all.
async fn make(
    app: &App,
    caller: Caller<'_>,
    (slug, mut inputs, webhook): (&str, Inputs, Option<NewWebhook>),
    asking: &Asking<'_>,
) -> Result<(Job, bool)> {
    let (principal, _) = caller;
    let workflow = workflows::find(app, principal, slug)?;
    let webhook = app.webhooks.for_jobs(principal, webhook).await?;
    let files = (&*workflow, &mut inputs, &mut Brought::default());
    let brought = inside::hand_in(app, caller, files).await;
    brought.map_err(|error| beside_node(&workflow, error))?;
    let terms = Terms { key: asking.key().map(IdempotencyKey::from), webhook };
    let submitted = running::start(app, caller, (slug, inputs), terms).await?;
    let Submitted { job, replayed, .. } = submitted;
    Ok((job, replayed))
}

/// The job as it is, or once it is over.
async fn tell(
    asking: Asking<'_>,
    principal: &Principal,
    (job, replayed): (Job, bool),
    wishes: &Wishes,
) -> Result<Response> {
    let app = asking.app();
    let job = match wishes.wait {
        Some(wait) => running::finished(app, principal, job.id, wait).await?,
        None => job,
    };
    let status = if job.status.is_over() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let headers = about(location(app, &job), Applied { wait: wishes.wait, replayed });
    let job = Links::new(app, principal).job(job);
    asking.answered((status, headers), &job).await
}

/// What the job makes in this place, or why it made nothing: either way of which job.
async fn fetch(
    app: &App,
    principal: &Principal,
    (job, place, replayed): (Job, usize, bool),
    wishes: &Wishes,
) -> Result<Response> {
    let wait = wishes.wait.unwrap_or(LONGEST_WAIT);
    let headers = about(location(app, &job), Applied { wait: Some(wait), replayed });
    let job = running::finished(app, principal, job.id, wait).await?;
    let output = output(app, principal, (&job, place)).await;
    let mut response = output.unwrap_or_else(|error| match wishes.key {
        // Whoever asks again waits for the same job.
        Some(_) => error.into_response(),
        None => error.after_job(),
    });
    response.headers_mut().extend(headers);
    Ok(response)
}

/// What the job made in this place.
async fn output(app: &App, principal: &Principal, (job, place): (&Job, usize)) -> Result<Response> {
    running::succeeded(job)?;
    let output = job.outputs.get(place).ok_or(Error::NotFound("output"))?;
    let row = running::made(app, principal, output.id).await?;
    let content = Content { hash: row.hash, mime: &row.mime, name: &row.name };
    content::serve(&app.files, &content, &HeaderMap::new()).await
}

fn location(app: &App, job: &Job) -> Option<(HeaderName, HeaderValue)> {
    at(app, &format!("jobs/{}", job.id))
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
            SubmitError::Refused(ref refusal) => {
                let node = refusal.node().map(str::to_owned);
                Self::BadInput { field: None, node, message: error.to_string() }
            }
            SubmitError::NotAllowed { ref node, .. } => {
                let node = Some(node.clone());
                Self::BadInput { field: None, node, message: error.to_string() }
            }
            SubmitError::TooCostly { .. }
            | SubmitError::Lacking { .. }
            | SubmitError::TooMuchAtOnce { .. }
            | SubmitError::IdempotencyConflict => Self::unusable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 5
    #[test]
    fn a_graph_is_refused_with_the_node_that_is_amiss() {
        let outside = SubmitError::NotAllowed { node: "12".into(), class: "Shell".into() };
        let faults = serde_json::json!({
            "error": { "type": "prompt_outputs_failed_validation" },
            "node_errors": { "7": { "errors": [{ "type": "required_input_missing" }] } },
        });
        let refused = SubmitError::Refused(serde_json::from_value(faults).unwrap());
        for (error, expected) in [(outside, "12"), (refused, "7")] {
            let error = Error::from(error);
            assert!(
                matches!(&error, Error::BadInput { node: Some(node), .. } if node == expected),
                "{error:?}"
            );
        }
    }
}
