//! For operators: is it alive, is it ready, what are its figures.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::app::App;
use crate::error::{Error, Result};
use crate::extract::AtHome;

/// The process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// New work can be sent here. A house whose backends are all away is ready: it
/// takes jobs and lets them wait.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str> {
    if app.shutdown.has_started() {
        return Err(Error::Unavailable("this house is closing; it will be back in a moment"));
    }
    match app.db.ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the database does not answer");
            Err(Error::Unavailable("the database does not answer"))
        }
    }
}

/// Only for this machine, unless the configuration says otherwise: what goes
/// on in a house is nobody else's business.
pub(crate) async fn metrics(
    State(app): State<Arc<App>>,
    AtHome(at_home): AtHome,
) -> Result<impl IntoResponse> {
    if !at_home && !app.config.metrics_public {
        return Err(Error::NotFound("page"));
    }
    for (status, count) in app.jobs.counts().await? {
        app.metrics.set_jobs(status, count);
    }
    for backend in app.backends.status() {
        app.metrics.set_backend(&backend.name, backend.open);
    }
    let text = app.metrics.render().map_err(anyhow::Error::from)?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}
