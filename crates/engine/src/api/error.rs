//! Refusing requests.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use comfy::json::{self, JsonError};
use comfy::prompt::Refusal;
use comfy::validate::refusal;
use serde_json::{Value, json};

use super::MAX_BODY;

/// A request that is not fulfilled.
#[derive(Debug)]
pub(super) enum Error {
    /// A status and nothing else.
    Status(StatusCode),
    /// What the jobs API answers: 400 and a sentence.
    Sentence(String),
    /// What `/prompt` answers.
    Refused(StatusCode, Box<Refusal>),
    /// A body over the limit.
    TooLarge,
}

pub(super) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A request that makes no sense.
    pub(super) fn invalid(message: &str) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, refusal("invalid_request", message, json!({})))
    }
}

impl From<StatusCode> for Error {
    fn from(status: StatusCode) -> Self {
        Self::Status(status)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Status(status) => status.into_response(),
            Self::Sentence(sentence) => {
                (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": sentence }))).into_response()
            }
            Self::Refused(status, refusal) => (status, axum::Json(refusal)).into_response(),
            Self::TooLarge => {
                let text = format!("Maximum request body size {MAX_BODY} exceeded.");
                (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
                    text,
                )
                    .into_response()
            }
        }
    }
}

/// A JSON body, whatever its content type. It must be an object.
pub(super) struct Body(pub serde_json::Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        match value(request).await? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Error::invalid("the body must be a JSON object")),
        }
    }
}

/// Any JSON value.
pub(super) async fn value(request: Request) -> Result<Value> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|_| Error::TooLarge)?;
    json::strict(&bytes, MAX_BODY).map_err(|error| match error {
        JsonError::TooLarge { .. } => Error::TooLarge,
        error => Error::invalid(&error.to_string()),
    })
}

/// The texts of a list, for `{"delete": [...]}` and its like.
pub(super) fn texts(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
