//! One span, one log line and two figures for every request.

use std::fmt;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use tracing::Span;

use super::Metrics;

/// Names one request in answers and logs. Always ours: a caller's own id could
/// carry anything into a log line.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request that is being answered: numbered, measured and logged. Logged is the
/// route, never the address as it was sent: addresses of signed links are secrets.
pub(crate) struct Observed {
    pub(crate) id: RequestId,
    /// Of all that is said while it is answered.
    pub(crate) span: Span,
    method: Method,
    route: Option<MatchedPath>,
    since: Instant,
}

impl Observed {
    pub(crate) fn of(request: &mut Request) -> Self {
        let id = RequestId(format!("{:016x}", rand::random::<u64>()));
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = request.method().clone();
        let span = tracing::info_span!("request", id = %id, %method, route = name(route.as_ref()));
        request.extensions_mut().insert(id.clone());
        Self { id, span, method, route, since: Instant::now() }
    }

    /// It is answered.
    pub(crate) fn end(self, response: &mut Response, metrics: &Metrics) {
        let (took, status) = (self.since.elapsed(), response.status());
        metrics.request(&self.method, name(self.route.as_ref()).to_owned(), status, took);
        self.span.in_scope(|| {
            tracing::debug!(
                status = status.as_u16(),
                duration_ms = took.as_millis() as u64,
                "answered"
            );
        });
        let id = HeaderValue::from_str(&self.id.0).expect("hex digits are a header value");
        response.headers_mut().insert("x-request-id", id);
    }
}

fn name(route: Option<&MatchedPath>) -> &str {
    route.map_or("none", MatchedPath::as_str)
}
