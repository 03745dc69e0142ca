//! What comes with a request, refused in the contract's terms.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use super::refusal::Refused;
use crate::api::parlor::repeat;
use crate::extract::Json;
use crate::jobs::IdempotencyKey;

/// A JSON body. One that cannot be read is a value that cannot be used.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// The key that counts once.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Refused> {
    repeat::key(headers).map_err(Refused::unusable)
}
