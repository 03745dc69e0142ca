//! The calls that scripts in front of a ComfyUI have always had: `POST /api` answers a picture,
//! `POST /api/generate` and `GET /api/status/{task_id}` a task.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json as Answer, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Inputs, Job, JobId, JobStatus, Output, OutputKind, Problem};

use super::running::{self, Caller};
use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::{Json, Path};
use crate::jobs::IdempotencyKey;
use crate::limits;
use crate::people::Whence;
use crate::workflows::Wish;

/// Longest that a picture is waited for.
const DEADLINE: Duration = Duration::from_mins(5);
/// Most prompts of one batch.
const MOST: usize = 64;
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

/// What a script sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    #[serde(default)]
    prompt: Option<String>,
    /// Instead of one: a picture of each.
    #[serde(default)]
    prompts: Vec<String>,
    #[serde(default)]
    negative_prompt: Option<String>,
    #[serde(default)]
    cfg_scale: Option<f64>,
    #[serde(default)]
    steps: Option<i64>,
    /// A workflow, the host's name for one, or a checkpoint of the usual workflow.
    #[serde(default)]
    model: Option<String>,
    /// Left out or below zero: a new one.
    #[serde(default)]
    seed: Option<i64>,
    #[serde(default)]
    width: Option<u32>,
    #[serde(default)]
    height: Option<u32>,
    /// Whether a picture will do that was made of the very same.
    #[serde(default)]
    cache: bool,
    /// Whom of its users a program asks for.
    #[serde(default)]
    user_id: Option<String>,
}

/// A recipe, as a workflow and what goes into its fields.
struct Prepared {
    slug: String,
    inputs: Inputs,
    cache: bool,
}

impl Recipe {
    fn prepared(&self, app: &App, principal: &Principal, prompt: &str) -> Result<Prepared> {
        let named = running::workflow(app, principal, self.model.as_deref());
        let (workflow, model) = match (named, &self.model) {
            (Err(Error::NotFound(_)), Some(model)) => {
                (running::workflow(app, principal, None)?, Some(model.clone()))
            }
            (named, _) => (named?, None),
        };
        let wish = Wish {
            prompt: Some(prompt.to_owned()),
            negative: self.negative_prompt.clone(),
            steps: self.steps,
            guidance: self.cfg_scale,
            seed: self.seed.and_then(|seed| seed.try_into().ok()),
            width: self.width,
            height: self.height,
            model,
            ..Wish::default()
        };
        let inputs = workflow.granting(wish)?;
        Ok(Prepared { slug: workflow.slug().to_owned(), inputs, cache: self.cache })
    }

    /// The only prompt, which must say something.
    fn prompt(&self) -> Result<&str> {
        let prompt = self.prompt.as_deref().filter(|prompt| !prompt.trim().is_empty());
        prompt.ok_or_else(|| Error::BadRequest("prompt is missing: say what to make".into()))
    }
}

async fn picture(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    Json(recipe): Json<Recipe>,
) -> Result<Response> {
    if !app.backends.any_open() {
        return Err(Error::Unavailable("no ComfyUI answers now; try again soon"));
    }
    let from = (&principal, &whence);
    if !recipe.prompts.is_empty() {
        return batch(&app, from, &recipe).await;
    }
    let prepared = recipe.prepared(&app, &principal, recipe.prompt()?)?;
    let (job, made_before) = start(&app, from, prepared).await?;
    let job = over(&app, &principal, job).await?;
    let (output, content) = running::content(&app, &principal, first(&job)?.id).await?;
    let mut headers = HeaderMap::new();
    let header = |text: &str| HeaderValue::from_str(text).map_err(anyhow::Error::from);
    headers.insert(CONTENT_TYPE, header(&output.mime)?);
    headers.insert(TASK, header(&job.id.to_string())?);
    headers.insert(CACHE, HeaderValue::from_static(if made_before { "HIT" } else { "MISS" }));
    Ok((headers, content).into_response())
}

