//! `/history`: ComfyUI protocol notes §2 and §8.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::App;
use super::error::{Body, texts};

/// Which part of the history.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    /// How many; all, when missing.
    max_items: Option<i64>,
    /// Counted from the oldest. Without it the newest are meant.
    offset: Option<i64>,
}

/// `GET /history`, oldest first.
pub(super) async fn list(State(house): App, Query(part): Query<Part>) -> Json<Map<String, Value>> {
    let entries = house.ledger.history();
    let count = part
        .max_items
        .map_or(entries.len(), |count| usize::try_from(count).unwrap_or(entries.len()));
    let newest = entries.len().saturating_sub(count);
    let start = part.offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(newest);
    let wanted = entries.iter().skip(start).take(count);
    Json(wanted.map(|entry| (entry.item.prompt_id.clone(), entry.to_value())).collect())
}

/// `GET /history/{id}`: an empty object when it is not over, or not known.
pub(super) async fn one(State(house): App, Path(id): Path<String>) -> Json<Map<String, Value>> {
    let entry = house.ledger.entry(&id);
    Json(entry.iter().map(|entry| (id.clone(), entry.to_value())).collect())
}

/// `POST /history`: forgets some or all.
pub(super) async fn edit(State(house): App, Body(body): Body) -> StatusCode {
    let clear = body.get("clear") == Some(&Value::Bool(true));
    let doomed = texts(body.get("delete"));
    house.ledger.forget(|id| clear || doomed.contains(&id));
    StatusCode::OK
}
