//! The calls that scripts in front of a ComfyUI have always had: `POST /api` answers a picture,
//! `POST /api/generate` and `GET /api/status/{task_id}` a task. `ask` is what they send, `make`
//! makes it, or finds what was made of the very same; `batch` answers many prompts at once.

mod ask;
mod batch;
mod make;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json as Answer, Router};
use serde_json::{Value, json};
use wire::{Job, JobId, JobStatus, Output, OutputKind, Problem};

use super::running;
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::{Json, Path};
use crate::limits;
use crate::people::Whence;
use ask::Recipe;
use make::Made;

/// Longest that a picture is waited for; `Prefer: wait=` says how much shorter.
const DEADLINE: Duration = Duration::from_mins(5);
/// Longest name a program gives one of its users, in bytes.
const LONGEST_USER: usize = 256;

/// Whether the answer was made before.
const CACHE: HeaderName = HeaderName::from_static("x-cache");
const TASK: HeaderName = HeaderName::from_static("x-job-id");

/// What lies under `/api`, beside the other doors.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", post(picture))
        .route("/generate", post(generate))
        .route("/status/{task_id}", get(status))
        .layer(from_fn_with_state(Arc::clone(app), limits::gate))
}

/// Refusals as scripts read them.
pub(crate) fn said(problem: &Problem) -> Value {
    json!({ "success": false, "error": problem.detail, "field": problem.field })
}

/// Who waits, and until when.
type Waiting<'a> = (&'a Principal, Instant);

async fn picture(
    State(app): State<Arc<App>>,
    principal: Principal,
    (whence, headers): (Whence, HeaderMap),
    Json(recipe): Json<Recipe>,
) -> Result<Response> {
    check_open(&app)?;
    let until = Instant::now() + running::patience(&headers, DEADLINE);
    let (from, waiting) = ((&principal, &whence), (&principal, until));
    if !recipe.prompts.is_empty() {
        return batch::answer(&app, (from, waiting), &recipe).await;
    }
    let prepared = recipe.prepared(&app, &principal, recipe.prompt()?)?;
    let made = make::one(&app, from, (prepared, recipe.cache)).await?;
    let job = over(&app, waiting, made.job).await?;
    let (output, content) = running::content(&app, &principal, first(&job)?.id).await?;
    let mut headers = HeaderMap::new();
    let header = |text: &str| HeaderValue::from_str(text).map_err(anyhow::Error::from);
    headers.insert(CONTENT_TYPE, header(&output.mime)?);
    headers.insert(TASK, header(&job.id.to_string())?);
    headers.insert(CACHE, cache(made));
    Ok((headers, content).into_response())
}

/// That somebody is there to make a picture.
fn check_open(app: &App) -> Result<()> {
    let closed = Error::Unavailable("no ComfyUI answers now; try again soon");
    if app.backends.any_open() { Ok(()) } else { Err(closed) }
}

async fn generate(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    Json(recipe): Json<Recipe>,
) -> Result<Response> {
    check_open(&app)?;
    let user = recipe.user_id.as_deref().filter(|user| !user.is_empty());
    let user = user.ok_or_else(|| {
        Error::BadRequest("user_id is missing: say for whom of your users this is".into())
    })?;
    if user.len() > LONGEST_USER {
        return Err(Error::BadRequest(format!("user_id is longer than {LONGEST_USER} bytes")));
    }
    let prepared = recipe.prepared(&app, &principal, recipe.prompt()?)?;
    let made = make::one(&app, (&principal, &whence), (prepared, recipe.cache)).await?;
    app.db.set_recipe_user(made.job, user.to_owned()).await?;
    let message =
        if made.before { "The task was begun before." } else { "The task is in the queue." };
    let told = json!({
        "success": true, "task_id": made.job, "message": message, "cached": made.before,
    });
    Ok((StatusCode::ACCEPTED, [(CACHE, cache(made))], Answer(told)).into_response())
}

async fn status(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(task): Path<JobId>,
) -> Result<Answer<Value>> {
    let job = app.jobs.find(principal.id, task).await?.ok_or(Error::NotFound("task"))?;
    let mut told = json!({
        "task_id": job.id, "user_id": app.db.recipe_user(job.id).await?,
        "workflow": job.workflow, "inputs": job.inputs, "status": job.status,
        "created_at": job.created_at, "started_at": job.started_at, "finished_at": job.finished_at,
        "progress": job.progress.as_ref().map(|progress| progress.fraction),
        "position": job.position,
        "error": job.failure.as_ref().map(|failure| &failure.message),
    });
    if job.status == JobStatus::Succeeded {
        let link = |output: &Output| {
            let url = running::link(&app, &principal, output);
            json!({ "url": url, "filename": output.name, "mime": output.mime, "bytes": output.bytes })
        };
        told["outputs"] = job.outputs.iter().map(link).collect();
    }
    Ok(Answer(told))
}

fn cache(made: Made) -> HeaderValue {
    HeaderValue::from_static(if made.before { "HIT" } else { "MISS" })
}

async fn over(app: &App, (principal, until): Waiting<'_>, job: JobId) -> Result<Job> {
    let left = until.saturating_duration_since(Instant::now());
    let job = running::finished(app, principal, job, left).await?;
    running::succeeded(&job)?;
    Ok(job)
}

fn first(job: &Job) -> Result<&Output> {
    let image = job.outputs.iter().find(|output| output.kind == OutputKind::Image);
    image.ok_or(Error::NotFound("picture among what the workflow makes"))
}
