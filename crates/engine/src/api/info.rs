//! What the engine has and can: nodes, models, features, itself.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use comfy::Message;
use comfy::history::Folder;
use serde_json::{Map, Value, json};

use super::{App, MAX_BODY};

/// `GET /object_info`
pub(super) async fn all_nodes(State(house): App) -> Response {
    Json(house.catalogue.object_info(None, &house.folders)).into_response()
}

/// `GET /object_info/{class}`: an empty object for one that is not known.
pub(super) async fn one_node(State(house): App, Path(class): Path<String>) -> Response {
    Json(house.catalogue.object_info(Some(&class), &house.folders)).into_response()
}

/// `GET /node_replacements`
pub(super) async fn replacements(State(house): App) -> Response {
    Json(&house.catalogue.replacements).into_response()
}

/// `GET /features`
pub(super) async fn features() -> Json<Map<String, Value>> {
    Json(flags())
}

/// What the engine can, as sockets are told.
pub(super) fn feature_flags() -> Message {
    Message::FeatureFlags(flags())
}

fn flags() -> Map<String, Value> {
    let flags = [
        ("supports_preview_metadata", json!(true)),
        ("supports_model_type_tags", json!(false)),
        ("max_upload_size", json!(MAX_BODY)),
        ("extension", json!({})),
        ("node_replacements", json!(true)),
        ("assets", json!(false)),
    ];
    flags.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// `GET /system_stats`. Memory is not measured: nobody chooses by it here.
pub(super) async fn system_stats() -> Json<Value> {
    Json(json!({
        "system": {
            "os": std::env::consts::OS,
            "ram_total": 0,
            "ram_free": 0,
            "comfyui_version": "0.33.0",
            "required_frontend_version": "",
            "installed_templates_version": "",
            "required_templates_version": "",
            "comfy_package_versions": [],
            "python_version": "",
            "pytorch_version": "",
            "embedded_python": false,
            "deploy_environment": concat!("parlor-engine-", env!("CARGO_PKG_VERSION")),
            "argv": [],
        },
        "devices": [{
            "name": "painter",
            "type": "cpu",
            "index": null,
            "vram_total": 0,
            "vram_free": 0,
            "torch_vram_total": 0,
            "torch_vram_free": 0,
        }],
    }))
}

/// Lists that are empty here.
pub(super) async fn nothing() -> Json<[&'static str; 0]> {
    Json([])
}

/// `GET /models`
pub(super) async fn model_folders(State(house): App) -> Response {
    Json(house.catalogue.model_folders().collect::<Vec<_>>()).into_response()
}

/// `GET /models/{folder}`
pub(super) async fn models(State(house): App, Path(folder): Path<String>) -> Response {
    match house.catalogue.models(&folder) {
        Some(models) => Json(models).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /internal/files/{folder}`: what `LoadImageOutput` offers.
pub(super) async fn files(State(house): App, Path(folder): Path<String>) -> Response {
    let Some(folder) = folder_named(&folder) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "Invalid directory type" })))
            .into_response();
    };
    let files = house.folders.list(folder);
    let names: Vec<_> =
        files.iter().rev().map(|name| format!("{name} [{}]", folder.as_str())).collect();
    Json(names).into_response()
}

/// The folder that a request means.
pub(super) fn folder_named(name: &str) -> Option<Folder> {
    [Folder::Input, Folder::Output, Folder::Temp].into_iter().find(|folder| folder.as_str() == name)
}
