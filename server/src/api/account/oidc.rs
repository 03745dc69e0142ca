//! `/session/oidc`: leaves for the identity provider; `…/return`: comes back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use wire::TurnedAway;

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
    let door = match provider.door(&app.visitors.attempt_of(&token)).await {
        Ok(door) => door,
        Err(error) => return turned_away(&app, Trouble::from(error).into()),
    };
    let cookie = app.visitors.attempt_cookie(&token);
    let door = HeaderValue::from_str(door.as_str()).map_err(anyhow::Error::from)?;
    Ok((StatusCode::SEE_OTHER, NOT_KEPT, [(SET_COOKIE, cookie), (LOCATION, door)]).into_response())
}

/// Whoever the provider says came back comes in. A `GET`, since providers send
/// browsers so; it acts for the browser alone that left, by its cookie.
///
/// Whoever does not come in is sent to the sign-in page, which says why: this is
/// a page that a person waits for.
pub(crate) async fn come_back(
    State(app): State<Arc<App>>,
    Arrival(before): Arrival,
    whence: Whence,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response> {
    let provider = provider(&app)?;
    let token = match enter(&app, provider, (&headers, back), &whence).await? {
        Ok(token) => token,
        Err(reason) => return turned_away(&app, reason),
    };
    if let Some(before) = before {
        app.people.sign_out(&before, &whence).await?;
    }
    let cookies = AppendHeaders([
        (SET_COOKIE, app.visitors.session_cookie(&token)),
        (SET_COOKIE, app.visitors.no_attempt_cookie()),
    ]);
    Ok((cookies, sent_to(app.config.base_path())?).into_response())
}

/// A new session, or why there is none.
async fn enter(
    app: &App,
    provider: &Provider,
    (headers, back): (&HeaderMap, Back),
    whence: &Whence,
) -> Result<std::result::Result<Token, TurnedAway>> {
    if app.limits.sign_in("", whence.hash).is_err() {
        return Ok(Err(TurnedAway::Later));
    }
    let attempt = app.visitors.attempt(headers);
    let Some(attempt) = attempt.filter(|attempt| back.state.as_ref() == Some(&attempt.state))
    else {
        return Ok(Err(TurnedAway::Begin));
    };
    let Some(code) = back.code else {
        tracing::debug!(error = ?back.error, "the identity provider let nobody in");
        return Ok(Err(TurnedAway::NotKnown));
    };
    let identity = match provider.redeem(&code, &attempt).await {
        Ok(identity) => identity,
        Err(trouble) => return Ok(Err(trouble.into())),
    };
    match app.people.enter_as(&identity, whence).await {
        Ok(token) => Ok(Ok(token)),
        Err(Error::Forbidden(_)) => Ok(Err(TurnedAway::Shut)),
        Err(error) => Err(error),
    }
}

fn turned_away(app: &App, reason: TurnedAway) -> Result<Response> {
    sent_to(&format!("{}sign-in#refused={}", app.config.base_path(), reason.word()))
}

fn sent_to(page: &str) -> Result<Response> {
    let page = HeaderValue::from_str(page).map_err(anyhow::Error::from)?;
    Ok((StatusCode::SEE_OTHER, NOT_KEPT, [(LOCATION, page)]).into_response())
}

impl From<Trouble> for TurnedAway {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotOurs => Self::NotOurs,
            Trouble::Provider(error) => {
                tracing::warn!(error = format!("{error:#}"), "the identity provider failed");
                Self::Unreachable
            }
        }
    }
}
