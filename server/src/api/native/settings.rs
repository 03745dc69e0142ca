//! `/settings`: what ComfyUI's own page has kept for each person. The house
//! reads none of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::body::{self, Body};
use super::words::{Refused, Result};
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::extract::{GraphRunner, Path};

/// Longest name of a setting, in bytes.
const MAX_NAME: usize = 255;

/// Longest value, in bytes as JSON.
const MAX_VALUE: usize = 256 << 10;

/// `GET /settings`
pub(super) async fn all(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
) -> Result<Json<Map<String, Value>>> {
    Ok(Json(app.db.native_settings(principal.id).await?))
}

/// `GET /settings/{name}`: `null` for one that was never set.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(name): Path<String>,
) -> Result<Json<Value>> {
    let mut settings = app.db.native_settings(principal.id).await?;
    Ok(Json(settings.shift_remove(&name).unwrap_or_default()))
}

/// `POST /settings`
pub(super) async fn merge(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Body(settings): Body,
) -> Result<StatusCode> {
    keep(&app, &principal, settings).await
}

/// `POST /settings/{name}`
pub(super) async fn set(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(name): Path<String>,
    request: Request,
) -> Result<StatusCode> {
    let value = body::value(request).await?;
    keep(&app, &principal, Map::from_iter([(name, value)])).await
}

async fn keep(
    app: &App,
    principal: &Principal,
    settings: Map<String, Value>,
) -> Result<StatusCode> {
    let fits = |(name, value): (&String, &Value)| {
        name.len() <= MAX_NAME && value.to_string().len() <= MAX_VALUE
    };
    if !settings.iter().all(fits) {
        let why = "a setting has a name of at most 255 bytes and a value of at most 256 kB";
        return Err(Refused::House(Error::TooLarge(why.into())));
    }
    let kept = app.db.keep_native_settings(principal.id, settings).await?;
    kept.map_err(|_| Error::TooLarge("there are too many settings: 2,000 are kept".into()))?;
    Ok(StatusCode::OK)
}
