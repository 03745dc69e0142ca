//! `GET /me`: whoever asks, and how much they may.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use wire::Me;

use crate::app::App;
use crate::auth::Principal;
use crate::error::Result;

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
) -> Result<impl IntoResponse> {
    let me = describe(&app, &principal).await?;
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(me)))
}

pub(super) async fn describe(app: &App, principal: &Principal) -> Result<Me> {
    let mut limits = app.limits.told(principal).await?;
    for workflow in app.workflows.list() {
        if principal.may_run(workflow.slug(), workflow.access()) {
            let own = (workflow.slug(), workflow.policy());
            limits.extend(app.limits.told_of(principal, own).await?);
        }
    }
    // A key may be in a stranger's hands.
    let account = match principal.account().filter(|_| principal.key().is_none()) {
        Some(id) => app.people.person(id).await?,
        None => None,
    };
    Ok(Me {
        id: principal.id.0,
        role: principal.role,
        name: principal.name().map(str::to_owned),
        studio: principal.may_use_studio(),
        graph: principal.may_run_graphs(),
        limits,
        account,
        keep_days: app.config.keep_days,
    })
}
