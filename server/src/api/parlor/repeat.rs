//! Requests that are sent again: `Idempotency-Key`, after
//! draft-ietf-httpapi-idempotency-key-header-07.
//!
//! What made something is answered word for word as it was first, for a day; what was refused made
//! nothing, so asking again is asking anew. While the first is not answered yet a second is 409, and
//! a key that comes with something else is 422. A file and a stream are not kept: they are told anew of
//! the same job. All of it is looked for before anything else is, since what was done once need not
//! be allowed any more. (safety 33)

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wire::{BatchId, JobId};

use super::wishes::PREFERENCE_APPLIED;
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::{FirstAnswer, Idempotency, Ordered, Remembered};
use crate::error::{Error, Result};
use crate::jobs::{IdempotencyKey, SubmitError};

/// Says that nothing was made anew.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Headers that belong to an answer; the others are of each request.
static KEPT: [HeaderName; 3] = [CONTENT_TYPE, LOCATION, PREFERENCE_APPLIED];

/// Keys of requests that are not answered yet: as many as there are such requests.
#[derive(Debug, Default)]
pub(crate) struct Underway(Mutex<HashSet<(PrincipalId, String)>>);

impl Underway {
    fn held(&self) -> MutexGuard<'_, HashSet<(PrincipalId, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The `Idempotency-Key` of a request, if it has one.
///
/// # Errors
///
/// Why it cannot be used.
pub(in crate::api) fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, &'static str> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err("a request has one Idempotency-Key");
    }
    let key = key.to_str().ok().and_then(IdempotencyKey::parse);
    key.map(Some).ok_or("an Idempotency-Key is 1 to 255 visible ASCII characters")
}

/// A request that is being answered. While it lives, its key is taken.
pub(super) struct Asking<'a> {
    app: &'a App,
    principal: PrincipalId,
    key: Option<Idempotency>,
    /// What it made when it was sent before.
    made: Option<Ordered>,
    /// How it was answered when it was sent before.
    before: Option<FirstAnswer>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.app.underway.held().remove(&(self.principal, key.key.clone()));
        }
    }
}

/// Takes the key of a request, if it has one, and looks whether it was sent before.
///
/// # Errors
///
/// [`Error::Conflict`] while the first is not answered; 422 when the key stands for something else.
pub(super) async fn begin(
    app: &App,
    principal: PrincipalId,
    key: Option<Idempotency>,
) -> Result<Asking<'_>> {
    let Some(key) = key else {
        return Ok(Asking { app, principal, key: None, made: None, before: None });
    };
    if !app.underway.held().insert((principal, key.key.clone())) {
        let why = "the first request with this Idempotency-Key is not answered yet: wait for it";
        return Err(Error::Conflict(why.into()));
    }
    let mut asking = Asking { app, principal, key: Some(key.clone()), made: None, before: None };
    match app.db.first_answer(principal, &key).await? {
        Some(Remembered::Other) => Err(SubmitError::IdempotencyConflict.into()),
        // Without one the house was closed before it was answered.
        Some(Remembered::Same { made, answer }) => {
            (asking.made, asking.before) = (Some(made), answer);
            Ok(asking)
        }
        None => Ok(asking),
    }
}

impl<'a> Asking<'a> {
    pub(super) fn app(&self) -> &'a App {
        self.app
    }

    /// How it was answered when it was sent before.
    pub(super) fn before(&mut self) -> Option<Response> {
        self.before.take().map(IntoResponse::into_response)
    }

    /// The job that it made when it was sent before.
    pub(super) fn job(&self) -> Option<JobId> {
        match self.made? {
            Ordered::Job(id) => Some(id),
            Ordered::Batch(_) => None,
        }
    }

    /// The batch that it made when it was sent before.
    pub(super) fn batch(&self) -> Option<BatchId> {
        match self.made? {
            Ordered::Batch(id) => Some(id),
            Ordered::Job(_) => None,
        }
    }

    pub(super) fn key(&self) -> Option<Idempotency> {
        self.key.clone()
    }

    /// The answer, which is kept before it is given.
    pub(super) async fn answered(
        self,
        (status, mut headers): (StatusCode, HeaderMap),
        body: &impl Serialize,
    ) -> Result<Response> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            let kept = KEPT.iter().filter_map(|name| {
                Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()))
            });
            let answer = FirstAnswer {
                status: status.as_u16(),
                headers: kept.collect(),
                body: body.clone().into(),
            };
            self.app.db.keep_answer((self.principal, key.key.clone()), answer).await?;
        }
        Ok((status, headers, body).into_response())
    }
}

impl IntoResponse for FirstAnswer {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}
