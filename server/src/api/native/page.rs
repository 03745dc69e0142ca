//! ComfyUI's own page, at `/comfy/`: the files of the folder that the
//! configuration names, for those who may run graphs. None of them is ours.

use std::path::{Component, PathBuf};
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
    serve(&app, &principal, "index.html").await
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
    let templates = path.starts_with("templates/") && path.ends_with(".json");
    if templates && matches!(served, Err(Refused::Status(StatusCode::NOT_FOUND))) {
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
    let missing = Refused::House(Error::NotFound(
        "page: the host names the folder of ComfyUI's own with --comfy-frontend",
    ));
    let Some(folder) = &app.config.comfy_frontend else { return Err(missing) };
    let Some(inside) = inside(path) else { return Err(StatusCode::NOT_FOUND.into()) };
    // safety 29: what a link in the folder points at is none of it.
    let whole = folder.join(&inside);
    let real = tokio::fs::canonicalize(&whole).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let root = tokio::fs::canonicalize(folder).await.map_err(|_| StatusCode::NOT_FOUND)?;
    if !real.starts_with(&root) {
        return Err(StatusCode::NOT_FOUND.into());
    }
    let file = tokio::fs::File::open(&real).await.map_err(|_| StatusCode::NOT_FOUND)?;
    let facts = file.metadata().await.map_err(anyhow::Error::from)?;
    if !facts.is_file() {
        return Err(StatusCode::NOT_FOUND.into());
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(site::mime(path)));
    headers.insert(CONTENT_LENGTH, facts.len().into());
    headers.insert(CACHE_CONTROL, if path.starts_with("assets/") { FOREVER } else { ASK });
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// The path, if every part of it is a name.
fn inside(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.as_os_str().to_string_lossy().contains(['\\', '\0'])).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 29
    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert_eq!(inside("assets/a.js"), Some(PathBuf::from("assets/a.js")));
        for outside in ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "./../x"] {
            assert_eq!(inside(outside), None, "{outside}");
        }
    }
}
