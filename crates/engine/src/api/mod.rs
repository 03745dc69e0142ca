//! Every URL the engine answers, as ComfyUI does: protocol notes §2.
//!
//! Every route exists twice, at `/x` and at `/api/x`.

mod error;
mod history;
mod info;
mod interrupt;
mod jobs;
mod origin;
mod prompt;
mod queue;
mod socket;
mod upload;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::house::House;

/// Bytes that a request may have.
const MAX_BODY: usize = 100 << 20;

/// The house, as handlers get it.
type App = axum::extract::State<Arc<House>>;

/// What is only posted to looks as if it did not exist to who gets it.
async fn wrong_method(method: Method) -> StatusCode {
    if method == Method::GET { StatusCode::NOT_FOUND } else { StatusCode::METHOD_NOT_ALLOWED }
}

/// The whole URL map.
pub(crate) fn router(house: Arc<House>) -> Router {
    Router::new()
        .merge(routes())
        .nest("/api", routes())
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(origin::check))
        .with_state(house)
}

fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/ws", get(socket::open))
        .route("/prompt", get(queue::count).post(prompt::submit))
        .route("/queue", get(queue::list).post(queue::edit))
        .route("/interrupt", post(interrupt::interrupt))
        .route("/free", post(interrupt::free))
        .route("/history", get(history::list).post(history::edit))
        .route("/history/{id}", get(history::one))
        .route("/object_info", get(info::all_nodes))
        .route("/object_info/{class}", get(info::one_node))
        .route("/node_replacements", get(info::replacements))
        .route("/system_stats", get(info::system_stats))
        .route("/features", get(info::features))
        .route("/embeddings", get(info::nothing))
        .route("/extensions", get(info::nothing))
        .route("/models", get(info::model_folders))
        .route("/models/{folder}", get(info::models))
        .route("/view", get(view::view))
        .route("/upload/image", post(upload::image))
        .route("/upload/mask", post(upload::mask))
        .route("/internal/files/{folder}", get(info::files))
        // These have the prefix in their own name, so at `/api` they have it twice.
        .nest("/api", jobs())
}

fn jobs() -> Router<Arc<House>> {
    Router::new()
        .route("/jobs", get(jobs::list))
        .route("/jobs/cancel", post(jobs::cancel_several))
        .route("/jobs/{id}", get(jobs::one))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
}
