//! `/studio/workflows`: drafts, versions, and what guests run.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use wire::studio::{Bench, Difference, Publish, SaveDraft, StudioEntry, VersionInfo};

use crate::app::App;
use crate::error::Result;
use crate::extract::{Host, Json, Path, Query};
use crate::people::Whence;

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _: Host,
) -> Result<axum::Json<Vec<StudioEntry>>> {
    Ok(axum::Json(app.studio.list().await?))
}

pub(crate) async fn open(
    State(app): State<Arc<App>>,
    _: Host,
    Path(slug): Path<String>,
) -> Result<axum::Json<Bench>> {
    Ok(axum::Json(app.studio.open(&slug).await?))
}

pub(crate) async fn save(
    State(app): State<Arc<App>>,
    _: Host,
    Path(slug): Path<String>,
    Json(draft): Json<SaveDraft>,
) -> Result<axum::Json<Bench>> {
    Ok(axum::Json(app.studio.save(&slug, draft).await?))
}

pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Host(host): Host,
    Path(slug): Path<String>,
    whence: Whence,
) -> Result<StatusCode> {
    app.studio.delete(&slug).await?;
    app.people.did("workflow_deleted", (&host, &whence), &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 204 when nothing is left of the workflow.
pub(crate) async fn drop_draft(
    State(app): State<Arc<App>>,
    _: Host,
    Path(slug): Path<String>,
) -> Result<Response> {
    Ok(match app.studio.drop_draft(&slug).await? {
        Some(bench) => axum::Json(bench).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    Host(host): Host,
    Path(slug): Path<String>,
    whence: Whence,
    Json(Publish { revision }): Json<Publish>,
) -> Result<axum::Json<Bench>> {
    let bench = app.studio.publish(&slug, revision).await?;
    let about = version(&slug, bench.entry.newest);
    app.people.did("workflow_published", (&host, &whence), &about).await?;
    Ok(axum::Json(bench))
}

pub(crate) async fn hide(
    State(app): State<Arc<App>>,
    Host(host): Host,
    Path(slug): Path<String>,
    whence: Whence,
) -> Result<axum::Json<Bench>> {
    let bench = app.studio.show(&slug, None).await?;
    app.people.did("workflow_hidden", (&host, &whence), &slug).await?;
    Ok(axum::Json(bench))
}

/// As it is written down.
fn version(slug: &str, number: u32) -> String {
    format!("{slug}, version {number}")
}

pub(crate) async fn versions(
    State(app): State<Arc<App>>,
    _: Host,
    Path(slug): Path<String>,
) -> Result<axum::Json<Vec<VersionInfo>>> {
    Ok(axum::Json(app.studio.versions(&slug).await?))
}

/// Rolls back, or forward.
pub(crate) async fn show_version(
    State(app): State<Arc<App>>,
    Host(host): Host,
    Path((slug, number)): Path<(String, u32)>,
    whence: Whence,
) -> Result<axum::Json<Bench>> {
    let bench = app.studio.show(&slug, Some(number)).await?;
    let about = version(&slug, number);
    app.people.did("workflow_rolled_back", (&host, &whence), &about).await?;
    Ok(axum::Json(bench))
}

pub(crate) async fn take_up(
    State(app): State<Arc<App>>,
    _: Host,
    Path((slug, number)): Path<(String, u32)>,
) -> Result<axum::Json<Bench>> {
    Ok(axum::Json(app.studio.take_up(&slug, number).await?))
}

/// Which two; without `to` the draft is the other.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    from: u32,
    to: Option<u32>,
}

pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    _: Host,
    Path(slug): Path<String>,
    Query(Pair { from, to }): Query<Pair>,
) -> Result<axum::Json<Vec<Difference>>> {
    Ok(axum::Json(app.studio.compare(&slug, (from, to)).await?))
}
