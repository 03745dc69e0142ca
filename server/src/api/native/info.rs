//! What there is: nodes, models, features, the workshop itself. ComfyUI protocol
//! notes §2 and §10.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use comfy::{BackendError, Replacements};
use serde_json::{Map, Value, json};

use super::words::{Refused, Result};
use crate::app::App;
use crate::backends::Backend;
use crate::error::Error;
use crate::extract::{GraphRunner, Path};

/// What is asked of a workshop that is closed.
const CLOSED: Error = Error::Unavailable("the workshop is closed; try again soon");

/// `GET /object_info`
pub(super) async fn all_nodes(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
) -> Result<Response> {
    let catalogue = backend(&app)?.catalogue().await.map_err(|error| unheard(&error))?;
    let files = app.db.native_names(principal.id, "input").await?;
    let told = tokio::task::spawn_blocking(move || catalogue.all(&files)).await;
    let told = told.map_err(anyhow::Error::from)?;
    Ok(([(CONTENT_TYPE, "application/json")], told).into_response())
}

/// `GET /object_info/{class}`: an empty object for one that is not known.
pub(super) async fn one_node(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(class): Path<String>,
) -> Result<Response> {
    let catalogue = backend(&app)?.catalogue().await.map_err(|error| unheard(&error))?;
    let files = app.db.native_names(principal.id, "input").await?;
    let told = catalogue.one(&class, &files);
    Ok(([(CONTENT_TYPE, "application/json")], told).into_response())
}

/// `GET /node_replacements`: empty while the workshop is closed.
pub(super) async fn replacements(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Json<Replacements> {
    let told = app.backends.fullest().map(|backend| Replacements::clone(&backend.replacements()));
    Json(told.unwrap_or_default())
}

/// `GET /features`
pub(super) async fn features(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Json<Map<String, Value>> {
    Json(flags(&app))
}

/// What this door can, as sockets are told.
pub(super) fn flags(app: &App) -> Map<String, Value> {
    let flags = [
        ("supports_preview_metadata", json!(true)),
        ("supports_model_type_tags", json!(false)),
        ("max_upload_size", json!(app.config.max_upload_bytes())),
        ("extension", json!({})),
        ("node_replacements", json!(true)),
        ("assets", json!(false)),
    ];
    flags.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// `GET /system_stats`. safety 13: neither arguments nor paths.
pub(super) async fn system_stats(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Result<Json<Value>> {
    let stats = backend(&app)?.client.system_stats().await.map_err(|error| unheard(&error))?;
    let devices = stats.devices.iter().enumerate().map(|(index, device)| {
        json!({
            "name": device.name,
            "type": device.kind,
            "index": (device.kind != "cpu").then_some(index),
            "vram_total": device.vram_total,
            "vram_free": device.vram_free,
            "torch_vram_total": device.vram_total,
            "torch_vram_free": device.vram_free,
        })
    });
    let devices: Vec<Value> = devices.collect();
    Ok(Json(json!({
        "system": {
            "os": stats.system.os,
            "ram_total": stats.system.ram_total,
            "ram_free": stats.system.ram_free,
            "comfyui_version": stats.system.comfyui_version,
            "required_frontend_version": "",
            "installed_templates_version": "",
            "required_templates_version": "",
            "comfy_package_versions": [],
            "python_version": "",
            "pytorch_version": "",
            "embedded_python": false,
            "deploy_environment": concat!("parlor-", env!("CARGO_PKG_VERSION")),
            "argv": [],
        },
        "devices": devices,
    })))
}

/// `GET /embeddings`
pub(super) async fn embeddings(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Result<Json<Vec<String>>> {
    Ok(Json(backend(&app)?.client.embeddings().await.map_err(|error| unheard(&error))?))
}

/// `GET /models`
pub(super) async fn model_folders(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Result<Json<Vec<String>>> {
    Ok(Json(backend(&app)?.client.model_folders().await.map_err(|error| unheard(&error))?))
}

/// `GET /models/{folder}`
pub(super) async fn models(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
    Path(folder): Path<String>,
) -> Result<Json<Vec<String>>> {
    Ok(Json(models_in(&app, &folder).await?))
}

/// `GET /experiment/models`: without the paths that a ComfyUI tells.
pub(super) async fn folders_of_models(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
) -> Result<Json<Value>> {
    let folders = backend(&app)?.client.model_folders().await.map_err(|error| unheard(&error))?;
    let folders: Vec<_> = folders
        .iter()
        .map(|name| json!({ "name": name, "folders": [], "extensions": [] }))
        .collect();
    Ok(Json(json!(folders)))
}

/// `GET /experiment/models/{folder}`
pub(super) async fn files_of_models(
    State(app): State<Arc<App>>,
    GraphRunner(_): GraphRunner,
    Path(folder): Path<String>,
) -> Result<Json<Value>> {
    let files = models_in(&app, &folder).await?;
    let files: Vec<_> = files.iter().map(|name| json!({ "name": name, "pathIndex": 0 })).collect();
    Ok(Json(json!(files)))
}

/// `GET /users`: as a server without users says it; who they are the house knows.
pub(super) async fn users(GraphRunner(_): GraphRunner) -> Json<Value> {
    Json(json!({ "storage": "server", "migrated": true }))
}

/// A list of which nothing is passed on: code of extensions would run in the page.
pub(super) async fn none_listed(GraphRunner(_): GraphRunner) -> Json<[&'static str; 0]> {
    Json([])
}

/// An object of which nothing is passed on.
pub(super) async fn none_named(GraphRunner(_): GraphRunner) -> Json<Map<String, Value>> {
    Json(Map::new())
}

async fn models_in(app: &App, folder: &str) -> Result<Vec<String>> {
    match backend(app)?.client.models(folder).await {
        Ok(models) => Ok(models),
        Err(BackendError::Status(_) | BackendError::BadName(_)) => {
            Err(StatusCode::NOT_FOUND.into())
        }
        Err(error) => Err(unheard(&error)),
    }
}

/// The backend that answers for all: of those that are open the one with most
/// nodes.
fn backend(app: &App) -> Result<Arc<Backend>> {
    app.backends.fullest().ok_or(Refused::House(CLOSED))
}

fn unheard(error: &BackendError) -> Refused {
    tracing::warn!(%error, "a backend was asked what there is");
    Refused::House(CLOSED)
}
