//! What is theirs: sessions, the password, everything at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;
use wire::{NewPassword, Session};

use crate::app::App;
use crate::auth::{Principal, PrincipalId};
use crate::db::JobFilter;
use crate::error::{Error, Result};
use crate::extract::{Json, Own, Path, Resident};
use crate::people::Whence;

pub(crate) async fn sessions(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
) -> Result<axum::Json<Vec<Session>>> {
    let sessions = app.people.sessions(Some(principal.person()), principal.session()).await?;
    Ok(axum::Json(sessions))
}

pub(crate) async fn end_session(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let ended = app.people.end_session(id, Some(principal.person())).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound("session")) }
}

/// All but the one that asks.
pub(crate) async fn end_other_sessions(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
) -> Result<StatusCode> {
    app.people.end_sessions(principal.person(), principal.session()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    whence: Whence,
    Json(wanted): Json<NewPassword>,
) -> Result<StatusCode> {
    app.limits.sign_in(principal.name().unwrap_or_default(), whence.hash)?;
    app.people.change_password((&principal, &whence), &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes whoever asks: jobs, pictures, uploads, keys, sessions, the account.
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Own(principal): Own,
    whence: Whence,
) -> Result<Response> {
    app.people.is_not_the_last_owner(principal.person()).await?;
    forget(&app, (&principal, &whence), PrincipalId(principal.person())).await?;
    let cookie = app.visitors.no_session_cookie();
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Deletes somebody with everything that is theirs, and their keys'.
pub(super) async fn forget(app: &App, by: (&Principal, &Whence), whom: PrincipalId) -> Result<()> {
    let keys = app.people.keys(Some(whom.0)).await?;
    let apart = keys.iter().map(|key| PrincipalId(key.principal)).filter(|id| *id != whom);
    for principal in apart.chain([whom]) {
        delete_jobs(app, principal).await?;
        delete_uploads(app, principal).await?;
        app.db.delete_keepsakes(principal).await?;
    }
    app.people.forget(by, whom).await?;
    // Files that were arriving went with their rows.
    Ok(app.resumable.clear_away().await?)
}

async fn delete_jobs(app: &App, principal: PrincipalId) -> Result<()> {
    let page = JobFilter { limit: 100, ..JobFilter::default() };
    loop {
        let jobs = app.jobs.list(principal, &page).await?.jobs;
        if jobs.is_empty() {
            return Ok(());
        }
        for job in jobs {
            app.jobs.delete(principal, job.id).await?;
        }
    }
}

async fn delete_uploads(app: &App, principal: PrincipalId) -> Result<()> {
    let _no_file_is_stored_meanwhile = app.db.sweeping().await;
    let files = app.db.delete_uploads(principal).await?;
    for hash in app.db.unneeded(files).await? {
        app.files.remove(hash).await?;
    }
    Ok(())
}
