//! `/session`: signs in and out. `/registration`: asks for an account.
//! `/live/ticket`: a ticket for one WebSocket.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use wire::{SignIn, Ticket};

use super::{NOT_KEPT, me};
use crate::app::App;
use crate::auth::{Means, Principal, TICKET_LIFE, Token};
use crate::error::{Error, Result};
use crate::extract::{Arrival, Json};
use crate::people::Whence;

/// Signs in. A session that the browser had before ends.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    Arrival(before): Arrival,
    whence: Whence,
    Json(wanted): Json<SignIn>,
) -> Result<Response> {
    app.limits.sign_in(&wanted.name, whence.hash)?;
    let token = app.people.sign_in(&wanted, &whence).await?;
    entered(&app, Entry { before, keep: wanted.keep, token }, &whence).await
}

/// Somebody who just came in.
pub(super) struct Entry {
    /// Who they were to us before.
    pub(super) before: Option<Principal>,
    /// Whether what they made as a guest is to be the account's.
    pub(super) keep: bool,
    /// Of the new session.
    pub(super) token: Token,
}

/// The answer to whoever came in: who they are now, and the cookie for it.
pub(super) async fn entered(app: &App, entry: Entry, whence: &Whence) -> Result<Response> {
    let Entry { before, keep, token } = entry;
    if let Some(before) = &before {
        app.people.sign_out(before, whence).await?;
    }
    let pass = app.people.passes.of_session(&token).await?;
    let pass = pass.ok_or_else(|| anyhow::anyhow!("a session ended as it was opened"))?;
    let cookie = app.visitors.session_cookie(&token);
    let principal = Principal::with_pass(pass, Means::Session(token));
    // Only what is this browser's own: an address is shared with strangers.
    if let Some(guest) = before.filter(|before| keep && matches!(before.means, Means::Cookie(_))) {
        app.people.take_over(guest.id, (&principal, whence)).await?;
        app.jobs.change_hands(guest.id, principal.id);
    }
    let me = me::describe(app, &principal).await?;
    Ok((NOT_KEPT, [(SET_COOKIE, cookie)], axum::Json(me)).into_response())
}

/// Signs out, also whoever is out already.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    Arrival(principal): Arrival,
    whence: Whence,
) -> Result<Response> {
    if let Some(principal) = principal {
        app.people.sign_out(&principal, &whence).await?;
    }
    let cookie = app.visitors.no_session_cookie();
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

pub(crate) async fn register(
    State(app): State<Arc<App>>,
    Arrival(_): Arrival,
    whence: Whence,
    Json(wanted): Json<SignIn>,
) -> Result<StatusCode> {
    if !app.config.registration {
        return Err(Error::Forbidden("accounts are made by invitation here; ask the host for one"));
    }
    app.limits.sign_in(&wanted.name, whence.hash)?;
    app.people.register(&wanted, &whence).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) async fn ticket(
    State(app): State<Arc<App>>,
    principal: Principal,
) -> Result<impl IntoResponse> {
    let token = app.people.tickets.issue(principal, Instant::now());
    let token = token.ok_or(Error::Unavailable("too many tickets wait to be used"))?;
    let ticket = Ticket { token: token.reveal(), expires_in: TICKET_LIFE.as_secs() as u32 };
    Ok((NOT_KEPT, axum::Json(ticket)))
}
