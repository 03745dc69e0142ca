//! `GET /status`: everything that was said of a task so far. Also after a
//! restart, for it is made of what is stored.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::order::Wishes;
use super::{results, story};
use crate::api::native::words::Result;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Error;
use crate::extract::Query;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    task_id: String,
    /// Besides those that it was begun with: one that came by another door had none.
    #[serde(flatten)]
    wishes: Wishes,
}

/// A list of messages; the last is of type `serverless_api` when it is over.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Value>> {
    wanted.wishes.check(&app)?;
    let (id, kept) = match app.db.task(principal.id, &wanted.task_id).await? {
        Some((job, wishes)) => (job, serde_json::from_value(wishes).unwrap_or_default()),
        None => (wanted.task_id.parse().map_err(|_| Error::NotFound("task"))?, Wishes::default()),
    };
    let job = app.jobs.find(principal.id, id).await?.ok_or(Error::NotFound("task"))?;
    let stored = app.jobs.events_after(principal.id, id, 0).await?;
    let stored = stored.ok_or(Error::NotFound("task"))?;
    let account = app.db.told_job(principal.id, id).await?;
    let said = story::messages(&job, &stored, account.as_ref());
    let told: std::result::Result<Vec<_>, _> = said.iter().map(serde_json::to_value).collect();
    let mut told = told.map_err(anyhow::Error::from)?;
    if job.status.is_over() {
        let owner = principal.id;
        told.push(results::message(&app, (&job, owner), wanted.wishes.and(kept)).await?);
    }
    Ok(axum::Json(told.into()))
}
