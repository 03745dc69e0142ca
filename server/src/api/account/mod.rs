//! The part of Parlor's API that is about people: who asks, what lets them in,
//! and what is theirs. `admin` is what the owner does with all of it.

pub(crate) mod admin;
pub(crate) mod export;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod me;
pub(crate) mod mine;
pub(crate) mod oidc;
pub(crate) mod pack;
pub(crate) mod session;
mod zip;

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};

/// On answers with a secret: nobody in between keeps them.
pub(in crate::api) const NOT_KEPT: [(HeaderName, HeaderValue); 1] =
    [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
