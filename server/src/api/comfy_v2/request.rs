//! What comes with a request, refused in the contract's terms.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use super::refusal::Refused;
use crate::api::parlor::repeat;
use crate::extract::json_within;
use crate::jobs::IdempotencyKey;

/// A JSON body of at most so many bytes. One that cannot be read is a value that cannot be used.
pub(super) struct Body<T, const MAX: usize>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync, const MAX: usize> FromRequest<S> for Body<T, MAX> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        Ok(Self(json_within(request, MAX).await?))
    }
}

/// The key that counts once.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Refused> {
    repeat::key(headers).map_err(Refused::unusable)
}
