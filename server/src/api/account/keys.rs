//! `/me/keys`: API keys of whoever asks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;
use wire::{Key, NewKey};

use super::NOT_KEPT;
use crate::app::App;
use crate::error::Result;
use crate::extract::{Json, Path, Resident};
use crate::people::Whence;

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
) -> Result<axum::Json<Vec<Key>>> {
    Ok(axum::Json(app.people.keys(Some(principal.person())).await?))
}

/// The only answer that ever holds the key itself.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    whence: Whence,
    Json(wanted): Json<NewKey>,
) -> Result<impl IntoResponse> {
    let made = app.people.make_key((&principal, &whence), wanted).await?;
    Ok((StatusCode::CREATED, NOT_KEPT, axum::Json(made)))
}

pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Resident(principal): Resident,
    Path(id): Path<Uuid>,
    whence: Whence,
) -> Result<StatusCode> {
    let maker = Some(principal.person());
    app.people.revoke_key((&principal, &whence), (id, maker)).await?;
    Ok(StatusCode::NO_CONTENT)
}
