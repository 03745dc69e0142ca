//! `/links`: what a one-time link is for, and following it.
//!
//! By `POST`: no `GET` changes anything, so that a program that looks at links
//! in messages does not spend them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use wire::Follow;

use super::NOT_KEPT;
use super::session::{Entry, entered};
use crate::app::App;
use crate::error::Result;
use crate::extract::{Arrival, Json};
use crate::people::Whence;

pub(crate) async fn look(
    State(app): State<Arc<App>>,
    Arrival(_): Arrival,
    whence: Whence,
    Json(follow): Json<Follow>,
) -> Result<impl IntoResponse> {
    app.limits.sign_in("", whence.hash)?;
    Ok((NOT_KEPT, axum::Json(app.people.look(&follow.token).await?)))
}

pub(crate) async fn follow(
    State(app): State<Arc<App>>,
    Arrival(before): Arrival,
    whence: Whence,
    Json(follow): Json<Follow>,
) -> Result<Response> {
    app.limits.sign_in("", whence.hash)?;
    let token = app.people.follow(&follow, &whence).await?;
    entered(&app, Entry { before, keep: follow.keep, token }, &whence).await
}
