//! `GET /house`: what the page asks first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use wire::House;

use crate::app::App;
use crate::auth::{Means, Principal, Token};
use crate::extract::Arrival;
use crate::site;

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Arrival(principal): Arrival,
) -> impl IntoResponse {
    let house = House {
        name: app.config.name.clone(),
        build: site::BUILD.into(),
        demo: app.demo,
        open: app.backends.any_open(),
        max_upload_bytes: app.config.max_upload_bytes(),
        registration: app.config.registration,
        elsewhere: app.config.oidc.host(),
    };
    let welcome = principal.map(|principal| welcome(&app, &principal)).unwrap_or_default();
    (welcome, axum::Json(house))
}

/// Headers that make a browser a visitor, or keep it one, or signed in, longer.
///
/// Only where a person arrives: a program that calls the rest of the API stays
/// the visitor of its address.
pub(crate) fn welcome(app: &App, principal: &Principal) -> HeaderMap {
    let cookie = match &principal.means {
        Means::Session(token) => app.visitors.session_cookie(token),
        Means::Cookie(token) => app.visitors.cookie(token),
        Means::Address => app.visitors.cookie(&Token::random()),
        Means::Token | Means::Key | Means::Proxy | Means::AnonymousKey => return HeaderMap::new(),
    };
    let cookie = (SET_COOKIE, cookie);
    [cookie, (CACHE_CONTROL, HeaderValue::from_static("no-cache"))].into_iter().collect()
}
