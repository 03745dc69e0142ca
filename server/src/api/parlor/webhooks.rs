//! `/webhooks`: who is told of one's jobs, and what was told.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;
use wire::{Delivery, DeliveryPage, DeliveryStatus, JobId, NewWebhook, Webhook};

use crate::api::account::NOT_KEPT;
use crate::app::App;
use crate::auth::Principal;
use crate::db::DeliveryFilter;
use crate::error::Result;
use crate::extract::{Json, Path, Query, Resident};
use crate::people::Whence;

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;

/// Which deliveries to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    job: Option<JobId>,
    status: Option<DeliveryStatus>,
    cursor: Option<Uuid>,
    limit: Option<u32>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
) -> Result<axum::Json<Vec<Webhook>>> {
    Ok(axum::Json(app.webhooks.list(&principal).await?))
}

/// The only answer that ever holds the secret.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    whence: Whence,
    Json(wanted): Json<NewWebhook>,
) -> Result<impl IntoResponse> {
    let made = app.webhooks.create(&principal, wanted).await?;
    let host = host(&made.webhook.url);
    app.people.did("webhook_made", (&principal, &whence), &host).await?;
    Ok((StatusCode::CREATED, NOT_KEPT, axum::Json(made)))
}

pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    let url = app.webhooks.remove(&principal, id).await?;
    app.people.did("webhook_deleted", (&principal, &whence), &host(&url)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn deliveries(
    State(app): State<Arc<App>>,
    principal: Principal,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<DeliveryPage>> {
    let filter = DeliveryFilter {
        job: wanted.job,
        status: wanted.status,
        cursor: wanted.cursor,
        limit: wanted.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE),
        ..DeliveryFilter::default()
    };
    Ok(axum::Json(app.webhooks.deliveries(&principal, filter).await?))
}

pub(crate) async fn replay(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, axum::Json<Delivery>)> {
    let delivery = app.webhooks.replay(&principal, id).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(delivery)))
}

/// What is written down of an address: the rest of it may be a secret.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
