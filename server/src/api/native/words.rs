//! Refusals as ComfyUI words them, and what is refused before anything is looked
//! at: ComfyUI protocol notes §2 and §13.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use comfy::prompt::{ErrorInfo, Refusal};
use indexmap::IndexMap;
use serde_json::{Value, json};
use wire::Problem;

use crate::app::App;
use crate::auth;
use crate::error::{Error, InItsOwnWords};
use crate::jobs::SubmitError;

/// What is refused in words that are this door's own.
#[derive(Debug)]
pub(in crate::api) enum Refused {
    /// A status and nothing else.
    Status(StatusCode),
    /// What the jobs API answers.
    Sentence(StatusCode, Value),
    /// What `/prompt` answers.
    Graph(Box<Refusal>),
    /// What any door of the house refuses.
    House(Error),
}

pub(in crate::api) type Result<T, E = Refused> = std::result::Result<T, E>;

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::House(error)
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self::House(error.into())
    }
}

impl From<StatusCode> for Refused {
    fn from(status: StatusCode) -> Self {
        Self::Status(status)
    }
}

impl From<SubmitError> for Refused {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => Self::Graph(refusal),
            error => Self::House(error.into()),
        }
    }
}

impl Refused {
    /// A request that makes no sense.
    pub(in crate::api) fn invalid(message: &str) -> Self {
        Self::Graph(refusal("invalid_request", message))
    }

    /// What the jobs API answers to a wrong question.
    pub(in crate::api) fn question(sentence: &str) -> Self {
        Self::Sentence(StatusCode::BAD_REQUEST, json!({ "error": sentence }))
    }
}

/// A refusal of a whole prompt.
pub(in crate::api) fn refusal(kind: &str, message: &str) -> Box<Refusal> {
    let (kind, message, details) = (kind.into(), message.into(), String::new());
    let error = ErrorInfo { kind, message, details, extra_info: json!({}) };
    Box::new(Refusal { error, node_errors: IndexMap::new() })
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = match self {
            // In our words, which `in_comfys` turns into others.
            Self::House(error) => return error.into_response(),
            Self::Status(status) => status.into_response(),
            Self::Sentence(status, body) => (status, Json(body)).into_response(),
            Self::Graph(refusal) => (StatusCode::BAD_REQUEST, Json(refusal)).into_response(),
        };
        response.extensions_mut().insert(InItsOwnWords);
        response
    }
}

/// Puts what any door refuses into the words that clients of ComfyUI read.
pub(in crate::api) async fn in_comfys(request: Request, next: Next) -> Response {
    let wants_body = *request.method() != Method::HEAD;
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let refusal = refusal(&word(&problem), &problem.detail);
        let body = serde_json::to_vec(&refusal).expect("a refusal is plain JSON");
        let headers = response.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = if wants_body { body } else { Vec::new() }.into();
    }
    response.extensions_mut().insert(InItsOwnWords);
    response
}

/// The word for a problem, as it stands in our own refusals.
fn word(problem: &Problem) -> String {
    let word = serde_json::to_value(problem.code).unwrap_or_default();
    word.as_str().unwrap_or("error").to_owned()
}

/// What is only posted to looks as if it did not exist to who gets it.
pub(in crate::api) async fn wrong_method(method: Method) -> Refused {
    Refused::Status(match method {
        Method::GET => StatusCode::NOT_FOUND,
        Method::OPTIONS => StatusCode::OK,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    })
}

/// safety 18: keeps other sites' pages out, also where they only ask. What
/// changes something the house refuses them anyway; here nothing is meant for
/// them, and a body is read whatever type it says it has.
pub(in crate::api) async fn keep_strangers_out(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let headers = request.headers();
    let listed = auth::is_own_page(&app.config, request.uri(), headers);
    let foreign = headers.get(SITE).is_some_and(|site| site == "cross-site")
        && !headers.contains_key(axum::http::header::ORIGIN);
    if !listed || foreign {
        let why = "this came from another site's page, which may not act here";
        return Error::Forbidden(why).into_response();
    }
    next.run(request).await
}
