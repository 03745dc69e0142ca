//! Comfy API v2, `/api/v2`: files are assets, runs are jobs.
//!
//! Follows the contract that Comfy publishes; beyond it, events carry ids and
//! resume. `refusal` says no in its form, `request` reads what comes, `shapes` are its objects, `links` its
//! addresses, `assets` and `intake` its files, `submit`, `references`, `jobs` and
//! `events` its jobs, `pace` how often the latter speak.

mod assets;
mod events;
mod intake;
mod jobs;
pub(in crate::api) mod links;
mod pace;
mod references;
mod refusal;
mod request;
mod shapes;
mod submit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, head, post};

use crate::app::App;
pub(crate) use refusal::said;

/// All operations of the contract.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/assets", post(intake::create).layer(DefaultBodyLimit::disable()))
        .route("/assets/from-hash", post(assets::from_hash))
        .route("/assets/by-hash/{hash}", head(assets::by_hash))
        .route("/assets/{id}", get(assets::show).delete(assets::delete))
        .route("/assets/{id}/content", get(assets::content))
        .route("/jobs", post(submit::submit))
        .route("/jobs/{id}", get(jobs::show))
        .route("/jobs/{id}/workflow", get(jobs::workflow))
        .route("/jobs/{id}/events", get(events::stream))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
        .fallback(crate::error::no_such_address)
}
