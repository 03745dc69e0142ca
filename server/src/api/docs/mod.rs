//! What programs are told of Parlor's own API: the description that `crates/openapi` makes when the
//! server is built, `/api/docs` for people, and the same of one workflow with its own fields: `narrow`
//! for programs, `code` for people.

pub(crate) mod code;
mod html;
mod inputs;
mod narrow;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use super::parlor::workflows;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Result;
use crate::extract::Path;
use crate::site;

/// Where the API is, as the description has it and as this house does.
fn server(app: &App) -> [String; 2] {
    let at = |base: &str| format!("\"url\":\"{base}api/parlor/v1\"");
    [at("/"), at(app.config.base_path())]
}

/// `GET /openapi.json`
pub(crate) async fn description(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let [from, to] = server(&app);
    site::description().respond_with((&from, &to), &headers)
}

/// `GET /api/docs`
pub(crate) async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let base = format!("<base href=\"{}\">", app.config.base_path());
    site::documentation().respond_with(("<base href=\"/\">", &base), &headers)
}

/// `GET /workflows/{slug}/openapi.json`
pub(crate) async fn of_workflow(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    let form = workflows::form(&app, &principal, (&slug, &headers)).await?;
    let [from, to] = server(&app);
    let whole = site::description().text().replacen(&from, &to, 1);
    let whole = serde_json::from_str(&whole).map_err(anyhow::Error::from)?;
    Ok(([(CACHE_CONTROL, "no-cache")], axum::Json(narrow::to(whole, &form))))
}
