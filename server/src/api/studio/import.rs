//! `POST /studio/import`: a file becomes a draft.

use std::sync::Arc;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use url::Url;
use wire::studio::{Bench, ImportFrom};

use crate::app::App;
use crate::error::{Error, Result};
use crate::extract::{Host, Json, Query};

/// Largest file that is read. A workflow has at most some megabytes, and the pictures and videos that
/// carry one have it near their ends.
const MAX_FILE: usize = 128 << 20;

/// How long a file may take to arrive.
const DEADLINE: std::time::Duration = std::time::Duration::from_mins(5);

/// What the file is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// The file is the body, of whatever type but a form.
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    _: Host,
    Query(Named { name }): Query<Named>,
    request: Request,
) -> Result<(StatusCode, axum::Json<Bench>)> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    // safety 18: another site's page can send these without asking first.
    if kind.is_some_and(|kind| {
        ["text/plain", "multipart/", "application/x-www-form"]
            .iter()
            .any(|form| kind.starts_with(form))
    }) {
        return Err(Error::UnsupportedMediaType(
            "send the file itself, with `Content-Type: application/octet-stream`".into(),
        ));
    }
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > MAX_FILE) {
        return Err(too_large());
    }
    let bytes = tokio::time::timeout(DEADLINE, whole(request.into_body()));
    let bytes = bytes.await.map_err(|_| Error::Timeout)??;
    let bench = app.studio.import(bytes, &name).await?;
    Ok((StatusCode::CREATED, axum::Json(bench)))
}

async fn whole(body: Body) -> Result<Bytes> {
    match Limited::new(body, MAX_FILE).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Error::BadRequest("the file did not arrive whole; send it again".into())),
    }
}

fn too_large() -> Error {
    let limit = MAX_FILE >> 20;
    Error::TooLarge(format!(
        "the file is larger than {limit} MB; save the workflow as JSON instead"
    ))
}

/// A file at an address, or what a job ran.
pub(crate) async fn import_from(
    State(app): State<Arc<App>>,
    Host(principal): Host,
    Json(from): Json<ImportFrom>,
) -> Result<(StatusCode, axum::Json<Bench>)> {
    let bench = match from {
        ImportFrom::Url(url) => {
            let fetched = app.fetcher.fetch(&url, MAX_FILE).await;
            let bytes = fetched.map_err(|error| Error::field("url", error.to_string()))?;
            let url = Url::parse(&url).context("it was fetched")?;
            let name = url.path_segments().and_then(Iterator::last).unwrap_or_default();
            app.studio.import(bytes, name).await?
        }
        ImportFrom::Job(id) => {
            let job = app.jobs.find(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
            let graph = app.jobs.graph(principal.id, id).await?.ok_or(Error::NotFound("job"))?;
            app.studio.import_graph(graph, &job.workflow_title).await?
        }
    };
    Ok((StatusCode::CREATED, axum::Json(bench)))
}
