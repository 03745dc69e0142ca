//! `/interrupt` and `/free`.

use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::Value;

use super::App;
use super::error::Body;

/// `POST /interrupt`: the running prompt; only if it has the id, when the body
/// names one.
pub(super) async fn interrupt(State(house): App, body: Bytes) -> StatusCode {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    house.ledger.interrupt(body.get("prompt_id").and_then(Value::as_str));
    StatusCode::OK
}

/// `POST /free`: forgets what is cached, once the worker is idle.
pub(super) async fn free(State(house): App, Body(body): Body) -> StatusCode {
    let asked = |name: &str| body.get(name) == Some(&Value::Bool(true));
    if asked("unload_models") || asked("free_memory") {
        house.ledger.free();
    }
    StatusCode::OK
}
