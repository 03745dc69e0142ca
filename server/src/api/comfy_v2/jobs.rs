//! `/jobs/{id}`: how a job fares, what it runs, and how to stop it.

use std::sync::Arc;

use axum::extract::State;
use comfy::Graph;
use serde_json::{Value, json};
use wire::{Job, JobId};

use super::links::Links;
use super::refusal::Refused;
use super::shapes::{self, JobObject};
use crate::api::parlor;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::extract::Path;

/// `GET /jobs/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    links: Links,
    Path(id): Path<JobId>,
) -> Result<axum::Json<JobObject>, Refused> {
    let job = app.jobs.find(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
    told(&app, &principal, (&job, &links)).await
}

/// `POST /jobs/{id}/cancel`: how it is then.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    principal: Principal,
    links: Links,
    Path(id): Path<JobId>,
) -> Result<axum::Json<JobObject>, Refused> {
    let job = app.jobs.cancel(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
    told(&app, &principal, (&job, &links)).await
}

/// `GET /jobs/{id}/workflow`: the graph as it was run.
pub(super) async fn workflow(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<JobId>,
) -> Result<axum::Json<Value>, Refused> {
    let graph = parlor::jobs::graph_of(&app, &principal, id).await?;
    Ok(axum::Json(json!({ "workflow": graph, "format": "api" })))
}

async fn told(
    app: &App,
    principal: &Principal,
    (job, links): (&Job, &Links),
) -> Result<axum::Json<JobObject>, Refused> {
    // Whatever began tells of nodes: how many there are, and of one its class.
    let named = job.progress.is_some() || job.failure.is_some();
    let graph = match app.jobs.running_graph(job.id) {
        Some(graph) => Some(graph),
        None if named => graph(app, principal, job.id).await?.map(Arc::new),
        None => None,
    };
    Ok(axum::Json(shapes::job(job, graph.as_deref(), (links, principal.id))))
}

/// What the job runs, for the names of its nodes' classes.
pub(super) async fn graph(
    app: &App,
    principal: &Principal,
    id: JobId,
) -> anyhow::Result<Option<Graph>> {
    let graph = app.jobs.graph(principal.id, id).await?;
    Ok(graph.and_then(|graph| Graph::parse(&graph).ok()))
}
