//! How this door says no: `{"error": {"code", "message", "details"}}`.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use comfy::Refusal;
use comfy::graph::GraphError;
use serde_json::{Map, Value, json};
use wire::Problem;

use crate::error::{Error, InItsOwnWords};
use crate::files::UploadError;
use crate::jobs::SubmitError;

/// When to ask again while no backend has said which nodes there are, in seconds.
const OPENING: u64 = 5;

/// A refusal: the house's own, or one that only this door knows.
#[derive(Debug)]
pub(super) enum Refused {
    House(Error),
    Own { status: StatusCode, code: &'static str, message: String, details: Value, retry: u64 },
}

impl Refused {
    /// With one of the contract's codes.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::Own { status, code, message: message.into(), details: Value::Null, retry: 0 }
    }

    /// Something in the request that cannot be used.
    pub(super) fn unusable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", message)
    }

    /// A file that the caller does not have.
    pub(super) fn missing_asset(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "missing_asset", message)
    }

    /// A key that was used already, and where to look for what came of that.
    pub(super) fn key_reused(cure: &str) -> Self {
        let message = format!("this Idempotency-Key was used before: {cure}");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reuse", message)
    }

    fn invalid(message: impl Into<String>, details: Value) -> Self {
        let (status, code) = (StatusCode::UNPROCESSABLE_ENTITY, "invalid_workflow");
        Self::Own { status, code, message: message.into(), details, retry: 0 }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            // The contract has one status for all that cannot be used.
            Error::BadRequest(why) | Error::UnsupportedMediaType(why) => Self::unusable(why),
            error => Self::House(error),
        }
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self::House(error.into())
    }
}

impl From<UploadError> for Refused {
    fn from(error: UploadError) -> Self {
        Error::from(error).into()
    }
}

impl From<GraphError> for Refused {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::EditorFile => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "workflow_format_ui",
                "this is the editor's file; export it in API format",
            ),
            error => Self::invalid(error.to_string(), Value::Null),
        }
    }
}

impl From<SubmitError> for Refused {
    fn from(error: SubmitError) -> Self {
        let message = error.to_string();
        match error {
            SubmitError::Refused(refusal) => Self::invalid(message, details(&refusal)),
            SubmitError::NotAllowed { node, .. } => {
                Self::invalid(message, named(&node, "class_type", "not_allowed"))
            }
            SubmitError::TooCostly { .. } => Self::invalid(message, Value::Null),
            SubmitError::IdempotencyConflict => {
                Self::key_reused("look for what it made, or send another")
            }
            SubmitError::QueueFull { retry_after } => {
                let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "queue_full");
                Self::Own { status, code, message, details: Value::Null, retry: retry_after }
            }
            SubmitError::Opening => {
                let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "deployment_not_ready");
                Self::Own { status, code, message, details: Value::Null, retry: OPENING }
            }
            error => Error::from(error).into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::House(error) => error.into_response(),
            Self::Own { status, code, message, details, retry } => {
                let body = axum::Json(envelope(code, &message, details));
                let mut response = (status, body).into_response();
                response.extensions_mut().insert(InItsOwnWords);
                if retry > 0 {
                    response.headers_mut().insert(RETRY_AFTER, retry.into());
                }
                response
            }
        }
    }
}

/// A refusal of the house in this door's form.
pub(crate) fn said(problem: &Problem) -> Value {
    let code = match problem.status {
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        408 => "timeout",
        409 => "conflict",
        413 => "too_large",
        415 => "unsupported_media_type",
        416 => "range_not_satisfiable",
        429 => "rate_limited",
        status if status >= 500 => "upstream_error",
        _ => "invalid_request",
    };
    envelope(code, &problem.detail, Value::Null)
}

fn envelope(code: &str, message: &str, details: Value) -> Value {
    let mut error = Map::new();
    error.insert("code".into(), code.into());
    error.insert("message".into(), message.into());
    if !details.is_null() {
        error.insert("details".into(), details);
    }
    json!({ "error": error })
}

/// What is wrong with which node, in the contract's form.
fn details(refusal: &Refusal) -> Value {
    let error = &refusal.error;
    if let Some(node) = error.extra_info.get("node_id").and_then(Value::as_str) {
        return named(node, "class_type", &error.kind);
    }
    let nodes = refusal.node_errors.iter().map(|(id, node)| {
        let faults = node.errors.iter().map(|fault| {
            json!({ "field": fault.input_name(), "reason": fault.kind, "message": fault.to_string() })
        });
        (id.to_string(), Value::Array(faults.collect()))
    });
    json!({ "node_errors": nodes.collect::<Map<_, _>>() })
}

fn named(node: &str, field: &str, reason: &str) -> Value {
    json!({ "node_errors": { node: [{ "field": field, "reason": reason }] } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_by_node() {
        let refusal: Refusal = serde_json::from_value(json!({
            "error": { "type": "prompt_outputs_failed_validation" },
            "node_errors": { "12": { "errors": [{ "type": "required_input_missing",
                "message": "missing", "extra_info": { "input_name": "model" } }] } },
        }))
        .unwrap();
        let told = details(&refusal);
        assert_eq!(told["node_errors"]["12"][0]["field"], "model");
        assert_eq!(told["node_errors"]["12"][0]["reason"], "required_input_missing");
    }

    // safety 5
    #[test]
    fn an_unknown_class_is_told_with_its_node() {
        let refusal: Refusal = serde_json::from_value(json!({
            "error": { "type": "missing_node_type", "extra_info": { "node_id": "4" } },
        }))
        .unwrap();
        let node = json!([{ "field": "class_type", "reason": "missing_node_type" }]);
        assert_eq!(details(&refusal)["node_errors"]["4"], node);
    }
}
