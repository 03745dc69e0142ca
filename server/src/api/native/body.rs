//! JSON bodies as clients of ComfyUI send them: of whatever type, many say they
//! are a form.

use axum::extract::{FromRequest, Request};
use comfy::json::{self, JsonError};
use serde_json::{Map, Value};
use wire::JobId;

use super::words::Refused;
use crate::error::Error;
use crate::extract::{MAX_GRAPH, json_body};

/// Jobs that one list may name; more are passed over.
const MOST_JOBS: usize = 10_000;

/// A JSON object.
#[derive(Debug)]
pub(super) struct Body(pub(super) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        match value(request).await? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Refused::invalid("the body must be a JSON object")),
        }
    }
}

/// Any JSON value. safety 4
pub(super) async fn value(request: Request) -> Result<Value, Refused> {
    let bytes = json_body(request, MAX_GRAPH).await?;
    json::strict(&bytes, MAX_GRAPH).map_err(|error| match error {
        JsonError::TooLarge { .. } => Refused::House(Error::TooLarge(error.to_string())),
        error => Refused::invalid(&error.to_string()),
    })
}

impl Body {
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// The jobs that a list names; what is none of ours names nothing.
    pub(super) fn jobs(&self, name: &str) -> Vec<JobId> {
        let names = self.0.get(name).and_then(Value::as_array).into_iter().flatten();
        names.take(MOST_JOBS).filter_map(|id| id.as_str()?.parse().ok()).collect()
    }
}
