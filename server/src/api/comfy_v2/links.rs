//! Addresses in answers: whole ones for files, host-relative ones for the rest.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use uuid::Uuid;
use wire::Millis;

use super::shapes::time;
use crate::app::App;
use crate::auth::{PrincipalId, Sealed};
use crate::config::PublicUrl;
use crate::db;

/// How long a link to a file works at least.
const SEALED_FOR: Duration = Duration::from_hours(24);

/// Makes links as the caller reaches this house.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    app: Arc<App>,
    /// Scheme, host and port.
    origin: String,
}

impl FromRequestParts<Arc<App>> for Links {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = parts.uri.authority().map(axum::http::uri::Authority::as_str).or(named);
        let plain = || format!("http://{}", host.unwrap_or("localhost"));
        let origin = app.config.public_url.as_ref().map_or_else(plain, PublicUrl::origin);
        Ok(Self { app: Arc::clone(app), origin })
    }
}

impl Links {
    /// A host-relative address of a job, or of what lies below it (`/events`).
    pub(in crate::api) fn job(&self, id: impl std::fmt::Display, below: &str) -> String {
        format!("{}api/v2/jobs/{id}{below}", self.app.config.base_path())
    }

    /// The whole address of what was handed in: it opens by itself, for a day.
    pub(in crate::api) fn upload(&self, owner: PrincipalId, id: Uuid) -> String {
        let seal = self.app.visitors.seal(owner, Sealed::Upload(id), SystemTime::now());
        self.file(&seal, "uploads", id)
    }

    /// [`Links::upload`] of what a job made.
    pub(in crate::api) fn output(&self, owner: PrincipalId, id: Uuid) -> String {
        let seal = self.app.visitors.seal(owner, Sealed::Output(id), SystemTime::now());
        self.file(&seal, "outputs", id)
    }

    /// [`Links::output`], which opens until then.
    pub(in crate::api) fn output_until(
        &self,
        (owner, id): (PrincipalId, Uuid),
        until: SystemTime,
    ) -> String {
        let seal = self.app.visitors.seal_until((owner, Sealed::Output(id)), until);
        self.file(&seal, "outputs", id)
    }

    fn file(&self, seal: &str, folder: &str, id: Uuid) -> String {
        let base = self.app.config.base_path();
        format!("{}{base}api/parlor/v1/signed/{seal}/{folder}/{id}", self.origin)
    }

    /// Until when a link that is made now works.
    pub(in crate::api) fn expiry() -> String {
        time(db::now() + SEALED_FOR.as_millis() as Millis)
    }
}
