//! `GET /workflows`, `GET /workflows/{slug}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::WorkflowSummary;

use crate::app::App;
use crate::auth::Principal;
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::site::is_known;

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _: Principal,
) -> axum::Json<Vec<WorkflowSummary>> {
    axum::Json(app.workflows.list().iter().map(|one| one.about().clone()).collect())
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _: Principal,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let published = app.workflows.get(&slug).ok_or(Error::NotFound("workflow"))?;
    let usual_ms = app.jobs.usual_ms(&slug, published.version()).await?;
    let definitions = app.backends.definitions();
    let form = published.form(&definitions.iter().map(AsRef::as_ref).collect::<Vec<_>>(), usual_ms);
    let body = serde_json::to_vec(&form).map_err(anyhow::Error::from)?;
    let etag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..20]);
    let about = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, HeaderValue::from_str(&etag).expect("hex digits are a header value")),
    ];
    if is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, body).into_response())
}
