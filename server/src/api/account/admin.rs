//! `/admin`: people, invitations, keys, sessions, what happened, and what the house is made of. For
//! owners.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use wire::{
    AuditPage, HouseBackend, HouseJobList, HouseLimits, JobId, Key, Link, NewInvite, Person,
    PersonChange, Session,
};

use super::{NOT_KEPT, mine};
use crate::api::parlor::jobs::NO_CURSOR;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::AuditFilter;
use crate::error::{Error, Result};
use crate::extract::{Json, Owner, Path, Query};
use crate::people::Whence;

pub(crate) async fn people(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> Result<axum::Json<Vec<Person>>> {
    Ok(axum::Json(app.people.everybody().await?))
}

pub(crate) async fn change_person(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
    Json(change): Json<PersonChange>,
) -> Result<axum::Json<Person>> {
    Ok(axum::Json(app.people.change((&owner, &whence), (id, change)).await?))
}

/// With everything that is theirs.
pub(crate) async fn delete_person(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    if !app.people.everybody().await?.iter().any(|person| person.id == id) {
        return Err(Error::NotFound("person"));
    }
    app.people.is_not_the_last_owner(id).await?;
    mine::forget(&app, (&owner, &whence), PrincipalId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link for somebody who forgot their password.
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<impl IntoResponse> {
    let made = app.people.reset_link((&owner, &whence), (id, &app.address())).await?;
    Ok((StatusCode::CREATED, NOT_KEPT, axum::Json(made)))
}

pub(crate) async fn invites(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> Result<axum::Json<Vec<Link>>> {
    Ok(axum::Json(app.people.invites().await?))
}

pub(crate) async fn invite(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    whence: Whence,
    Json(wanted): Json<NewInvite>,
) -> Result<impl IntoResponse> {
    let address = app.address();
    let wanted = (wanted.grants, wanted.hours, &*address);
    let made = app.people.invite((&owner, &whence), wanted).await?;
    Ok((StatusCode::CREATED, NOT_KEPT, axum::Json(made)))
}

pub(crate) async fn revoke_invite(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    if !app.people.revoke_invite(id).await? {
        return Err(Error::NotFound("invitation"));
    }
    app.people.did("invite_revoked", (&owner, &whence), "").await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn keys(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> Result<axum::Json<Vec<Key>>> {
    Ok(axum::Json(app.people.keys(None).await?))
}

pub(crate) async fn revoke_key(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    app.people.revoke_key((&owner, &whence), (id, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn sessions(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
) -> Result<axum::Json<Vec<Session>>> {
    Ok(axum::Json(app.people.sessions(None, owner.session()).await?))
}

pub(crate) async fn end_session(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    if !app.people.end_session(id, None).await? {
        return Err(Error::NotFound("session"));
    }
    app.people.did("session_ended", (&owner, &whence), "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Of everybody, but for what they asked for.
pub(crate) async fn jobs(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
    Query(page): Query<JobPage>,
) -> Result<axum::Json<HouseJobList>> {
    Ok(axum::Json(app.db.jobs_of_all(page.cursor, page.unfinished).await?))
}

/// Stops a job, whosever it is.
pub(crate) async fn cancel_job(
    State(app): State<Arc<App>>,
    Owner(owner): Owner,
    Path(id): Path<JobId>,
    whence: Whence,
) -> Result<StatusCode> {
    let (principal, workflow) = app.db.whose_job(id).await?.ok_or(Error::NotFound("job"))?;
    app.jobs.cancel(principal, id).await?.ok_or(Error::NotFound("job"))?;
    app.people.did("job_canceled", (&owner, &whence), &workflow).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of jobs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobPage {
    /// The last job of the page before.
    cursor: Option<JobId>,
    /// Only those that are not over.
    #[serde(default)]
    unfinished: bool,
}

/// The ComfyUI servers, as they are now.
pub(crate) async fn backends(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> axum::Json<Vec<HouseBackend>> {
    axum::Json(app.backends.told().await)
}

/// The settings that count, without those that are secret.
pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> Result<axum::Json<Value>> {
    Ok(axum::Json(serde_json::to_value(&app.config).map_err(anyhow::Error::from)?))
}

/// What guests and members may, and who is near it.
pub(crate) async fn limits(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
) -> Result<axum::Json<HouseLimits>> {
    Ok(axum::Json(app.limits.of_house().await?))
}

pub(crate) async fn audit(
    State(app): State<Arc<App>>,
    Owner(_): Owner,
    Query(wanted): Query<AuditFilter>,
) -> Result<axum::Json<AuditPage>> {
    if wanted.cursor.is_some_and(|cursor| cursor < 0) {
        return Err(Error::BadRequest(NO_CURSOR.into()));
    }
    Ok(axum::Json(app.people.audit(&wanted).await?))
}
