//! `/session/oidc`: leaves for the identity provider; `…/return`: comes back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

use super::NOT_KEPT;
use crate::app::App;
use crate::auth::{Provider, Token, Trouble};
use crate::error::{Error, Result};
use crate::extract::{Arrival, Query};
use crate::people::Whence;

/// What a provider sends somebody back with.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

fn provider(app: &App) -> Result<&Provider> {
    app.provider.as_ref().ok_or(Error::NotFound("identity provider"))
}

/// Sends the browser to the provider. All that changes is its own cookie.
pub(crate) async fn leave(State(app): State<Arc<App>>) -> Result<Response> {
    let provider = provider(&app)?;
    let token = Token::random();
    let door = provider.door(&app.visitors.attempt_of(&token)).await.map_err(Trouble::from)?;
    let cookie = app.visitors.attempt_cookie(&token);
    let door = HeaderValue::from_str(door.as_str()).map_err(anyhow::Error::from)?;
    Ok((StatusCode::SEE_OTHER, NOT_KEPT, [(SET_COOKIE, cookie), (LOCATION, door)]).into_response())
}

/// Whoever the provider says came back comes in. A `GET`, since providers send
/// browsers so; it acts for the browser alone that left, by its cookie.
pub(crate) async fn come_back(
    State(app): State<Arc<App>>,
    Arrival(before): Arrival,
    whence: Whence,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response> {
    let provider = provider(&app)?;
    app.limits.sign_in("", whence.hash)?;
    let attempt = app.visitors.attempt(&headers);
    let attempt = attempt.filter(|attempt| back.state.as_ref() == Some(&attempt.state));
    let attempt = attempt.ok_or(Error::Forbidden(
        "this browser did not leave to sign in, or took too long: begin again at the sign-in page",
    ))?;
    if let Some(error) = back.error {
        tracing::debug!(?error, "the identity provider let nobody in");
        return Err(Error::Unauthorized("the identity provider did not let you in"));
    }
    let code = back.code.ok_or_else(|| Error::BadRequest("there is no `code`".into()))?;
    let identity = provider.redeem(&code, &attempt).await?;
    let token = app.people.enter_as(&identity, &whence).await?;
    if let Some(before) = before {
        app.people.sign_out(&before, &whence).await?;
    }
    let cookies = AppendHeaders([
        (SET_COOKIE, app.visitors.session_cookie(&token)),
        (SET_COOKIE, app.visitors.no_attempt_cookie()),
    ]);
    let home = HeaderValue::from_str(app.config.base_path()).map_err(anyhow::Error::from)?;
    Ok((StatusCode::SEE_OTHER, NOT_KEPT, cookies, [(LOCATION, home)]).into_response())
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotOurs => {
                Self::Forbidden("this house lets in people of certain mail addresses only")
            }
            Trouble::Provider(error) => {
                tracing::warn!(error = format!("{error:#}"), "the identity provider failed");
                Self::Unavailable("the identity provider could not be asked; try again in a moment")
            }
        }
    }
}
