//! OpenAI's images API, `/v1`: published workflows are its models.
//!
//! Shapes as OpenAI's public API reference has them, and as its own clients send and read them.
//! `images` asks for pictures, `edit` reads the form of an edit, `stream` tells them while they are
//! made, `made` is what is answered, `models` what there is.

mod edit;
mod images;
mod made;
mod models;
mod stream;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde_json::{Value, json};
use wire::{ErrorCode, Problem};

use crate::app::App;
use crate::error;
use crate::limits;

/// What lies under `/v1`.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/images/generations", post(images::generate))
        .route("/images/edits", post(images::edit).layer(DefaultBodyLimit::disable()))
        .route("/models", get(models::list))
        .route("/models/{id}", get(models::show))
        .fallback(error::no_such_address)
        .layer(from_fn_with_state(Arc::clone(app), limits::gate))
}

/// `{"error": {"message", "type", "param", "code"}}`.
pub(crate) fn said(problem: &Problem) -> Value {
    let kind = match problem.code {
        ErrorCode::Unauthorized => "authentication_error",
        ErrorCode::Forbidden => "permission_error",
        ErrorCode::TooMany => "rate_limit_error",
        ErrorCode::Internal | ErrorCode::JobFailed | ErrorCode::Unavailable => "server_error",
        _ => "invalid_request_error",
    };
    // What clients look for by name.
    let code = match problem.code {
        ErrorCode::Unauthorized => json!("invalid_api_key"),
        ErrorCode::NotFound => json!("model_not_found"),
        ErrorCode::TooMany => json!("rate_limit_exceeded"),
        code => json!(code),
    };
    json!({ "error": {
        "message": problem.detail, "type": kind, "param": problem.field, "code": code,
    } })
}
