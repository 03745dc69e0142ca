//! "ComfyUI Serverless API", `/api/serverless`: a bare graph in, results out.
//!
//! `order` reads what is wanted and begins it, `files` brings the files that a
//! graph names, `follow` tells a job as it happens, `story` what was said of it, and `results` what it made,
//! under its `names`; `run`, `status` and `socket` are the three ways in.

mod files;
mod follow;
mod names;
mod order;
mod results;
mod run;
mod socket;
mod status;
mod story;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use serde_json::json;

use super::native::words;
use crate::app::App;

/// What asks in another way than an address knows.
async fn wrong_method() -> words::Refused {
    let refusal = words::refusal("method_not_allowed", "this address does not know this method");
    words::Refused::Sentence(StatusCode::METHOD_NOT_ALLOWED, json!(refusal))
}

/// Everything below `/api/serverless`, refused in ComfyUI's words.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/run", post(run::run).layer(DefaultBodyLimit::disable()))
        .route("/status", get(status::show))
        .route("/ws", get(socket::open))
        .fallback(crate::error::no_such_address)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(words::in_comfys))
}
