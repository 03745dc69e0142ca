//! `/jobs`: what was made, what is being made, and how to stop or delete it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use wire::{BatchId, Job, JobId, JobList, JobStatus, Metadata};

use super::links::Links;
use crate::app::App;
use crate::auth::Principal;
use crate::db::JobFilter;
use crate::error::{Error, Result};
use crate::extract::{Path, Query};

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// To whoever turns to a page that none of ours leads to.
pub(in crate::api) const NO_CURSOR: &str =
    "this cursor is none of ours: send `next` of the page before, or none";

const CLOSED: &str = "this graph holds more than the workflow's form shows: sign in as the owner \
                      or as a member with the grant `graph` or `studio`, or ask the owner to keep \
                      metadata in what the workflow makes";

/// Which jobs to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    workflow: Option<String>,
    status: Option<JobStatus>,
    q: Option<String>,
    favourite: Option<bool>,
    batch: Option<BatchId>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    principal: Principal,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<JobList>> {
    if wanted.cursor.as_deref().is_some_and(|cursor| cursor.parse::<JobId>().is_err()) {
        return Err(Error::BadRequest(NO_CURSOR.into()));
    }
    let filter = JobFilter {
        workflow: wanted.workflow,
        status: wanted.status,
        q: wanted.q,
        favourite: wanted.favourite,
        batch: wanted.batch,
        cursor: wanted.cursor,
        limit: wanted.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE),
    };
    let jobs = app.jobs.list(principal.id, &filter).await?;
    Ok(axum::Json(Links::new(&app, &principal).list(jobs)))
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Job>> {
    answer(&app, &principal, app.jobs.find(principal.id, id).await?)
}

pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Job>> {
    answer(&app, &principal, app.jobs.cancel(principal.id, id).await?)
}

pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<StatusCode> {
    let deleted = app.jobs.delete(principal.id, id).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound("job")) }
}

pub(crate) async fn favour(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Job>> {
    answer(&app, &principal, app.jobs.set_favourite(principal.id, id, true).await?)
}

pub(crate) async fn unfavour(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Job>> {
    answer(&app, &principal, app.jobs.set_favourite(principal.id, id, false).await?)
}

/// The graph that was run, in ComfyUI's API format: one of somebody's own as they sent it.
///
/// It also holds what the workflow's form does not show, hidden prompts for
/// one: for guests only where the files themselves say all of it.
pub(crate) async fn graph(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Value>> {
    graph_of(&app, &principal, id).await.map(axum::Json)
}

/// The graph of a job, for whoever may see it.
pub(in crate::api) async fn graph_of(app: &App, principal: &Principal, id: JobId) -> Result<Value> {
    let handling = app.jobs.handling(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
    let is_told = handling.metadata == Metadata::Kept;
    if !is_told && !principal.may_run_graphs() && !principal.may_use_studio() {
        return Err(Error::Forbidden(CLOSED));
    }
    let graph = app.jobs.graph_as_sent(principal.id, id).await?;
    graph.ok_or(Error::NotFound("job"))
}

fn answer(app: &App, principal: &Principal, job: Option<Job>) -> Result<axum::Json<Job>> {
    let job = job.ok_or(Error::NotFound("job"))?;
    Ok(axum::Json(Links::new(app, principal).job(job)))
}
