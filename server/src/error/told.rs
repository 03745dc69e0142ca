//! The body of a refusal: each door has its own form for it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use wire::Problem;

use super::{About, problem};
use crate::api::dialect::{self, Dialect};
use crate::app::App;
use crate::telemetry::RequestId;

/// The body of a refusal and its type, as a door tells it.
fn told(dialect: Option<Dialect>, problem: &Problem) -> (&'static str, Vec<u8>) {
    let body = match dialect {
        Some(door) => serde_json::to_vec(&(door.say)(problem)),
        None => serde_json::to_vec(problem),
    };
    let kind = if dialect.is_some() { "application/json" } else { "application/problem+json" };
    (kind, body.expect("a problem is strings and numbers"))
}

/// Marks an answer whose door has put it in its own words already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InItsOwnWords;

/// Gives every refusal its body: ours, and those the router makes by itself
/// (405, an upgrade that is none) with no or a plain one.
pub async fn finish(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    finish_below(app.config.base_path(), request, next).await
}

/// [`finish`] of a house that lies at this path.
pub(crate) async fn finish_below(base_path: &str, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if has_our_body(&response) {
        return response;
    }
    let problem = problem_of(&mut response);
    let instance = instance(base_path, &path);
    let problem = Problem { instance, request_id: id.map(|id| id.to_string()), ..problem };
    let dialect = dialect::of(&path);
    if let Some(door) = dialect {
        *response.status_mut() = (door.status)(status);
    }
    let (kind, body) = told(dialect, &problem);
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *response.body_mut() = if method == Method::HEAD { Vec::new() } else { body }.into();
    response
}

/// The address as it was asked for, which lies below the house's own. One that opens by itself is a
/// secret, and refusals end up in logs. (safety 24)
fn instance(base_path: &str, path: &str) -> Option<String> {
    let opens_by_itself = path.contains("/signed/");
    (!opens_by_itself).then(|| format!("{}{path}", base_path.trim_end_matches('/')))
}

/// Why this was refused, in our words; to be asked once.
fn problem_of(response: &mut Response) -> Problem {
    response.extensions_mut().remove::<Problem>().unwrap_or_else(|| foreign(response))
}

/// The page with status 404 is no API refusal, and a door may have words of its own.
fn has_our_body(response: &Response) -> bool {
    if response.extensions().get::<InItsOwnWords>().is_some() {
        return true;
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// What the router or an extractor refused by itself.
fn foreign(response: &Response) -> Problem {
    let status = response.status();
    let allowed = response.headers().get(ALLOW).and_then(|allow| allow.to_str().ok());
    let detail = match (status, allowed) {
        (StatusCode::METHOD_NOT_ALLOWED, Some(allowed)) if !allowed.is_empty() => {
            format!("this address knows only {allowed}")
        }
        (StatusCode::METHOD_NOT_ALLOWED, _) => "this address does not know this method".into(),
        (StatusCode::PAYLOAD_TOO_LARGE, _) => "the request is too large".into(),
        _ => "this request cannot be answered".into(),
    };
    problem(status, &detail, About::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 24
    #[test]
    fn a_refusal_names_its_address_unless_that_is_a_secret() {
        assert_eq!(instance("/art/", "/api/x").as_deref(), Some("/art/api/x"));
        assert_eq!(instance("/", "/api/x").as_deref(), Some("/api/x"));
        assert_eq!(instance("/", "/api/parlor/v1/signed/seal/outputs/1"), None);
    }
}
