//! How a request is refused: the one error type of the handlers, and the only
//! place that turns an error into a response. `told` gives it its body.

mod told;

use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST, RETRY_AFTER, SEC_WEBSOCKET_VERSION, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use wire::{ErrorCode, Problem};

use crate::db::Trouble;

pub(crate) use told::{Asked, InItsOwnWords};

/// What handlers return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every way a request can fail.
///
/// The first group is the caller's doing and says what to do about it. The
/// second is ours: the cause is logged here, once, and never told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself is malformed.
    #[error("{0}")]
    BadRequest(String),
    /// A value in it cannot be used.
    #[error("{message}")]
    BadInput { field: Option<String>, node: Option<String>, message: String },
    /// One of many things that were asked for at once, from 1.
    #[error("line {line}: {error}")]
    AtLine { line: u32, error: Box<Error> },
    /// Nobody is let in by this request: who asks must show something else.
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("{0}")]
    Forbidden(&'static str),
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    #[error("{0}")]
    Conflict(String),
    /// A WebSocket is not asked for as it is opened here.
    #[error("{0}")]
    Handshake(&'static str),
    /// It is asked for in a way that is not known here.
    #[error("{0}")]
    PreconditionFailed(&'static str),
    #[error("{0}")]
    TooLarge(String),
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// What is asked for is beyond the end of the file of so many bytes.
    #[error("the file ends before the range that was asked for")]
    Range { length: u64 },
    #[error("the request took too long to arrive; send it again")]
    Timeout,
    #[error("this house answers to another name; open the address its host gave you")]
    WrongHost,

    #[error("{message}")]
    TooMany { message: String, retry_after: u64 },
    #[error("{0}")]
    Unavailable(&'static str),
    /// What was waited for failed, in words for whoever waited.
    #[error("{message}")]
    JobFailed { node: Option<String>, message: String },
    /// What was waited for was stopped, and stays so.
    #[error("the job was stopped before it was done")]
    Stopped,
    /// What was waited for took longer than anybody waits.
    #[error("{0}")]
    Late(&'static str),
    #[error("something went wrong on our side; it is written down for the host")]
    Internal(#[from] anyhow::Error),
}

/// What a refusal is about, as far as that can be said: a field, a line, a node of the graph.
#[derive(Debug, Default)]
struct About {
    field: Option<String>,
    line: Option<u32>,
    node: Option<String>,
}

/// Seconds after which asking again may help, when nothing better is known.
const RETRY_SECONDS: u64 = 5;

/// Clients such as OpenAI's ask by themselves again after any 409 or 5xx that does not forbid it,
/// and every time another job would be made.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

impl Error {
    /// A value that cannot be used, by the name of its field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::BadInput { field: Some(field.into()), node: None, message: message.into() }
    }

    /// Something that cannot be used, and is no field.
    pub fn unusable(message: impl Into<String>) -> Self {
        Self::BadInput { field: None, node: None, message: message.into() }
    }

    /// The same refusal with the node that its field is for, as `node_of` knows of fields; of what
    /// names no field, with none.
    #[must_use]
    pub fn with_node(self, node_of: impl Fn(&str) -> Option<String>) -> Self {
        match self {
            Self::BadInput { field: Some(field), node: None, message } => {
                Self::BadInput { node: node_of(&field), field: Some(field), message }
            }
            Self::AtLine { line, error } => {
                Self::AtLine { line, error: Box::new(error.with_node(node_of)) }
            }
            error => error,
        }
    }

    /// The same refusal; of what is too large, with what to do instead.
    #[must_use]
    pub fn with_cure(self, cure: &str) -> Self {
        match self {
            Self::TooLarge(why) => Self::TooLarge(format!("{why}: {cure}")),
            error => error,
        }
    }

    /// The refusal of one of many things that were asked for at once. What is no fault of
    /// the line stays as it is.
    #[must_use]
    pub fn at_line(self, line: u32) -> Self {
        match self {
            Self::BadInput { .. } | Self::BadRequest(_) | Self::TooLarge(_) => {
                Self::AtLine { line, error: Box::new(self) }
            }
            error => error,
        }
    }

    /// The same refusal, of a field that is within another.
    #[must_use]
    pub fn within(self, whole: &str) -> Self {
        match self {
            Self::BadInput { field: Some(field), node, message } => {
                Self::BadInput { field: Some(format!("{whole}.{field}")), node, message }
            }
            error => error,
        }
    }

    /// The same refusal of a value, of which whoever asks knows the field by another name.
    #[must_use]
    pub(crate) fn renamed(self, name: impl FnOnce(&str) -> Option<&'static str>) -> Self {
        match self {
            Self::BadInput { field: Some(field), node, message } => {
                let field = name(&field).map_or(field, str::to_owned);
                Self::BadInput { field: Some(field), node, message }
            }
            error => error,
        }
    }

    /// The refusal of what a job was made for already: whoever asks again makes another.
    pub(crate) fn after_job(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        response
    }

    fn about(&self) -> About {
        match self {
            Self::BadInput { field, node, .. } => {
                About { field: field.clone(), node: node.clone(), line: None }
            }
            Self::AtLine { line, error } => About { line: Some(*line), ..error.about() },
            Self::JobFailed { node, .. } => About { node: node.clone(), ..About::default() },
            _ => About::default(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::AtLine { error, .. } => error.status(),
            Self::BadRequest(_) | Self::Handshake(_) => StatusCode::BAD_REQUEST,
            Self::BadInput { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) | Self::Stopped => StatusCode::CONFLICT,
            Self::PreconditionFailed(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Range { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::JobFailed { .. } => StatusCode::BAD_GATEWAY,
            Self::Late(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after, .. } => Some(*retry_after),
            Self::Unavailable(_) => Some(RETRY_SECONDS),
            _ => None,
        }
    }

    /// What a full disk or a locked database is called to the caller; anything
    /// else stays [`Error::Internal`].
    fn passing(self) -> Self {
        let Self::Internal(cause) = &self else { return self };
        let Some(trouble) = Trouble::behind(cause) else { return self };
        tracing::error!(error = format!("{cause:#}"), "nothing can be stored");
        Self::Unavailable(match trouble {
            Trouble::Full => "there is no room left to store anything; the host must make some",
            Trouble::Busy => "the database is busy; try again in a moment",
        })
    }
}

impl IntoResponse for Error {
    /// The body is left to `told`, which knows the request.
    fn into_response(self) -> Response {
        let error = self.passing();
        if let Self::Internal(cause) = &error {
            tracing::error!(error = format!("{cause:#}"), "request failed");
        }
        let mut response = error.status().into_response();
        let problem = problem(error.status(), &error.to_string(), error.about());
        response.extensions_mut().insert(problem);
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Self::Unauthorized(_) = error {
            // Not `Basic`: browsers would ask for a password by themselves.
            let scheme = HeaderValue::from_static("Bearer realm=\"Parlor\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        if let Self::Handshake(_) = error {
            // RFC 6455 §4.4: the one that is spoken here.
            response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if let Self::JobFailed { .. } | Self::Stopped = error {
            response.headers_mut().insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        if let Self::Range { length } = error {
            let whole = format!("bytes */{length}");
            let whole = HeaderValue::from_str(&whole).expect("digits are a header value");
            response.headers_mut().insert(axum::http::header::CONTENT_RANGE, whole);
        }
        response
    }
}

fn problem(status: StatusCode, detail: &str, about: About) -> Problem {
    Problem {
        kind: "about:blank".into(),
        title: status.canonical_reason().unwrap_or("Error").into(),
        status: status.as_u16(),
        detail: sentence(detail),
        code: code(status),
        instance: None,
        field: about.field,
        line: about.line,
        node: about.node,
        request_id: None,
    }
}

/// With a capital at the beginning and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().map_or_else(String::new, |c| c.to_uppercase().collect());
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

fn code(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::UNPROCESSABLE_ENTITY => ErrorCode::BadInput,
        StatusCode::UNAUTHORIZED => ErrorCode::Unauthorized,
        StatusCode::FORBIDDEN => ErrorCode::Forbidden,
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::CONFLICT => ErrorCode::Conflict,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::TooMany,
        StatusCode::BAD_GATEWAY => ErrorCode::JobFailed,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => ErrorCode::Unavailable,
        status if status.is_client_error() => ErrorCode::BadRequest,
        _ => ErrorCode::Internal,
    }
}

/// `TRACE` and `CONNECT` have no meaning here, whatever the address; and of what
/// says twice whom it is for, a proxy in front may have believed the other.
pub(crate) fn refuse_odd(request: &Request) -> Option<Response> {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return Some(StatusCode::METHOD_NOT_ALLOWED.into_response());
    }
    if request.headers().get_all(HOST).iter().nth(1).is_some() {
        let error = Error::BadRequest("the `Host` of a request is one".into());
        let mut response = error.into_response();
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return Some(response);
    }
    None
}

/// The answer for addresses under `/api` that do not exist.
pub async fn no_such_address(uri: Uri) -> Error {
    tracing::debug!(path = uri.path(), "unknown address");
    Error::NotFound("address in the API")
}

/// The answer when a handler panicked: a fault of ours.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_cause_is_not_told_to_the_caller() {
        let error = Error::from(anyhow::anyhow!("password=hunter2"));
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn what_a_person_reads_is_a_sentence() {
        assert_eq!(sentence("the queue is full"), "The queue is full.");
        assert_eq!(sentence("This is empty."), "This is empty.");
    }

    #[test]
    fn a_field_is_told_with_its_node_also_within_a_line() {
        let node_of = |field: &str| (field == "steps").then(|| "3".to_owned());
        let of = |error: Error| error.with_node(node_of).about();
        let about = of(Error::field("steps", "too many").at_line(4));
        assert_eq!((about.line, about.node.as_deref()), (Some(4), Some("3")));
        assert_eq!(of(Error::field("count", "too many")).node, None);
    }

    // safety 36
    #[test]
    fn a_full_disk_is_a_reason_to_come_back() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let response = Error::from(anyhow::Error::from(full).context("writing")).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(RETRY_AFTER));
    }

    #[test]
    fn a_range_beyond_the_end_says_how_long_the_file_is() {
        let response = Error::Range { length: 7 }.into_response();
        assert_eq!(response.headers()["content-range"], "bytes */7");
    }
}
