//! `/queue`, and the count that `GET /prompt` gives.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use comfy::message::ServerStatus;
use serde_json::{Value, json};

use super::App;
use super::error::{Body, texts};

/// `GET /prompt`
pub(super) async fn count(State(house): App) -> Json<ServerStatus> {
    let mut status = ServerStatus::default();
    status.exec_info.queue_remaining = house.ledger.remaining();
    Json(status)
}

/// `GET /queue`
pub(super) async fn list(State(house): App) -> Json<Value> {
    let (running, pending) = house.ledger.queue();
    let running: Vec<_> = running.iter().map(|item| item.to_value()).collect();
    let pending: Vec<_> = pending.iter().map(|item| item.to_value()).collect();
    Json(json!({ "queue_running": running, "queue_pending": pending }))
}

/// `POST /queue`: drops what waits. Other ids are ignored.
pub(super) async fn edit(State(house): App, Body(body): Body) -> StatusCode {
    let doomed = texts(body.get("delete"));
    if body.get("clear") == Some(&Value::Bool(true)) {
        house.ledger.delete_pending(|_| true);
        house.announce_queue();
    }
    for id in doomed {
        if house.ledger.delete_pending(|item| item.prompt_id == id) {
            house.announce_queue();
        }
    }
    StatusCode::OK
}
