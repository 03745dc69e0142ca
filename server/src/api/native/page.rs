//! ComfyUI's own page, at `/comfy/`: the files of the folder that the
//! configuration names, for those who may run graphs. None of them is ours.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;

use super::words::{Refused, Result};
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::extract::{Arrival, Path};
use crate::frontend::Frontend;
use crate::site;

/// It makes code of texts, and styles where it needs them. It reaches nothing but
/// this house, and no other page may hold it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; \
     font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; \
     base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
);

/// Names that carry the hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// `GET /comfy`: the page finds its files beside its own address.
pub(super) async fn whole_address(State(app): State<Arc<App>>) -> Response {
    let whole = format!("{}comfy/", app.config.base_path());
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, whole)]).into_response()
}

/// `GET /comfy/`
pub(super) async fn document(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    uri: Uri,
) -> Result<Response> {
    let Some(principal) = caller else {
        // Who is a person signs in, and comes back by the link they followed.
        let sign_in = format!("{}sign-in", app.config.base_path());
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, sign_in)]).into_response());
    };
    tracing::debug!(path = uri.path(), "ComfyUI's own page");
    serve(&app, &principal, Frontend::DOCUMENT).await
}

/// `GET /comfy/{path}`
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Arrival(caller): Arrival,
    Path(path): Path<String>,
) -> Result<Response> {
    let principal = caller.ok_or(crate::auth::Refused::NoGuests).map_err(Error::from)?;
    let served = serve(&app, &principal, &path).await;
    // Templates come in a package of their own, which the page asks for all the same.
    let templates = path.strip_prefix("templates/").and_then(|name| name.strip_suffix(".json"));
    if templates.is_some() && matches!(served, Err(Refused::Status(StatusCode::NOT_FOUND))) {
        return Ok(([(CONTENT_TYPE, "application/json")], "[]").into_response());
    }
    served
}

async fn serve(app: &App, principal: &Principal, path: &str) -> Result<Response> {
    if !principal.may_run_graphs() {
        let cure = "ComfyUI's own page is for those who may run graphs: sign in as the owner or \
                    as a member with the grant `graph`";
        return Err(Refused::House(Error::Forbidden(cure)));
    }
    let Some(found) = app.frontend.find(path) else {
        let why = "page of ComfyUI's own: the host names its folder with --comfy-frontend";
        let is_page = path == Frontend::DOCUMENT;
        return Err(if is_page {
            Error::NotFound(why).into()
        } else {
            StatusCode::NOT_FOUND.into()
        });
    };
    let file = tokio::fs::File::open(found).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let facts = file.metadata().await.map_err(anyhow::Error::from)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(site::mime(path)));
    headers.insert(CONTENT_LENGTH, facts.len().into());
    headers.insert(CACHE_CONTROL, if path.starts_with("assets/") { FOREVER } else { ASK });
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
