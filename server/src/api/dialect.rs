//! Refusals in the words of a door that is not Parlor's own.

use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;
use wire::Problem;

use crate::error::{InItsOwnWords, problem_of};

/// How a door words a refusal.
pub(super) type Words = fn(&Problem) -> Value;

/// Answers as the door's handlers do, but for refusals, which it words by `words`.
pub(super) async fn speak(words: Words, request: Request, next: Next) -> Response {
    let wants_body = *request.method() != Method::HEAD;
    let mut response = next.run(request).await;
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || response.extensions().get::<InItsOwnWords>().is_some() {
        return response;
    }
    let body = words(&problem_of(&mut response)).to_string();
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = if wants_body { body } else { String::new() }.into();
    response.extensions_mut().insert(InItsOwnWords);
    response
}