/// A picture for each prompt, in their order; all are in the queue before one is waited for.
async fn batch(app: &App, from: Caller<'_>, recipe: &Recipe) -> Result<Response> {
    let (principal, _) = from;
    if recipe.prompts.len() > MOST || recipe.prompt.is_some() {
        let why = format!("send one prompt, or up to {MOST} prompts");
        return Err(Error::BadRequest(why));
    }
    let mut jobs = Vec::new();
    for prompt in &recipe.prompts {
        let prepared = recipe.prepared(app, principal, prompt)?;
        jobs.push((prompt, start(app, from, prepared).await?));
    }
    let mut images = Vec::new();
    for (prompt, (job, made_before)) in jobs {
        let id = job.id;
        images.push(match told(app, principal, job).await {
            Ok((mime, image)) => json!({
                "prompt": prompt, "task_id": id, "mime": mime, "image": image, "cached": made_before,
            }),
            Err(error) => json!({ "prompt": prompt, "task_id": id, "error": error.to_string() }),
        });
    }
    Ok(Answer(json!({ "success": true, "images": images })).into_response())
}

/// Type and base64 of the picture of one job.
async fn told(app: &App, principal: &Principal, job: Job) -> Result<(String, String)> {
    let job = over(app, principal, job).await?;
    let (output, content) = running::content(app, principal, first(&job)?.id).await?;
    Ok((output.mime, BASE64_STANDARD.encode(content)))
}

async fn generate(
    State(app): State<Arc<App>>,
    principal: Principal,
    whence: Whence,
    Json(recipe): Json<Recipe>,
) -> Result<Response> {
    let user = recipe.user_id.as_deref().filter(|user| !user.is_empty());
    let user = user.ok_or_else(|| {
        Error::BadRequest("user_id is missing: say for whom of your users this is".into())
    })?;
    if user.len() > LONGEST_USER {
        return Err(Error::BadRequest(format!("user_id is longer than {LONGEST_USER} bytes")));
    }
    let prepared = recipe.prepared(&app, &principal, recipe.prompt()?)?;
    let (job, _) = start(&app, (&principal, &whence), prepared).await?;
    app.db.set_recipe_user(job.id, user.to_owned()).await?;
    let message = "The task is in the queue.";
    let told = json!({ "success": true, "task_id": job.id, "message": message });
    Ok((StatusCode::ACCEPTED, Answer(told)).into_response())
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

/// The job, and whether it was made for the very same before.
async fn start(app: &App, from: Caller<'_>, prepared: Prepared) -> Result<(Job, bool)> {
    let Prepared { slug, inputs, cache } = prepared;
    if cache {
        let key = Some(same(&slug, &inputs));
        let submitted = running::start(app, from, (&slug, inputs.clone()), key).await?;
        let failed = submitted.job.status.is_over() && submitted.job.status != JobStatus::Succeeded;
        if !(submitted.replayed && failed) {
            return Ok((submitted.job, submitted.replayed));
        }
    }
    Ok((running::start(app, from, (&slug, inputs), None).await?.job, false))
}

/// What repeats of the same are known by, for a day.
fn same(slug: &str, inputs: &Inputs) -> IdempotencyKey {
    let sorted: std::collections::BTreeMap<_, _> = inputs.iter().collect();
    let text = json!([slug, sorted]).to_string();
    let key = format!("recipe-{}", blake3::hash(text.as_bytes()).to_hex());
    IdempotencyKey::parse(&key).expect("it is letters and digits")
}

async fn over(app: &App, principal: &Principal, job: Job) -> Result<Job> {
    let job = running::finished(app, principal, job.id, DEADLINE).await?;
    running::succeeded(&job)?;
    Ok(job)
}

fn first(job: &Job) -> Result<&Output> {
    let image = job.outputs.iter().find(|output| output.kind == OutputKind::Image);
    image.ok_or(Error::NotFound("picture among what the workflow makes"))
}
